//! The transfer encodings reports need, and texts of strangers made harmless.

/// Octets of one encoded line (RFC 2045 §6.7 and §6.8).
const LINE_OCTETS_MAX: usize = 76;

/// Base64 in lines of 76 (RFC 2045 §6.8).
pub(super) fn base64(octets: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(octets.len() * 4 / 3 + octets.len() / 28 + 8);
    for (index, group) in octets.chunks(3).enumerate() {
        if index > 0 && index % (LINE_OCTETS_MAX / 4) == 0 {
            out.push_str("\r\n");
        }
        let at = |place: usize| u32::from(group.get(place).copied().unwrap_or(0));
        let bits = (at(0) << 16) | (at(1) << 8) | at(2);
        for place in 0..4 {
            let index = usize::try_from((bits >> (18 - 6 * place)) & 63).unwrap_or(0);
            let letter = ALPHABET.get(index).copied().unwrap_or(b'A');
            out.push(if place > group.len() {
                '='
            } else {
                char::from(letter)
            });
        }
    }
    out.push_str("\r\n");
    out
}

/// Quoted-printable (RFC 2045 §6.7) of a text whose lines end in CRLF.
pub(super) fn quoted_printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for line in text.split_terminator("\r\n") {
        let mut column = 0;
        let last = line.len().saturating_sub(1);
        for (at, octet) in line.bytes().enumerate() {
            let trailing = at == last && matches!(octet, b' ' | b'\t');
            let plain = matches!(octet, b' ' | b'\t' | b'!'..=b'~') && octet != b'=' && !trailing;
            let width = if plain { 1 } else { 3 };
            if column + width > LINE_OCTETS_MAX - 1 {
                out.push_str("=\r\n");
                column = 0;
            }
            if plain {
                out.push(char::from(octet));
            } else {
                out.push_str(&format!("={octet:02X}"));
            }
            column += width;
        }
        out.push_str("\r\n");
    }
    out
}

/// Without control characters.
pub(super) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// ASCII only: anything else becomes a question mark.
pub(super) fn ascii(text: &str) -> String {
    printable(text)
        .chars()
        .map(|c| if c.is_ascii() { c } else { '?' })
        .collect()
}

/// `utf-8-addr-xtext` (RFC 6533 §3): ASCII, others as `\x{E4}`.
pub(super) fn utf8_addr_xtext(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    for c in address.chars() {
        match c {
            '\\' | '+' | '=' => out.push_str(&format!("\\x{{{:02X}}}", u32::from(c))),
            '!'..='~' => out.push(c),
            c => out.push_str(&format!("\\x{{{:02X}}}", u32::from(c))),
        }
    }
    out
}

/// Breaks a text at spaces so that no line is longer than `columns` if it can be helped; each next
/// line begins with `indent`.
pub(super) fn fold(text: &str, columns: usize, indent: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut column = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > columns {
            out.push_str("\r\n");
            out.push_str(indent);
            column = indent.len();
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_all_lengths() {
        assert_eq!(base64(b""), "\r\n");
        assert_eq!(base64(b"f"), "Zg==\r\n");
        assert_eq!(base64(b"fo"), "Zm8=\r\n");
        assert_eq!(base64(b"foo"), "Zm9v\r\n");
        assert_eq!(base64(b"\xff\xfe\xfd\xfc"), "//79/A==\r\n");
        let long = base64(&[0; 100]);
        assert_eq!(long.lines().map(str::len).collect::<Vec<_>>(), [76, 60]);
    }

    #[test]
    fn quoted_printable_lines_are_short_and_ascii() {
        assert_eq!(
            quoted_printable("a=b\r\n\r\nä \r\n"),
            "a=3Db\r\n\r\n=C3=A4=20\r\n"
        );
        let long = quoted_printable(&format!("{}\r\n", "ä".repeat(60)));
        assert!(
            long.lines().all(|line| line.len() <= 76 && line.is_ascii()),
            "{long}"
        );
        let rejoined = long.replace("=\r\n", "");
        assert_eq!(rejoined.matches("=C3=A4").count(), 60);
    }

    #[test]
    fn folds_at_spaces() {
        assert_eq!(fold("aa bb cc", 5, " "), "aa bb\r\n cc");
        assert_eq!(fold("aaaaaaaa b", 5, " "), "aaaaaaaa\r\n b");
        assert_eq!(fold("", 5, " "), "");
    }
}
