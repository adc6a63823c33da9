//! The ports: one object-safe trait per file, between the services (intake, delivery, access, admin)
//! and the adapters (storage, plugin, dns) that the daemon wires to them.
//!
//! Nothing here opens a socket or a file of its own; `memory` holds in-memory adapters for tests,
//! and for the author's tools, which run plugins on them; `contract` holds the test suite that every
//! adapter of a port must pass.

pub mod blob_codec;
pub mod clock;
#[cfg(feature = "testing")]
pub mod contract;
pub mod directory;
pub mod draft;
pub mod entropy;
pub mod filter;
pub mod http_client;
pub mod key_value;
pub mod mailbox_events;
#[cfg(feature = "testing")]
pub mod memory;
pub mod notes;
pub mod parser;
pub mod public_address;
pub mod queue;
pub mod read_at;
pub mod resolver;
pub mod router;
pub mod snapshot;
pub mod spool;
pub mod store;
pub mod trace;
pub mod transport;
pub mod unreachable;

pub use blob_codec::BlobCodecs;
pub use clock::Clock;
pub use directory::Directory;
pub use draft::Draft;
pub use entropy::Entropy;
pub use filter::{Filter, FilterSession};
pub use http_client::HttpClient;
pub use key_value::KeyValue;
pub use mailbox_events::MailboxEvents;
pub use notes::Notes;
pub use parser::MessageParser;
pub use public_address::is_public;
pub use queue::Queue;
pub use read_at::ReadAt;
pub use resolver::Resolver;
pub use router::Router;
pub use snapshot::Snapshot;
pub use spool::Spool;
pub use store::Store;
pub use transport::Transport;
pub use unreachable::Unreachable;
