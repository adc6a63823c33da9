//! What the administrator wrote under `[plugin.config]`.

use crate::bindings::waxseal::plugin::config;

/// A value at the top: text as it is, anything else as JSON.
#[must_use]
pub fn get(key: &str) -> Option<String> {
    config::get(key)
}

/// The whole table as JSON.
#[must_use]
pub fn json() -> String {
    config::raw_json()
}
