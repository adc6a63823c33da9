//! Strings as IMAP writes them (RFC 9051 §4.3).

/// `nstring`: NIL or a string.
pub(crate) fn nstring(out: &mut Vec<u8>, value: Option<&[u8]>) {
    match value {
        Some(value) => string(out, value),
        None => out.extend_from_slice(b"NIL"),
    }
}

/// `string`: quoted where ASCII without line ends, else a literal. NUL, which no string can hold
/// (`CHAR8`), becomes 0x80.
pub(crate) fn string(out: &mut Vec<u8>, value: &[u8]) {
    let plain = |b: &u8| matches!(b, 0x01..=0x7f) && !matches!(b, b'\r' | b'\n');
    if value.iter().all(plain) {
        out.push(b'"');
        for octet in value {
            if matches!(octet, b'"' | b'\\') {
                out.push(b'\\');
            }
            out.push(*octet);
        }
        out.push(b'"');
    } else {
        out.extend_from_slice(format!("{{{}}}\r\n", value.len()).as_bytes());
        out.extend(value.iter().map(|b| if *b == 0 { 0x80 } else { *b }));
    }
}

/// A number behind a space.
pub(crate) fn number(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(format!(" {value}").as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: Option<&[u8]>, expected: &[u8]) {
        let mut out = Vec::new();
        nstring(&mut out, value);
        assert_eq!(out, expected);
    }

    #[test]
    fn quoted_or_literal() {
        check(None, b"NIL");
        check(Some(b""), b"\"\"");
        check(Some(b"a \"b\" \\c"), b"\"a \\\"b\\\" \\\\c\"");
        check(Some("\u{e9}".as_bytes()), b"{2}\r\n\xc3\xa9");
        check(Some(b"a\0b"), b"{3}\r\na\x80b");
        check(Some(b"a\r\nb"), b"{4}\r\na\r\nb");
    }
}
