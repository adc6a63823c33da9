//! The imap room: IMAP4rev1 (RFC 3501) and IMAP4rev2 (RFC 9051) as a session without IO.

pub mod grammar;
mod limits;

pub use limits::Limits;
