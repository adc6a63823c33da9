//! Header values as people read them: unfolded, encoded words decoded (RFC 2047); and back.

use crate::base64;

/// The text of a value. What cannot be decoded stays as it is.
#[must_use]
pub fn header_text(value: &[u8]) -> String {
    let raw = String::from_utf8_lossy(value);
    let unfolded = raw.replace("\r\n", "").replace('\n', "");
    decode_words(unfolded.trim())
}

/// A text as a header value: as it is where it is short printable ASCII, else as encoded words in
/// UTF-8 that are folded. Control characters become spaces.
#[must_use]
pub fn encode(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if plain && text.len() <= 900 && !text.contains("=?") {
        return text;
    }
    let mut words: Vec<String> = Vec::new();
    for c in text.chars() {
        match words.last_mut() {
            // An encoded word has at most 75 characters: 45 octets before encoding.
            Some(word) if word.len() + c.len_utf8() <= 45 => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    let words = words.iter().map(|word| base64::encode(word.as_bytes()));
    let words: Vec<String> = words.map(|word| format!("=?utf-8?B?{word}?=")).collect();
    words.join("\r\n ")
}

/// Decodes the encoded words of a text; white space between two of them goes (RFC 2047 §6.2).
fn decode_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut after_word = false;
    while let Some(start) = rest.find("=?") {
        let (before, from) = rest.split_at(start);
        let Some((decoded, octets)) = word(from) else {
            let (kept, left) = rest.split_at(start + 2);
            out.push_str(kept);
            (rest, after_word) = (left, false);
            continue;
        };
        if !after_word || !before.chars().all(char::is_whitespace) {
            out.push_str(before);
        }
        out.push_str(&decoded);
        rest = from.get(octets..).unwrap_or_default();
        after_word = true;
    }
    out.push_str(rest);
    out
}

/// The encoded word at the start of `text`, decoded, and its octets.
fn word(text: &str) -> Option<(String, usize)> {
    let mut parts = text.get(2..)?.splitn(3, '?');
    let (charset, encoding, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let end = rest.find("?=")?;
    let content = rest.get(..end)?;
    if content.contains(' ') {
        return None;
    }
    let octets = match encoding {
        "b" | "B" => base64::decode(content)?,
        "q" | "Q" => quoted(content)?,
        _ => return None,
    };
    let charset = charset.split('*').next()?.to_ascii_lowercase();
    let decoded = match charset.as_str() {
        "utf-8" | "utf8" | "us-ascii" => String::from_utf8_lossy(&octets).into_owned(),
        "iso-8859-1" | "iso-8859-15" | "windows-1252" | "latin1" => {
            octets.iter().copied().map(char::from).collect()
        }
        _ => return None,
    };
    let used = 2 + charset_octets(text)? + 1 + encoding.len() + 1 + end + 2;
    Some((decoded, used))
}

fn charset_octets(text: &str) -> Option<usize> {
    text.get(2..)?.find('?')
}

fn quoted(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'_' => b' ',
            b'=' => {
                let high = char::from(bytes.next()?).to_digit(16)?;
                let low = char::from(bytes.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expected: &str) {
        assert_eq!(header_text(value.as_bytes()), expected);
    }

    #[test]
    fn what_is_encoded_reads_the_same() {
        assert_eq!(encode("Plain text"), "Plain text");
        assert_eq!(encode("two\r\nlines"), "two  lines");
        for text in [
            "Füße",
            "=?no word?=",
            &"größer ".repeat(40),
            &"€".repeat(99),
        ] {
            let encoded = encode(text);
            assert!(
                encoded.split("\r\n ").all(|line| line.len() <= 75),
                "{encoded}"
            );
            assert_eq!(header_text(encoded.as_bytes()), text);
        }
    }

    #[test]
    fn reads_like_people() {
        check(" Plain text ", "Plain text");
        check("folded\r\n text", "folded text");
        check("=?utf-8?B?SW52b2ljZSDigqw=?=", "Invoice €");
        check("=?UTF-8?q?In=76oice_now?= today", "Invoice now today");
        check("=?utf-8?q?In?=\r\n =?utf-8?q?voice?=", "Invoice");
        check("a =?iso-8859-1*de?q?B=FCcher?= b", "a Bücher b");
        check("=?koi8-r?b?8NLJ18XU?=", "=?koi8-r?b?8NLJ18XU?=");
        check(
            "=?utf-8?q?=ZZ?= and =? alone",
            "=?utf-8?q?=ZZ?= and =? alone",
        );
        check("=?utf-8?x?a?=", "=?utf-8?x?a?=");
    }
}
