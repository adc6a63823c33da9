//! The FETCH response of one message (RFC 9051 §7.5.2).

use crate::Limits;
use crate::grammar::fetch::{BinaryItem, FetchItem, SectionItem, SectionText};
use crate::output::{Output, put_flags, put_number};
use crate::question::Reading;
use crate::section::{Span, find, implied, locate, put_fields, read_header, read_span};
use std::io;
use std::sync::Arc;
use waxseal_mail::{KeywordTable, MessageIndex, Part, SeqNum, TransferEncoding};
use waxseal_ports::snapshot::MessageState;
use waxseal_ports::{MessageParser, ReadAt};

/// How messages of one FETCH are rendered.
pub(super) struct Rendering {
    items: Vec<FetchItem>,
    /// FLAGS is among the items.
    flags: bool,
    rev2: bool,
    asked: usize,
    /// Header sections are read here.
    scratch: Vec<u8>,
}

/// Why a message is left out.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Its octets cannot be read.
    Io,
    /// A part of it is over the limit for decoding.
    TooLong,
}

impl From<io::Error> for Trouble {
    fn from(_: io::Error) -> Self {
        Self::Io
    }
}

/// Where the octets of a message go, and what helps.
type Ground<'a> = (&'a mut Output, &'a dyn MessageParser, &'a Limits);

impl Rendering {
    pub(super) fn new(items: Vec<FetchItem>, rev2: bool) -> Self {
        Self {
            flags: items.contains(&FetchItem::Flags),
            items,
            rev2,
            asked: 0,
            scratch: Vec::new(),
        }
    }

    pub(super) fn items(&self) -> &[FetchItem] {
        &self.items
    }

    /// Remembers how many messages are asked for.
    pub(super) const fn asking(&mut self, messages: usize) {
        self.asked = messages;
    }

    pub(super) const fn asked(&self) -> usize {
        self.asked
    }

    /// A message whose answer is in the snapshot.
    pub(super) fn state(
        &self,
        output: &mut Output,
        seq: SeqNum,
        message: &MessageState,
        keywords: &KeywordTable,
    ) {
        begin(output, seq);
        let mut first = true;
        for item in &self.items {
            let out = output.buffer();
            separate(out, &mut first);
            put_state(out, item, message, keywords);
        }
        output.put(")\r\n");
    }

    /// A message that was read. On trouble the output holds half of it.
    pub(super) fn message(
        &mut self,
        (output, parser, limits): Ground<'_>,
        (seq, message, keywords): (SeqNum, &MessageState, &KeywordTable),
        reading: &Reading,
        tell_flags: bool,
    ) -> Result<(), Trouble> {
        begin(output, seq);
        let mut first = true;
        for item in &self.items {
            separate(output.buffer(), &mut first);
            match item {
                FetchItem::Section(section) => {
                    put_section(output, limits, section, reading, &mut self.scratch)?;
                }
                FetchItem::Binary(binary) => {
                    put_binary((output, parser, limits), binary, reading, false)?;
                }
                FetchItem::BinarySize(binary) => {
                    put_binary((output, parser, limits), binary, reading, true)?;
                }
                FetchItem::Envelope => put_index(output.buffer(), "ENVELOPE ", reading, |index| {
                    &index.envelope
                }),
                FetchItem::Body => {
                    put_index(output.buffer(), "BODY ", reading, |index| &index.body);
                }
                FetchItem::BodyStructure => {
                    put_index(output.buffer(), "BODYSTRUCTURE ", reading, |index| {
                        &index.bodystructure
                    });
                }
                FetchItem::Flags
                | FetchItem::InternalDate
                | FetchItem::Size
                | FetchItem::Uid
                | FetchItem::ModSeq => put_state(output.buffer(), item, message, keywords),
            }
        }
        if tell_flags && !self.flags {
            output.put(" FLAGS ");
            put_flags(output.buffer(), message.flags, keywords);
            if self.rev2 && !self.items.contains(&FetchItem::Uid) {
                output.put(" UID ");
                output.number(message.uid.get().into());
            }
        }
        output.put(")\r\n");
        Ok(())
    }
}

fn begin(output: &mut Output, seq: SeqNum) {
    output.put("* ");
    output.number(seq.get().into());
    output.put(" FETCH (");
}

fn separate(out: &mut Vec<u8>, first: &mut bool) {
    if !*first {
        out.push(b' ');
    }
    *first = false;
}

fn put_state(out: &mut Vec<u8>, item: &FetchItem, message: &MessageState, keywords: &KeywordTable) {
    match item {
        FetchItem::Uid => {
            out.extend_from_slice(b"UID ");
            put_number(out, message.uid.get().into());
        }
        FetchItem::Flags => {
            out.extend_from_slice(b"FLAGS ");
            put_flags(out, message.flags, keywords);
        }
        FetchItem::InternalDate => {
            out.extend_from_slice(b"INTERNALDATE \"");
            out.extend_from_slice(message.internal_date().imap().as_bytes());
            out.push(b'"');
        }
        FetchItem::Size => {
            out.extend_from_slice(b"RFC822.SIZE ");
            put_number(out, message.size.into());
        }
        FetchItem::ModSeq => {
            out.extend_from_slice(b"MODSEQ (");
            put_number(out, message.modseq.0);
            out.push(b')');
        }
        FetchItem::Envelope
        | FetchItem::Body
        | FetchItem::BodyStructure
        | FetchItem::Section(_)
        | FetchItem::Binary(_)
        | FetchItem::BinarySize(_) => {}
    }
}

