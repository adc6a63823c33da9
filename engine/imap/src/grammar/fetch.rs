//! FETCH and its data items (RFC 9051 §6.4.5, RFC 3501 §6.4.5, RFC 7162 §3.1.4).

use super::cursor::{Cursor, Parsed, SyntaxError};
use super::sequence_set::{SequenceSet, sequence_set};

/// Names in one header list.
const HEADER_NAMES_MAX: usize = 256;
/// Levels of a part number.
const PART_LEVELS_MAX: usize = 64;

/// `FETCH` without its tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// Which messages.
    pub set: SequenceSet,
    /// What about them, in the order asked.
    pub items: Vec<FetchItem>,
    /// Only messages changed since (RFC 7162 §3.1.4.1).
    pub changed_since: Option<u64>,
}

/// One data item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchItem {
    /// `ENVELOPE`
    Envelope,
    /// `FLAGS`
    Flags,
    /// `INTERNALDATE`
    InternalDate,
    /// `RFC822.SIZE`
    Size,
    /// `BODY` without section
    Body,
    /// `BODYSTRUCTURE`
    BodyStructure,
    /// `UID`
    Uid,
    /// `MODSEQ`
    ModSeq,
    /// `BODY[…]`, `BODY.PEEK[…]`, `RFC822`, `RFC822.HEADER`, `RFC822.TEXT`
    Section(SectionItem),
    /// `BINARY[…]`, `BINARY.PEEK[…]`
    Binary(BinaryItem),
    /// `BINARY.SIZE[…]`
    BinarySize(BinaryItem),
}

/// Octets of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionItem {
    /// What the response calls it: `BODY[HEADER]<0>`, in upper case.
    pub label: Vec<u8>,
    /// `section-part`; empty for the message itself.
    pub part: Vec<u32>,
    /// What of the part.
    pub text: SectionText,
    /// First octet and number of octets.
    pub partial: Option<(u64, u64)>,
    /// Whether `\Seen` stays as it is.
    pub peek: bool,
}

/// Decoded octets of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinaryItem {
    /// What the response calls it.
    pub label: Vec<u8>,
    /// `section-part`; empty for the message itself.
    pub part: Vec<u32>,
    /// First octet and number of octets.
    pub partial: Option<(u64, u64)>,
    /// Whether `\Seen` stays as it is.
    pub peek: bool,
}

/// `section-text`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SectionText {
    /// Nothing: all octets of the part.
    Whole,
    /// `HEADER`
    Header,
    /// `HEADER.FIELDS` and `HEADER.FIELDS.NOT`
    Fields {
        /// The names as sent.
        names: Vec<Vec<u8>>,
        /// Whether these are left out instead.
        except: bool,
    },
    /// `TEXT`
    Text,
    /// `MIME`
    Mime,
}

/// `fetch = "FETCH" SP sequence-set SP ("ALL" / "FULL" / "FAST" / fetch-att / "(" … ")")`, after the
/// first space.
///
/// # Errors
/// Where it is malformed.
pub fn fetch(cursor: &mut Cursor<'_>) -> Parsed<Fetch> {
    let set = sequence_set(cursor)?;
    cursor.space()?;
    let items = if cursor.peek() == Some(b'(') {
        cursor.list(cursor.limits.fetch_items_max, fetch_att)?
    } else {
        macro_or_item(cursor)?
    };
    if items.is_empty() {
        return Err(SyntaxError("nothing to fetch"));
    }
    let mut changed_since = None;
    if cursor.eat(b' ') {
        cursor.expect(b'(', "expected ( before the modifiers")?;
        if !cursor.eat_word("CHANGEDSINCE ") {
            return Err(SyntaxError("unknown FETCH modifier"));
        }
        changed_since = Some(cursor.number64()?);
        cursor.expect(b')', "expected ) after the modifiers")?;
    }
    Ok(Fetch {
        set,
        items,
        changed_since,
    })
}

fn macro_or_item(cursor: &mut Cursor<'_>) -> Parsed<Vec<FetchItem>> {
    use FetchItem::{Body, Envelope, Flags, InternalDate, Size};
    let fast = [Flags, InternalDate, Size];
    let extra: &[FetchItem] = if cursor.eat_word("ALL") {
        &[Envelope]
    } else if cursor.eat_word("FULL") {
        &[Envelope, Body]
    } else if cursor.eat_word("FAST") {
        &[]
    } else {
        return Ok(vec![fetch_att(cursor)?]);
    };
    Ok(fast.into_iter().chain(extra.iter().cloned()).collect())
}

