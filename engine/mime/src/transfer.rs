//! Content-Transfer-Encoding undone (RFC 2045 §6).

use crate::parameters::hex;

/// Base64, at most `most` octets of it decoded. Octets outside the alphabet are passed over
/// (RFC 2045 §6.8); padding ends a quantum, and data after it goes on, as joined texts do.
pub(crate) fn base64(text: &[u8], most: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity((text.len() / 4 * 3).min(most));
    let mut decoder = Base64::default();
    decoder.push(text, &mut out);
    decoder.finish(&mut out);
    out.truncate(most);
    out
}

/// Base64 that comes in pieces.
#[derive(Default)]
pub(crate) struct Base64 {
    quantum: u32,
    digits: u8,
}

impl Base64 {
    /// Decodes what is complete.
    pub(crate) fn push(&mut self, text: &[u8], out: &mut Vec<u8>) {
        for octet in text {
            let value = match octet {
                b'A'..=b'Z' => octet - b'A',
                b'a'..=b'z' => octet - b'a' + 26,
                b'0'..=b'9' => octet - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                b'=' => {
                    self.finish(out);
                    continue;
                }
                _ => continue,
            };
            self.quantum = self.quantum << 6 | u32::from(value);
            self.digits += 1;
            if self.digits == 4 {
                let [_, a, b, c] = self.quantum.to_be_bytes();
                out.extend_from_slice(&[a, b, c]);
                (self.quantum, self.digits) = (0, 0);
            }
        }
    }

    /// Decodes the last, incomplete quantum.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        match self.digits {
            2 => out.push((self.quantum >> 4 & 0xff) as u8),
            3 => {
                let [_, _, a, b] = (self.quantum >> 2).to_be_bytes();
                out.extend_from_slice(&[a, b]);
            }
            _ => {}
        }
        (self.quantum, self.digits) = (0, 0);
    }
}

/// One line, its line end included, of quoted-printable (RFC 2045 §6.7). White space at its end is
/// dropped, a `=` at its end joins it to the next; what is no proper escape stays.
pub(crate) fn quoted_printable_line(line: &[u8], out: &mut Vec<u8>) {
    let (text, ended) = match line.strip_suffix(b"\n") {
        Some(text) => (text.strip_suffix(b"\r").unwrap_or(text), true),
        None => (line, false),
    };
    let mut rest = if ended { text.trim_ascii_end() } else { text };
    let soft = ended && rest.last() == Some(&b'=');
    if soft {
        rest = rest.get(..rest.len() - 1).unwrap_or_default();
    }
    while let Some(at) = memchr::memchr(b'=', rest) {
        let (plain, escape) = rest.split_at(at);
        out.extend_from_slice(plain);
        let digits = match escape {
            [_, high, low, ..] => hex(*high).zip(hex(*low)),
            _ => None,
        };
        let taken = if let Some((high, low)) = digits {
            out.push(high << 4 | low);
            3
        } else {
            out.push(b'=');
            1
        };
        rest = escape.get(taken..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    if ended && !soft {
        let line_end = line.get(text.len()..).unwrap_or_default();
        out.extend_from_slice(line_end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_lenient() {
        for (text, expected) in [
            ("", ""),
            ("aGVsbG8=", "hello"),
            ("aGVs\r\nbG8", "hello"),
            ("aGVsbG8=aGVsbG8=", "hellohello"),
            ("a G!V-s", "hel"),
            ("a", ""),
            ("====", ""),
        ] {
            assert_eq!(base64(text.as_bytes(), 99), expected.as_bytes(), "{text}");
        }
        assert_eq!(base64(b"aGVsbG8=", 2), b"he");
    }

    #[test]
    fn quoted_printable_lines() {
        for (line, expected) in [
            ("a=3Db=\r\n", "a=b"),
            ("tail  \t\r\n", "tail\r\n"),
            ("=zz=4\r\n", "=zz=4\r\n"),
            ("=C3=a9\n", "\u{e9}\n"),
            ("no end =", "no end ="),
            ("= \r\n", ""),
        ] {
            let mut out = Vec::new();
            quoted_printable_line(line.as_bytes(), &mut out);
            assert_eq!(out, expected.as_bytes(), "{line}");
        }
    }
}
