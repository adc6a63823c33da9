//! The grammar of commands (RFC 3501 §9, RFC 9051 §9): one function per rule, named for it.

pub mod append;
pub mod command;
pub mod cursor;
pub mod date;
pub mod fetch;
pub mod flags;
pub mod list;
pub mod mailbox;
pub mod modified_utf7;
pub mod search;
pub mod sequence_set;
pub mod store;
