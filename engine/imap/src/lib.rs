//! The imap room: IMAP4rev1 (RFC 3501) and IMAP4rev2 (RFC 9051) as a session without IO.
//!
//! Octets of the client and answers of the driver go into a [`Session`]; [`Step`]s come out, and
//! [`Output`] collects what is to be sent. The session never waits, has no clock and no randomness,
//! and opens nothing: messages are read through [`waxseal_ports::ReadAt`] only where an answer brought
//! them. The grammar of commands is in [`grammar`]; each command family has its file in `session`.

mod capability;
pub mod grammar;
mod limits;
mod output;
mod question;
mod receive;
mod section;
mod session;
mod view;

pub use limits::Limits;
pub use output::{Output, Piece};
pub use question::{Answer, AppendOptions, Login, Question, Reading, Step, Wanted};
pub use session::{Policy, Session};
