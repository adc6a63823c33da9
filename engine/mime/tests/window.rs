//! A large message is read through a window: it is never held whole. Alone in its process, since it
//! looks at the memory of the process.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use bytes::Bytes;
use std::io;
use waxseal_mime::Parser;
use waxseal_ports::{MessageParser, ReadAt};

const HEAD: &[u8] = b"Subject: large\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
    Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n";
const LINE: &[u8] =
    b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0\r\n";
const TAIL: &[u8] = b"--b--\r\n";
const LINES: usize = 50_000_000 / LINE.len();

/// A message that exists nowhere: octets are made when they are asked for.
struct Made;

impl ReadAt for Made {
    fn octets(&self) -> u64 {
        (HEAD.len() + LINES * LINE.len() + TAIL.len()) as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let offset = usize::try_from(offset).unwrap();
        let left = usize::try_from(self.octets())
            .unwrap()
            .saturating_sub(offset);
        let octets = buffer.len().min(left);
        for (at, octet) in (offset..).zip(&mut buffer[..octets]) {
            let body = at.wrapping_sub(HEAD.len());
            *octet = if at < HEAD.len() {
                HEAD[at]
            } else if body < LINES * LINE.len() {
                LINE[body % LINE.len()]
            } else {
                TAIL[body - LINES * LINE.len()]
            };
        }
        Ok(octets)
    }
}

/// Octets of memory in use at most so far, by the kernel's count.
fn peak_octets() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib * 1024)
}

#[test]
fn fifty_megabytes_take_less_than_ten() {
    let small = Bytes::from_static(b"Subject: small\r\n\r\ntext\r\n");
    Parser::default().index(&small).unwrap();
    let before = peak_octets();
    let index = Parser::default().index(&Made).unwrap();
    let part = &index.parts[1];
    assert_eq!(
        part.content_end - part.content_start,
        (LINES * LINE.len() - 2) as u64
    );
    let start = Parser::default().decode(&Made, part, 1_000).unwrap();
    assert_eq!((start.len(), &start[..8]), (1_000, &b"ABCDEFGH"[..]));
    if let (Some(before), Some(after)) = (before, peak_octets()) {
        assert!(
            after - before < 10_000_000,
            "{} octets more",
            after - before
        );
    }
}
