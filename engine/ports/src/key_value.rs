//! Keys and values that plugins keep for themselves.

use async_trait::async_trait;
use bytes::Bytes;
use std::error::Error;
use std::fmt;
use std::time::Duration;

/// Octets of one key.
pub const KEY_OCTETS_MAX: usize = 256;
/// Octets of one value.
pub const VALUE_OCTETS_MAX: usize = 64 * 1024;
/// Keys of one call.
pub const KEYS_MAX: usize = 1_000;

/// A store of small values, each owner's apart from all others'.
///
/// Writing is not part of the durable path: what was answered is seen by every later call, but after
/// a crash of the machine the last writes may be missing. Keys have 1 to [`KEY_OCTETS_MAX`] octets,
/// values at most [`VALUE_OCTETS_MAX`], one call names at most [`KEYS_MAX`] keys. A value whose time
/// is over is not there.
#[async_trait]
pub trait KeyValue: Send + Sync {
    /// The values of `keys`, in their order.
    ///
    /// # Errors
    /// [`KeyValueError::TooLarge`] and [`KeyValueError::Unavailable`].
    async fn get_many(
        &self,
        owner: &Owner,
        keys: &[String],
    ) -> Result<Vec<Option<Bytes>>, KeyValueError>;

    /// Sets a value; with `ttl` it is gone after that time, in whole seconds.
    ///
    /// # Errors
    /// [`KeyValueError`]; the former value then stays.
    async fn set(
        &self,
        owner: &Owner,
        key: &str,
        value: Bytes,
        ttl: Option<Duration>,
    ) -> Result<(), KeyValueError>;

    /// Removes a key; no harm where there is none.
    ///
    /// # Errors
    /// [`KeyValueError::TooLarge`] and [`KeyValueError::Unavailable`].
    async fn delete(&self, owner: &Owner, key: &str) -> Result<(), KeyValueError>;

    /// Adds to numbers, kept as decimal text, and answers the sums in order, in one step. A key that
    /// is not there, or that holds no number, counts as 0 and its time begins now; the time of one
    /// that is there is kept. Sums stop at the bounds of `i32`.
    ///
    /// # Errors
    /// [`KeyValueError`]; nothing is then changed.
    async fn incr_many(
        &self,
        owner: &Owner,
        changes: &[(String, i32)],
        ttl: Option<Duration>,
    ) -> Result<Vec<i32>, KeyValueError>;
}

/// Whose keys, and how much there may be of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The tenant; empty for the server itself.
    pub tenant: String,
    /// The plugin's name in the configuration.
    pub plugin: String,
    /// Octets of all keys and values together.
    pub octets_max: u64,
}

impl fmt::Display for Owner {
    /// `tenant/plugin`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.tenant, self.plugin)
    }
}

/// Why it did not work.
#[derive(Debug, thiserror::Error)]
pub enum KeyValueError {
    /// The owner would have more than before, and more than its `octets_max`.
    #[error("past the granted octets")]
    Quota,
    /// A key, a value or the number of keys is past its limit.
    #[error("a key, a value or the number of keys is past its limit")]
    TooLarge,
    /// The store failed.
    #[error("the store is unavailable: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

/// Checks keys against the limits of the port.
///
/// # Errors
/// [`KeyValueError::TooLarge`].
pub fn check_keys<'a>(keys: impl ExactSizeIterator<Item = &'a str>) -> Result<(), KeyValueError> {
    if keys.len() > KEYS_MAX {
        return Err(KeyValueError::TooLarge);
    }
    for key in keys {
        if !(1..=KEY_OCTETS_MAX).contains(&key.len()) {
            return Err(KeyValueError::TooLarge);
        }
    }
    Ok(())
}

/// The number that a value stands for, if it is one.
#[must_use]
pub fn number(value: &[u8]) -> Option<i32> {
    std::str::from_utf8(value).ok()?.parse().ok()
}
