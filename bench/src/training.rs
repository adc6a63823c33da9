//! What `bayes` has learned before it is measured.

use crate::message;
use anyhow::{Result, anyhow};
use bayes::store::{Kind, Shelf};
use bayes::tokens::{Features, tokens};
use std::time::Duration;
use waxseal_plugin_sdk::testing::Server;
use waxseal_ports::Clock;
use waxseal_ports::clock::SystemClock;

/// The plugin's setting `memory`, as in [`crate::way`]'s configuration.
pub(crate) const MEMORY: Duration = Duration::from_secs(365 * 86_400);
/// Messages of each kind.
const LEARNED: u64 = 60;

/// Everybody's words, now.
pub(crate) fn shelf(memory: Duration) -> Shelf {
    let now = u64::try_from(SystemClock.wall().unix_secs).unwrap_or(0);
    Shelf::new(None, Duration::from_secs(now), memory)
}

/// Starts the SDK's stand-in server for this thread and lets it learn 60 messages of each kind. What
/// was learned is there for as long as the answer lives.
pub(crate) fn learn() -> Result<Server> {
    let server = Server::start();
    let shelf = shelf(MEMORY);
    for seed in 0..LEARNED {
        for (kind, salt) in [(Kind::Spam, 1), (Kind::Ham, 7)] {
            let features = Features {
                subject: format!("number {seed}"),
                texts: vec![message::text(1_000, seed * 10 + salt)],
                ..Features::default()
            };
            let learned = shelf.learn(&tokens(&features), kind);
            learned.map_err(|error| anyhow!("learning failed: {error:?}"))?;
        }
    }
    Ok(server)
}

/// The keys and values that were learned.
pub(crate) fn learned(server: &Server) -> Vec<(String, Vec<u8>)> {
    let keys = server.kv_keys().into_iter();
    keys.filter_map(|key| Some((key.clone(), server.kv(&key)?)))
        .collect()
}
