//! Reads replies of a server that is not trusted (RFC 5321 §4.2).

use memchr::memchr;
use waxseal_mail::{EnhancedStatus, Reply};

/// Octets of one reply line without its line end; RFC 5321 §4.5.3.1.5 allows 512 with it, real
/// servers write more.
pub const REPLY_LINE_OCTETS_MAX: usize = 2_048;
/// Lines of one reply.
pub const REPLY_LINES_MAX: usize = 128;
/// Octets of text kept of one reply, as [`Reply`] allows.
const TEXT_OCTETS_MAX: usize = 490;

/// A reply with its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServerReply {
    /// Code, enhanced status and all text in one line, cut where it is too long.
    pub(crate) reply: Reply,
    /// The lines of text as they came.
    pub(crate) lines: Vec<String>,
}

/// Why the server's octets are not a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReplyFault {
    #[error("a reply line is over {REPLY_LINE_OCTETS_MAX} octets")]
    LineTooLong,
    #[error("a reply has over {REPLY_LINES_MAX} lines")]
    TooManyLines,
    #[error("a reply line does not begin with a reply code")]
    Code,
    #[error("the lines of a reply have different codes")]
    Mixed,
}

/// Gathers octets and gives whole replies.
#[derive(Debug, Default)]
pub(crate) struct ReplyReader {
    input: Vec<u8>,
    /// Octets of `input` that were taken already.
    taken: usize,
    code: Option<u16>,
    lines: Vec<String>,
}

impl ReplyReader {
    /// Adds octets. Their number is bounded by the caller's read buffer.
    pub(crate) fn push(&mut self, octets: &[u8]) {
        self.input.drain(..self.taken.min(self.input.len()));
        self.taken = 0;
        self.input.extend_from_slice(octets);
    }

    /// Whether octets wait that are not part of a reply taken with [`ReplyReader::take_reply`].
    pub(crate) fn has_more(&self) -> bool {
        self.taken < self.input.len() || !self.lines.is_empty()
    }

    /// The next whole reply; `None` when more octets are needed.
    pub(crate) fn take_reply(&mut self) -> Result<Option<ServerReply>, ReplyFault> {
        loop {
            let rest = self.input.get(self.taken..).unwrap_or_default();
            let Some(end) = memchr(b'\n', rest) else {
                return match rest.len() > REPLY_LINE_OCTETS_MAX {
                    true => Err(ReplyFault::LineTooLong),
                    false => Ok(None),
                };
            };
            let line = rest.get(..end).unwrap_or_default();
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.len() > REPLY_LINE_OCTETS_MAX {
                return Err(ReplyFault::LineTooLong);
            }
            let (code, last, text) = split(line).ok_or(ReplyFault::Code)?;
            if *self.code.get_or_insert(code) != code {
                return Err(ReplyFault::Mixed);
            }
            if self.lines.len() >= REPLY_LINES_MAX {
                return Err(ReplyFault::TooManyLines);
            }
            let text = String::from_utf8_lossy(text).into_owned();
            self.taken = self.taken.saturating_add(end).saturating_add(1);
            self.lines.push(text);
            if last {
                self.code = None;
                let lines = std::mem::take(&mut self.lines);
                let reply = reply(code, &lines).ok_or(ReplyFault::Code)?;
                return Ok(Some(ServerReply { reply, lines }));
            }
        }
    }
}

/// `250-text`, `250 text` or `250`: the code, whether it is the last line, the text.
fn split(line: &[u8]) -> Option<(u16, bool, &[u8])> {
    let (digits, rest) = line.split_at_checked(3)?;
    let [first, second, third] = digits else {
        return None;
    };
    let valid = matches!(first, b'2'..=b'5') && matches!(second, b'0'..=b'5');
    if !valid || !third.is_ascii_digit() {
        return None;
    }
    let code = std::str::from_utf8(digits).ok()?.parse().ok()?;
    match rest.split_first() {
        None => Some((code, true, rest)),
        Some((b' ', text)) => Some((code, true, text)),
        Some((b'-', text)) => Some((code, false, text)),
        Some(_) => None,
    }
}

