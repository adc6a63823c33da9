//! Encoded words in header fields (RFC 2047).

use crate::charset;
use crate::cursor::{is_white, unfold};
use crate::parameters::hex;
use crate::transfer;

/// One `=?charset?encoding?text?=`, its text decoded to octets.
struct Word<'a> {
    charset: &'a [u8],
    octets: Vec<u8>,
}

/// A field's value as UTF-8: unfolded, encoded words decoded, white space between two of them
/// dropped (RFC 2047 §6.2). Neighbours of one charset are decoded together, since some senders split
/// characters. What is no proper encoded word stays as it is.
pub(crate) fn decode(value: &[u8]) -> String {
    let value = unfold(value);
    if memchr::memmem::find(&value, b"=?").is_none() {
        return charset::decode(b"", &value);
    }
    let mut text = String::with_capacity(value.len());
    let mut pending: Option<Word<'_>> = None;
    // Octets since the last encoded word.
    let mut literal = 0..0;
    let mut at = 0;
    while at < value.len() {
        let rest = value.get(at..).unwrap_or_default();
        let Some((word, octets)) = word(rest) else {
            let ahead = rest.get(1..).and_then(|r| memchr::memchr(b'=', r));
            at += ahead.map_or(rest.len(), |found| found + 1);
            literal.end = at;
            continue;
        };
        let between = value.get(literal.clone()).unwrap_or_default();
        let glue = pending.is_some() && between.iter().copied().all(is_white);
        match &mut pending {
            Some(last) if glue && last.charset.eq_ignore_ascii_case(word.charset) => {
                last.octets.extend_from_slice(&word.octets);
            }
            _ => {
                flush(&mut text, pending.take());
                if !glue {
                    text.push_str(&charset::decode(b"", between));
                }
                pending = Some(word);
            }
        }
        at += octets;
        literal = at..at;
    }
    flush(&mut text, pending);
    text.push_str(&charset::decode(
        b"",
        value.get(literal).unwrap_or_default(),
    ));
    text
}

fn flush(text: &mut String, word: Option<Word<'_>>) {
    if let Some(word) = word {
        let decoded = charset::decode(word.charset, &word.octets);
        text.extend(decoded.chars().filter(|c| !matches!(c, '\r' | '\n' | '\0')));
    }
}

/// Octets of one encoded word; RFC 2047 §2 says 75, senders say more.
const WORD_OCTETS_MAX: usize = 2_000;

/// The encoded word at the start of `rest`, and how many octets it takes.
fn word(rest: &[u8]) -> Option<(Word<'_>, usize)> {
    let inside = rest.strip_prefix(b"=?")?;
    let inside = inside.get(..WORD_OCTETS_MAX.min(inside.len()))?;
    let mut parts = inside.splitn(3, |b| *b == b'?');
    let (charset, encoding, text) = (parts.next()?, parts.next()?, parts.next()?);
    let end = memchr::memmem::find(text, b"?=")?;
    let text = text.get(..end)?;
    // A language may follow the charset (RFC 2231 §5).
    let charset_name = charset.split(|b| *b == b'*').next()?;
    let plain = |b: &u8| b.is_ascii_graphic();
    if charset_name.is_empty() || !charset.iter().all(plain) {
        return None;
    }
    let octets = match encoding {
        b"q" | b"Q" => decode_q(text),
        b"b" | b"B" => transfer::base64(text, usize::MAX),
        _ => return None,
    };
    let word = Word {
        charset: charset_name,
        octets,
    };
    Some((word, 2 + charset.len() + 1 + encoding.len() + 1 + end + 2))
}

/// The Q encoding (RFC 2047 §4.2).
fn decode_q(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let escaped = match after {
            [high, low, ..] if *first == b'=' => hex(*high).zip(hex(*low)),
            _ => None,
        };
        if let Some((high, low)) = escaped {
            out.push(high << 4 | low);
            rest = after.get(2..).unwrap_or_default();
        } else {
            out.push(if *first == b'_' { b' ' } else { *first });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expected: &str) {
        assert_eq!(decode(value.as_bytes()), expected);
    }

    #[test]
    fn the_examples_of_rfc_2047_section_8() {
        check("(=?ISO-8859-1?Q?a?=)", "(a)");
        check("=?ISO-8859-1?Q?a?= b", "a b");
        check("=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab");
        check("=?ISO-8859-1?Q?a?=  \r\n  =?ISO-8859-1?Q?b?=", "ab");
        check("=?ISO-8859-1?Q?a_b?=", "a b");
        check("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b");
    }

    #[test]
    fn hard_ones() {
        check(" plain \r\n text ", "plain  text");
        check("=?utf-8?B?4oI=?= =?utf-8?B?rA==?=", "€");
        check("=?utf-8*en?q?x?=", "x");
        check("=?utf-8?x?abc?=", "=?utf-8?x?abc?=");
        check("=?utf-8?q?open", "=?utf-8?q?open");
        check("=?utf-8?q?a?==?utf-8?q?b?=", "ab");
        check("=?=?utf-8?q?a?=", "=?a");
        check("=?utf-8?q?a=3D=zz?=", "a==zz");
        check("=?utf-8?q?a=0D=0Ab?=", "ab");
        check("caf\u{e9}", "café");
    }

    #[test]
    fn unclosed_words_cost_linear_time() {
        let many = "=?x?q?a ".repeat(100_000);
        assert_eq!(decode(many.as_bytes()), many.trim_end());
    }
}
