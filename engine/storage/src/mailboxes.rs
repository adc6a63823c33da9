//! The mailboxes that are in memory: lists per account, and snapshots of those that are open.

mod load;
mod open;
mod shelf;

pub(crate) use load::{LoadShelves, load_shelf, load_snapshot};
pub(crate) use open::{Delta, DeltaKind, OpenMailbox};
pub(crate) use shelf::{Row, Shelf, special_use_text};

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use waxseal_mail::{AccountId, KeywordTable, MailboxId, MailboxName, ModSeq, Uid};
use waxseal_ports::Snapshot;

/// The accounts of one batch must be in memory together: twice that many at least.
const ACCOUNTS_MIN: usize = 4096;

/// Shared by readers and the committer; locked for moments only.
#[derive(Debug)]
pub(crate) struct Mailboxes {
    inner: Mutex<Inner>,
    accounts_max: usize,
    unwatched_messages_max: usize,
}

#[derive(Debug, Default)]
struct Inner {
    shelves: HashMap<AccountId, Shelf>,
    owners: HashMap<MailboxId, AccountId>,
    open: HashMap<MailboxId, Arc<OpenMailbox>>,
    loading: HashMap<MailboxId, Loading>,
    /// Counts uses, so that what was not used for long can be told.
    clock: u64,
}

/// A snapshot being read; changes committed meanwhile are kept for it.
#[derive(Debug, Default)]
struct Loading {
    missed: Vec<Delta>,
    /// Closes when the reading ends, however it ends.
    done: watch::Sender<()>,
}

/// What came of asking for an open mailbox.
pub(crate) enum Opening {
    /// It is open.
    Open(Arc<OpenMailbox>),
    /// Someone else reads it: wait, then ask again.
    Wait(watch::Receiver<()>),
    /// The asker shall read it and hand it to [`Mailboxes::loaded`].
    Load(LoadGuard),
}

/// Ends a loading that was given up.
pub(crate) struct LoadGuard {
    mailbox: MailboxId,
    view: Arc<crate::commit::View>,
    finished: bool,
}

impl Drop for LoadGuard {
    fn drop(&mut self) {
        if !self.finished {
            self.view.mailboxes.lock().loading.remove(&self.mailbox);
        }
    }
}

