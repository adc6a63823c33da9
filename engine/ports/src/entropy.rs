//! Randomness, so that tests can repeat it.

use std::io;

/// Where randomness fit for cryptography comes from.
pub trait Entropy: Send + Sync {
    /// Fills `octets`.
    ///
    /// # Errors
    /// When the source has none; `octets` is then of no use.
    fn fill(&self, octets: &mut [u8]) -> io::Result<()>;
}

/// The randomness of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, octets: &mut [u8]) -> io::Result<()> {
        getrandom::fill(octets).map_err(io::Error::other)
    }
}
