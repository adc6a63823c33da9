//! The milter protocol as octets, both directions: no socket, no clock, no log.
//!
//! A packet is a length of four octets (big-endian, of what follows), one octet that names its kind,
//! and data. The mail server sends [`Command`]s, the milter answers with [`Response`]s; strings in
//! data end with NUL. Both open with a negotiation of version, changes and steps.
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod command;
mod fields;
mod negotiation;
mod packet;
mod response;

pub use command::{Command, PeerAddress};
pub use negotiation::{Actions, MacroRequest, Negotiation, Steps, VERSION, VERSION_MIN};
pub use packet::{PACKET_OCTETS_MAX, Packet, WireError};
pub use response::{Change, Response};

/// Octets of body in one packet: what every milter library takes.
pub const CHUNK_OCTETS_MAX: usize = 65_535;

#[cfg(test)]
mod tests;
