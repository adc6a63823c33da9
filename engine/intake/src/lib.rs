//! Intake: drives the SMTP and LMTP sessions of clients that hand over mail.
//!
//! Octets come from `net`, the dialogue is decided in `smtp`; this room answers the session's
//! questions (Directory: who is this recipient; Filter: what do you say), spools the body, writes the
//! trace field, and ends in the Queue: only after `Queue::accept` has said yes does the client hear
//! 250. It never looks past that line, and holds no grammar.

mod acceptance;
mod answers;
mod config;
mod conversation;
mod gathering;
mod intake;
mod received;
mod sink;
mod story;
mod submission;
mod waits;

pub use config::{Config, ConfigError};
pub use intake::{Intake, Ports};
pub use waxseal_smtp::server::Limits;
