//! The MIME parts of the message, parsed by the server. At the message stage only.

use crate::bindings::waxseal::plugin::mime;
pub use crate::bindings::waxseal::plugin::mime::Part;

/// All parts, depth first; the message itself comes first.
#[must_use]
pub fn parts() -> Vec<Part> {
    mime::parts()
}

/// Whether a limit stopped the parser, so that parts are missing.
#[must_use]
pub fn truncated() -> bool {
    mime::truncated()
}

/// Decoded octets of a part from `offset` on, at most `max` and at most 1 MiB.
#[must_use]
pub fn read(part: &Part, offset: u32, max: u32) -> Vec<u8> {
    mime::read_part(part.index, offset, max)
}

/// A text part as UTF-8, at most `max` octets; `None` for other parts.
#[must_use]
pub fn text(part: &Part, max: u32) -> Option<String> {
    mime::text(part.index, max)
}
