//! Transparency: a dot at the start of a line is doubled, a dot alone ends the message
//! (RFC 5321 §4.5.2).

use memchr::memmem;

/// Turns message octets into what follows a `354` reply, chunk by chunk.
#[derive(Debug, Clone)]
pub struct DotStuffer {
    last: [u8; 2],
}

impl Default for DotStuffer {
    fn default() -> Self {
        Self { last: *b"\r\n" }
    }
}

impl DotStuffer {
    /// Appends the wire form of the next octets of the message to `out`.
    pub fn push(&mut self, octets: &[u8], out: &mut Vec<u8>) {
        let Some(first) = octets.first() else {
            return;
        };
        if *first == b'.' && self.last[1] == b'\n' {
            out.push(b'.');
        }
        let mut rest = octets;
        while let Some(at) = memmem::find(rest, b"\n.") {
            let (line, tail) = rest.split_at(at.saturating_add(1));
            out.extend_from_slice(line);
            out.push(b'.');
            rest = tail;
        }
        out.extend_from_slice(rest);
        for octet in octets.iter().rev().take(2).rev() {
            self.last = [self.last[1], *octet];
        }
    }

    /// Appends the end: a line end where the message has none, and the dot.
    pub fn finish(self, out: &mut Vec<u8>) {
        if self.last != *b"\r\n" {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b".\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(message: &[u8]) -> Vec<u8> {
        let (mut stuffer, mut out) = (DotStuffer::default(), Vec::new());
        stuffer.push(message, &mut out);
        stuffer.finish(&mut out);
        out
    }

    #[track_caller]
    fn check(message: &str, wire: &str) {
        assert_eq!(String::from_utf8(whole(message.as_bytes())).unwrap(), wire);
    }

    #[test]
    fn dots_are_doubled_at_line_starts_only() {
        check("", ".\r\n");
        check("a\r\n", "a\r\n.\r\n");
        check("a", "a\r\n.\r\n");
        check(".", "..\r\n.\r\n");
        check(".\r\n", "..\r\n.\r\n");
        check("a.b\r\n.c\r\n..d\r\n", "a.b\r\n..c\r\n...d\r\n.\r\n");
        check("a\r\n.", "a\r\n..\r\n.\r\n");
    }

    /// The receiver's side, line by line.
    fn unstuff(wire: &[u8]) -> Vec<u8> {
        let mut message = Vec::new();
        for line in wire.split_inclusive(|octet| *octet == b'\n') {
            if line == b".\r\n" {
                return message;
            }
            message.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
        }
        panic!("no end in {wire:?}");
    }

    proptest! {
        #[test]
        fn cuts_do_not_matter_and_nothing_is_lost(
            lines in prop::collection::vec("[.a]{0,3}", 0..8),
            cuts in prop::collection::vec(1_usize..5, 0..20),
        ) {
            let message: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
            let (mut stuffer, mut out) = (DotStuffer::default(), Vec::new());
            let mut rest = message.as_bytes();
            for cut in cuts {
                let (chunk, tail) = rest.split_at(cut.min(rest.len()));
                stuffer.push(chunk, &mut out);
                rest = tail;
            }
            stuffer.push(rest, &mut out);
            stuffer.finish(&mut out);
            prop_assert_eq!(&out, &whole(message.as_bytes()));
            prop_assert_eq!(unstuff(&out), message.into_bytes());
        }
    }
}
