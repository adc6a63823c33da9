//! The plan of one transaction: rows to write and what to take over into memory afterwards. It sees the
//! committed state with the effects of the operations before it in the same batch on top.

use super::View;
use super::rows::{Rows, message_row_id};
use crate::mailboxes::{Delta, DeltaKind, Published, Row};
use crate::pack::Place;
use crate::queue::{NewQueued, QueuedChange};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use waxseal_mail::{
    AccountId, BlobId, Flag, FlagBits, KeywordError, KeywordTable, MailboxId, MailboxName,
    MessageId, ModSeq, Uid, UidValidity,
};
use waxseal_ports::Snapshot;
use waxseal_ports::snapshot::MessageState;
use waxseal_ports::store::StoreError;

/// What a commit does to the queue in memory.
pub(crate) enum QueueEffect {
    Insert(NewQueued),
    Change(MessageId, QueuedChange),
    Remove(MessageId),
    Relocate(HashMap<BlobId, Place>),
}

pub(crate) struct Batch<'a> {
    pub(crate) view: &'a View,
    pub(crate) rows: Rows,
    pub(crate) queue_effects: Vec<QueueEffect>,
    queue_new: HashSet<MessageId>,
    queue_gone: HashSet<MessageId>,
    mailboxes: BTreeMap<MailboxId, Working>,
}

/// A mailbox as it will be after this batch.
pub(crate) struct Working {
    pub(crate) id: MailboxId,
    pub(crate) uid_validity: UidValidity,
    uid_next: Uid,
    highest_modseq: ModSeq,
    keywords: Arc<KeywordTable>,
    snapshot: Option<Snapshot>,
    deltas: Vec<Delta>,
    learned: bool,
}

impl Working {
    fn new(row: Row) -> Self {
        Self {
            id: row.id,
            uid_validity: row.uid_validity,
            uid_next: row.uid_next,
            highest_modseq: row.highest_modseq,
            keywords: row.keywords,
            snapshot: None,
            deltas: Vec::new(),
            learned: false,
        }
    }

    pub(crate) const fn highest_modseq(&self) -> ModSeq {
        self.highest_modseq
    }

    pub(crate) fn keywords(&self) -> &Arc<KeywordTable> {
        &self.keywords
    }

    /// Refuses what would use up the UIDs of the mailbox.
    pub(crate) fn check_room(&self, messages: usize) -> Result<(), StoreError> {
        let left = usize::try_from(u32::MAX - self.uid_next.get()).unwrap_or(usize::MAX);
        if messages < left {
            Ok(())
        } else {
            Err(StoreError::Limit("the mailbox has no UIDs left".into()))
        }
    }

    fn next_modseq(&mut self) -> ModSeq {
        self.highest_modseq = ModSeq(self.highest_modseq.0 + 1);
        self.highest_modseq
    }

    fn record(&mut self, modseq: ModSeq, kind: DeltaKind) {
        let keywords = self.keywords.clone();
        let delta = Delta {
            modseq,
            keywords,
            kind,
        };
        if let Some(snapshot) = self.snapshot.take() {
            self.snapshot = Some(delta.apply(snapshot));
        }
        self.deltas.push(delta);
    }
}

impl<'a> Batch<'a> {
    pub(crate) fn new(view: &'a View) -> Self {
        Self {
            view,
            rows: Rows::default(),
            queue_effects: Vec::new(),
            queue_new: HashSet::new(),
            queue_gone: HashSet::new(),
            mailboxes: BTreeMap::new(),
        }
    }

    /// A mailbox by its name.
    pub(crate) fn by_name(
        &mut self,
        account: AccountId,
        name: &MailboxName,
    ) -> Result<&mut Working, StoreError> {
        let row = self.view.mailboxes.by_name(account, name);
        let row = row.ok_or_else(|| StoreError::NoSuchMailbox(name.to_string()))?;
        Ok(self.working(row))
    }

    /// A mailbox of `account` by its row.
    pub(crate) fn by_id(
        &mut self,
        account: AccountId,
        mailbox: MailboxId,
    ) -> Result<&mut Working, StoreError> {
        let row = self.view.mailboxes.by_id(account, mailbox);
        let row = row.ok_or_else(|| StoreError::NoSuchMailbox(mailbox.0.to_string()))?;
        Ok(self.working(row))
    }

    fn working(&mut self, row: Row) -> &mut Working {
        self.mailboxes
            .entry(row.id)
            .or_insert_with(|| Working::new(row))
    }

    /// The messages of an open mailbox as this batch has them so far.
    pub(crate) fn snapshot(
        &mut self,
        account: AccountId,
        mailbox: MailboxId,
    ) -> Result<Snapshot, StoreError> {
        let view = self.view;
        let working = self.by_id(account, mailbox)?;
        if working.snapshot.is_none() {
            let current = view.mailboxes.snapshot(mailbox);
            let current =
                current.ok_or_else(|| StoreError::NoSuchMailbox(mailbox.0.to_string()))?;
            let current = Snapshot::clone(&current);
            let folded = working
                .deltas
                .iter()
                .fold(current, |at, delta| delta.apply(at));
            working.snapshot = Some(folded);
        }
        let snapshot = working.snapshot.clone();
        snapshot.ok_or_else(|| StoreError::NoSuchMailbox(mailbox.0.to_string()))
    }

