//! Measures the parser on the delivery path: a simple message of 5 KB, and one with an alternative
//! and an attachment. Build it optimised.

use bytes::Bytes;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;
use waxseal_mime::Parser;
use waxseal_ports::MessageParser;
use waxseal_ports::draft::Joined;

const HEADER: &str = "Received: from client.example.test by mx.example.test;\r\n Tue, 24 Nov 2026 05:29:34 +0000\r\nFrom: Ann Example <ann@example.test>\r\nTo: Bob <bob@example.test>, Carl <carl@example.test>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= and more\r\nDate: Tue, 24 Nov 2026 05:29:34 +0000\r\nMessage-ID: <speed@example.test>\r\nMIME-Version: 1.0\r\n";
const LINE: &str =
    "The quick brown fox jumps over the lazy dog and runs through the wood again.\r\n";

fn main() -> std::io::Result<()> {
    let simple = format!(
        "{HEADER}Content-Type: text/plain; charset=utf-8\r\n\r\n{}",
        LINE.repeat(58)
    );
    let part = |kind: &str, lines: usize| {
        format!("--b\r\nContent-Type: {kind}\r\n\r\n{}", LINE.repeat(lines))
    };
    let multipart = format!(
        "{HEADER}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}{}{}--b--\r\n",
        part("text/plain; charset=utf-8", 20),
        part("text/html; charset=utf-8", 30),
        part(
            "application/pdf; name=\"a.pdf\"\r\nContent-Disposition: attachment; filename=\"a.pdf\"\r\nContent-Transfer-Encoding: base64",
            60
        ),
    );
    let mut out = std::io::stdout().lock();
    for (name, text) in [("simple", simple), ("multipart", multipart)] {
        let octets = text.len();
        let message = Joined {
            head: Bytes::from_static(b"Return-Path: <ann@example.test>\r\n"),
            tail: Arc::new(Bytes::from(text)),
        };
        const ROUNDS: u32 = 20_000;
        #[expect(clippy::disallowed_methods, reason = "this measures real time")]
        let started = Instant::now();
        for _ in 0..ROUNDS {
            let index = Parser::default().index(&message)?;
            std::hint::black_box(index);
        }
        let each = started.elapsed() / ROUNDS;
        writeln!(out, "{name}: {octets} octets, {each:?} each")?;
    }
    Ok(())
}
