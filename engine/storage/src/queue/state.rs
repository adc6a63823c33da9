//! The queue in memory: every message's due time and lease, and the whole of those that are fresh or
//! leased.

use crate::codec::{Progress, QueueEntry};
use crate::commit::QueueEffect;
use crate::pack::Place;
use bytes::Bytes;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use waxseal_mail::{BlobId, MessageId};

/// A queued message, whole.
#[derive(Debug, Clone)]
pub(crate) struct Hot {
    pub(crate) entry: Arc<QueueEntry>,
    pub(crate) progress: Arc<Progress>,
    /// The octets, if they lay in memory when it was accepted.
    pub(crate) octets: Option<Bytes>,
}

/// A message that entered the queue.
pub(crate) struct NewQueued {
    pub(crate) id: MessageId,
    pub(crate) seq: i64,
    pub(crate) place: Place,
    pub(crate) due: i64,
    pub(crate) hold: Option<String>,
    pub(crate) attempts: u32,
    /// Kept while memory allows.
    pub(crate) hot: Option<Hot>,
}

/// A change of a queued message.
pub(crate) struct QueuedChange {
    pub(crate) due: i64,
    pub(crate) release_hold: bool,
    /// After an attempt: how far it came; ends the lease.
    pub(crate) progress: Option<Arc<Progress>>,
}

#[derive(Debug)]
struct Queued {
    seq: i64,
    place: Place,
    due: i64,
    hold: Option<String>,
    attempts: u32,
    leased: bool,
    hot: Option<Hot>,
}

/// What a claim gets of a message; `hot` is to be read from the database where missing.
#[derive(Debug, Clone)]
pub(crate) struct Claimed {
    pub(crate) id: MessageId,
    pub(crate) seq: i64,
    pub(crate) place: Place,
    pub(crate) hot: Option<Hot>,
}

/// What a list shows of a message without reading the database.
#[derive(Debug, Clone)]
pub(crate) struct Outline {
    pub(crate) id: MessageId,
    pub(crate) seq: i64,
    pub(crate) octets: u64,
    pub(crate) due: i64,
    pub(crate) attempts: u32,
    pub(crate) hold: Option<String>,
}

#[derive(Debug)]
pub(crate) struct QueueState {
    inner: Mutex<Inner>,
    /// Wakes those who wait for due messages.
    pub(crate) wake: Notify,
    next_seq: AtomicI64,
    memory_octets_max: u64,
}

#[derive(Debug, Default)]
struct Inner {
    messages: HashMap<MessageId, Queued>,
    /// Neither leased nor held: due time, then age.
    due: BTreeSet<(i64, i64, MessageId)>,
    /// By age.
    order: BTreeSet<(i64, MessageId)>,
    /// Octets of messages in memory.
    hot_octets: u64,
}

/// What a message in memory costs besides its octets.
const HOT_OVERHEAD_OCTETS: u64 = 1024;

impl Hot {
    fn cost(&self) -> u64 {
        let octets = self.octets.as_ref().map_or(0, |octets| octets.len() as u64);
        octets + HOT_OVERHEAD_OCTETS
    }
}

