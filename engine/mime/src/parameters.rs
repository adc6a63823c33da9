//! Parameters of Content-Type and Content-Disposition, those split and encoded by RFC 2231 included.

use crate::charset;
use crate::cursor::{Cursor, is_white};
use crate::encoded_word;

/// Parameters in order, names as written, values without quotes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Parameters(pub(crate) Vec<(Vec<u8>, Vec<u8>)>);

impl Parameters {
    /// Reads `*(";" attribute "=" value)` (RFC 2045 §5.1) leniently: what is no parameter is passed
    /// over, an unquoted value goes up to white space or a semicolon. Then puts the pieces of split
    /// parameters together (RFC 2231 §3): `name*0`, `name*1` become `name`, or `name*` where a piece
    /// is percent-encoded. Answers the parameters, and `false` if there were more than `most`.
    pub(crate) fn read(cursor: &mut Cursor<'_>, most: usize) -> (Self, bool) {
        let mut plain = Vec::new();
        let mut pieces = Vec::new();
        let mut complete = true;
        while let Some((name, value)) = next(cursor) {
            if plain.len() + pieces.len() >= most {
                complete = false;
                break;
            }
            match Piece::read(&name, &value) {
                Some(piece) => pieces.push(piece),
                None => plain.push((name, value)),
            }
        }
        join(pieces, &mut plain);
        (Self(plain), complete)
    }

    /// The value of that parameter as written, without regard to the name's case.
    pub(crate) fn raw(&self, name: &str) -> Option<&[u8]> {
        let found = self
            .0
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name.as_bytes()));
        found.map(|(_, value)| &value[..])
    }

    /// The value as UTF-8: `name*` by its charset (RFC 2231 §4), else `name` with encoded words, which
    /// do not belong there but are common.
    pub(crate) fn decoded(&self, name: &str) -> Option<String> {
        if let Some(extended) = self.raw(&format!("{name}*")) {
            return Some(decode_extended(extended));
        }
        self.raw(name).map(encoded_word::decode)
    }
}

/// The next `; attribute = value`.
fn next(cursor: &mut Cursor<'_>) -> Option<(Vec<u8>, Vec<u8>)> {
    loop {
        cursor.take_while(|b| b != b';' && b != b'(');
        cursor.skip_cfws();
        if cursor.is_at_end() {
            return None;
        }
        if !cursor.eat(b';') {
            // What stands between a value and the next semicolon is nothing.
            cursor.bump();
            continue;
        }
        cursor.skip_cfws();
        let name = cursor.take_while(|b| !is_white(b) && !matches!(b, b'=' | b';' | b'('));
        cursor.skip_cfws();
        if name.is_empty() || !cursor.eat(b'=') {
            continue;
        }
        cursor.skip_cfws();
        let mut value = Vec::new();
        if cursor.peek() == Some(b'"') {
            cursor.quoted_string(&mut value);
        } else {
            value.extend_from_slice(cursor.take_while(|b| !is_white(b) && b != b';'));
        }
        return Some((name.to_vec(), value));
    }
}

/// A piece of a split parameter: `name*2` or `name*2*`.
struct Piece {
    name: Vec<u8>,
    number: u32,
    encoded: bool,
    value: Vec<u8>,
}

impl Piece {
    fn read(name: &[u8], value: &[u8]) -> Option<Self> {
        let star = memchr::memchr(b'*', name)?;
        let base = name.get(..star)?;
        let rest = name.get(star + 1..)?;
        let (digits, encoded) = match rest.strip_suffix(b"*") {
            Some(digits) => (digits, true),
            None => (rest, false),
        };
        let short = (1..=9).contains(&digits.len());
        let number = str::from_utf8(digits)
            .ok()
            .filter(|_| short)?
            .parse()
            .ok()?;
        Some(Self {
            name: base.to_vec(),
            number,
            encoded,
            value: value.to_vec(),
        })
    }
}

/// Puts pieces together by name and number, up to the first number missing. In a value with an
/// encoded piece, the octets of plain pieces that encoding would touch are encoded as well.
fn join(mut pieces: Vec<Piece>, out: &mut Vec<(Vec<u8>, Vec<u8>)>) {
    let key = |piece: &Piece| (piece.name.to_ascii_lowercase(), piece.number);
    pieces.sort_by_cached_key(key);
    let same = |a: &Piece, b: &Piece| a.name.eq_ignore_ascii_case(&b.name);
    for group in pieces.chunk_by(same) {
        let mut whole: Vec<&Piece> = Vec::new();
        for piece in group {
            let expected = u32::try_from(whole.len()).unwrap_or(u32::MAX);
            if piece.number == expected {
                whole.push(piece);
            }
        }
        let Some(first) = whole.first() else {
            continue;
        };
        let encoded = whole.iter().any(|piece| piece.encoded);
        let mut name = first.name.clone();
        let mut value = Vec::new();
        if encoded {
            name.push(b'*');
            if !first.encoded {
                value.extend_from_slice(b"''");
            }
        }
        for piece in whole {
            if encoded && !piece.encoded {
                percent_encode(&piece.value, &mut value);
            } else {
                value.extend_from_slice(&piece.value);
            }
        }
        out.push((name, value));
    }
}

