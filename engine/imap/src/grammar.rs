//! The grammar of commands (RFC 3501 §9, RFC 9051 §9): one function per rule, named for it.

pub mod cursor;
pub mod date;
pub mod flags;
pub mod mailbox;
pub mod modified_utf7;
pub mod sequence_set;
