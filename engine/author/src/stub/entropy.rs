//! Randomness that repeats itself.

use std::io;
use std::sync::{Mutex, PoisonError};
use waxseal_ports::Entropy;

/// An endless run of octets that only the seed decides.
#[derive(Debug)]
pub struct StubEntropy(Mutex<blake3::OutputReader>);

impl StubEntropy {
    /// The run of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.to_le_bytes());
        Self(Mutex::new(hasher.finalize_xof()))
    }
}

impl Entropy for StubEntropy {
    fn fill(&self, octets: &mut [u8]) -> io::Result<()> {
        let mut run = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        run.fill(octets);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_goes_on() {
        let take = |entropy: &StubEntropy| {
            let mut octets = [0; 8];
            entropy.fill(&mut octets).unwrap();
            octets
        };
        let (one, again, two) = (
            StubEntropy::new(1),
            StubEntropy::new(1),
            StubEntropy::new(2),
        );
        let first = take(&one);
        assert_eq!(first, take(&again));
        assert_ne!(first, take(&two));
        assert_ne!(first, take(&one));
    }
}