fn percent_encode(octets: &[u8], out: &mut Vec<u8>) {
    for octet in octets {
        if octet.is_ascii_graphic() && !b"*'%()<>@,;:\\\"/[]?=".contains(octet) {
            out.push(*octet);
        } else {
            out.extend_from_slice(format!("%{octet:02x}").as_bytes());
        }
    }
}

/// `charset'language'percent-encoded` (RFC 2231 §4).
fn decode_extended(value: &[u8]) -> String {
    let mut parts = value.splitn(3, |b| *b == b'\'');
    let (charset, _language, text) = (parts.next(), parts.next(), parts.next());
    match (charset, text) {
        (Some(charset), Some(text)) => charset::decode(charset, &percent_decode(text)),
        _ => charset::decode(b"", &percent_decode(value)),
    }
}

fn percent_decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut cursor = text;
    while let Some((first, rest)) = cursor.split_first() {
        let escaped = match rest {
            [high, low, ..] if *first == b'%' => hex(*high).zip(hex(*low)),
            _ => None,
        };
        if let Some((high, low)) = escaped {
            out.push(high << 4 | low);
            cursor = rest.get(2..).unwrap_or_default();
        } else {
            out.push(*first);
            cursor = rest;
        }
    }
    out
}

/// The value of a hexadecimal digit.
pub(crate) fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let (parameters, complete) = Parameters::read(&mut Cursor::new(text.as_bytes()), 100);
        assert!(complete);
        let shown: Vec<_> = parameters
            .0
            .iter()
            .map(|(n, v)| format!("{}={}", n.escape_ascii(), v.escape_ascii()))
            .collect();
        assert_eq!(shown.join(" | "), expected);
    }

    #[test]
    fn lenient() {
        check("; charset=utf-8", "charset=utf-8");
        check(";charset = \"utf-8\" (yes); x=y", "charset=utf-8 | x=y");
        check("; a=b c; d=e", "a=b | d=e");
        check("; a=b c=d", "a=b");
        check(";; ; =x; y; z=", "z=");
        check("; name=\"a;b\\\"c\" ; n2=a/b", "name=a;b\\\"c | n2=a/b");
        check("; (c;d) a=1", "a=1");
        check("; a=\"open", "a=open");
    }

    #[test]
    fn split_parameters_are_joined() {
        check("; f*1=b; f*0=a; f*3=lost", "f=ab");
        check(
            "; f*0*=utf-8''%c3; F*1*=%a9; f*2=\" x\"",
            "f*=utf-8\\'\\'%c3%a9%20x",
        );
        check("; f*0=a; f*1*=%41", "f*=\\'\\'a%41");
        check("; f*=us-ascii''x", "f*=us-ascii\\'\\'x");
        check("; f*x=1; f*1=no-start", "f*x=1");
    }

    #[test]
    fn decoded_values() {
        let read = |text: &str| Parameters::read(&mut Cursor::new(text.as_bytes()), 100).0;
        let name = |text: &str| read(text).decoded("filename").unwrap();
        assert_eq!(name("; filename*=UTF-8'en'%e2%82%ac%20rates"), "€ rates");
        assert_eq!(name("; filename=x; filename*=iso-8859-1''%A3"), "£");
        assert_eq!(name("; filename*0*=utf-8''%e2; filename*1*=%82%ac"), "€");
        assert_eq!(name("; filename=\"=?utf-8?q?=C3=A9t=C3=A9?=\""), "été");
        assert_eq!(name("; filename*=broken%zz"), "broken%zz");
        assert!(read("; name=x").decoded("filename").is_none());
    }

    #[test]
    fn many_pieces_are_cut_at_the_limit() {
        let many: String = (0..50_000).rev().map(|n| format!("; f*{n}=x")).collect();
        let (parameters, complete) = Parameters::read(&mut Cursor::new(many.as_bytes()), 1_000);
        assert!(
            !complete && parameters.0.is_empty(),
            "the start is behind the limit"
        );
        let (parameters, _) = Parameters::read(&mut Cursor::new(many.as_bytes()), 50_000);
        assert_eq!(parameters.0[0].1.len(), 50_000);
    }
}
