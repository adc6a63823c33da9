//! A message on its way out: transparency and the final octet (RFC 1939 §3).

use std::io;
use std::sync::Arc;
use waxseal_ports::ReadAt;

/// Octets read from the message at a time.
const CHUNK_OCTETS: usize = 32 * 1024;

/// A message being sent. Its octets go out as they are stored, except that a line that begins with a
/// dot gets another one, and that a message which does not end a line has CRLF added before the
/// final dot. A line ends with LF, whatever stands before it, so that no client can see the end early.
pub(crate) struct Transfer {
    message: Arc<dyn ReadAt>,
    at: u64,
    /// What the octets sent so far end with.
    tail: Tail,
    /// Lines of the body still to be sent; `None` for all.
    body_lines: Option<u64>,
    /// The empty line behind the header section was sent.
    in_body: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tail {
    /// Nothing of the line.
    LineStart,
    /// A CR and nothing else.
    LineStartCr,
    /// Something of a line.
    Within,
}

impl Transfer {
    /// The whole message, or for TOP its header section and so many lines of its body.
    pub(crate) fn new(message: Arc<dyn ReadAt>, body_lines: Option<u64>) -> Self {
        Self {
            message,
            at: 0,
            tail: Tail::LineStart,
            body_lines,
            in_body: false,
        }
    }

    /// Appends the next octets to `out`; answers whether that was all, the final dot included.
    pub(crate) fn fill(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        let mut buffer = vec![0; CHUNK_OCTETS];
        let read = self.message.read_at(self.at, &mut buffer)?;
        self.at += u64::try_from(read).unwrap_or(u64::MAX);
        let short = read == 0 && self.at < self.message.octets();
        if short {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let octets = buffer.get(..read).unwrap_or_default();
        let cut = self.body_lines.is_some() && self.push_until_cut(octets, out);
        if self.body_lines.is_none() {
            self.push(octets, out);
        }
        let done = cut || self.at >= self.message.octets();
        if done {
            if self.tail != Tail::LineStart {
                out.extend_from_slice(b"\r\n");
            }
            out.extend_from_slice(b".\r\n");
        }
        Ok(done)
    }

    /// Appends octets with dots doubled at line starts.
    fn push(&mut self, mut octets: &[u8], out: &mut Vec<u8>) {
        while let Some(first) = octets.first() {
            if self.tail == Tail::LineStart && *first == b'.' {
                out.push(b'.');
            }
            let end = memchr::memmem::find(octets, b"\n.").map(|at| at + 1);
            let (run, rest) = octets.split_at(end.unwrap_or(octets.len()));
            out.extend_from_slice(run);
            self.tail = match run {
                [.., b'\n'] => Tail::LineStart,
                _ => Tail::Within,
            };
            octets = rest;
        }
    }

    /// As [`Transfer::push`], line by line, counting; answers whether the last wanted line was sent.
    fn push_until_cut(&mut self, octets: &[u8], out: &mut Vec<u8>) -> bool {
        for line in octets.split_inclusive(|b| *b == b'\n') {
            if self.in_body && self.body_lines == Some(0) {
                return true;
            }
            let blank = match self.tail {
                Tail::LineStart => matches!(line, b"\r\n" | b"\n"),
                Tail::LineStartCr => line == b"\n",
                Tail::Within => false,
            };
            let lone_cr = self.tail == Tail::LineStart && line == b"\r";
            self.push(line, out);
            if lone_cr {
                self.tail = Tail::LineStartCr;
            }
            let ended = line.last() == Some(&b'\n');
            if self.in_body && ended {
                self.body_lines = self.body_lines.map(|lines| lines.saturating_sub(1));
            }
            self.in_body |= blank;
        }
        self.in_body && self.body_lines == Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn send(message: &[u8], lines: Option<u64>) -> String {
        let mut transfer = Transfer::new(Arc::new(Bytes::copy_from_slice(message)), lines);
        let mut out = Vec::new();
        while !transfer.fill(&mut out).unwrap() {}
        String::from_utf8_lossy(&out).into_owned()
    }

    #[track_caller]
    fn check(message: &str, lines: Option<u64>, expected: &str) {
        assert_eq!(
            send(message.as_bytes(), lines),
            expected,
            "{message:?} {lines:?}"
        );
    }

    #[test]
    fn dots_are_doubled_and_the_end_is_marked() {
        check("", None, ".\r\n");
        check("a\r\n", None, "a\r\n.\r\n");
        check("a", None, "a\r\n.\r\n");
        check(".\r\n..\r\n.x", None, "..\r\n...\r\n..x\r\n.\r\n");
        check("a\r\n.\r\nb\r\n", None, "a\r\n..\r\nb\r\n.\r\n");
        check("a\n.\r\n", None, "a\n..\r\n.\r\n");
        check("a\r", None, "a\r\r\n.\r\n");
    }

    #[test]
    fn top_cuts_the_body() {
        let message = "S: x\r\n\r\none\r\n.two\r\nthree";
        check(message, Some(0), "S: x\r\n\r\n.\r\n");
        check(message, Some(1), "S: x\r\n\r\none\r\n.\r\n");
        check(message, Some(2), "S: x\r\n\r\none\r\n..two\r\n.\r\n");
        check(
            message,
            Some(9),
            "S: x\r\n\r\none\r\n..two\r\nthree\r\n.\r\n",
        );
        check("S: x\r\n", Some(3), "S: x\r\n.\r\n");
    }

    /// Wherever a chunk ends, the octets are those of the message.
    #[test]
    fn chunks_do_not_show() {
        for shift in 0..6 {
            let filler = "x".repeat(CHUNK_OCTETS - shift);
            for (tail, stuffed) in [
                ("\r\n.\r\nend\r\n", "\r\n..\r\nend\r\n"),
                ("\r\n\r\n.b\r\n", "\r\n\r\n..b\r\n"),
            ] {
                let message = format!("{filler}{tail}");
                check(&message, None, &format!("{filler}{stuffed}.\r\n"));
            }
            let message = format!("{filler}\r\n\r\n.b\r\nc\r\n");
            check(&message, Some(1), &format!("{filler}\r\n\r\n..b\r\n.\r\n"));
            check(&message, Some(0), &format!("{filler}\r\n\r\n.\r\n"));
        }
    }
}
