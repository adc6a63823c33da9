//! The parser: from octets to what is kept beside them.

mod parts;

use crate::bodystructure::{self, Form};
use crate::fields::{Fields, Name};
use crate::lines::Lines;
use crate::node::Node;
use crate::transfer::{self, Base64};
use crate::{Limits, address, charset, encoded_word, scanner};
use bytes::Bytes;
use mail_parser::DateTime;
use std::io;
use waxseal_mail::{Address, MessageIndex, Part, TransferEncoding};
use waxseal_ports::draft::Slice;
use waxseal_ports::read_at::read_range;
use waxseal_ports::{MessageParser, ReadAt};

/// Octets decoded between two looks at the limit.
const DECODE_CHUNK_OCTETS: u64 = 64 * 1024;

/// Reads messages within its limits.
#[derive(Debug, Clone, Copy, Default)]
pub struct Parser {
    limits: Limits,
}

impl Parser {
    /// With these limits; [`Parser::default`] has the default ones.
    #[must_use]
    pub const fn new(limits: Limits) -> Self {
        Self { limits }
    }
}

impl MessageParser for Parser {
    fn index(&self, message: &dyn ReadAt) -> io::Result<MessageIndex> {
        let mut index = MessageIndex {
            size: message.octets(),
            ..MessageIndex::default()
        };
        let tree = scanner::scan(Lines::new(message), &self.limits, |fields| {
            describe(fields, &mut index);
        })?;
        index.truncated = tree.truncated;
        if let Some(root) = tree.nodes.first() {
            index.header_octets = root.content_start;
            index.body_lines = root.lines;
        }
        let structure = |form| {
            let mut out = Vec::with_capacity(128 * tree.nodes.len());
            bodystructure::write(&tree.nodes, 0, form, &mut out);
            out
        };
        index.bodystructure = structure(Form::Extended);
        index.body = structure(Form::Basic);
        index.parts = parts::flatten(&tree.nodes);
        let mut nodes = tree.nodes;
        let envelope = nodes
            .first_mut()
            .and_then(|root: &mut Node| root.envelope.take());
        index.envelope = envelope.unwrap_or_default();
        Ok(index)
    }

    fn decode(&self, message: &dyn ReadAt, part: &Part, octets_max: usize) -> io::Result<Bytes> {
        let content = part.content_end.saturating_sub(part.content_start);
        let most = u64::try_from(octets_max).unwrap_or(u64::MAX);
        match part.encoding {
            TransferEncoding::Identity => {
                read_range(message, part.content_start, content.min(most))
            }
            TransferEncoding::Base64 => {
                let mut out = Vec::new();
                let mut decoder = Base64::default();
                let mut at = part.content_start;
                while at < part.content_end && out.len() < octets_max {
                    let octets = DECODE_CHUNK_OCTETS.min(part.content_end - at);
                    decoder.push(&read_range(message, at, octets)?, &mut out);
                    at += octets;
                }
                decoder.finish(&mut out);
                out.truncate(octets_max);
                Ok(out.into())
            }
            TransferEncoding::QuotedPrintable => {
                let slice = Borrowed {
                    whole: message,
                    start: part.content_start,
                    octets: content,
                };
                let mut lines = Lines::new(&slice);
                let mut out = Vec::new();
                while let Some(piece) = lines.next()?.filter(|_| out.len() < octets_max) {
                    transfer::quoted_printable_line(piece.octets, &mut out);
                }
                out.truncate(octets_max);
                Ok(out.into())
            }
        }
    }

    fn to_utf8(&self, part: &Part, decoded: &[u8]) -> String {
        charset::decode(part.charset.as_bytes(), decoded)
    }
}

/// As [`Slice`], of octets that are only borrowed.
struct Borrowed<'a> {
    whole: &'a dyn ReadAt,
    start: u64,
    octets: u64,
}

impl ReadAt for Borrowed<'_> {
    fn octets(&self) -> u64 {
        self.octets
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.octets.saturating_sub(offset);
        let most = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let buffer = buffer.get_mut(..most).unwrap_or_default();
        self.whole
            .read_at(self.start.saturating_add(offset), buffer)
    }

    fn as_bytes(&self) -> Option<Bytes> {
        let whole = Bytes::clone(&self.whole.as_bytes()?);
        let slice = Slice {
            whole: std::sync::Arc::new(whole),
            start: self.start,
            octets: self.octets,
        };
        slice.as_bytes()
    }
}

/// The decoded facts of the message's own header section.
fn describe(fields: &Fields, index: &mut MessageIndex) {
    let date = fields.last(Name::Date).and_then(|value| {
        let text = str::from_utf8(value).ok()?;
        DateTime::parse_rfc822(text).filter(DateTime::is_valid)
    });
    index.date_unix_secs = date.map(|date| date.to_timestamp());
    let subject = fields.last(Name::Subject);
    index.subject = subject.map(encoded_word::decode).unwrap_or_default();
    let id = fields.last(Name::MessageId).unwrap_or_default();
    let id = String::from_utf8_lossy(id.trim_ascii());
    let inside = id
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    index.message_id = inside.map_or(id.trim(), |(id, _)| id).to_owned();
    // The first mailbox: a group's start may stand before it.
    let (from, _) = address::read(fields.first(Name::From).unwrap_or_default(), 16);
    index.from = from.into_iter().find_map(|entry| match entry {
        address::Entry::Mailbox {
            name,
            local_part,
            domain,
            ..
        } => {
            let local_part = String::from_utf8_lossy(&local_part);
            let domain = String::from_utf8_lossy(&domain);
            Some(Address {
                name: encoded_word::decode(&name.unwrap_or_default()),
                address: format!("{local_part}@{domain}"),
            })
        }
        address::Entry::GroupStart(_) | address::Entry::GroupEnd => None,
    });
}