    /// Makes keywords known to a mailbox; none or all.
    pub(crate) fn learn(
        &mut self,
        mailbox: MailboxId,
        flags: &[Flag],
    ) -> Result<FlagBits, KeywordError> {
        let Some(working) = self.mailboxes.get_mut(&mailbox) else {
            return Ok(FlagBits::NONE);
        };
        let mut bits = FlagBits::NONE;
        let mut table: Option<KeywordTable> = None;
        for flag in flags {
            let known = table.as_ref().unwrap_or(&working.keywords);
            let bit = match known.bit(flag) {
                Some(bit) => bit,
                None => table
                    .get_or_insert_with(|| KeywordTable::clone(&working.keywords))
                    .learn(flag)?,
            };
            bits = bits.with(bit);
        }
        if let Some(table) = table {
            working.keywords = Arc::new(table);
            working.learned = true;
        }
        Ok(bits)
    }

    /// Gives messages the next UIDs of a mailbox, all with one MODSEQ; `state` completes each. Room
    /// was checked before.
    pub(crate) fn append(
        &mut self,
        mailbox: MailboxId,
        count: usize,
        mut state: impl FnMut(usize, Uid, ModSeq) -> MessageState,
    ) -> Vec<Uid> {
        let Some(working) = self.mailboxes.get_mut(&mailbox) else {
            return Vec::new();
        };
        let modseq = working.next_modseq();
        let mut states = Vec::with_capacity(count);
        for position in 0..count {
            let uid = working.uid_next;
            working.uid_next = uid.next().unwrap_or(uid);
            states.push(state(position, uid, modseq));
        }
        let uids = states.iter().map(|state| state.uid).collect();
        let rows = states.iter().map(|state| super::MessageRow {
            mailbox,
            state: *state,
        });
        self.rows.messages.extend(rows);
        working.record(modseq, DeltaKind::Appended(states.into()));
        uids
    }

    /// Sets flags of messages of a mailbox, all with one MODSEQ.
    pub(crate) fn set_flags(&mut self, mailbox: MailboxId, changes: &[(Uid, FlagBits)]) {
        let Some(working) = self
            .mailboxes
            .get_mut(&mailbox)
            .filter(|_| !changes.is_empty())
        else {
            return;
        };
        let modseq = working.next_modseq();
        for (uid, bits) in changes {
            let id = message_row_id(mailbox, *uid);
            self.rows.flags.insert(id, (modseq, *bits));
        }
        let changes = changes.iter().map(|(uid, bits)| (*uid, modseq, *bits));
        working.record(modseq, DeltaKind::Flags(changes.collect()));
    }

    /// Takes messages out of a mailbox.
    pub(crate) fn remove(&mut self, mailbox: MailboxId, uids: &[Uid]) {
        let Some(working) = self
            .mailboxes
            .get_mut(&mailbox)
            .filter(|_| !uids.is_empty())
        else {
            return;
        };
        let modseq = working.next_modseq();
        let ids = uids.iter().map(|uid| message_row_id(mailbox, *uid));
        self.rows.removed.extend(ids);
        let uids = uids.iter().copied().collect::<HashSet<_>>();
        working.record(modseq, DeltaKind::Removed(Arc::new(uids)));
    }

    /// Changes how many rows name a blob.
    pub(crate) fn add_refs(&mut self, blob: BlobId, by: i64) {
        *self.rows.refs.entry(blob).or_default() += by;
    }

    /// Whether a message is or will be in the queue.
    pub(crate) fn is_queued(&self, id: MessageId) -> bool {
        let committed = self.view.queue.contains(id) && !self.queue_gone.contains(&id);
        committed || self.queue_new.contains(&id)
    }

    /// Notes an effect on the queue.
    pub(crate) fn affect_queue(&mut self, effect: QueueEffect) {
        match &effect {
            QueueEffect::Insert(new) => {
                self.queue_new.insert(new.id);
            }
            QueueEffect::Remove(id) => {
                self.queue_gone.insert(*id);
            }
            QueueEffect::Change(..) | QueueEffect::Relocate(_) => {}
        }
        self.queue_effects.push(effect);
    }

    /// Ends the planning: the rows, and what to publish after their commit.
    pub(crate) fn finish(mut self) -> (Rows, Effects) {
        let mut mailboxes = Vec::with_capacity(self.mailboxes.len());
        for (id, working) in self.mailboxes {
            if working.deltas.is_empty() && !working.learned {
                continue;
            }
            let counters = (working.uid_next, working.highest_modseq);
            self.rows.counters.insert(id, counters);
            if working.learned {
                let table = KeywordTable::clone(&working.keywords);
                self.rows.keywords.insert(id, table);
            }
            let published = Published {
                uid_next: working.uid_next,
                highest_modseq: working.highest_modseq,
                keywords: working.keywords,
                deltas: working.deltas,
            };
            mailboxes.push((id, published));
        }
        let effects = Effects {
            mailboxes,
            queue: self.queue_effects,
        };
        (self.rows, effects)
    }
}

/// What a commit changes in memory.
pub(crate) struct Effects {
    mailboxes: Vec<(MailboxId, Published)>,
    queue: Vec<QueueEffect>,
}

impl Effects {
    pub(crate) fn publish(self, view: &View) {
        for (mailbox, published) in self.mailboxes {
            view.mailboxes.publish(mailbox, published);
        }
        view.queue.publish(self.queue);
    }
}
