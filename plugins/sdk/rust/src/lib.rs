//! Write Waxseal plugins in Rust.
//!
//! A plugin is a type with one of five traits, and one line that makes a component of it:
//!
//! | trait | macro | what it does |
//! |---|---|---|
//! | [`Filter`] | [`filter!`] | judges mail while the client waits |
//! | [`Learner`](learner::Learner) | [`learner!`] | a filter that learns from what users do |
//! | [`Delivery`](delivery::Delivery) | [`delivery!`] | decides where mail goes, or takes it there |
//! | [`Storage`](storage::Storage) | [`storage!`] | transforms blobs on their way to the disk |
//! | [`Holder`](holder::Holder) | [`holder!`] | keeps blobs itself |
//!
//! ```
//! use waxseal_plugin_sdk::{Error, Filter, Outcome, Stage, filter, message, testing};
//!
//! struct NoEmptySubjects;
//!
//! impl Filter for NoEmptySubjects {
//!     const STAGES: &'static [Stage] = &[Stage::Headers];
//!
//!     fn configure() -> Result<Self, Error> {
//!         Ok(Self)
//!     }
//!
//!     fn on_headers(&mut self) -> Result<Outcome, Error> {
//!         match message::header("Subject") {
//!             Some(subject) if !subject.trim_ascii().is_empty() => Ok(Outcome::next()),
//!             _ => Ok(Outcome::reject(550, "5.6.0", "a subject, please")),
//!         }
//!     }
//! }
//!
//! filter!(NoEmptySubjects);
//!
//! // In a test:
//! let server = testing::Server::start();
//! server.message("Subject: \r\n\r\nHello\r\n");
//! let outcome = NoEmptySubjects::configure()?.on_headers()?;
//! assert_eq!(outcome, Outcome::reject(550, "5.6.0", "a subject, please"));
//! # Ok::<(), Error>(())
//! ```
//!
//! The crate type is `cdylib` (and `rlib` for tests); the target `wasm32-unknown-unknown`. One
//! instance of a filter serves one session: what it keeps in itself lasts from stage to stage and
//! reaches no other session. Nothing can be reached but what the modules show: no file, no network
//! beyond [`http`] and [`dns`], no clock beyond [`clock`]. A panic is logged with its place and fails
//! the call; the administrator's policy answers for it.
//!
//! Natively every call to the server is answered by the stand-in in [`testing`], so that plugins are
//! tested with plain `#[test]` functions.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;

pub mod address;
pub mod aead;
pub mod base64;
pub mod bindings;
mod blob;
pub mod clock;
pub mod config;
pub mod date;
pub mod delivery;
pub mod digest;
pub mod dns;
mod filter;
pub mod glob;
#[doc(hidden)]
pub mod glue;
pub mod header_text;
pub mod holder;
mod host;
pub mod http;
pub mod kv;
pub mod learner;
pub mod log;
pub mod message;
pub mod metrics;
pub mod mime;
pub mod network;
pub mod notes;
mod outcome;
pub mod random;
pub mod secrets;
pub mod session;
mod stage;
pub mod storage;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

pub use bindings::waxseal::plugin::types::{Edit, Header, Param, Protocol, Reply, Verdict};
pub use filter::Filter;
pub use outcome::{Error, Outcome, reply};
pub use stage::Stage;
