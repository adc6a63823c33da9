//! The client and its session.

pub use crate::bindings::waxseal::plugin::types::SessionInfo;
use crate::host::session;

/// The session as it is now.
#[must_use]
pub fn info() -> SessionInfo {
    session::current()
}
