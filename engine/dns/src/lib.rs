//! Questions to the DNS: where mail for a domain goes, which addresses a host has.
//!
//! Implements the `Resolver` port on hickory, with its cache and a total time limit per question.
//! Nothing here decides whether an address may be connected to; that is the asker's business.

mod config;
mod exchanges;
mod lookup;
mod resolver;

pub use config::{Config, ConfigError};
pub use resolver::DnsResolver;
