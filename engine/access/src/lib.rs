//! The access room: drives the sessions of IMAP and POP3 over the store.
//!
//! It holds the waits and no grammar: `imap::Session` and `pop3::Session` say what they need, and
//! the drivers here ask the directory, the store, the spool and the filters for it. Connections come
//! in from `net` through [`waxseal_net::Handler`], which [`Access`] implements for both protocols;
//! nothing leaves but octets to the client and calls to the ports.

mod access;
mod config;
mod imap;
mod login;
mod pop3;

pub use access::{Access, Ports};
pub use config::{Config, ImapConfig};
pub use pop3::Pop3Config;
