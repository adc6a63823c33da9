//! APPEND up to the octets of its message (RFC 9051 §6.3.12, RFC 3502).

use super::cursor::{Cursor, Parsed};
use super::date::date_time;
use super::flags::flag_list;
use super::mailbox::{RawName, mailbox};
use waxseal_mail::{Flag, Timestamp};

/// What stands before one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppendMessage {
    /// Flags to set.
    pub flags: Vec<Flag>,
    /// The internal date, where it is given.
    pub internal_date: Option<Timestamp>,
    /// Octets of the message.
    pub octets: u64,
}

/// `"APPEND" SP mailbox SP`, after the first space. `Ok(None)` where the mailbox is a literal that is
/// still to come.
///
/// # Errors
/// Where it is malformed.
pub fn append_mailbox(cursor: &mut Cursor<'_>) -> Parsed<Option<RawName>> {
    if cursor.peek() == Some(b'{') && memchr::memchr(b'\n', cursor.rest()).is_none() {
        return Ok(None);
    }
    let name = mailbox(cursor)?;
    cursor.space()?;
    Ok(Some(name))
}

/// `[flag-list SP] [date-time SP] literal`, up to the CRLF of the literal's announcement.
///
/// # Errors
/// Where it is malformed.
pub fn append_message(cursor: &mut Cursor<'_>) -> Parsed<AppendMessage> {
    let mut flags = Vec::new();
    if cursor.peek() == Some(b'(') {
        flags = flag_list(cursor)?;
        cursor.space()?;
    }
    let mut internal_date = None;
    if cursor.peek() == Some(b'"') {
        internal_date = Some(date_time(cursor)?);
        cursor.space()?;
    }
    // RFC 3516 literals are taken as they are: the octets of a message are kept anyhow.
    cursor.eat(b'~');
    cursor.expect(b'{', "expected the message as a literal")?;
    let octets = cursor.number64()?;
    cursor.eat(b'+');
    cursor.expect(b'}', "expected } after the octets of a literal")?;
    cursor.end()?;
    Ok(AppendMessage {
        flags,
        internal_date,
        octets,
    })
}

/// The octets a literal at the end of a line announces, and whether the client waits for leave to
/// send them (RFC 7888): the end of `line` is `{n}` or `{n+}`.
#[must_use]
pub fn announced_literal(line: &[u8]) -> Option<(u64, Waiting)> {
    let inside = line.strip_suffix(b"}")?;
    let open = memchr::memrchr(b'{', inside)?;
    let number = inside.get(open + 1..)?;
    let (digits, waiting) = match number.strip_suffix(b"+") {
        Some(digits) => (digits, Waiting::No),
        None => (number, Waiting::Yes),
    };
    let plain = (1..=20).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    let octets = std::str::from_utf8(digits).ok().filter(|_| plain)?;
    Some((octets.parse().unwrap_or(u64::MAX), waiting))
}

/// Whether the client waits before it sends a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// Synchronizing: it waits for `+`.
    Yes,
    /// Non-synchronizing: the octets follow at once.
    No,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_announced_at_the_end() {
        assert_eq!(announced_literal(b"a LOGIN {5}"), Some((5, Waiting::Yes)));
        assert_eq!(announced_literal(b"a LOGIN {5+}"), Some((5, Waiting::No)));
        assert_eq!(
            announced_literal(b"{18446744073709551616}"),
            Some((u64::MAX, Waiting::Yes))
        );
        for none in ["a {5} b", "a {}", "a {+}", "a {-1}", "a 5}", "{5+ }", ""] {
            assert_eq!(announced_literal(none.as_bytes()), None, "{none}");
        }
    }
}
