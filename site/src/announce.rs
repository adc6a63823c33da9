//! What a server announces, read out of pasted text and compared with the catalog.
//!
//! [`read`] takes apart an EHLO answer, a CAPABILITY or CAPA list, a ManageSieve greeting, XMPP
//! stream features, a DAV header or a rootDSE, however it was copied; [`Reading`] then says what
//! the catalog knows of it, [`missing`] what a purpose would need beside it, and [`nearest`] which
//! known servers announce nearly the same. Nothing here keeps the text.

mod near;
mod parse;
mod profile;
mod reading;
mod stub;

pub use near::{Near, nearest};
pub use parse::{Announced, TEXT_BYTES_MAX, Word, read};
pub use profile::{PROFILES, Profile, Wanted, missing};
pub use reading::{Known, Reading};
pub use stub::stub;

#[cfg(test)]
mod tests;
