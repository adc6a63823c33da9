//! Authenticated encryption.

use crate::guest::Guest;
use crate::reach::Key;
use crate::v0_1_0::bindings::waxseal::plugin::aead::{Error, Host};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

/// Octets sealed at once.
const PLAIN_OCTETS_MAX: usize = 1024 * 1024;
const NONCE_OCTETS: usize = 24;
const TAG_OCTETS: usize = 16;

type Answer = wasmtime::Result<Result<Vec<u8>, Error>>;

impl Guest {
    fn cipher(&self, key: &str, context: &str) -> Result<XChaCha20Poly1305, Error> {
        match self.profile.reach.key(key) {
            Key::Held(key) => Ok(XChaCha20Poly1305::new(&key.derive(context).into())),
            Key::Missing => Err(Error::NoSuchKey),
            Key::Denied => Err(Error::Denied),
        }
    }
}

fn checked_nonce(nonce: &[u8]) -> Result<&XNonce, Error> {
    if nonce.len() != NONCE_OCTETS {
        return Err(Error::Malformed);
    }
    Ok(XNonce::from_slice(nonce))
}

impl Host for Guest {
    fn seal(
        &mut self,
        key: String,
        context: String,
        nonce: Vec<u8>,
        associated: Vec<u8>,
        plain: Vec<u8>,
    ) -> Answer {
        let seal = || {
            let cipher = self.cipher(&key, &context)?;
            let nonce = checked_nonce(&nonce)?;
            if plain.len() > PLAIN_OCTETS_MAX {
                return Err(Error::Malformed);
            }
            let (msg, aad) = (&plain[..], &associated[..]);
            cipher
                .encrypt(nonce, Payload { msg, aad })
                .map_err(|_| Error::Malformed)
        };
        Ok(seal())
    }

    fn open(
        &mut self,
        key: String,
        context: String,
        nonce: Vec<u8>,
        associated: Vec<u8>,
        sealed: Vec<u8>,
    ) -> Answer {
        let open = || {
            let cipher = self.cipher(&key, &context)?;
            let nonce = checked_nonce(&nonce)?;
            if sealed.len() > PLAIN_OCTETS_MAX + TAG_OCTETS {
                return Err(Error::Malformed);
            }
            let (msg, aad) = (&sealed[..], &associated[..]);
            cipher
                .decrypt(nonce, Payload { msg, aad })
                .map_err(|_| Error::Forged)
        };
        Ok(open())
    }
}
