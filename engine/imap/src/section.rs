//! Where sections of a message lie (RFC 9051 §6.4.5.1).

use crate::grammar::fetch::SectionText;
use std::io;
use waxseal_mail::{MessageIndex, Part};
use waxseal_ports::ReadAt;

/// Octets read at first to find the end of a header section.
const HEADER_GUESS_OCTETS: usize = 4_096;

/// A run of octets of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u64,
    pub(crate) end: u64,
}

impl Span {
    pub(crate) const fn octets(self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// The part of it that a partial asks for.
    pub(crate) fn cut(self, partial: Option<(u64, u64)>) -> Self {
        let Some((skip, octets)) = partial else {
            return self;
        };
        let start = self.start.saturating_add(skip).min(self.end);
        Self {
            start,
            end: start.saturating_add(octets).min(self.end),
        }
    }
}

/// The span of a section of a part other than the message itself; `None` where there is no such
/// section. For header fields it is the whole header section.
pub(crate) fn locate(index: &MessageIndex, part: &[u32], text: &SectionText) -> Option<Span> {
    let Some(found) = find(index, part) else {
        let whole = implied(index, part)?;
        return match text {
            SectionText::Whole => Some(whole.content),
            SectionText::Mime => Some(whole.header),
            SectionText::Header | SectionText::Fields { .. } => Some(Span {
                start: whole.content.start,
                end: whole.inner_header_end?,
            }),
            SectionText::Text => Some(Span {
                start: whole.inner_header_end?,
                end: whole.content.end,
            }),
        };
    };
    let (start, end) = match text {
        SectionText::Whole => (found.content_start, found.content_end),
        SectionText::Mime => (found.header_start, found.content_start),
        SectionText::Header | SectionText::Fields { .. } => {
            (found.content_start, found.inner_header_end?)
        }
        SectionText::Text => (found.inner_header_end?, found.content_end),
    };
    Some(Span { start, end })
}

/// The part with that section number.
pub(crate) fn find<'a>(index: &'a MessageIndex, part: &[u32]) -> Option<&'a Part> {
    index.parts.iter().find(|known| known.section == part)
}

/// The only part of a message that is not multipart: number 1 of it, which has no number of its own.
pub(crate) struct Implied {
    pub(crate) header: Span,
    pub(crate) content: Span,
    /// Where the header section of a message within ends, if the content is one.
    pub(crate) inner_header_end: Option<u64>,
    /// The message it is the content of.
    pub(crate) of: usize,
}

/// Part `….1` of a message or of a `message/rfc822` part whose inside is a single part.
pub(crate) fn implied(index: &MessageIndex, part: &[u32]) -> Option<Implied> {
    let (1, outer) = part.split_last()? else {
        return None;
    };
    let of = index
        .parts
        .iter()
        .position(|known| known.section == outer)?;
    let message = index.parts.get(of)?;
    if outer.is_empty() && message.media_type != "multipart" {
        return Some(Implied {
            header: Span {
                start: 0,
                end: message.content_start,
            },
            content: Span {
                start: message.content_start,
                end: message.content_end,
            },
            inner_header_end: message.inner_header_end,
            of,
        });
    }
    let inner = message.inner_header_end?;
    let start = u32::try_from(of).ok();
    let has_parts = index
        .parts
        .iter()
        .any(|p| p.parent == start && p.section.len() > outer.len());
    (!has_parts).then_some(Implied {
        header: Span {
            start: message.content_start,
            end: inner,
        },
        content: Span {
            start: inner,
            end: message.content_end,
        },
        inner_header_end: None,
        of,
    })
}

/// Reads the header section of a whole message into `buffer`, the empty line included.
pub(crate) fn read_header(message: &dyn ReadAt, buffer: &mut Vec<u8>) -> io::Result<()> {
    buffer.clear();
    if let Some(octets) = message.as_bytes() {
        let end = header_end(&octets).unwrap_or(octets.len());
        buffer.extend_from_slice(octets.get(..end).unwrap_or_default());
        return Ok(());
    }
    let mut wanted = HEADER_GUESS_OCTETS;
    loop {
        let known = buffer.len();
        let end = u64::try_from(wanted)
            .unwrap_or(u64::MAX)
            .min(message.octets());
        let start = u64::try_from(known).unwrap_or(u64::MAX);
        read_span(message, Span { start, end }, buffer)?;
        if let Some(end) = header_end(buffer) {
            buffer.truncate(end);
            return Ok(());
        }
        if buffer.len() < wanted || buffer.len() == known {
            return Ok(());
        }
        wanted = wanted.saturating_mul(4);
    }
}