/// One line out of many: the enhanced status of the first, taken off each line that repeats it.
fn reply(code: u16, lines: &[String]) -> Option<Reply> {
    let status = lines.first().and_then(|line| leading_status(line));
    let fitting = status.filter(|status| u16::from(status.0) == code / 100);
    let mut text = String::new();
    for line in lines {
        let line = match (fitting, leading_status(line)) {
            (Some(_), Some(_)) => line.split_once(' ').map_or("", |(_, text)| text),
            _ => line,
        };
        if !text.is_empty() {
            text.push(' ');
        }
        for c in line.trim().chars() {
            if text.len().saturating_add(c.len_utf8()) > TEXT_OCTETS_MAX {
                return Reply::new(code, fitting, &text).ok();
            }
            text.push(if c.is_control() { ' ' } else { c });
        }
    }
    text.truncate(TEXT_OCTETS_MAX);
    Reply::new(code, fitting, &text).ok()
}

fn leading_status(line: &str) -> Option<EnhancedStatus> {
    EnhancedStatus::parse(line.split(' ').next()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    fn all(input: &[u8], chunk: usize) -> Result<Vec<ServerReply>, ReplyFault> {
        let (mut reader, mut replies) = (ReplyReader::default(), Vec::new());
        for octets in input.chunks(chunk.max(1)) {
            reader.push(octets);
            while let Some(reply) = reader.take_reply()? {
                replies.push(reply);
            }
        }
        Ok(replies)
    }

    #[track_caller]
    fn check(input: &str, expected: Expect) {
        let whole = all(input.as_bytes(), usize::MAX);
        assert_eq!(whole, all(input.as_bytes(), 1), "octet by octet");
        expected.assert_eq(&match whole {
            Err(fault) => format!("error: {fault}"),
            Ok(replies) => {
                let mut wire = Vec::new();
                replies.iter().for_each(|r| r.reply.write_to(&mut wire));
                String::from_utf8(wire).unwrap().replace('\r', "")
            }
        });
    }

    #[test]
    fn replies() {
        check("250 ok\r\n", expect![["250 ok\n"]]);
        check("250\r\n", expect![["250 \n"]]);
        check("250 \n", expect![["250 \n"]]);
        check(
            "250-mx\r\n250-SIZE 5\r\n250 OK\r\n",
            expect![["250 mx SIZE 5 OK\n"]],
        );
        check(
            "550-5.1.1 no such\r\n550 5.1.1 user\r\n354 go\r\n",
            expect![["550 5.1.1 no such user\n354 go\n"]],
        );
        check(
            "550 4.1.1 wrong class\r\n",
            expect![["550 4.1.1 wrong class\n"]],
        );
        check(
            "421 a\tb\0c\u{85}\r\n",
            expect![[r#"
            421 a b c
        "#]],
        );
        check("250 half", expect![[""]]);
    }

    #[test]
    fn hostile_replies() {
        for bad in [
            "", "25", "099 x", "199 x", "600 x", "2a0 x", "250x", "260 x", "-50 x", "\0",
        ] {
            let read = all(format!("{bad}\r\n").as_bytes(), 7);
            assert_eq!(read, Err(ReplyFault::Code), "{bad:?}");
        }
        check(
            "250-a\r\n251 b\r\n",
            expect!["error: the lines of a reply have different codes"],
        );
        check(
            &"2".repeat(3_000),
            expect!["error: a reply line is over 2048 octets"],
        );
        check(
            &format!("250 {}\r\n", "x".repeat(3_000)),
            expect!["error: a reply line is over 2048 octets"],
        );
        check(
            &"250-x\r\n".repeat(200),
            expect!["error: a reply has over 128 lines"],
        );
    }

    #[test]
    fn long_texts_are_cut_on_a_character() {
        let replies = all(format!("550 5.1.1 {}\r\n", "ä".repeat(900)).as_bytes(), 64).unwrap();
        assert_eq!(replies[0].reply.lines()[0], "ä".repeat(245));
        assert_eq!(replies[0].reply.status(), Some(EnhancedStatus(5, 1, 1)));
    }

    proptest! {
        #[test]
        fn no_octets_make_it_panic_and_cuts_do_not_matter(
            input in prop::collection::vec(prop::sample::select(b"2505 -.\r\nx\xff".to_vec()), 0..64),
            chunk in 1_usize..9,
        ) {
            prop_assert_eq!(all(&input, usize::MAX), all(&input, chunk));
        }
    }
}
