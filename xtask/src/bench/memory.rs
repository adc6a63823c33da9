//! Resident memory, beside the limits we set ourselves.

use super::engine::Engine;
use super::figure::Figure;
use super::scratch::{Scratch, resident_mb};
use crate::build::Built;
use anyhow::{Context, Result, ensure};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

/// Octets of the large message.
const LARGE_OCTETS: usize = 50_000_000 - 4_096;
/// Idle sessions.
const SESSIONS: usize = 2_000;

/// Measures the idle server, a large message passing through, and idle IMAP sessions.
pub(crate) fn measure(built: &Built, quick: bool) -> Result<Vec<Figure>> {
    let scratch = Scratch::new("memory")?;
    let engine = Engine::start(built, scratch.path())?;
    thread::sleep(Duration::from_secs(1));
    let idle = resident_mb(engine.pid())?;
    let mut figures = vec![figure("idle server", idle, 100.0)];

    let peak = peak_while(engine.pid(), || send_large(engine.smtp_port()))?;
    figures.push(figure("50 MB message, added", peak - idle, 10.0));

    let before = resident_mb(engine.pid())?;
    let sessions = if quick { SESSIONS / 4 } else { SESSIONS };
    let open = open_sessions(engine.imap_port(), sessions)?;
    let after = resident_mb(engine.pid())?;
    drop(open);
    figures.push(figure(
        &format!("{sessions} IDLE sessions, added"),
        after - before,
        100.0,
    ));
    Ok(figures)
}

fn figure(case: &str, ours: f64, limit: f64) -> Figure {
    Figure {
        bench: "memory",
        case: format!("{case} (peer: our limit)"),
        unit: "MB",
        ours,
        peer: Some(limit),
    }
}

/// The highest resident memory seen every few milliseconds until `work` and what follows it is done.
fn peak_while(pid: u32, work: impl FnOnce() -> Result<()> + Send) -> Result<f64> {
    thread::scope(|scope| {
        let working = scope.spawn(work);
        let mut peak = resident_mb(pid)?;
        while !working.is_finished() {
            peak = peak.max(resident_mb(pid)?);
            thread::sleep(Duration::from_millis(2));
        }
        working
            .join()
            .map_err(|_| anyhow::anyhow!("the sender thread failed"))??;
        // Delivery comes after the 250: look on for a while.
        for _ in 0..1_000 {
            peak = peak.max(resident_mb(pid)?);
            thread::sleep(Duration::from_millis(2));
        }
        Ok(peak)
    })
}

/// Sends one message of [`LARGE_OCTETS`] to alice.
fn send_large(port: u16) -> Result<()> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut say = |line: &str, code: &str| -> Result<()> {
        (&stream).write_all(line.as_bytes())?;
        expect(&mut reader, code)
    };
    say("", "220")?;
    say("HELO client.example.test\r\n", "250")?;
    say("MAIL FROM:<sender@client.example.test>\r\n", "250")?;
    say("RCPT TO:<alice@example.test>\r\n", "250")?;
    say("DATA\r\n", "354")?;
    let line = [b"x".repeat(70), b"\r\n".to_vec()].concat();
    let block = line.repeat(1_000);
    (&stream).write_all(b"Subject: large\r\n\r\n")?;
    for _ in 0..LARGE_OCTETS / block.len() {
        (&stream).write_all(&block)?;
    }
    say(".\r\n", "250")
}

/// Reads one reply.
fn expect(reader: &mut impl BufRead, code: &str) -> Result<()> {
    loop {
        let mut line = String::new();
        ensure!(
            reader.read_line(&mut line)? > 0,
            "the server closed the connection"
        );
        ensure!(line.starts_with(code), "expected {code}, got {line}");
        if line.get(3..4) == Some(" ") {
            return Ok(());
        }
    }
}

/// Logs in, selects INBOX and goes idle, many times.
fn open_sessions(port: u16, sessions: usize) -> Result<Vec<TcpStream>> {
    let mut open = Vec::with_capacity(sessions);
    for number in 0..sessions {
        let stream = TcpStream::connect(("127.0.0.1", port)).context("opening an idle session")?;
        let mut reader = BufReader::with_capacity(4_096, stream.try_clone()?);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        (&stream)
            .write_all(b"a LOGIN alice@example.test secret1\r\nb SELECT INBOX\r\nc IDLE\r\n")?;
        while !line.starts_with('+') {
            line.clear();
            ensure!(
                reader.read_line(&mut line)? > 0,
                "session {number} was closed"
            );
        }
        open.push(stream);
    }
    Ok(open)
}
