//! The mime room: what a message is made of (RFC 5322, RFC 2045 to 2049).
//!
//! [`Parser`] reads a message once, line by line through a window, and answers what is kept beside
//! it: part offsets, ENVELOPE and BODYSTRUCTURE ready to send, and the few decoded facts that
//! plugins and lists want. It takes linear time, holds no more than the window and the header fields
//! it needs, never recurses deeper than [`Limits::depth_max`] and never fails on malformed input.
//!
//! Structure and IMAP data are read by this room's own scanner, because they must count and repeat
//! exact octets; charsets and dates are mail-parser's. No IO except through `ReadAt`, no clock, no
//! logging. Messages come in, values go out; nothing here changes a message.
#![warn(clippy::indexing_slicing)]

pub mod dsn;

mod address;
mod bodystructure;
mod charset;
mod content;
mod cursor;
mod encoded_word;
mod envelope;
mod fields;
mod imap_string;
mod limits;
mod lines;
mod node;
mod parameters;
mod parser;
mod scanner;
mod transfer;

pub use limits::Limits;
pub use parser::Parser;
