//! Where mail rests: one data folder with a SQLite database for everything that is looked up and
//! append-only packs for the octets of messages. One object, [`Storage`], is the Directory, the Queue,
//! the Store and the Spool of a node.
//!
//! Data enters through the ports, is made durable by one committer that serves all waiting callers at
//! once, and leaves through the ports again. Nothing here knows a protocol, opens a socket or parses a
//! message. `DESIGN.md` beside this crate has the layout, the order of writes and the figures.

mod blobs;
mod codec;
mod commit;
mod compact;
mod config;
pub mod crash;
mod directory;
mod disk;
mod folder;
mod health;
mod key_value;
mod mailboxes;
mod outage;
mod pack;
mod queue;
mod schema;
mod spool;
mod storage;
mod store;
#[cfg(test)]
mod tests;
mod verify;

pub use blobs::CodecsError;
pub use config::{Config, PasswordConfig};
pub use folder::OpenError;
pub use key_value::KeyValueStore;
pub use storage::Storage;
pub use verify::VerifyReport;
