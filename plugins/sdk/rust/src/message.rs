//! The envelope and the message as they stand now, earlier filters' edits included.

use crate::Header;
pub use crate::bindings::waxseal::plugin::types::Score;
use crate::digest::short;
use crate::glob::{self, Glob};
use crate::host::transaction;

/// Octets asked for at once when a body is read through.
const CHUNK_OCTETS: u32 = 64 * 1024;

/// Octets asked for at once when the message is read as a whole.
const WHOLE_OCTETS: u32 = 1 << 20;

/// The reverse-path; empty for the null reverse-path.
#[must_use]
pub fn sender() -> String {
    transaction::sender()
}

/// The recipients accepted so far.
#[must_use]
pub fn recipients() -> Vec<String> {
    transaction::recipients()
}

/// Octets of the message; 0 before the headers stage.
#[must_use]
pub fn size() -> u32 {
    transaction::size()
}

/// The octets of the first field of that name, folds included.
#[must_use]
pub fn header(name: &str) -> Option<Vec<u8>> {
    transaction::get_header(name)
}

/// All fields, in order.
#[must_use]
pub fn headers() -> Vec<Header> {
    transaction::all_headers()
}

/// Octets of the body from `offset` on, at most `max` and at most 1 MiB; fewer only at the end.
#[must_use]
pub fn read_body(offset: u32, max: u32) -> Vec<u8> {
    transaction::read_body(offset, max)
}

/// Octets of the whole message from `offset` on, as [`read_body`].
#[must_use]
pub fn read(offset: u32, max: u32) -> Vec<u8> {
    transaction::read_message(offset, max)
}

/// The body in pieces of 64 KiB, so that memory does not grow with the message.
pub fn body() -> impl Iterator<Item = Vec<u8>> {
    let mut offset = 0_u32;
    std::iter::from_fn(move || {
        let piece = read_body(offset, CHUNK_OCTETS);
        offset = offset.saturating_add(u32::try_from(piece.len()).unwrap_or(u32::MAX));
        (!piece.is_empty()).then_some(piece)
    })
}

/// The whole message at once; its octets are the plugin's memory.
#[must_use]
pub fn whole() -> Vec<u8> {
    let mut octets = Vec::with_capacity(size() as usize);
    loop {
        let offset = u32::try_from(octets.len()).unwrap_or(u32::MAX);
        let piece = read(offset, WHOLE_OCTETS);
        if piece.is_empty() {
            return octets;
        }
        octets.extend_from_slice(&piece);
    }
}

/// 11 characters that are the same at each recipient's turn and at each attempt to deliver this
/// message: the server's own Received field, on top, tells it from all others.
#[must_use]
pub fn identity() -> String {
    let field = |name: &str| {
        let value = header(name).unwrap_or_default();
        String::from_utf8_lossy(&value).into_owned()
    };
    short(&format!("{}\n{}", field("Received"), field("Message-ID")))
}

/// Scores given so far, by any filter.
#[must_use]
pub fn scores() -> Vec<Score> {
    transaction::scores()
}

/// Tags given so far, by any filter.
#[must_use]
pub fn tags() -> Vec<String> {
    transaction::tags()
}

/// Whether a tag fits one of the patterns; nothing is asked where there are none.
#[must_use]
pub fn has_tag(globs: &[Glob]) -> bool {
    !globs.is_empty() && tags().iter().any(|tag| glob::any(globs, tag))
}
