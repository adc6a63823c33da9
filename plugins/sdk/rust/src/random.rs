//! Randomness fit for cryptography.

use crate::host::random;

/// `n` random octets, at most 65,536; more ends the call.
#[must_use]
pub fn bytes(n: u32) -> Vec<u8> {
    random::bytes(n)
}
