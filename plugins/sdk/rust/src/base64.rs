//! Base 64 with padding (RFC 4648, section 4).

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Encodes octets, without line breaks.
#[must_use]
pub fn encode(octets: &[u8]) -> String {
    let mut out = String::with_capacity(octets.len().div_ceil(3) * 4);
    for group in octets.chunks(3) {
        let mut bits = 0_usize;
        for index in 0..3 {
            bits = (bits << 8) | usize::from(group.get(index).copied().unwrap_or(0));
        }
        for place in 0..4 {
            let six = ALPHABET.get((bits >> (18 - 6 * place)) & 63);
            let padded = place > group.len();
            let octet = if padded {
                b'='
            } else {
                six.copied().unwrap_or(b'A')
            };
            out.push(char::from(octet));
        }
    }
    out
}

/// The same in lines of 76 characters that end with CRLF, as bodies need it (RFC 2045).
#[must_use]
pub fn encode_lines(octets: &[u8]) -> String {
    let mut out = String::with_capacity(octets.len().div_ceil(57) * 78);
    for line in octets.chunks(57) {
        out.push_str(&encode(line));
        out.push_str("\r\n");
    }
    out
}

/// Decodes a text; padding may be missing. `None` for other characters.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in text.bytes().filter(|byte| *byte != b'=') {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from((bits >> held) & 0xff).ok()?);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        // RFC 4648, section 10.
        let vectors = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, encoded) in vectors {
            assert_eq!(encode(plain.as_bytes()), encoded);
            assert_eq!(decode(encoded).unwrap(), plain.as_bytes());
        }
        assert_eq!(encode(&[0xff, 0xfe, 0xfd]), "//79");
        assert_eq!(decode("a b"), None);
        let lines = encode_lines(&[0; 58]);
        assert_eq!(lines.lines().map(str::len).collect::<Vec<_>>(), [76, 4]);
    }
}
