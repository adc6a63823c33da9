//! Text of DSN parameters: `xtext` (RFC 3461 §4) and `utf-8-addr-xtext` (RFC 6533 §3).

/// `xtext = *( xchar / hexchar )`, RFC 3461 §4: all of `input`, decoded. `None` unless it decodes to
/// printable ASCII and spaces, which is all that its users may hold.
#[must_use]
pub fn xtext(input: &str) -> Option<String> {
    let mut text = String::with_capacity(input.len());
    let mut rest = input.bytes();
    while let Some(byte) = rest.next() {
        let decoded = match byte {
            b'+' => hexchar(rest.next()?, rest.next()?)?,
            b'!'..=b'~' if byte != b'=' => byte,
            _ => return None,
        };
        if !matches!(decoded, b' '..=b'~') {
            return None;
        }
        text.push(char::from(decoded));
    }
    Some(text)
}

/// The two digits of `hexchar = "+" 2(%x30-39 / %x41-46)`, RFC 3461 §4: upper case only.
fn hexchar(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => byte.checked_sub(b'0'),
        b'A'..=b'F' => byte
            .checked_sub(b'A')
            .and_then(|value| value.checked_add(10)),
        _ => None,
    };
    digit(high)?.checked_mul(16)?.checked_add(digit(low)?)
}

/// `utf-8-addr-xtext` and `utf-8-addr-unitext`, RFC 6533 §3: UTF-8 as it stands, with
/// `\x{HEXPOINT}` for characters that could not; all of `input`, decoded.
#[must_use]
pub fn unitext(input: &str) -> Option<String> {
    let mut text = String::with_capacity(input.len());
    let mut rest = input;
    while let Some(at) = rest.find('\\') {
        let (plain, escape) = rest.split_at_checked(at)?;
        let (digits, after) = escape.strip_prefix("\\x{")?.split_once('}')?;
        let upper = |b: u8| b.is_ascii_digit() || matches!(b, b'A'..=b'F');
        if !(2..=6).contains(&digits.len()) || !digits.bytes().all(upper) {
            return None;
        }
        text.push_str(plain);
        text.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
        rest = after;
    }
    text.push_str(rest);
    text.chars().all(|c| !c.is_control()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xtext_decodes() {
        assert_eq!(xtext("QQ314159").as_deref(), Some("QQ314159"));
        assert_eq!(xtext("a+2Bb+3D+20c").as_deref(), Some("a+b= c"));
        assert_eq!(xtext("").as_deref(), Some(""));
        for bad in [
            "a+2", "a+", "a+zz", "a+0D+0A", "+2b", "a=b", "a b", "ä", "+00", "+FF",
        ] {
            assert_eq!(xtext(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn unitext_decodes() {
        assert_eq!(unitext("pelé@x").as_deref(), Some("pelé@x"));
        assert_eq!(unitext(r"pel\x{E9}@x").as_deref(), Some("pelé@x"));
        for bad in [
            r"\",
            r"\x",
            r"\x{",
            r"\x{}",
            r"\x{e9}",
            r"\x{D800}",
            r"\x{0A}",
            r"\x{1234567}",
        ] {
            assert_eq!(unitext(bad), None, "{bad:?}");
        }
    }
}
