//! The MIME parts of the message, parsed by the server. At the message stage only.

pub use crate::bindings::waxseal::plugin::mime::Part;
use crate::host::mime;

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

/// Octets of a part after decoding, as far as they can be read.
#[must_use]
pub fn decoded_size(part: &Part) -> u32 {
    mime::decoded_size(part.index)
}

/// The SHA-256 of those octets: 32 octets.
#[must_use]
pub fn sha256(part: &Part) -> Vec<u8> {
    mime::sha256(part.index)
}

/// Which of `needles` the text of a part holds, without regard to ASCII case; at most 1,000 needles
/// of at most 256 octets.
#[must_use]
pub fn find(part: &Part, needles: &[&str]) -> Vec<bool> {
    let needles = needles.iter().map(|needle| (*needle).to_owned());
    mime::find(part.index, &needles.collect::<Vec<_>>())
}

/// The `http` and `https` URLs in the text parts, in order, each once; at most `max` and 1,000.
#[must_use]
pub fn urls(max: u32) -> Vec<String> {
    mime::urls(max)
}

/// The decoded octets of a part in pieces of 64 KiB, so that memory does not grow with it. The first
/// 16 MiB can be read.
pub fn content(part: &Part) -> impl Iterator<Item = Vec<u8>> {
    let (index, mut offset) = (part.index, 0_u32);
    std::iter::from_fn(move || {
        let piece = mime::read_part(index, offset, 64 * 1024);
        offset = offset.saturating_add(u32::try_from(piece.len()).unwrap_or(u32::MAX));
        (!piece.is_empty()).then_some(piece)
    })
}
