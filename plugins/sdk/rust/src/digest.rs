//! Short digests for keys, and digests as text. The short ones are not for security: whoever wants
//! two texts with the same one finds them.

use crate::base64;
use std::fmt::Write;

/// FNV-1a with 64 bits.
#[must_use]
pub fn fnv64(octets: &[u8]) -> u64 {
    octets.iter().fold(0xcbf2_9ce4_8422_2325, |hash, octet| {
        (hash ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// 11 characters for a text of any length.
#[must_use]
pub fn short(text: &str) -> String {
    let encoded = base64::encode(&fnv64(text.as_bytes()).to_be_bytes());
    encoded.trim_end_matches('=').to_owned()
}

/// Octets in hexadecimal, two characters each.
#[must_use]
pub fn hex(octets: &[u8]) -> String {
    let mut out = String::with_capacity(octets.len() * 2);
    for octet in octets {
        // Writing to a text does not fail.
        write!(out, "{octet:02x}").unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_short_and_differ() {
        assert_eq!(fnv64(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(short("").len(), 11);
        assert_eq!(hex(&[0, 0x0a, 0xff]), "000aff");
        assert_ne!(short("a"), short("b"));
    }
}
