//! Delivery: takes accepted messages out of the queue and brings each to where it belongs.
//!
//! Data enters by `Queue::claim` and leaves by `Queue::settle` (mailboxes, reports, forwards, all in
//! one commit) and by SMTP to other hosts. Nothing here knows how a message was accepted, keeps
//! state of its own on disk, or answers a client. Local delivery is exactly-once because appending
//! and settling are one settlement; relaying is at-least-once, as SMTP is (RFC 5321 §6.1).

pub mod config;

mod attempt;
mod case;
mod directory_router;
mod forward;
mod handover;
mod local;
mod plan;
mod recipient_result;
mod relay;
mod report;
mod respond;
mod runner;
mod schedule;
mod trail;

pub use config::Config;
pub use directory_router::DirectoryRouter;
pub use runner::{Ports, Runner, Settings};
