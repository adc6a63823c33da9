//! Identifiers: of sessions and messages (for logs and traces) and of rows (for the store).

use std::fmt;

/// Crockford's base 32 without the letters that look like digits; lower case.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Writes 64 bits as 13 characters, most significant first, so that the order is kept.
fn write_base32(value: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for position in (0..13_u32).rev() {
        let index = (value >> (position * 5)) & 31;
        let letter = ALPHABET
            .get(usize::try_from(index).unwrap_or(0))
            .copied()
            .unwrap_or(b'0');
        write!(f, "{}", char::from(letter))?;
    }
    Ok(())
}

/// The reverse of [`write_base32`]; `None` for anything it would not have written.
fn read_base32(text: &str) -> Option<u64> {
    if text.len() != 13 {
        return None;
    }
    text.bytes().try_fold(0_u64, |value, byte| {
        let digit = ALPHABET
            .iter()
            .position(|letter| *letter == byte.to_ascii_lowercase())?;
        value
            .checked_mul(32)?
            .checked_add(u64::try_from(digit).ok()?)
    })
}

/// One connection of a client, in logs and in traces: `s` and 13 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(pub u64);

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("s")?;
        write_base32(self.0, f)
    }
}

/// One accepted message, from its transaction to its last delivery: `m` and 13 characters.
///
/// This is the name an administrator sees in the `250` reply, in `Received`, in the queue and in
/// `waxseal message trace`; it is not the `Message-ID` field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(pub u64);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("m")?;
        write_base32(self.0, f)
    }
}

impl MessageId {
    /// Reads what [`fmt::Display`] wrote; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.strip_prefix('m').and_then(read_base32).map(Self)
    }
}

/// A hosted domain: the tenant. Nothing of one domain is ever visible to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DomainId(pub i64);

/// An account of a hosted domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(pub i64);

/// A mailbox (in IMAP's sense) of an account. Never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MailboxId(pub i64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_ids_round_trip() {
        for value in [0, 1, 31, 32, u64::MAX, 0x0123_4567_89ab_cdef] {
            let text = MessageId(value).to_string();
            assert_eq!(MessageId::parse(&text), Some(MessageId(value)), "{text}");
        }
        assert_eq!(MessageId::parse("m"), None);
        assert_eq!(MessageId::parse("mzzzzzzzzzzzzz"), None, "past 64 bits");
        assert_eq!(MessageId::parse("m000000000000u"), None);
    }
}
