//! The pop3 room: POP3 without a socket (RFC 1939, with RFC 2449, 2595, 3206 and 5034).
//!
//! [`Session`] takes the client's octets and gives back octets to send and [`Step`]s: read more, send
//! and go on, ask the world a [`Question`], begin TLS, close. It knows the grammar, the states and
//! the replies; it never sees a socket, a clock or a password file, and logs nothing. Octets enter
//! by [`Session::step`], answers by [`Session::answer`]; everything leaves by [`Session::output`].
#![warn(clippy::indexing_slicing)]

mod command;
mod limits;
mod maildrop;
mod question;
mod session;
mod transfer;

pub use limits::Limits;
pub use maildrop::{Entry, Maildrop};
pub use question::{Answer, Question, Refusal, Step};
pub use session::{Policy, Session};
