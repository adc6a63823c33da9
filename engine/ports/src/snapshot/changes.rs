//! What happened to a mailbox between two snapshots.

use super::{MessageState, Snapshot};
use std::sync::Arc;
use waxseal_mail::SeqNum;

/// The way from an older snapshot to a newer one of the same mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Positions in the older snapshot of messages that are gone, ascending.
    pub expunged: Vec<SeqNum>,
    /// New states of messages whose flags or MODSEQ differ, with their position in the older
    /// snapshot, ascending.
    pub changed: Vec<(SeqNum, MessageState)>,
    /// Messages that are new, ascending; they stand at the end of the newer snapshot.
    pub appended: Vec<MessageState>,
}

impl Changes {
    /// Whether nothing happened.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.expunged.is_empty() && self.changed.is_empty() && self.appended.is_empty()
    }
}

/// A place in a snapshot: chunk, and message within it.
#[derive(Clone, Copy, Default)]
struct Place {
    chunk: usize,
    message: usize,
}

impl Place {
    fn state(self, snapshot: &Snapshot) -> Option<&MessageState> {
        snapshot.chunks.get(self.chunk)?.get(self.message)
    }

    fn advance(&mut self, snapshot: &Snapshot) {
        self.message += 1;
        let length = snapshot.chunks.get(self.chunk).map_or(0, |c| c.len());
        if self.message >= length {
            *self = Self {
                chunk: self.chunk + 1,
                message: 0,
            };
        }
    }
}

impl Snapshot {
    /// What a client that knows this snapshot must hear to know `newer`. Chunks that both share are
    /// skipped, so the cost is that of the chunks that were touched.
    #[must_use]
    pub fn changes_to(&self, newer: &Self) -> Changes {
        let mut changes = Changes::default();
        let (mut old, mut new) = (Place::default(), Place::default());
        let mut index = 0;
        loop {
            if let Some(shared) = self.shared_chunk(newer, old, new) {
                index += shared;
                old.chunk += 1;
                new.chunk += 1;
                continue;
            }
            match (old.state(self), new.state(newer)) {
                (None, None) => return changes,
                (Some(before), after) if after.is_none_or(|after| before.uid < after.uid) => {
                    changes.expunged.extend(SeqNum::from_index(index));
                    index += 1;
                    old.advance(self);
                }
                (Some(before), Some(after)) if before.uid == after.uid => {
                    if (before.modseq, before.flags) != (after.modseq, after.flags) {
                        let seq = SeqNum::from_index(index);
                        changes.changed.extend(seq.map(|seq| (seq, *after)));
                    }
                    index += 1;
                    old.advance(self);
                    new.advance(newer);
                }
                (_, Some(after)) => {
                    changes.appended.push(*after);
                    new.advance(newer);
                }
                (Some(_), None) => return changes,
            }
        }
    }

    /// The length of the chunk that starts at both places, if it is one and the same.
    fn shared_chunk(&self, newer: &Self, old: Place, new: Place) -> Option<usize> {
        if old.message != 0 || new.message != 0 {
            return None;
        }
        let (before, after) = (self.chunks.get(old.chunk)?, newer.chunks.get(new.chunk)?);
        Arc::ptr_eq(before, after).then_some(before.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_mail::{FlagBits, MailboxId, ModSeq, Timestamp, Uid, UidValidity};

    fn state(uid: u32) -> MessageState {
        let uid = Uid::new(uid).unwrap();
        MessageState::new(uid, 1, ModSeq(1), FlagBits::NONE, Timestamp::utc(0))
    }

    #[test]
    fn tells_what_happened_between_two_snapshots() {
        let empty = Snapshot::empty(MailboxId(1), UidValidity::new(1).unwrap());
        let old = empty.with_appended((1..=3000).map(state));
        assert!(old.changes_to(&old.clone()).is_empty());
        let gone = (500..=2500).map(|uid| Uid::new(uid).unwrap()).collect();
        let flagged = Uid::new(2999).unwrap();
        let new = old.clone().without(&gone, ModSeq(2));
        let new = new.with_flags(&[(flagged, ModSeq(3), FlagBits::SEEN)]);
        let new = new.with_appended([state(3001), state(3002)]);
        let changes = old.changes_to(&new);
        assert_eq!(changes.expunged.len(), 2001);
        assert_eq!(changes.expunged[0].get(), 500);
        assert_eq!(changes.changed.len(), 1);
        assert_eq!(changes.changed[0].0.get(), 2999);
        assert_eq!(changes.changed[0].1.flags, FlagBits::SEEN);
        assert_eq!(changes.appended, [state(3001), state(3002)]);
    }
}
