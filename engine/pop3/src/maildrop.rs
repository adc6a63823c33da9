//! The maildrop: the messages of one login, numbered from one (RFC 1939 §4).

use std::num::NonZeroU32;
use waxseal_mail::{MailboxId, Uid, UidValidity};
use waxseal_ports::Snapshot;

/// A snapshot of INBOX at login. Messages that come later are not in it; messages that go meanwhile
/// keep their number and cannot be read any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maildrop {
    mailbox: MailboxId,
    uid_validity: UidValidity,
    entries: Vec<Entry>,
}

/// One message of a maildrop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its UID in the mailbox.
    pub uid: Uid,
    /// Its octets.
    pub octets: u64,
    /// Whether DELE marked it.
    pub deleted: bool,
}

impl Maildrop {
    /// The messages of a mailbox as they are now.
    #[must_use]
    pub fn new(snapshot: &Snapshot) -> Self {
        let entry = |message: &waxseal_ports::snapshot::MessageState| Entry {
            uid: message.uid,
            octets: u64::from(message.size),
            deleted: false,
        };
        Self {
            mailbox: snapshot.mailbox,
            uid_validity: snapshot.uid_validity,
            entries: snapshot.iter().map(entry).collect(),
        }
    }

    /// Which mailbox it is.
    #[must_use]
    pub const fn mailbox(&self) -> MailboxId {
        self.mailbox
    }

    /// How many messages are not marked as deleted, and their octets together.
    #[must_use]
    pub fn totals(&self) -> (usize, u64) {
        let kept = self.entries.iter().filter(|entry| !entry.deleted);
        kept.fold((0, 0), |(count, octets), entry| {
            (count + 1, octets.saturating_add(entry.octets))
        })
    }

    /// The message with that number; `None` for no such or a deleted one.
    #[must_use]
    pub fn get(&self, number: NonZeroU32) -> Option<&Entry> {
        let position = usize::try_from(number.get()).ok()?.checked_sub(1)?;
        self.entries.get(position).filter(|entry| !entry.deleted)
    }

    /// The messages from that number on that are not deleted, with their numbers.
    pub(crate) fn list(&self, from: usize) -> impl Iterator<Item = (usize, &Entry)> {
        let entries = self.entries.iter().enumerate().skip(from.saturating_sub(1));
        entries
            .filter(|(_, entry)| !entry.deleted)
            .map(|(position, entry)| (position + 1, entry))
    }

    /// The unique-id of a message (RFC 1939 §7): epoch and UID, so that it names these octets for ever.
    #[must_use]
    pub fn unique_id(&self, entry: &Entry) -> String {
        format!("{:08x}{:08x}", self.uid_validity.get(), entry.uid.get())
    }

    /// Marks a message; `false` for no such or a deleted one.
    pub(crate) fn delete(&mut self, number: NonZeroU32) -> bool {
        let found = self.get(number).is_some();
        let position = usize::try_from(number.get()).unwrap_or(usize::MAX);
        if let Some(entry) = position
            .checked_sub(1)
            .and_then(|at| self.entries.get_mut(at))
        {
            entry.deleted = true;
        }
        found
    }

    /// Takes all marks away.
    pub(crate) fn reset(&mut self) {
        self.entries
            .iter_mut()
            .for_each(|entry| entry.deleted = false);
    }

    /// The UIDs of the marked messages, ascending.
    pub(crate) fn deleted(&self) -> Vec<Uid> {
        let deleted = self.entries.iter().filter(|entry| entry.deleted);
        deleted.map(|entry| entry.uid).collect()
    }
}
