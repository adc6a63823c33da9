//! The client and its session.

use crate::bindings::waxseal::plugin::transaction;
pub use crate::bindings::waxseal::plugin::types::SessionInfo;

/// The session as it is now.
#[must_use]
pub fn info() -> SessionInfo {
    transaction::session()
}
