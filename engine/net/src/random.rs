//! Randomness of the operating system, for identifiers.

use std::hash::BuildHasher;

/// 64 random bits: for session and message identifiers, not for keys.
///
/// Where the operating system gives none (which does not happen on a running Linux), the seed of a
/// hash map stands in, so that a session is never refused for want of a name.
#[must_use]
pub fn random_u64() -> u64 {
    getrandom::u64().unwrap_or_else(|_| std::hash::RandomState::new().hash_one(0_u8))
}
