//! The text of one message, as far as a search needs it. All text is compared in lower case.

use crate::grammar::date::{Day, days, month};
use crate::question::Reading;
use crate::section::{Span, field_name, fields, read_header, read_span};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::io;
use waxseal_mail::Part;
use waxseal_ports::MessageParser;

/// Encoded words of real mail lack their padding now and then.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A message being searched.
pub(crate) struct Content<'a> {
    reading: &'a Reading,
    parser: &'a dyn MessageParser,
    octets_max: usize,
    header: Option<Vec<u8>>,
}

impl<'a> Content<'a> {
    pub(crate) const fn new(
        reading: &'a Reading,
        parser: &'a dyn MessageParser,
        octets_max: usize,
    ) -> Self {
        Self {
            reading,
            parser,
            octets_max,
            header: None,
        }
    }

    fn header(&mut self) -> io::Result<&[u8]> {
        if self.header.is_none() {
            let mut header = Vec::new();
            if let Some(message) = &self.reading.message {
                read_header(&**message, &mut header)?;
            }
            self.header = Some(header);
        }
        Ok(self.header.as_deref().unwrap_or_default())
    }

    /// The day of the Date field, its time and zone disregarded.
    pub(crate) fn sent_day(&mut self) -> io::Result<Option<Day>> {
        let header = self.header()?;
        let field = fields(header).find(|field| field_name(field).eq_ignore_ascii_case(b"date"));
        Ok(field.and_then(date_of))
    }

    /// Whether a field of that name holds the text; an empty text asks for the field only.
    pub(crate) fn header_holds(&mut self, name: &str, text: &str) -> io::Result<bool> {
        let parser = self.parser;
        let header = self.header()?;
        let mut named =
            fields(header).filter(|field| field_name(field).eq_ignore_ascii_case(name.as_bytes()));
        Ok(named.any(|field| {
            let value = field.get(name.len() + 1..).unwrap_or_default();
            text.is_empty() || holds(&unfolded(value, parser), text)
        }))
    }

    /// Whether the header section or the body holds the text.
    pub(crate) fn text_holds(&mut self, text: &str) -> io::Result<bool> {
        let parser = self.parser;
        let header = self.header()?;
        if fields(header).any(|field| holds(&unfolded(field, parser), text)) {
            return Ok(true);
        }
        Ok(self.part_headers_hold(text)? || self.body_holds(text)?)
    }

    /// Whether a MIME header section holds the text.
    fn part_headers_hold(&self, text: &str) -> io::Result<bool> {
        let parts = self
            .reading
            .index
            .iter()
            .flat_map(|index| index.parts.iter().skip(1));
        for part in parts {
            if self.header_span_holds(part.header_start, part.content_start, text)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a text part, or the header section of a message within, holds the text.
    pub(crate) fn body_holds(&self, text: &str) -> io::Result<bool> {
        let Some((index, message)) = self
            .reading
            .index
            .as_ref()
            .zip(self.reading.message.as_ref())
        else {
            return Ok(false);
        };
        for part in &index.parts {
            if let Some(end) = part.inner_header_end
                && self.header_span_holds(part.content_start, end, text)?
            {
                return Ok(true);
            }
            if part.media_type != "text" {
                continue;
            }
            let decoded = self.parser.decode(&**message, part, self.octets_max)?;
            if holds(&self.parser.to_utf8(part, &decoded), text) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn header_span_holds(&self, start: u64, end: u64, text: &str) -> io::Result<bool> {
        let Some(message) = &self.reading.message else {
            return Ok(false);
        };
        let mut octets = Vec::new();
        read_span(&**message, Span { start, end }, &mut octets)?;
        Ok(fields(&octets).any(|field| holds(&unfolded(field, self.parser), text)))
    }
}

fn holds(hay: &str, text: &str) -> bool {
    if hay.is_ascii() {
        let hay = hay.to_ascii_lowercase();
        return memchr::memmem::find(hay.as_bytes(), text.as_bytes()).is_some();
    }
    memchr::memmem::find(hay.to_lowercase().as_bytes(), text.as_bytes()).is_some()
}

/// `[day-of-week ","] day month year …` (RFC 5322 §3.3).
fn date_of(field: &[u8]) -> Option<Day> {
    let colon = memchr::memchr(b':', field)?;
    let value = std::str::from_utf8(field.get(colon + 1..)?).ok()?;
    let date = value.split_once(',').map_or(value, |(_, date)| date);
    let mut words = date.split_ascii_whitespace();
    let day = words.next()?.parse().ok()?;
    let month = month(words.next()?.as_bytes())?;
    let year = words.next()?;
    let number: i64 = year.parse().ok()?;
    // RFC 5322 §4.3: years of two and three digits.
    let year = match (year.len(), number) {
        (2, 0..=49) => 2000 + number,
        (2 | 3, _) => 1900 + number,
        _ => number,
    };
    days(year, month, day)
}

/// A header field unfolded, its encoded words decoded (RFC 2047 §6).
pub(crate) fn unfolded(field: &[u8], parser: &dyn MessageParser) -> String {
    let text: String = String::from_utf8_lossy(field)
        .chars()
        .filter(|c| !matches!(c, '\r' | '\n'))
        .collect();
    if !text.contains("=?") {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    let mut after_word = false;
    while let Some((before, found)) = rest.split_once("=?") {
        let Some((decoded, after)) = encoded_word(found, parser) else {
            out.push_str(before);
            out.push_str("=?");
            rest = found;
            after_word = false;
            continue;
        };
        // White space between two encoded words is not part of the text.
        if !after_word || !before.trim().is_empty() {
            out.push_str(before);
        }
        out.push_str(&decoded);
        rest = after;
        after_word = true;
    }
    out.push_str(rest);
    out
}

/// `charset "?" encoding "?" encoded-text "?="`, and what follows.
fn encoded_word<'a>(text: &'a str, parser: &dyn MessageParser) -> Option<(String, &'a str)> {
    let (charset, text) = text.split_once('?')?;
    let (encoding, text) = text.split_once('?')?;
    let (encoded, rest) = text.split_once("?=")?;
    let octets = if encoding.eq_ignore_ascii_case("b") {
        BASE64.decode(encoded).ok()?
    } else if encoding.eq_ignore_ascii_case("q") {
        decode_q(encoded)
    } else {
        return None;
    };
    let charset = charset.split('*').next().unwrap_or_default();
    let part = Part {
        media_type: "text".to_owned(),
        media_subtype: "plain".to_owned(),
        charset: charset.to_ascii_lowercase(),
        ..Part::default()
    };
    Some((parser.to_utf8(&part, &octets), rest))
}

fn decode_q(text: &str) -> Vec<u8> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(octet) = rest.next() {
        let value = match octet {
            b'_' => b' ',
            b'=' => {
                let hex = [rest.next().unwrap_or(b'0'), rest.next().unwrap_or(b'0')];
                let hex = std::str::from_utf8(&hex).ok();
                hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())
                    .unwrap_or(b'?')
            }
            plain => plain,
        };
        octets.push(value);
    }
    octets
}
