//! The header fields this room reads, gathered from one header section.

use crate::cursor::is_white;
use std::ops::Range;

/// A field that somebody reads; all others are passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    Date,
    Subject,
    From,
    Sender,
    ReplyTo,
    To,
    Cc,
    Bcc,
    InReplyTo,
    MessageId,
    ContentType,
    ContentTransferEncoding,
    ContentId,
    ContentDescription,
    ContentDisposition,
    ContentMd5,
    ContentLanguage,
    ContentLocation,
}

const NAMES: [(&[u8], Name); 18] = [
    (b"date", Name::Date),
    (b"subject", Name::Subject),
    (b"from", Name::From),
    (b"sender", Name::Sender),
    (b"reply-to", Name::ReplyTo),
    (b"to", Name::To),
    (b"cc", Name::Cc),
    (b"bcc", Name::Bcc),
    (b"in-reply-to", Name::InReplyTo),
    (b"message-id", Name::MessageId),
    (b"content-type", Name::ContentType),
    (b"content-transfer-encoding", Name::ContentTransferEncoding),
    (b"content-id", Name::ContentId),
    (b"content-description", Name::ContentDescription),
    (b"content-disposition", Name::ContentDisposition),
    (b"content-md5", Name::ContentMd5),
    (b"content-language", Name::ContentLanguage),
    (b"content-location", Name::ContentLocation),
];

/// Values of the fields of one header section, folds included.
#[derive(Default)]
pub(crate) struct Fields {
    octets: Vec<u8>,
    entries: Vec<(Name, Range<usize>)>,
    /// The last field is one of ours, so its continuation lines are too.
    keeping: bool,
}

impl Fields {
    /// Forgets everything, keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.octets.clear();
        self.entries.clear();
        self.keeping = false;
    }

    /// Octets kept.
    pub(crate) fn len(&self) -> usize {
        self.octets.len()
    }

    /// Takes a line, or a piece of one, of the header section. With `room` octets left it keeps no
    /// more; answers `false` if it had to leave some out.
    pub(crate) fn push(&mut self, line: &[u8], starts_line: bool, room: usize) -> bool {
        let continues = !starts_line || line.first().copied().is_some_and(is_white);
        if continues {
            return !self.keeping || self.keep(line, room);
        }
        let colon = memchr::memchr(b':', line);
        let parts = colon.and_then(|at| Some((line.get(..at)?, line.get(at + 1..)?)));
        let named = parts.and_then(|(name, value)| Some((classify(name)?, value)));
        self.keeping = named.is_some();
        let Some((name, value)) = named else {
            return true;
        };
        let start = self.octets.len();
        self.entries.push((name, start..start));
        self.keep(value, room)
    }

    fn keep(&mut self, octets: &[u8], room: usize) -> bool {
        let kept = octets.get(..room.min(octets.len())).unwrap_or_default();
        self.octets.extend_from_slice(kept);
        if let Some((_, range)) = self.entries.last_mut() {
            range.end = self.octets.len();
        }
        kept.len() == octets.len()
    }

    /// The values of all fields of that name, in order.
    pub(crate) fn all(&self, name: Name) -> impl DoubleEndedIterator<Item = &[u8]> {
        let named = self.entries.iter().filter(move |(n, _)| *n == name);
        named.filter_map(|(_, range)| self.octets.get(range.clone()))
    }

    /// The value of the first field of that name.
    pub(crate) fn first(&self, name: Name) -> Option<&[u8]> {
        self.all(name).next()
    }

    /// The value of the last field of that name.
    pub(crate) fn last(&self, name: Name) -> Option<&[u8]> {
        self.all(name).next_back()
    }
}

fn classify(name: &[u8]) -> Option<Name> {
    let name = name.trim_ascii_end();
    let found = NAMES
        .iter()
        .find(|(known, _)| known.len() == name.len() && known.eq_ignore_ascii_case(name));
    found.map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_our_fields_with_folds() {
        let mut fields = Fields::default();
        for line in [
            " stray\r\n",
            "SUBJECT : a\r\n",
            "\tb\r\n",
            "X-Other: c\r\n",
            " d\r\n",
            "no colon\r\n",
            "To:\r\n",
            "subject: second\r\n",
        ] {
            assert!(fields.push(line.as_bytes(), true, 100));
        }
        assert_eq!(fields.first(Name::Subject).unwrap(), b" a\r\n\tb\r\n");
        assert_eq!(fields.first(Name::To).unwrap(), b"\r\n");
        assert_eq!(fields.last(Name::Subject).unwrap(), b" second\r\n");
        assert!(fields.first(Name::Cc).is_none());
        assert!(!fields.push(b"cc: 12345", true, 3));
        assert_eq!(fields.first(Name::Cc).unwrap(), b" 12");
    }
}
