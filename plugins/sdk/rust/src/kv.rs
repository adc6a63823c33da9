//! The plugin's own keys and values, the same for all its instances and for the next start of the
//! server. Granted as `kv_bytes`.
//!
//! Keys have 1 to 256 octets, values at most 64 KiB. Each call costs a round trip through the host:
//! prefer [`get_many`] and [`incr_many`] (up to 1,000 keys) to loops.

use crate::Error as PluginError;
pub use crate::bindings::waxseal::plugin::kv::Error;
use crate::host::kv;
use std::time::Duration;

/// The most keys that [`get_many`] and [`incr_many`] take at once.
pub const KEYS_MAX: usize = 1000;

/// The value of a key; `None` where there is none or its time is over.
///
/// # Errors
/// When the store cannot be used.
pub fn get(key: &str) -> Result<Option<Vec<u8>>, Error> {
    kv::get(key)
}

/// The value of a key that was set with text or counted with [`incr`]; `None` also where it is not
/// UTF-8.
///
/// # Errors
/// As [`get`].
pub fn get_text(key: &str) -> Result<Option<String>, Error> {
    Ok(kv::get(key)?.and_then(|value| String::from_utf8(value).ok()))
}

/// The values of keys, in their order, however many.
///
/// # Errors
/// As [`get`].
pub fn get_many(keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, Error> {
    let mut values = Vec::with_capacity(keys.len());
    for chunk in keys.chunks(KEYS_MAX) {
        values.extend(kv::get_many(chunk)?);
    }
    Ok(values)
}

/// Sets a value; with `ttl` it is gone after that time, which counts in whole seconds, at least one.
///
/// # Errors
/// As [`get`], and past the limits of keys, values and the granted octets.
pub fn set(key: &str, value: impl AsRef<[u8]>, ttl: Option<Duration>) -> Result<(), Error> {
    kv::set(key, value.as_ref(), ttl.map(seconds))
}

/// Removes a key; no harm where there is none.
///
/// # Errors
/// As [`get`].
pub fn delete(key: &str) -> Result<(), Error> {
    kv::delete(key)
}

/// Adds to a number and answers the sum, in one step. A key that is not there counts as 0 and begins
/// its time now; the time of one that is there is kept.
///
/// # Errors
/// As [`set`].
pub fn incr(key: &str, by: i32, ttl: Option<Duration>) -> Result<i32, Error> {
    kv::incr(key, by, ttl.map(seconds))
}

/// The same for keys without a time, however many; answers the sums in their order.
///
/// # Errors
/// As [`set`].
pub fn incr_many(changes: &[(String, i32)]) -> Result<Vec<i32>, Error> {
    let mut sums = Vec::with_capacity(changes.len());
    for chunk in changes.chunks(KEYS_MAX) {
        sums.extend(kv::incr_many(chunk)?);
    }
    Ok(sums)
}

fn seconds(ttl: Duration) -> u32 {
    u32::try_from(ttl.as_secs()).unwrap_or(u32::MAX).max(1)
}

impl From<Error> for PluginError {
    fn from(error: Error) -> Self {
        match error {
            Error::Denied => Self::new("kv-denied", "kv is not granted: set `kv_bytes`"),
            Error::Quota => Self::new("kv-quota", "the granted `kv_bytes` are used up"),
            Error::TooLarge => Self::new("kv-too-large", "a key or value is past its limit"),
            Error::Unavailable(why) => Self::new("kv-unavailable", why).retryable(),
        }
    }
}