/// `fetch-att`
///
/// # Errors
/// For unknown items and malformed sections.
pub fn fetch_att(cursor: &mut Cursor<'_>) -> Parsed<FetchItem> {
    let name = cursor.run(|octet| octet.is_ascii_alphanumeric() || octet == b'.');
    let name = name.to_ascii_uppercase();
    Ok(match (&name[..], cursor.peek() == Some(b'[')) {
        (b"ENVELOPE", _) => FetchItem::Envelope,
        (b"FLAGS", _) => FetchItem::Flags,
        (b"INTERNALDATE", _) => FetchItem::InternalDate,
        (b"RFC822.SIZE", _) => FetchItem::Size,
        (b"BODYSTRUCTURE", _) => FetchItem::BodyStructure,
        (b"UID", _) => FetchItem::Uid,
        (b"MODSEQ", _) => FetchItem::ModSeq,
        (b"BODY", false) => FetchItem::Body,
        (b"RFC822", _) => whole("RFC822", SectionText::Whole, false),
        (b"RFC822.HEADER", _) => whole("RFC822.HEADER", SectionText::Header, true),
        (b"RFC822.TEXT", _) => whole("RFC822.TEXT", SectionText::Text, false),
        (b"BODY", true) => FetchItem::Section(section(cursor, false)?),
        (b"BODY.PEEK", true) => FetchItem::Section(section(cursor, true)?),
        (b"BINARY", true) => FetchItem::Binary(binary(cursor, "BINARY", false)?),
        (b"BINARY.PEEK", true) => FetchItem::Binary(binary(cursor, "BINARY", true)?),
        (b"BINARY.SIZE", true) => FetchItem::BinarySize(binary(cursor, "BINARY.SIZE", true)?),
        _ => return Err(SyntaxError("unknown FETCH data item")),
    })
}

fn whole(label: &str, text: SectionText, peek: bool) -> FetchItem {
    FetchItem::Section(SectionItem {
        label: label.into(),
        part: Vec::new(),
        text,
        partial: None,
        peek,
    })
}

/// `section = "[" [section-spec] "]"` and `[partial]`
fn section(cursor: &mut Cursor<'_>, peek: bool) -> Parsed<SectionItem> {
    cursor.expect(b'[', "expected [")?;
    let mut label = b"BODY[".to_vec();
    let part = section_part(cursor, &mut label)?;
    let text = if cursor.peek() == Some(b']') {
        SectionText::Whole
    } else {
        if !part.is_empty() {
            label.push(b'.');
        }
        section_text(cursor, &part, &mut label)?
    };
    cursor.expect(b']', "expected ] after the section")?;
    label.push(b']');
    let partial = partial(cursor, &mut label)?;
    Ok(SectionItem {
        label,
        part,
        text,
        partial,
        peek,
    })
}

/// `section-binary = "[" [section-part] "]"` and `[partial]`
fn binary(cursor: &mut Cursor<'_>, name: &str, peek: bool) -> Parsed<BinaryItem> {
    let mut label = name.as_bytes().to_vec();
    label.push(b'[');
    cursor.expect(b'[', "expected [")?;
    let part = section_part(cursor, &mut label)?;
    cursor.expect(b']', "expected ] after the section")?;
    label.push(b']');
    let partial = partial(cursor, &mut label)?;
    Ok(BinaryItem {
        label,
        part,
        partial,
        peek,
    })
}

/// `section-part = nz-number *("." nz-number)`, and the period before a `section-text`.
fn section_part(cursor: &mut Cursor<'_>, label: &mut Vec<u8>) -> Parsed<Vec<u32>> {
    let mut part = Vec::new();
    while cursor.peek().is_some_and(|octet| octet.is_ascii_digit()) {
        if part.len() >= PART_LEVELS_MAX {
            return Err(SyntaxError("the part number has too many levels"));
        }
        let number = cursor.nz_number()?;
        if !part.is_empty() {
            label.push(b'.');
        }
        label.extend_from_slice(number.to_string().as_bytes());
        part.push(number);
        if !cursor.eat(b'.') {
            return if cursor.peek() == Some(b']') {
                Ok(part)
            } else {
                Err(SyntaxError("expected . or ] after a part number"))
            };
        }
    }
    if !part.is_empty() && cursor.peek() == Some(b']') {
        return Err(SyntaxError("expected a part number after ."));
    }
    Ok(part)
}

