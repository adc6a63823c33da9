//! Signatures of components: Ed25519 in a custom section at the beginning that covers all that
//! follows, as the tool conventions of WebAssembly define it.

use crate::vault::hex_octets;
use serde::Deserialize;
use std::fmt;
use std::str::FromStr;
use waxseal_settings::{Setting, Shape, Value};

/// Octets of an Ed25519 public key.
const KEY_OCTETS: usize = 32;
/// What stands for Ed25519 before the octets of a key.
const ED25519: u8 = 1;

/// Whose signatures count: an Ed25519 public key, 64 hex digits as `waxseal plugin key new` prints it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct PublicKey([u8; KEY_OCTETS]);

impl PublicKey {
    /// The key of these octets.
    ///
    /// # Errors
    /// A text where they are not 32.
    pub fn from_octets(octets: &[u8]) -> Result<Self, String> {
        let octets = octets.try_into();
        octets
            .map(Self)
            .map_err(|_| "a public key has 32 octets".to_owned())
    }

    /// Whether `component` is signed with this key.
    #[must_use]
    pub fn signed(&self, component: &[u8]) -> bool {
        let mut octets = vec![ED25519];
        octets.extend_from_slice(&self.0);
        let key = wasmsign2::PublicKey::from_bytes(&octets);
        key.is_ok_and(|key| key.verify(&mut &*component, None).is_ok())
    }
}

/// Whether one of `keys` signed the component; always, where there are no keys.
///
/// # Errors
/// A text for the administrator.
pub(crate) fn check(keys: &[PublicKey], component: &[u8]) -> Result<(), String> {
    if keys.is_empty() || keys.iter().any(|key| key.signed(component)) {
        return Ok(());
    }
    Err(format!(
        "it is not signed with any of the {} keys of plugins.require_signatures, or was changed \
         after it was signed",
        keys.len()
    ))
}

impl Setting for PublicKey {
    fn shape() -> Shape {
        Shape::Text("64 hex digits")
    }

    fn value(&self) -> Value {
        Value::Text(self.to_string())
    }
}

impl FromStr for PublicKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let octets = hex_octets(text);
        octets
            .map(Self)
            .ok_or_else(|| format!("{text:?} is not a public key: 64 hex digits"))
    }
}

impl TryFrom<String> for PublicKey {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A component without anything in it, with one custom section.
    const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0\x00\x05\x01nabc";

    fn signed() -> (PublicKey, Vec<u8>) {
        let pair = wasmsign2::KeyPair::generate();
        let module = wasmsign2::Module::deserialize(&mut &*COMPONENT).unwrap();
        let module = pair.sk.sign(module, None).unwrap();
        let mut octets = Vec::new();
        module.serialize(&mut octets).unwrap();
        let key = PublicKey::from_octets(&pair.pk.to_bytes()[1..]).unwrap();
        (key, octets)
    }

    #[test]
    fn every_flipped_bit_is_found() {
        let (key, octets) = signed();
        assert!(key.signed(&octets));
        let covered = octets.len() - (COMPONENT.len() - 8);
        for at in 0..octets.len() {
            for bit in 0..8 {
                let mut forged = octets.clone();
                forged[at] ^= 1 << bit;
                // Before the covered part only the signature itself stands; changing it can spoil it
                // and nothing else.
                let fine = key.signed(&forged) && at >= covered;
                assert!(!fine, "bit {bit} of octet {at}");
            }
        }
        assert!(!key.signed(COMPONENT));
        let (other, _) = signed();
        assert!(!other.signed(&octets));
        assert!(check(&[other, key], &octets).is_ok() && check(&[], COMPONENT).is_ok());
        assert!(check(&[other], &octets).is_err());
    }

    #[test]
    fn keys_are_hex_digits() {
        let text = "00ff".repeat(16);
        assert_eq!(text.parse::<PublicKey>().unwrap().to_string(), text);
        for bad in ["", "00", &"zz".repeat(32), &"é".repeat(32)] {
            assert!(bad.parse::<PublicKey>().is_err(), "{bad}");
        }
    }
}
