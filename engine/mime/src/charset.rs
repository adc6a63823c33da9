//! Octets to text (RFC 2978 charset names).

use mail_parser::decoders::charsets::map::charset_decoder;

/// `octets` as UTF-8, by the charset of that name. An unknown or absent charset is read as UTF-8
/// where that fits, else as windows-1252; nothing is ever lost silently but what cannot be mapped,
/// which becomes U+FFFD.
pub(crate) fn decode(charset: &[u8], octets: &[u8]) -> String {
    let charset = charset.trim_ascii();
    let is = |name: &[u8]| charset.eq_ignore_ascii_case(name);
    if is(b"utf-8") || is(b"utf8") {
        return String::from_utf8_lossy(octets).into_owned();
    }
    if octets.is_ascii() && (charset.is_empty() || is(b"us-ascii") || is(b"ascii")) {
        return String::from_utf8_lossy(octets).into_owned();
    }
    let ascii_label = charset.is_empty() || is(b"us-ascii") || is(b"ascii");
    let decoder = charset_decoder(charset).filter(|_| !ascii_label);
    match (decoder, str::from_utf8(octets)) {
        (Some(decoder), _) => decoder(octets),
        (None, Ok(text)) => text.to_owned(),
        (None, Err(_)) => match charset_decoder(b"windows-1252") {
            Some(decoder) => decoder(octets),
            None => String::from_utf8_lossy(octets).into_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(charset: &str, octets: &[u8], expected: &str) {
        assert_eq!(decode(charset.as_bytes(), octets), expected);
    }

    #[test]
    fn by_name_or_by_guess() {
        check("UTF-8", b"\xc3\xa9\xff", "é\u{fffd}");
        check("iso-8859-1", b"\xe9", "é");
        check("KOI8-R", b"\xf0\xd2\xc9\xd7\xc5\xd4", "Привет");
        check("iso-2022-jp", b"\x1b$B$3\x1b(B", "こ");
        check("gb18030", b"\xc4\xe3", "你");
        check("", b"\xc3\xa9", "é");
        check("", b"\xe9", "é");
        check("us-ascii", b"\x80", "€");
        check("x-unknown", b"abc", "abc");
        check("utf-7", b"Hi +AOk-", "Hi é");
    }
}
