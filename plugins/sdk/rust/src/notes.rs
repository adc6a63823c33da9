//! Texts that the plugin leaves at a message for its own later stages: the delivery plugin of the
//! same name reads what the filter found.
//!
//! Keys are 1 to 64 printable ASCII characters, texts at most 4 KiB, at most 32 notes a message;
//! anything past that ends the call as a failure.

use crate::host::notes;

/// The text under a key.
#[must_use]
pub fn get(key: &str) -> Option<String> {
    notes::get(key)
}

/// Sets a text. Before the mail stage it belongs to the session and is copied to each message; in a
/// delivery plugin it lasts as long as the call.
pub fn set(key: &str, value: &str) {
    notes::set(key, value);
}

/// Removes a note; no harm where there is none.
pub fn remove(key: &str) {
    notes::set(key, "");
}