/// What the index holds ready to send.
fn put_index(
    out: &mut Vec<u8>,
    name: &str,
    reading: &Reading,
    data: impl FnOnce(&MessageIndex) -> &Vec<u8>,
) {
    out.extend_from_slice(name.as_bytes());
    match &reading.index {
        Some(index) => out.extend_from_slice(data(index)),
        None => out.extend_from_slice(b"NIL"),
    }
}

fn put_section(
    output: &mut Output,
    limits: &Limits,
    item: &SectionItem,
    reading: &Reading,
    scratch: &mut Vec<u8>,
) -> Result<(), Trouble> {
    output.buffer().extend_from_slice(&item.label);
    output.put(" ");
    let Some(message) = &reading.message else {
        output.put("NIL");
        return Ok(());
    };
    let all = message.octets();
    if item.part.is_empty() {
        let span = match &item.text {
            SectionText::Whole => Span { start: 0, end: all },
            SectionText::Mime => Span { start: 0, end: 0 },
            SectionText::Text => {
                read_header(&**message, scratch)?;
                let start = u64::try_from(scratch.len()).unwrap_or(all);
                Span { start, end: all }
            }
            SectionText::Header => {
                read_header(&**message, scratch)?;
                put_octets(output.buffer(), scratch, item.partial);
                return Ok(());
            }
            SectionText::Fields { names, except } => {
                read_header(&**message, scratch)?;
                put_chosen(output, scratch, (names, *except), item.partial);
                return Ok(());
            }
        };
        return put_span(output, limits, message, span.cut(item.partial));
    }
    let span = reading
        .index
        .as_ref()
        .and_then(|index| locate(index, &item.part, &item.text));
    match (span, &item.text) {
        (None, _) => output.put("NIL"),
        (Some(span), SectionText::Fields { names, except }) => {
            scratch.clear();
            read_span(&**message, span, scratch)?;
            put_chosen(output, scratch, (names, *except), item.partial);
        }
        (Some(span), _) => return put_span(output, limits, message, span.cut(item.partial)),
    }
    Ok(())
}

/// Header fields that were asked for, as a literal.
fn put_chosen(
    output: &mut Output,
    header: &[u8],
    (names, except): (&[Vec<u8>], bool),
    partial: Option<(u64, u64)>,
) {
    let mut chosen = Vec::with_capacity(256);
    put_fields(header, names, except, &mut chosen);
    put_octets(output.buffer(), &chosen, partial);
}

/// A literal of octets in memory.
fn put_octets(out: &mut Vec<u8>, octets: &[u8], partial: Option<(u64, u64)>) {
    let end = u64::try_from(octets.len()).unwrap_or(u64::MAX);
    let span = Span { start: 0, end }.cut(partial);
    let index = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
    let octets = octets
        .get(index(span.start)..index(span.end))
        .unwrap_or_default();
    out.push(b'{');
    put_number(out, span.octets());
    out.extend_from_slice(b"}\r\n");
    out.extend_from_slice(octets);
}

/// A literal of octets of the message: read now where they are few, while sending where not.
fn put_span(
    output: &mut Output,
    limits: &Limits,
    message: &Arc<dyn ReadAt>,
    span: Span,
) -> Result<(), Trouble> {
    let end = span.end.min(message.octets());
    let span = Span {
        start: span.start.min(end),
        end,
    };
    let out = output.buffer();
    out.push(b'{');
    put_number(out, span.octets());
    out.extend_from_slice(b"}\r\n");
    let few = u64::try_from(limits.output_octets / 4).unwrap_or(u64::MAX);
    if span.octets() <= few {
        read_span(&**message, span, out)?;
    } else {
        output.piece(Arc::clone(message), span.start, span.octets());
    }
    Ok(())
}

/// Decoded octets of a part (RFC 9051 §6.4.5 BINARY), or their number.
fn put_binary(
    (output, parser, limits): Ground<'_>,
    item: &BinaryItem,
    reading: &Reading,
    size_only: bool,
) -> Result<(), Trouble> {
    output.buffer().extend_from_slice(&item.label);
    output.put(" ");
    let found = reading.index.as_ref().zip(reading.message.as_ref());
    let Some((part, message)) =
        found.and_then(|(index, message)| Some((binary_part(index, &item.part)?, message)))
    else {
        output.put(if size_only { "0" } else { "NIL" });
        return Ok(());
    };
    let span = Span {
        start: part.content_start,
        end: part.content_end,
    };
    if part.encoding == TransferEncoding::Identity && size_only {
        output.number(span.octets());
        return Ok(());
    }
    let octets = usize::try_from(span.octets()).unwrap_or(usize::MAX);
    if octets > limits.decoded_octets_max {
        return Err(Trouble::TooLong);
    }
    let decoded = parser.decode(&**message, &part, limits.decoded_octets_max)?;
    if size_only {
        output.number(u64::try_from(decoded.len()).unwrap_or(u64::MAX));
        return Ok(());
    }
    if memchr::memchr(0, &decoded).is_some() {
        output.put("~");
    }
    put_octets(output.buffer(), &decoded, item.partial);
    Ok(())
}

/// The part to decode; the whole message for an empty number.
fn binary_part(index: &MessageIndex, part: &[u32]) -> Option<Part> {
    if part.is_empty() {
        return Some(Part {
            content_end: index.size,
            ..Part::default()
        });
    }
    if let Some(found) = find(index, part) {
        return Some(found.clone());
    }
    let implied = implied(index, part)?;
    let of = index.parts.get(implied.of)?;
    let encoding = if part.len() == 1 {
        of.encoding
    } else {
        TransferEncoding::Identity
    };
    Some(Part {
        content_start: implied.content.start,
        content_end: implied.content.end,
        encoding,
        ..of.clone()
    })
}
