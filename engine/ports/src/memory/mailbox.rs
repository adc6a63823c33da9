//! One mailbox: its snapshot, and message octets and indexes by UID.

use super::State;
use crate::snapshot::MessageState;
use crate::store::{FlagChange, FlagMode, FlagsChanged, SpecialUse, StoreError};
use crate::{ReadAt, Snapshot};
use std::collections::{BTreeMap, HashSet};
use std::num::NonZeroU32;
use std::sync::Arc;
use tokio::sync::watch;
use waxseal_mail::{
    AccountId, Flag, FlagBits, KeywordError, KeywordTable, MailboxId, MailboxName, MessageIndex,
    ModSeq, Timestamp, Uid, UidValidity,
};

pub(super) struct MailboxRow {
    pub(super) id: MailboxId,
    pub(super) special_use: Option<SpecialUse>,
    pub(super) uid_validity: UidValidity,
    /// Dropped with the row, which closes the receivers.
    pub(super) newest: watch::Sender<Arc<Snapshot>>,
    pub(super) stored: BTreeMap<Uid, Stored>,
}

/// What lies behind one UID.
#[derive(Clone)]
pub(super) struct Stored {
    pub(super) index: Arc<MessageIndex>,
    pub(super) message: Arc<dyn ReadAt>,
}

/// A message on its way into a mailbox.
pub(super) struct Incoming {
    pub(super) index: Arc<MessageIndex>,
    pub(super) message: Arc<dyn ReadAt>,
    pub(super) flags: Vec<Flag>,
    pub(super) internal_date: Timestamp,
}

impl State {
    /// The mailbox of that name, created with its missing parents if it is not there.
    pub(super) fn mailbox_or_new(
        &mut self,
        account: AccountId,
        name: &MailboxName,
        special_use: Option<SpecialUse>,
    ) -> &mut MailboxRow {
        let parents = std::iter::successors(name.parent(), MailboxName::parent);
        for parent in parents.collect::<Vec<_>>() {
            let id = self.next_id();
            let parent = self.mailboxes.entry((account, parent));
            parent.or_insert_with(|| MailboxRow::new(id, None));
        }
        let id = self.next_id();
        self.mailboxes
            .entry((account, name.clone()))
            .or_insert_with(|| MailboxRow::new(id, special_use))
    }
}