/// Appends a span of the message to `buffer`.
pub(crate) fn read_span(message: &dyn ReadAt, span: Span, buffer: &mut Vec<u8>) -> io::Result<()> {
    let octets = usize::try_from(span.octets()).map_err(io::Error::other)?;
    if let Some(bytes) = message.as_bytes() {
        let start = usize::try_from(span.start).map_err(io::Error::other)?;
        let taken = start
            .checked_add(octets)
            .and_then(|end| bytes.get(start..end));
        buffer.extend_from_slice(taken.ok_or(io::ErrorKind::UnexpectedEof)?);
        return Ok(());
    }
    let before = buffer.len();
    buffer.resize(before + octets, 0);
    let mut filled = 0;
    while filled < octets {
        let offset = span.start + u64::try_from(filled).unwrap_or(u64::MAX);
        let room = buffer.get_mut(before + filled..).unwrap_or_default();
        match message.read_at(offset, room)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => filled += read,
        }
    }
    Ok(())
}

/// The octets of the header section, its empty line included, as the `mail` room splits messages: a
/// line ends with LF, with or without CR before it.
pub(crate) fn header_end(octets: &[u8]) -> Option<usize> {
    let mut line = 0;
    loop {
        let rest = octets.get(line..)?;
        if rest.starts_with(b"\n") {
            return Some(line + 1);
        }
        if rest.starts_with(b"\r\n") {
            return Some(line + 2);
        }
        line += memchr::memchr(b'\n', rest)? + 1;
    }
}

/// The fields of a header section with their continuation lines, the empty line left out.
pub(crate) fn fields(header: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = header;
    std::iter::from_fn(move || {
        if rest.is_empty() || rest.starts_with(b"\r\n") || rest.starts_with(b"\n") {
            return None;
        }
        let mut end = 0;
        loop {
            let after = rest.get(end..).unwrap_or_default();
            end = memchr::memchr(b'\n', after).map_or(rest.len(), |at| end + at + 1);
            if !matches!(rest.get(end), Some(b' ' | b'\t')) {
                break;
            }
        }
        let (field, after) = rest.split_at(end);
        rest = after;
        Some(field)
    })
}

/// The name of a field.
pub(crate) fn field_name(field: &[u8]) -> &[u8] {
    let end = memchr::memchr(b':', field).unwrap_or(0);
    field.get(..end).unwrap_or_default().trim_ascii_end()
}

/// Appends the fields that were asked for, and an empty line (RFC 9051 §6.4.5.1).
pub(crate) fn put_fields(header: &[u8], names: &[Vec<u8>], except: bool, out: &mut Vec<u8>) {
    for field in fields(header) {
        let name = field_name(field);
        let named = names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name));
        if named != except {
            out.extend_from_slice(field);
            if !field.ends_with(b"\n") {
                out.extend_from_slice(b"\r\n");
            }
        }
    }
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_mail::Part;

    #[test]
    fn headers_are_split_and_picked() {
        let header = b"From: a\r\nSubject: b\r\n c\r\nTo: d\r\n\r\nbody";
        assert_eq!(header_end(header), Some(header.len() - 4));
        assert_eq!(header_end(b"\r\nbody"), Some(2));
        assert_eq!(header_end(b"a: b\nc"), None);
        let mut out = Vec::new();
        put_fields(header, &[b"subject".to_vec()], false, &mut out);
        assert_eq!(out, b"Subject: b\r\n c\r\n\r\n");
        out.clear();
        put_fields(header, &[b"subject".to_vec()], true, &mut out);
        assert_eq!(out, b"From: a\r\nTo: d\r\n\r\n");
    }

    #[test]
    fn parts_without_a_number_of_their_own_are_found() {
        let index = MessageIndex {
            parts: vec![
                Part {
                    media_type: "multipart".into(),
                    content_end: 100,
                    ..Part::default()
                },
                Part {
                    section: vec![1],
                    parent: Some(0),
                    header_start: 10,
                    content_start: 20,
                    content_end: 90,
                    inner_header_end: Some(40),
                    ..Part::default()
                },
            ],
            ..MessageIndex::default()
        };
        let span = |part: &[u32], text| locate(&index, part, &text).map(|s| (s.start, s.end));
        assert_eq!(span(&[1], SectionText::Whole), Some((20, 90)));
        assert_eq!(span(&[1], SectionText::Mime), Some((10, 20)));
        assert_eq!(span(&[1], SectionText::Header), Some((20, 40)));
        assert_eq!(span(&[1], SectionText::Text), Some((40, 90)));
        assert_eq!(span(&[1, 1], SectionText::Whole), Some((40, 90)));
        assert_eq!(span(&[1, 1], SectionText::Mime), Some((20, 40)));
        assert_eq!(span(&[1, 2], SectionText::Whole), None);
        assert_eq!(span(&[2], SectionText::Whole), None);
    }
}
