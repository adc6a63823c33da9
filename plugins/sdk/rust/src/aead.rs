//! Authenticated encryption by the server (XChaCha20-Poly1305): keys never enter the plugin. Granted
//! as `aead_keys = ["name"]`.

use crate::Error as PluginError;
pub use crate::bindings::waxseal::plugin::aead::Error;
use crate::host::{aead, random};

/// Octets of a nonce.
pub const NONCE_OCTETS: usize = 24;
/// Octets that sealing adds.
pub const TAG_OCTETS: usize = 16;

/// A nonce for one use with one key and context.
pub type Nonce = [u8; NONCE_OCTETS];

/// A key of the server, and the context that chooses the key derived from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    name: String,
    context: String,
}

impl Key {
    /// The key of this name, derived for this context, for example the address of an account.
    #[must_use]
    pub fn new(name: impl Into<String>, context: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            context: context.into(),
        }
    }

    /// Seals at most 1 MiB; the answer is [`TAG_OCTETS`] longer. `associated` is not in it, and must
    /// be the same to open it.
    ///
    /// # Errors
    /// When the key cannot be used, or over 1 MiB.
    pub fn seal(&self, nonce: &Nonce, associated: &[u8], plain: &[u8]) -> Result<Vec<u8>, Error> {
        aead::seal(&self.name, &self.context, nonce, associated, plain)
    }

    /// Opens what [`Key::seal`] made.
    ///
    /// # Errors
    /// As [`Key::seal`], and [`Error::Forged`].
    pub fn open(&self, nonce: &Nonce, associated: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Error> {
        aead::open(&self.name, &self.context, nonce, associated, sealed)
    }
}

/// A random nonce: so long that chance never gives one twice.
#[must_use]
pub fn nonce() -> Nonce {
    let mut nonce = [0; NONCE_OCTETS];
    for (slot, octet) in nonce.iter_mut().zip(random::bytes(24)) {
        *slot = octet;
    }
    nonce
}

impl From<Error> for PluginError {
    fn from(error: Error) -> Self {
        match error {
            Error::Denied => Self::new("aead-denied", "the key is not granted: see `aead_keys`"),
            Error::NoSuchKey => Self::new("aead-no-such-key", "the server has no such key"),
            Error::Forged => Self::new("forged", "the octets are not what was sealed"),
            Error::Malformed => Self::new("aead-malformed", "over 1 MiB cannot be sealed at once"),
        }
    }
}