impl MailboxRow {
    /// A new mailbox; its row number is its epoch as well, so that a name that is created again
    /// never meets old UIDs.
    fn new(id: i64, special_use: Option<SpecialUse>) -> Self {
        let epoch = u32::try_from(id).ok().and_then(NonZeroU32::new);
        let uid_validity = UidValidity(epoch.unwrap_or(NonZeroU32::MAX));
        let id = MailboxId(id);
        let snapshot = Arc::new(Snapshot::empty(id, uid_validity));
        Self {
            id,
            special_use,
            uid_validity,
            newest: watch::Sender::new(snapshot),
            stored: BTreeMap::new(),
        }
    }

    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        self.newest.borrow().clone()
    }

    fn next_modseq(&self) -> ModSeq {
        ModSeq(self.newest.borrow().highest_modseq.0 + 1)
    }

    /// Appends all or none; answers the UIDs.
    pub(super) fn append(&mut self, messages: Vec<Incoming>) -> Result<Vec<Uid>, StoreError> {
        let mut snapshot = Snapshot::clone(&self.snapshot());
        let modseq = self.next_modseq();
        let mut states = Vec::with_capacity(messages.len());
        let mut next = Some(snapshot.uid_next);
        for message in &messages {
            let uid = next.ok_or_else(|| StoreError::Limit("no UID is left".to_owned()))?;
            let bits = learn(&mut snapshot.keywords, &message.flags)?;
            let octets = message.message.octets();
            let date = message.internal_date;
            states.push(MessageState::new(uid, octets, modseq, bits, date));
            next = uid.next();
        }
        let uids: Vec<_> = states.iter().map(|state| state.uid).collect();
        for (uid, message) in uids.iter().zip(messages) {
            let Incoming { index, message, .. } = message;
            self.stored.insert(*uid, Stored { index, message });
        }
        self.newest
            .send_replace(Arc::new(snapshot.with_appended(states)));
        Ok(uids)
    }

    pub(super) fn change_flags(&mut self, change: FlagChange) -> Result<FlagsChanged, StoreError> {
        let mut snapshot = Snapshot::clone(&self.snapshot());
        let bits = match change.mode {
            FlagMode::Replace | FlagMode::Add => learn(&mut snapshot.keywords, &change.flags)?,
            FlagMode::Remove => known(&snapshot.keywords, &change.flags),
        };
        let modseq = self.next_modseq();
        let mut answer = FlagsChanged::default();
        let mut changes = Vec::new();
        for uid in change.uids {
            let Some((_, message)) = snapshot.find(uid) else {
                answer.missing.push(uid);
                continue;
            };
            if change
                .unchanged_since
                .is_some_and(|since| message.modseq > since)
            {
                answer.modified.push(uid);
                continue;
            }
            let flags = match change.mode {
                FlagMode::Replace => bits,
                FlagMode::Add => message.flags.with(bits),
                FlagMode::Remove => message.flags.without(bits),
            };
            if flags != message.flags {
                changes.push((uid, modseq, flags));
            }
        }
        answer.modified.sort_unstable();
        answer.missing.sort_unstable();
        let new_keywords = snapshot.keywords != self.newest.borrow().keywords;
        if !changes.is_empty() || new_keywords {
            snapshot = snapshot.with_flags(&changes);
            self.newest.send_replace(Arc::new(snapshot));
        }
        answer.highest_modseq = self.newest.borrow().highest_modseq;
        Ok(answer)
    }

    /// Removes those of `uids` that are there; answers them ascending.
    pub(super) fn remove(&mut self, uids: impl IntoIterator<Item = Uid>) -> Vec<Uid> {
        let uids: HashSet<_> = uids.into_iter().collect();
        let mut removed: Vec<_> = uids
            .iter()
            .filter(|uid| self.stored.contains_key(uid))
            .copied()
            .collect();
        removed.sort_unstable();
        if !removed.is_empty() {
            let modseq = self.next_modseq();
            self.stored.retain(|uid, _| !uids.contains(uid));
            let snapshot = Snapshot::clone(&self.snapshot()).without(&uids, modseq);
            self.newest.send_replace(Arc::new(snapshot));
        }
        removed
    }

    /// What a copy of these messages would append elsewhere; those that are gone are left out.
    pub(super) fn copies(&self, uids: &[Uid]) -> Vec<(Uid, Incoming)> {
        let snapshot = self.snapshot();
        let copy = |uid: &Uid| {
            let (_, state) = snapshot.find(*uid)?;
            let Stored { index, message } = self.stored.get(uid)?.clone();
            let incoming = Incoming {
                index,
                message,
                flags: snapshot.keywords.flags(state.flags).collect(),
                internal_date: state.internal_date(),
            };
            Some((*uid, incoming))
        };
        uids.iter().filter_map(copy).collect()
    }
}

/// The bits of `flags`, learning new keywords.
fn learn(keywords: &mut Arc<KeywordTable>, flags: &[Flag]) -> Result<FlagBits, KeywordError> {
    let mut bits = FlagBits::NONE;
    for flag in flags {
        let bit = match keywords.bit(flag) {
            Some(bit) => bit,
            None => Arc::make_mut(keywords).learn(flag)?,
        };
        bits = bits.with(bit);
    }
    Ok(bits)
}

/// The bits of those `flags` the mailbox knows.
fn known(keywords: &KeywordTable, flags: &[Flag]) -> FlagBits {
    let bits = flags.iter().filter_map(|flag| keywords.bit(flag));
    bits.fold(FlagBits::NONE, FlagBits::with)
}
