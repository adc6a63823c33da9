//! Modified UTF-7, the form of mailbox names in IMAP4rev1 (RFC 3501 §5.1.3).

use base64::Engine as _;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &IMAP_MUTF7,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::RequireNone),
);

/// To modified UTF-7.
#[must_use]
pub fn encode(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut shifted = Vec::new();
    for c in name.chars() {
        if !matches!(c, ' '..='~') {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                shifted.extend_from_slice(&unit.to_be_bytes());
            }
            continue;
        }
        flush(&mut out, &mut shifted);
        out.push(c);
        if c == '&' {
            out.push('-');
        }
    }
    flush(&mut out, &mut shifted);
    out
}

fn flush(out: &mut String, shifted: &mut Vec<u8>) {
    if !shifted.is_empty() {
        out.push('&');
        BASE64.encode_string(&*shifted, out);
        out.push('-');
        shifted.clear();
    }
}

/// From modified UTF-7; `None` for octets past ASCII, printable characters in base 64, odd octets
/// and lone surrogates.
#[must_use]
pub fn decode(name: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(name.len());
    let mut rest = std::str::from_utf8(name).ok().filter(|n| n.is_ascii())?;
    while let Some((plain, shifted)) = rest.split_once('&') {
        text.push_str(plain);
        let (encoded, after) = shifted.split_once('-')?;
        rest = after;
        if encoded.is_empty() {
            text.push('&');
            continue;
        }
        let octets = BASE64.decode(encoded).ok()?;
        let (pairs, []) = octets.as_chunks::<2>() else {
            return None;
        };
        let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
        for c in char::decode_utf16(units) {
            text.push(c.ok().filter(|c| !matches!(c, ' '..='~'))?);
        }
    }
    text.push_str(rest);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(wire: &str, text: &str) {
        assert_eq!(decode(wire.as_bytes()).as_deref(), Some(text));
        assert_eq!(encode(text), wire);
    }

    #[test]
    fn names_are_read_and_written() {
        check("~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語");
        check("Entw&APw-rfe", "Entwürfe");
        check("a&-b", "a&b");
        check("&2D3eAA-", "\u{1f600}");
        for bad in ["&", "&AGE-", "&2D0-", "&!!-", "Entw\u{fc}rfe", "&AP-"] {
            assert_eq!(decode(bad.as_bytes()), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_name_survives(name in "\\PC*") {
            let wire = encode(&name);
            prop_assert!(wire.is_ascii());
            prop_assert_eq!(decode(wire.as_bytes()), Some(name));
        }

        #[test]
        fn any_octets_are_survived(wire in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Some(text) = decode(&wire) {
                prop_assert_eq!(decode(encode(&text).as_bytes()), Some(text));
            }
        }
    }
}
