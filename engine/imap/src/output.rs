//! What goes to the client: octets in memory, and pieces of messages that are read while they are sent.

use std::sync::Arc;
use waxseal_mail::{FlagBits, KeywordTable, Uid};
use waxseal_ports::ReadAt;

/// Memory kept by an output that was sent; more is given back.
const KEPT_OCTETS: usize = 0;

/// Output that waits to be sent.
#[derive(Default)]
pub struct Output {
    octets: Vec<u8>,
    pieces: Vec<Piece>,
}

/// Octets of a message that stand in the output before its octet number `at`.
pub struct Piece {
    /// Position in [`Output::octets`].
    pub at: usize,
    /// The message.
    pub message: Arc<dyn ReadAt>,
    /// First octet.
    pub start: u64,
    /// Number of octets.
    pub octets: u64,
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = String::from_utf8_lossy(&self.octets);
        write!(f, "{text:?} and {} pieces", self.pieces.len())
    }
}

impl Output {
    /// The octets in memory.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// The pieces, in the order of their positions.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Whether there is nothing to send.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.octets.is_empty() && self.pieces.is_empty()
    }

    /// Forgets what was sent; the memory stays for more.
    pub fn clear(&mut self) {
        self.octets.clear();
        self.pieces.clear();
    }

    /// Gives memory back, for a session that waits.
    pub fn shrink(&mut self) {
        self.octets.shrink_to(KEPT_OCTETS);
        self.pieces.shrink_to(KEPT_OCTETS);
    }

    pub(crate) fn len(&self) -> usize {
        self.octets.len()
    }

    /// Takes back everything after a mark made with [`Output::mark`].
    pub(crate) fn rewind(&mut self, mark: (usize, usize)) {
        self.octets.truncate(mark.0);
        self.pieces.truncate(mark.1);
    }

    pub(crate) fn mark(&self) -> (usize, usize) {
        (self.octets.len(), self.pieces.len())
    }

    pub(crate) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.octets
    }

    pub(crate) fn put(&mut self, text: &str) {
        self.octets.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn piece(&mut self, message: Arc<dyn ReadAt>, start: u64, octets: u64) {
        self.pieces.push(Piece {
            at: self.octets.len(),
            message,
            start,
            octets,
        });
    }

    /// `* text CRLF`
    pub(crate) fn untagged(&mut self, text: &str) {
        self.put("* ");
        self.put(text);
        self.put("\r\n");
    }

    pub(crate) fn number(&mut self, number: u64) {
        put_number(&mut self.octets, number);
    }
}

/// Decimal digits.
pub(crate) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        let digit = u8::try_from(number % 10).unwrap_or(0);
        if let Some(slot) = digits.get_mut(at) {
            *slot = b'0' + digit;
        }
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(at..).unwrap_or_default());
}

/// `flag-list` without `\Recent`.
pub(crate) fn put_flags(out: &mut Vec<u8>, bits: FlagBits, keywords: &KeywordTable) {
    const SYSTEM: [(FlagBits, &[u8]); 5] = [
        (FlagBits::ANSWERED, b"\\Answered "),
        (FlagBits::FLAGGED, b"\\Flagged "),
        (FlagBits::DELETED, b"\\Deleted "),
        (FlagBits::SEEN, b"\\Seen "),
        (FlagBits::DRAFT, b"\\Draft "),
    ];
    const SYSTEM_BITS: FlagBits = FlagBits(0xff);
    out.push(b'(');
    if bits != FlagBits::NONE {
        for (bit, name) in SYSTEM {
            if bits.contains(bit) {
                out.extend_from_slice(name);
            }
        }
        if bits.without(SYSTEM_BITS) != FlagBits::NONE {
            for (position, keyword) in keywords.keywords().iter().enumerate() {
                if bits.contains(FlagBits::keyword(position)) {
                    out.extend_from_slice(keyword.as_str().as_bytes());
                    out.push(b' ');
                }
            }
        }
        if out.last() == Some(&b' ') {
            out.pop();
        }
    }
    out.push(b')');
}

/// `string`: quoted where it can be, else a literal.
pub(crate) fn put_string(out: &mut Vec<u8>, text: &[u8], utf8: bool) {
    let quotable = text.len() <= 1_024
        && text
            .iter()
            .all(|octet| !matches!(octet, b'\r' | b'\n' | 0) && (utf8 || octet.is_ascii()));
    if !quotable {
        out.push(b'{');
        put_number(out, u64::try_from(text.len()).unwrap_or(u64::MAX));
        out.extend_from_slice(b"}\r\n");
        out.extend_from_slice(text);
        return;
    }
    out.push(b'"');
    for octet in text {
        if matches!(octet, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(*octet);
    }
    out.push(b'"');
}

/// `uid-set`: ascending numbers as ranges.
pub(crate) fn put_set(out: &mut Vec<u8>, numbers: impl IntoIterator<Item = u32>) {
    let mut run: Option<(u32, u32)> = None;
    let mut first = true;
    let mut put = |out: &mut Vec<u8>, (low, high): (u32, u32)| {
        if !first {
            out.push(b',');
        }
        first = false;
        put_number(out, low.into());
        if high > low {
            out.push(b':');
            put_number(out, high.into());
        }
    };
    for number in numbers {
        match &mut run {
            Some((_, high)) if high.checked_add(1) == Some(number) => *high = number,
            _ => {
                if let Some(run) = run.replace((number, number)) {
                    put(out, run);
                }
            }
        }
    }
    if let Some(run) = run {
        put(out, run);
    }
}

/// UIDs as text of a set.
pub(crate) fn uid_set(uids: impl IntoIterator<Item = Uid>) -> String {
    let mut out = Vec::new();
    put_set(&mut out, uids.into_iter().map(Uid::get));
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::grammar::cursor::Cursor;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn strings_are_read_as_they_were_written(text in prop::collection::vec(1..=255_u8, 0..60), utf8: bool) {
            let mut out = Vec::new();
            put_string(&mut out, &text, utf8);
            let limits = Limits::default();
            let mut cursor = Cursor::new(&out, &limits);
            prop_assert_eq!(cursor.string(), Ok(text));
            prop_assert!(cursor.is_empty());
        }
    }

    #[test]
    fn numbers_strings_and_sets_are_written() {
        let mut out = Vec::new();
        put_number(&mut out, 0);
        put_number(&mut out, u64::MAX);
        put_string(&mut out, b"a\"b", false);
        put_string(&mut out, "\u{fc}".as_bytes(), false);
        put_set(&mut out, [1, 2, 3, 7, 9, 10]);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "018446744073709551615\"a\\\"b\"{2}\r\n\u{fc}1:3,7,9:10"
        );
    }
}