/// `section-text = section-msgtext / "MIME"`
fn section_text(cursor: &mut Cursor<'_>, part: &[u32], label: &mut Vec<u8>) -> Parsed<SectionText> {
    let name = cursor.run(|octet| octet.is_ascii_alphabetic() || octet == b'.');
    let name = name.to_ascii_uppercase();
    label.extend_from_slice(&name);
    let except = name == b"HEADER.FIELDS.NOT";
    match &name[..] {
        b"HEADER" => Ok(SectionText::Header),
        b"TEXT" => Ok(SectionText::Text),
        b"MIME" if !part.is_empty() => Ok(SectionText::Mime),
        b"HEADER.FIELDS" | b"HEADER.FIELDS.NOT" => {
            cursor.space()?;
            let names = cursor.list(HEADER_NAMES_MAX, header_fld_name)?;
            if names.is_empty() {
                return Err(SyntaxError("expected header field names"));
            }
            label.extend_from_slice(b" (");
            label.extend_from_slice(&names.join(&b' ').to_ascii_uppercase());
            label.push(b')');
            Ok(SectionText::Fields { names, except })
        }
        _ => Err(SyntaxError("unknown section")),
    }
}

/// `header-fld-name = astring`; only what can be a name and goes back as an atom.
fn header_fld_name(cursor: &mut Cursor<'_>) -> Parsed<Vec<u8>> {
    let name = cursor.astring()?;
    let valid = !name.is_empty()
        && name
            .iter()
            .all(|octet| super::cursor::is_astring_char(*octet) && *octet != b':');
    if valid {
        Ok(name)
    } else {
        Err(SyntaxError("that is no header field name"))
    }
}

/// `partial = "<" number64 "." nz-number64 ">"`
fn partial(cursor: &mut Cursor<'_>, label: &mut Vec<u8>) -> Parsed<Option<(u64, u64)>> {
    if !cursor.eat(b'<') {
        return Ok(None);
    }
    let start = cursor.number64()?;
    cursor.expect(b'.', "expected . in the partial")?;
    let octets = cursor.number64()?;
    cursor.expect(b'>', "expected > after the partial")?;
    if octets == 0 {
        return Err(SyntaxError("a partial of no octets"));
    }
    label.extend_from_slice(format!("<{start}>").as_bytes());
    Ok(Some((start, octets)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    #[track_caller]
    fn check(text: &str, labels: &[&str]) {
        let limits = Limits::default();
        let mut cursor = Cursor::new(text.as_bytes(), &limits);
        let fetch = fetch(&mut cursor).unwrap();
        cursor.end().unwrap();
        let found: Vec<_> = fetch
            .items
            .iter()
            .filter_map(|item| match item {
                FetchItem::Section(section) => Some(section.label.clone()),
                FetchItem::Binary(binary) | FetchItem::BinarySize(binary) => {
                    Some(binary.label.clone())
                }
                FetchItem::Envelope
                | FetchItem::Flags
                | FetchItem::InternalDate
                | FetchItem::Size
                | FetchItem::Body
                | FetchItem::BodyStructure
                | FetchItem::Uid
                | FetchItem::ModSeq => None,
            })
            .map(|label| String::from_utf8(label).unwrap())
            .collect();
        assert_eq!(found, labels, "{text}");
    }

    #[test]
    fn sections_are_read_and_named() {
        check("1 (flags body[])", &["BODY[]"]);
        check("1 body.peek[1.2.header]<5.10>", &["BODY[1.2.HEADER]<5>"]);
        check(
            "1:* (UID BODY.PEEK[HEADER.FIELDS (Subject \"from\")] RFC822.SIZE)",
            &["BODY[HEADER.FIELDS (SUBJECT FROM)]"],
        );
        check("1 BODY[3.MIME]", &["BODY[3.MIME]"]);
        check(
            "1 (BINARY[1]<0.5> BINARY.SIZE[2])",
            &["BINARY[1]<0>", "BINARY.SIZE[2]"],
        );
        check("1 ALL", &[]);
        check("1 RFC822", &["RFC822"]);
        let limits = Limits::default();
        for bad in [
            "1 ()",
            "1 FOO",
            "1 BODY[",
            "1 BODY[MIME]",
            "1 BODY[1.]",
            "1 BODY[0]",
            "1 BODY[1X]",
            "1 BODY[HEADER.FIELDS]",
            "1 BODY[HEADER.FIELDS ()]",
            "1 BODY[]<0.0>",
            "1 BODY[]<0>",
            "1 BINARY",
            "1 (FLAGS",
            "1 BODY[HEADER.FIELDS (a:b)]",
            "1",
        ] {
            let mut cursor = Cursor::new(bad.as_bytes(), &limits);
            assert!(fetch(&mut cursor).is_err(), "{bad}");
        }
    }
}
