//! SMTP and LMTP without IO: the grammar and both sides of a session.
//!
//! Octets and answers go in; steps and replies come out. No socket, no clock, no randomness and no
//! logging is here: `intake` drives the server's side, `delivery` the client's. The knowledge of
//! RFC 5321, RFC 2033 and their extensions lives here and nowhere else.

#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

pub mod client;
pub mod grammar;
pub mod server;
