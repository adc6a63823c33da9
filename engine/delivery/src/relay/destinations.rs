//! Fairness between destinations: connection limits, and leaving the unreachable alone for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use waxseal_mail::Reply;

/// Above this number of known destinations, those that are idle are forgotten.
const KNOWN_MAX: usize = 1_024;

/// What is known about each destination: a domain, or the smarthost.
pub(super) struct Destinations {
    all: Arc<Semaphore>,
    per_destination: usize,
    known: Mutex<HashMap<String, Destination>>,
}

struct Destination {
    connections: Arc<Semaphore>,
    /// Until when not to try, and what to say meanwhile.
    unreachable: Option<(Instant, Reply)>,
}

/// The right to connect to a destination, for as long as it is held.
pub(super) struct Slot {
    _all: Option<OwnedSemaphorePermit>,
    _one: Option<OwnedSemaphorePermit>,
}

impl Destinations {
    pub(super) fn new(connections_max: usize, per_destination: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(connections_max)),
            per_destination,
            known: Mutex::default(),
        }
    }

    /// Waits for a free connection to `name`. The wait for the own destination comes first, so that a
    /// slow one cannot take all connections while it queues.
    pub(super) async fn slot(&self, name: &str) -> Slot {
        let connections = Arc::clone(&self.known().entry(name).connections);
        // Neither is ever closed; without a permit the limit is missed, not the mail.
        let one = connections.acquire_owned().await.ok();
        let all = Arc::clone(&self.all).acquire_owned().await.ok();
        Slot {
            _all: all,
            _one: one,
        }
    }

    /// The reply to defer with, while `name` is to be left alone.
    pub(super) fn unreachable(&self, name: &str, now: Instant) -> Option<Reply> {
        let mut known = self.known();
        let (until, reply) = known.entry(name).unreachable.clone()?;
        (now < until).then_some(reply)
    }

    /// None of its hosts could be reached.
    pub(super) fn set_unreachable(&self, name: &str, until: Instant, reply: &Reply) {
        self.known().entry(name).unreachable = Some((until, reply.clone()));
    }

    /// One of its hosts was reached.
    pub(super) fn set_reachable(&self, name: &str) {
        self.known().entry(name).unreachable = None;
    }

    fn known(&self) -> Known<'_> {
        Known {
            map: self.known.lock().unwrap_or_else(PoisonError::into_inner),
            per_destination: self.per_destination,
        }
    }
}

/// The map under its lock.
struct Known<'a> {
    map: MutexGuard<'a, HashMap<String, Destination>>,
    per_destination: usize,
}

impl Known<'_> {
    fn entry(&mut self, name: &str) -> &mut Destination {
        let max = self.per_destination;
        if self.map.len() >= KNOWN_MAX && !self.map.contains_key(name) {
            self.map.retain(|_, destination| {
                let idle = destination.connections.available_permits() == max;
                // Someone may hold the semaphore without a permit yet.
                !idle || Arc::strong_count(&destination.connections) > 1
            });
        }
        self.map
            .entry(name.to_owned())
            .or_insert_with(|| Destination {
                connections: Arc::new(Semaphore::new(max)),
                unreachable: None,
            })
    }
}

/// `now` and `secs` more.
pub(super) fn later(now: Instant, secs: u64) -> Instant {
    now.checked_add(Duration::from_secs(secs)).unwrap_or(now)
}