impl Mailboxes {
    pub(crate) fn new(accounts_max: usize, unwatched_messages_max: usize) -> Self {
        Self {
            inner: Mutex::default(),
            accounts_max: accounts_max.max(ACCOUNTS_MIN),
            unwatched_messages_max,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `read` on the list of an account; `None` if it is not in memory.
    pub(crate) fn with_shelf<T>(
        &self,
        account: AccountId,
        read: impl FnOnce(&Shelf) -> T,
    ) -> Option<T> {
        let mut inner = self.lock();
        inner.clock += 1;
        let clock = inner.clock;
        inner.shelves.get_mut(&account).map(|shelf| {
            shelf.used = clock;
            read(shelf)
        })
    }

    /// Whether the list of an account is in memory; counts as a use.
    pub(crate) fn has_shelf(&self, account: AccountId) -> bool {
        self.with_shelf(account, |_| ()).is_some()
    }

    /// Takes in a list as it is committed. Only the committer calls this, so it is never older than
    /// what is published.
    pub(crate) fn put_shelf(&self, account: AccountId, mut shelf: Shelf) {
        let mut inner = self.lock();
        inner.evict_shelves(self.accounts_max);
        inner.clock += 1;
        shelf.used = inner.clock;
        inner.forget_shelf(account);
        for row in shelf.rows() {
            inner.owners.insert(row.id, account);
        }
        inner.shelves.insert(account, shelf);
    }

    /// Changes the list of an account, if it is in memory.
    pub(crate) fn change_shelf(&self, account: AccountId, change: impl FnOnce(&mut Shelf)) {
        let mut inner = self.lock();
        let Some(mut shelf) = inner.shelves.remove(&account) else {
            return;
        };
        for row in shelf.rows() {
            inner.owners.remove(&row.id);
        }
        change(&mut shelf);
        for row in shelf.rows() {
            inner.owners.insert(row.id, account);
        }
        inner.shelves.insert(account, shelf);
    }

    /// Forgets an account that was removed; its open mailboxes close.
    pub(crate) fn drop_account(&self, account: AccountId) {
        let mut inner = self.lock();
        let ids: Vec<_> = inner
            .shelves
            .get(&account)
            .map(|shelf| shelf.rows().map(|row| row.id).collect())
            .unwrap_or_default();
        inner.forget_shelf(account);
        for id in ids {
            inner.open.remove(&id);
        }
    }

    /// A mailbox was deleted: those who watch it see their channel close.
    pub(crate) fn close(&self, mailbox: MailboxId) {
        self.lock().open.remove(&mailbox);
    }

    /// An open mailbox, or whose turn it is to open it.
    pub(crate) fn opening(view: &Arc<crate::commit::View>, mailbox: MailboxId) -> Opening {
        let mut inner = view.mailboxes.lock();
        inner.clock += 1;
        if let Some(open) = inner.open.get(&mailbox) {
            open.touch(inner.clock);
            return Opening::Open(open.clone());
        }
        if let Some(loading) = inner.loading.get(&mailbox) {
            return Opening::Wait(loading.done.subscribe());
        }
        inner.loading.insert(mailbox, Loading::default());
        Opening::Load(LoadGuard {
            mailbox,
            view: view.clone(),
            finished: false,
        })
    }

    /// Takes in a snapshot that was read, with what was committed since it was read.
    pub(crate) fn loaded(&self, mut guard: LoadGuard, snapshot: Snapshot) -> Arc<OpenMailbox> {
        let mut inner = self.lock();
        guard.finished = true;
        let loading = inner.loading.remove(&guard.mailbox).unwrap_or_default();
        let snapshot = loading
            .missed
            .iter()
            .fold(snapshot, |snapshot, delta| delta.apply(snapshot));
        let open = Arc::new(OpenMailbox::new(snapshot));
        inner.evict_open(self.unwatched_messages_max);
        open.touch(inner.clock);
        // Deleted while it was read: it must not come back.
        if inner.owners.contains_key(&guard.mailbox) {
            inner.open.insert(guard.mailbox, open.clone());
        }
        open
    }

    /// The snapshot of an open mailbox.
    pub(crate) fn snapshot(&self, mailbox: MailboxId) -> Option<Arc<Snapshot>> {
        self.lock().open.get(&mailbox).map(|open| open.current())
    }

    /// The committed row of a mailbox by its name.
    pub(crate) fn by_name(&self, account: AccountId, name: &MailboxName) -> Option<Row> {
        let inner = self.lock();
        inner.shelves.get(&account)?.get(name).cloned()
    }

    /// The committed row of a mailbox of `account`.
    pub(crate) fn by_id(&self, account: AccountId, mailbox: MailboxId) -> Option<Row> {
        let inner = self.lock();
        let owned = inner.owners.get(&mailbox) == Some(&account);
        let shelf = inner.shelves.get(&account).filter(|_| owned)?;
        shelf.by_id(mailbox).cloned()
    }

    /// Takes over what a commit did to a mailbox.
    pub(crate) fn publish(&self, mailbox: MailboxId, change: Published) {
        let mut inner = self.lock();
        let owner = inner.owners.get(&mailbox).copied();
        if let Some(shelf) = owner.and_then(|owner| inner.shelves.get_mut(&owner)) {
            shelf.change(mailbox, |row| {
                row.uid_next = change.uid_next;
                row.highest_modseq = change.highest_modseq;
                row.keywords = change.keywords.clone();
            });
        }
        if let Some(loading) = inner.loading.get_mut(&mailbox) {
            loading.missed.extend(change.deltas.iter().cloned());
        }
        if let Some(open) = inner.open.get(&mailbox) {
            open.advance(&change.deltas);
        }
    }
}

/// What a commit did to a mailbox.
pub(crate) struct Published {
    pub(crate) uid_next: Uid,
    pub(crate) highest_modseq: ModSeq,
    pub(crate) keywords: Arc<KeywordTable>,
    pub(crate) deltas: Vec<Delta>,
}

impl Inner {
    fn forget_shelf(&mut self, account: AccountId) {
        if let Some(shelf) = self.shelves.remove(&account) {
            for row in shelf.rows() {
                self.owners.remove(&row.id);
            }
        }
    }

    /// Makes room for one more list: the half not used for longest goes, except where a mailbox is
    /// open.
    fn evict_shelves(&mut self, max: usize) {
        if self.shelves.len() < max {
            return;
        }
        let mut used: Vec<_> = self.shelves.values().map(|shelf| shelf.used).collect();
        used.sort_unstable();
        let limit = used.get(used.len() / 2).copied().unwrap_or(0);
        let old: Vec<_> = self
            .shelves
            .iter()
            .filter(|(_, shelf)| shelf.used < limit)
            .filter(|(_, shelf)| {
                !shelf.rows().any(|row| {
                    self.open.contains_key(&row.id) || self.loading.contains_key(&row.id)
                })
            })
            .map(|(account, _)| *account)
            .collect();
        for account in old {
            self.forget_shelf(account);
        }
    }

    /// Closes mailboxes nobody watches, longest unused first, until few messages are left in memory.
    fn evict_open(&mut self, messages_max: usize) {
        let mut idle: Vec<_> = self
            .open
            .iter()
            .filter(|(_, open)| Arc::strong_count(open) == 1 && !open.is_watched())
            .map(|(id, open)| (open.used(), *id, open.current().len() + 64))
            .collect();
        idle.sort_unstable();
        let mut total: usize = idle.iter().map(|(_, _, messages)| messages).sum();
        for (_, id, messages) in idle {
            if total <= messages_max {
                break;
            }
            total -= messages;
            self.open.remove(&id);
        }
    }
}
