//! Connections that wait for the next session.

use super::config::MilterLimits;
use super::link::Link;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Idle connections of one milter, the one used last on top.
pub(crate) struct Pool {
    connections_max: usize,
    idle: Duration,
    links: Mutex<Vec<(Link, Instant)>>,
}

impl Pool {
    pub(crate) fn new(limits: &MilterLimits) -> Self {
        Self {
            connections_max: usize::try_from(limits.idle_connections_max).unwrap_or(usize::MAX),
            idle: Duration::from_secs(limits.idle_secs_max),
            links: Mutex::default(),
        }
    }

    /// Whether there is room for one more; what waited too long makes room.
    pub(crate) fn has_room(&self, now: Instant) -> bool {
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.retain(|(_, since)| now.saturating_duration_since(*since) < self.idle);
        links.len() < self.connections_max
    }

    /// Keeps a connection, or drops it where there is no room any more.
    pub(crate) fn put(&self, mut link: Link, now: Instant) {
        link.rest();
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        if links.len() < self.connections_max {
            links.push((link, now));
        }
    }

    /// A connection that is still open.
    pub(crate) async fn take(&self, now: Instant) -> Option<Link> {
        loop {
            let (mut link, since) = {
                let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
                links.pop()?
            };
            let waited = now.saturating_duration_since(since);
            if waited < self.idle && link.is_idle().await {
                return Some(link);
            }
        }
    }
}
