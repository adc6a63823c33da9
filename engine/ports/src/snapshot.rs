//! A mailbox at one moment: every message's UID, MODSEQ, flags, size and internal date, compact and
//! shared by all sessions on it.

mod changes;

pub use changes::Changes;

use std::collections::HashSet;
use std::sync::Arc;
use waxseal_mail::{
    FlagBits, KeywordTable, MailboxId, ModSeq, SeqNum, Timestamp, Uid, UidValidity,
};

/// Messages in one chunk; a change copies the chunks it touches, not the mailbox.
const CHUNK_MESSAGES: usize = 1024;

/// One message in 32 octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageState {
    /// Its UID.
    pub uid: Uid,
    /// Octets: RFC822.SIZE, cut at 2^32 - 1.
    pub size: u32,
    /// Its last change.
    pub modseq: ModSeq,
    /// Its flags, by the mailbox's keyword table.
    pub flags: FlagBits,
    /// Internal date: Unix seconds × 2048 + (zone offset in minutes + 1024), see
    /// [`MessageState::internal_date`].
    packed_date: i64,
}

impl MessageState {
    /// Packs the parts.
    #[must_use]
    pub fn new(uid: Uid, size: u64, modseq: ModSeq, flags: FlagBits, date: Timestamp) -> Self {
        let offset = i64::from(date.offset_minutes.clamp(-1023, 1023)) + 1024;
        let packed_date = date.unix_secs.saturating_mul(2048).saturating_add(offset);
        Self {
            uid,
            size: u32::try_from(size).unwrap_or(u32::MAX),
            modseq,
            flags,
            packed_date,
        }
    }

    /// The IMAP internal date.
    #[must_use]
    pub fn internal_date(&self) -> Timestamp {
        let offset = self.packed_date.rem_euclid(2048) - 1024;
        Timestamp {
            unix_secs: self.packed_date.div_euclid(2048),
            offset_minutes: i16::try_from(offset).unwrap_or(0),
        }
    }
}

/// A mailbox at one moment. Cheap to clone; never changes.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Which mailbox.
    pub mailbox: MailboxId,
    /// Its epoch.
    pub uid_validity: UidValidity,
    /// The UID the next message will get.
    pub uid_next: Uid,
    /// The highest MODSEQ ever given in this mailbox.
    pub highest_modseq: ModSeq,
    /// Its keywords.
    pub keywords: Arc<KeywordTable>,
    /// None is empty; UIDs ascend through all.
    chunks: Vec<Arc<Vec<MessageState>>>,
    /// Number of messages before each chunk.
    starts: Vec<usize>,
    messages: usize,
}

impl Snapshot {
    /// A mailbox without messages.
    #[must_use]
    pub fn empty(mailbox: MailboxId, uid_validity: UidValidity) -> Self {
        Self {
            mailbox,
            uid_validity,
            uid_next: Uid::FIRST,
            highest_modseq: ModSeq(1),
            keywords: Arc::default(),
            chunks: Vec::new(),
            starts: Vec::new(),
            messages: 0,
        }
    }

