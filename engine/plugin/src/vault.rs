//! Secrets and keys, as the administrator keeps them.

use std::collections::BTreeMap;
use std::fmt;

/// What stands under `[secrets]` and `[aead_keys]`, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vault {
    /// Texts that plugins may be granted to read.
    pub secrets: BTreeMap<String, Secret>,
    /// Keys that plugins may be granted to seal and open with.
    pub aead_keys: BTreeMap<String, AeadKey>,
}

/// A text that never stands in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret of this text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// A key of 256 bits that never leaves the server.
#[derive(Clone, PartialEq, Eq)]
pub struct AeadKey([u8; 32]);

impl AeadKey {
    /// A key of these octets.
    #[must_use]
    pub const fn new(octets: [u8; 32]) -> Self {
        Self(octets)
    }

    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        hex_octets(text).map(Self)
    }

    /// The key for one context. Different contexts give keys that say nothing about each other.
    pub(crate) fn derive(&self, context: &str) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("waxseal plugin aead 1");
        hasher.update(&self.0).update(context.as_bytes());
        *hasher.finalize().as_bytes()
    }
}

/// The 32 octets that 64 hex digits stand for.
pub(crate) fn hex_octets(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut octets = [0; 32];
    for (octet, pair) in octets.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |at: usize| char::from(pair[at]).to_digit(16);
        *octet = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(octets)
}

impl fmt::Debug for AeadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_and_never_shown() {
        let key = AeadKey::from_hex(&"0f".repeat(32)).unwrap();
        assert_eq!(key, AeadKey::new([15; 32]));
        assert_ne!(key.derive("a"), key.derive("b"));
        for bad in [
            "",
            "0f",
            &"0f".repeat(33),
            &"0g".repeat(32),
            &"+f".repeat(32),
        ] {
            assert_eq!(AeadKey::from_hex(bad), None, "{bad}");
        }
        let vault = Vault {
            secrets: [("a".to_owned(), Secret::new("hush"))].into(),
            aead_keys: [("b".to_owned(), key)].into(),
        };
        let shown = format!("{vault:?}");
        assert_eq!(
            shown,
            "Vault { secrets: {\"a\": [secret]}, aead_keys: {\"b\": [key]} }"
        );
    }
}