impl QueueState {
    pub(crate) fn new(memory_octets_max: u64) -> Self {
        Self {
            inner: Mutex::default(),
            wake: Notify::new(),
            next_seq: AtomicI64::new(1),
            memory_octets_max,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next place in the order of age.
    pub(crate) fn take_seq(&self) -> i64 {
        self.next_seq.fetch_add(1, Ordering::Relaxed)
    }

    /// Takes in what the database holds, when it is opened.
    pub(crate) fn fill(&self, messages: Vec<NewQueued>) {
        let next = messages.iter().map(|message| message.seq + 1).max();
        self.next_seq
            .fetch_max(next.unwrap_or(1), Ordering::Relaxed);
        let effects = messages.into_iter().map(QueueEffect::Insert).collect();
        self.publish(effects);
    }

    pub(crate) fn contains(&self, id: MessageId) -> bool {
        self.lock().messages.contains_key(&id)
    }

    /// The place in order, the blob and, while leased or fresh, the whole message.
    pub(crate) fn get(&self, id: MessageId) -> Option<Claimed> {
        let inner = self.lock();
        inner.messages.get(&id).map(|queued| queued.claimed(id))
    }

    pub(crate) fn outline(&self, id: MessageId) -> Option<Outline> {
        let inner = self.lock();
        inner.messages.get(&id).map(|queued| queued.outline(id))
    }

    /// Where the octets of a message lie.
    pub(crate) fn place(&self, id: MessageId) -> Option<Place> {
        self.lock().messages.get(&id).map(|queued| queued.place)
    }

    /// The oldest `max` messages.
    pub(crate) fn outlines(&self, max: usize) -> Vec<Outline> {
        let inner = self.lock();
        let oldest = inner.order.iter().take(max);
        oldest
            .filter_map(|(_, id)| Some(inner.messages.get(id)?.outline(*id)))
            .collect()
    }

    /// Leases at most `max` messages due at `now`; answers also when the next one is due, if there is
    /// one.
    pub(crate) fn lease(&self, now: i64, max: usize) -> (Vec<Claimed>, Option<i64>) {
        let mut inner = self.lock();
        let mut leased = Vec::new();
        while leased.len() < max
            && let Some(&(due, seq, id)) = inner.due.first()
            && due <= now
        {
            inner.due.remove(&(due, seq, id));
            if let Some(queued) = inner.messages.get_mut(&id) {
                queued.leased = true;
                leased.push(queued.claimed(id));
            }
        }
        let next = inner.due.first().map(|(due, ..)| *due);
        (leased, next)
    }

    /// Keeps what was read of a leased message until it is settled.
    pub(crate) fn warm(&self, id: MessageId, hot: &Hot) {
        let mut inner = self.lock();
        let inner = &mut *inner;
        if let Some(queued) = inner.messages.get_mut(&id).filter(|queued| queued.leased) {
            inner.hot_octets += hot.cost();
            let former = queued.hot.replace(hot.clone());
            inner.hot_octets -= former.map_or(0, |former| former.cost());
        }
    }

    /// Gives a lease back.
    pub(crate) fn release(&self, id: MessageId, due: i64) {
        let mut inner = self.lock();
        if let Some(queued) = inner.messages.get_mut(&id).filter(|queued| queued.leased) {
            queued.due = due;
            queued.leased = false;
            inner.schedule(id);
        }
        drop(inner);
        self.wake.notify_one();
    }

    /// Takes over what a commit did.
    pub(crate) fn publish(&self, effects: Vec<QueueEffect>) {
        if effects.is_empty() {
            return;
        }
        let mut inner = self.lock();
        for effect in effects {
            match effect {
                QueueEffect::Insert(new) => inner.insert(new, self.memory_octets_max),
                QueueEffect::Change(id, change) => inner.change(id, change),
                QueueEffect::Remove(id) => inner.remove(id),
                QueueEffect::Relocate(places) => inner.relocate(&places),
            }
        }
        drop(inner);
        self.wake.notify_one();
    }
}

impl Queued {
    fn claimed(&self, id: MessageId) -> Claimed {
        Claimed {
            id,
            seq: self.seq,
            place: self.place,
            hot: self.hot.clone(),
        }
    }

    fn outline(&self, id: MessageId) -> Outline {
        Outline {
            id,
            seq: self.seq,
            octets: self.place.message_octets(),
            due: self.due,
            attempts: self.attempts,
            hold: self.hold.clone(),
        }
    }
}

impl Inner {
    /// Puts a message that is neither leased nor held where claims find it.
    fn schedule(&mut self, id: MessageId) {
        if let Some(queued) = self.messages.get(&id)
            && !queued.leased
            && queued.hold.is_none()
        {
            self.due.insert((queued.due, queued.seq, id));
        }
    }

    fn insert(&mut self, new: NewQueued, memory_octets_max: u64) {
        let hot = new
            .hot
            .filter(|hot| self.hot_octets + hot.cost() <= memory_octets_max);
        self.hot_octets += hot.as_ref().map_or(0, Hot::cost);
        let queued = Queued {
            seq: new.seq,
            place: new.place,
            due: new.due,
            hold: new.hold,
            attempts: new.attempts,
            leased: false,
            hot,
        };
        self.order.insert((new.seq, new.id));
        self.messages.insert(new.id, queued);
        self.schedule(new.id);
    }

    fn change(&mut self, id: MessageId, change: QueuedChange) {
        let Some(queued) = self.messages.get_mut(&id) else {
            return;
        };
        self.due.remove(&(queued.due, queued.seq, id));
        queued.due = change.due;
        if change.release_hold {
            queued.hold = None;
        }
        if let Some(progress) = change.progress {
            queued.leased = false;
            queued.attempts = progress.attempts;
            // It waits for a while now: memory is for the fresh ones.
            let former = queued.hot.take();
            self.hot_octets -= former.map_or(0, |former| former.cost());
        }
        self.schedule(id);
    }

    fn remove(&mut self, id: MessageId) {
        if let Some(queued) = self.messages.remove(&id) {
            self.due.remove(&(queued.due, queued.seq, id));
            self.order.remove(&(queued.seq, id));
            self.hot_octets -= queued.hot.map_or(0, |hot| hot.cost());
        }
    }

    fn relocate(&mut self, places: &HashMap<BlobId, Place>) {
        for queued in self.messages.values_mut() {
            if let Some(place) = places.get(&queued.place.id) {
                queued.place = *place;
            }
        }
    }
}