    /// How many messages there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.messages
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.messages == 0
    }

    /// The message at a position.
    #[must_use]
    pub fn at(&self, seq: SeqNum) -> Option<&MessageState> {
        let index = seq.index();
        let chunk = self
            .starts
            .partition_point(|start| *start <= index)
            .checked_sub(1)?;
        self.chunks.get(chunk)?.get(index - self.starts.get(chunk)?)
    }

    /// The position of the first message with this UID or a higher one; after the last if none.
    #[must_use]
    pub fn index_from(&self, uid: Uid) -> usize {
        let chunk = self
            .chunks
            .partition_point(|chunk| chunk.last().is_some_and(|m| m.uid < uid));
        match (self.chunks.get(chunk), self.starts.get(chunk)) {
            (Some(messages), Some(start)) => start + messages.partition_point(|m| m.uid < uid),
            _ => self.messages,
        }
    }

    /// The position and state of a message.
    #[must_use]
    pub fn find(&self, uid: Uid) -> Option<(SeqNum, &MessageState)> {
        let seq = SeqNum::from_index(self.index_from(uid))?;
        self.at(seq)
            .filter(|message| message.uid == uid)
            .map(|message| (seq, message))
    }

    /// All messages, ascending.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &MessageState> + '_ {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// The messages at positions `from..` (counted from zero), ascending.
    pub fn iter_from(&self, from: usize) -> impl Iterator<Item = &MessageState> + '_ {
        let chunk = self
            .starts
            .partition_point(|start| *start <= from)
            .saturating_sub(1);
        let skip = from - self.starts.get(chunk).copied().unwrap_or(0).min(from);
        self.chunks
            .iter()
            .skip(chunk)
            .flat_map(|chunk| chunk.iter())
            .skip(skip)
    }

    /// This mailbox with messages at its end. Their UIDs must ascend from `uid_next`; `uid_next` and
    /// `highest_modseq` move past them.
    #[must_use]
    pub fn with_appended(mut self, messages: impl IntoIterator<Item = MessageState>) -> Self {
        for message in messages {
            debug_assert!(message.uid >= self.uid_next, "UIDs ascend");
            self.uid_next = message.uid.next().unwrap_or(message.uid);
            self.highest_modseq = self.highest_modseq.max(message.modseq);
            match self
                .chunks
                .last_mut()
                .filter(|chunk| chunk.len() < CHUNK_MESSAGES)
            {
                Some(chunk) => Arc::make_mut(chunk).push(message),
                None => {
                    self.starts.push(self.messages);
                    self.chunks.push(Arc::new(vec![message]));
                }
            }
            self.messages += 1;
        }
        self
    }

    /// This mailbox with other flags on messages: `(uid, modseq, flags)` each. UIDs that are not
    /// there are skipped.
    #[must_use]
    pub fn with_flags(mut self, changes: &[(Uid, ModSeq, FlagBits)]) -> Self {
        for (uid, modseq, flags) in changes {
            let index = self.index_from(*uid);
            let Some(chunk) = self
                .starts
                .partition_point(|start| *start <= index)
                .checked_sub(1)
            else {
                continue;
            };
            let found = self
                .starts
                .get(chunk)
                .and_then(|start| index.checked_sub(*start));
            let slot = self.chunks.get_mut(chunk).zip(found);
            let Some((messages, at)) = slot.filter(|(messages, at)| {
                messages.get(*at).is_some_and(|message| message.uid == *uid)
            }) else {
                continue;
            };
            if let Some(message) = Arc::make_mut(messages).get_mut(at) {
                message.modseq = *modseq;
                message.flags = *flags;
            }
            self.highest_modseq = self.highest_modseq.max(*modseq);
        }
        self
    }

    /// This mailbox without some messages; the removal got `modseq`.
    #[must_use]
    pub fn without(mut self, uids: &HashSet<Uid>, modseq: ModSeq) -> Self {
        for chunk in &mut self.chunks {
            if chunk.iter().any(|message| uids.contains(&message.uid)) {
                Arc::make_mut(chunk).retain(|message| !uids.contains(&message.uid));
            }
        }
        self.chunks.retain(|chunk| !chunk.is_empty());
        self.starts.clear();
        self.messages = 0;
        for chunk in &self.chunks {
            self.starts.push(self.messages);
            self.messages += chunk.len();
        }
        self.highest_modseq = self.highest_modseq.max(modseq);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(uid: u32) -> MessageState {
        let date = Timestamp {
            unix_secs: i64::from(uid),
            offset_minutes: -60,
        };
        MessageState::new(Uid::new(uid).unwrap(), 10, ModSeq(1), FlagBits::NONE, date)
    }

    #[test]
    fn finds_messages_through_chunks() {
        let validity = UidValidity::new(1).unwrap();
        let snapshot = Snapshot::empty(MailboxId(1), validity);
        assert!(snapshot.find(Uid::FIRST).is_none());
        let snapshot = snapshot.with_appended((1..=5000).map(|n| state(n * 2)));
        assert_eq!(snapshot.len(), 5000);
        for n in [1, 2, 1023, 1024, 1025, 4999, 5000] {
            let (seq, message) = snapshot.find(Uid::new(n * 2).unwrap()).unwrap();
            assert_eq!(
                (seq.get(), message.internal_date().unix_secs),
                (n, i64::from(n * 2))
            );
            assert_eq!(message.internal_date().offset_minutes, -60);
            let from = snapshot.iter_from(seq.index()).next().unwrap();
            assert_eq!(from.uid, message.uid);
        }
        assert!(snapshot.find(Uid::new(3).unwrap()).is_none());
        assert_eq!(snapshot.index_from(Uid::new(3).unwrap()), 1);
        assert_eq!(snapshot.uid_next.get(), 10001);

        let gone = (1..=1500).map(|n| Uid::new(n * 2).unwrap()).collect();
        let after = snapshot.clone().without(&gone, ModSeq(9));
        assert_eq!((after.len(), after.highest_modseq), (3500, ModSeq(9)));
        assert_eq!(after.find(Uid::new(3002).unwrap()).unwrap().0.get(), 1);
        assert_eq!(after.iter().count(), 3500);

        let uid = Uid::new(3004).unwrap();
        let flagged = after.with_flags(&[(uid, ModSeq(11), FlagBits::SEEN)]);
        assert_eq!(flagged.find(uid).unwrap().1.flags, FlagBits::SEEN);
        assert_eq!(flagged.highest_modseq, ModSeq(11));
        assert_eq!(
            snapshot.find(uid).unwrap().1.flags,
            FlagBits::NONE,
            "the old one is unchanged"
        );
    }
}
