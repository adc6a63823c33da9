//! The snapshot of one mailbox, shared by all who watch it.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::watch;
use waxseal_mail::{FlagBits, KeywordTable, ModSeq, Uid};
use waxseal_ports::Snapshot;
use waxseal_ports::snapshot::MessageState;

/// One change of a mailbox, with the MODSEQ it got.
#[derive(Debug, Clone)]
pub(crate) struct Delta {
    pub(crate) modseq: ModSeq,
    pub(crate) keywords: Arc<KeywordTable>,
    pub(crate) kind: DeltaKind,
}

#[derive(Debug, Clone)]
pub(crate) enum DeltaKind {
    Appended(Arc<[MessageState]>),
    Flags(Arc<[(Uid, ModSeq, FlagBits)]>),
    Removed(Arc<HashSet<Uid>>),
}

impl Delta {
    /// The mailbox after this change; the same mailbox if it had the change already.
    pub(crate) fn apply(&self, snapshot: Snapshot) -> Snapshot {
        if self.modseq <= snapshot.highest_modseq {
            return snapshot;
        }
        let mut snapshot = match &self.kind {
            DeltaKind::Appended(messages) => snapshot.with_appended(messages.iter().copied()),
            DeltaKind::Flags(changes) => snapshot.with_flags(changes),
            DeltaKind::Removed(uids) => snapshot.without(uids, self.modseq),
        };
        snapshot.keywords = self.keywords.clone();
        snapshot.highest_modseq = snapshot.highest_modseq.max(self.modseq);
        snapshot
    }
}

/// An open mailbox.
#[derive(Debug)]
pub(crate) struct OpenMailbox {
    sender: watch::Sender<Arc<Snapshot>>,
    used: AtomicU64,
}

impl OpenMailbox {
    pub(super) fn new(snapshot: Snapshot) -> Self {
        Self {
            sender: watch::Sender::new(Arc::new(snapshot)),
            used: AtomicU64::new(0),
        }
    }

    /// A receiver of the newest snapshot.
    pub(crate) fn watch(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.sender.subscribe()
    }

    pub(crate) fn current(&self) -> Arc<Snapshot> {
        self.sender.borrow().clone()
    }

    pub(super) fn advance(&self, deltas: &[Delta]) {
        let current = self.current();
        let next = deltas
            .iter()
            .fold(Snapshot::clone(&current), |snapshot, delta| {
                delta.apply(snapshot)
            });
        if next.highest_modseq != current.highest_modseq {
            self.replace(next);
        }
    }

    pub(super) fn replace(&self, snapshot: Snapshot) {
        self.sender.send_replace(Arc::new(snapshot));
    }

    pub(super) fn is_watched(&self) -> bool {
        self.sender.receiver_count() > 0
    }

    pub(super) fn touch(&self, clock: u64) {
        self.used.store(clock, Ordering::Relaxed);
    }

    pub(super) fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }
}
