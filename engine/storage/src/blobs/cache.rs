//! Messages decoded lately, so that a client that reads one in parts does not have it decoded for
//! each part.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use waxseal_mail::BlobId;
use waxseal_ports::ReadAt;

/// What an entry counts besides its octets.
const OVERHEAD_OCTETS: u64 = 512;

/// The most recently used ones, up to a number of octets.
pub(super) struct Cache {
    octets_max: u64,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    entries: HashMap<BlobId, (u64, Arc<dyn ReadAt>)>,
    /// By last use.
    order: BTreeMap<u64, BlobId>,
    octets: u64,
    tick: u64,
}

fn cost(octets: &dyn ReadAt) -> u64 {
    octets.octets().saturating_add(OVERHEAD_OCTETS)
}

impl Cache {
    pub(super) fn new(octets_max: u64) -> Self {
        Self {
            octets_max,
            inner: Mutex::default(),
        }
    }

    /// A message, if it is here.
    pub(super) fn get(&self, id: BlobId) -> Option<Arc<dyn ReadAt>> {
        let mut inner = self.lock();
        let inner = &mut *inner;
        let (used, octets) = inner.entries.get_mut(&id)?;
        inner.order.remove(used);
        inner.tick += 1;
        *used = inner.tick;
        inner.order.insert(inner.tick, id);
        Some(octets.clone())
    }

    /// Keeps a message and forgets those that were not used for the longest time. One that is larger
    /// than all room is not kept.
    pub(super) fn put(&self, id: BlobId, octets: &Arc<dyn ReadAt>) {
        let wanted = cost(octets.as_ref());
        if wanted > self.octets_max {
            return;
        }
        let mut inner = self.lock();
        inner.remove(id);
        while inner.octets + wanted > self.octets_max
            && let Some((_, oldest)) = inner.order.pop_first()
        {
            inner.remove(oldest);
        }
        inner.tick += 1;
        let tick = inner.tick;
        inner.octets += wanted;
        inner.order.insert(tick, id);
        inner.entries.insert(id, (tick, octets.clone()));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn remove(&mut self, id: BlobId) {
        if let Some((used, octets)) = self.entries.remove(&id) {
            self.order.remove(&used);
            self.octets -= cost(octets.as_ref());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn octets(count: usize) -> Arc<dyn ReadAt> {
        Arc::new(Bytes::from(vec![0; count]))
    }

    #[test]
    fn the_least_recently_used_go_first() {
        let cache = Cache::new(3 * (100 + OVERHEAD_OCTETS));
        for id in 1..=3 {
            cache.put(BlobId(id), &octets(100));
        }
        assert!(cache.get(BlobId(1)).is_some());
        cache.put(BlobId(4), &octets(100));
        let here = |id| cache.get(BlobId(id)).is_some();
        assert_eq!([1, 2, 3, 4].map(here), [true, false, true, true]);
        cache.put(BlobId(5), &octets(5000));
        assert!(!here(5), "larger than all room");
        assert!(here(1), "and nothing went for it");
        cache.put(BlobId(1), &octets(700));
        assert_eq!([1, 3, 4].map(here), [true, false, true]);
        assert_eq!(cache.lock().octets, 700 + 100 + 2 * OVERHEAD_OCTETS);
    }
}
