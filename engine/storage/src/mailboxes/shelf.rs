//! The list of mailboxes of one account.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use waxseal_mail::{KeywordTable, MailboxId, MailboxName, ModSeq, Uid, UidValidity};
use waxseal_ports::store::SpecialUse;

/// What is known of a mailbox without opening it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) id: MailboxId,
    pub(crate) special_use: Option<SpecialUse>,
    pub(crate) uid_validity: UidValidity,
    pub(crate) uid_next: Uid,
    pub(crate) highest_modseq: ModSeq,
    pub(crate) keywords: Arc<KeywordTable>,
}

/// All mailboxes and subscriptions of an account.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    by_name: BTreeMap<MailboxName, Row>,
    names: HashMap<MailboxId, MailboxName>,
    pub(crate) subscriptions: BTreeSet<MailboxName>,
    pub(super) used: u64,
}

impl Shelf {
    pub(crate) fn insert(&mut self, name: MailboxName, row: Row) {
        self.names.insert(row.id, name.clone());
        self.by_name.insert(name, row);
    }

    pub(crate) fn remove(&mut self, name: &MailboxName) -> Option<Row> {
        let row = self.by_name.remove(name)?;
        self.names.remove(&row.id);
        Some(row)
    }

    pub(crate) fn get(&self, name: &MailboxName) -> Option<&Row> {
        self.by_name.get(name)
    }

    pub(crate) fn by_id(&self, id: MailboxId) -> Option<&Row> {
        self.by_name.get(self.names.get(&id)?)
    }

    pub(super) fn change(&mut self, id: MailboxId, change: impl FnOnce(&mut Row)) {
        let name = self.names.get(&id);
        if let Some(row) = name.and_then(|name| self.by_name.get_mut(name)) {
            change(row);
        }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &Row> + '_ {
        self.by_name.values()
    }

    /// By name; parents come first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&MailboxName, &Row)> + '_ {
        self.by_name.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.by_name.len()
    }
}

/// As stored: the name of RFC 6154 without its backslash.
pub(crate) const fn special_use_text(special_use: SpecialUse) -> &'static str {
    match special_use {
        SpecialUse::Archive => "Archive",
        SpecialUse::Drafts => "Drafts",
        SpecialUse::Junk => "Junk",
        SpecialUse::Sent => "Sent",
        SpecialUse::Trash => "Trash",
        SpecialUse::Flagged => "Flagged",
        SpecialUse::All => "All",
    }
}

/// The reverse of [`special_use_text`].
pub(crate) fn special_use(text: &str) -> Option<SpecialUse> {
    Some(match text {
        "Archive" => SpecialUse::Archive,
        "Drafts" => SpecialUse::Drafts,
        "Junk" => SpecialUse::Junk,
        "Sent" => SpecialUse::Sent,
        "Trash" => SpecialUse::Trash,
        "Flagged" => SpecialUse::Flagged,
        "All" => SpecialUse::All,
        _ => return None,
    })
}
