//! EXPUNGE and its relatives: taking messages out of a mailbox.

use crate::Storage;
use crate::commit::{Batch, Change};
use crate::mailboxes::OpenMailbox;
use std::collections::HashSet;
use std::sync::Arc;
use waxseal_mail::{AccountId, FlagBits, MailboxId, Uid};
use waxseal_ports::store::StoreError;

pub(super) async fn expunge(
    storage: &Storage,
    account: AccountId,
    mailbox: MailboxId,
    uids: Option<Vec<Uid>>,
) -> Result<Vec<Uid>, StoreError> {
    let uids = uids.map(HashSet::from_iter);
    run(storage, (account, mailbox), Which::Deleted(uids)).await
}

pub(super) async fn remove(
    storage: &Storage,
    account: AccountId,
    mailbox: MailboxId,
    mut uids: Vec<Uid>,
) -> Result<Vec<Uid>, StoreError> {
    uids.sort_unstable();
    uids.dedup();
    run(storage, (account, mailbox), Which::Named(uids)).await
}

async fn run(
    storage: &Storage,
    (account, mailbox): (AccountId, MailboxId),
    which: Which,
) -> Result<Vec<Uid>, StoreError> {
    let open = storage.open_mailbox(account, mailbox).await?;
    let remove = Remove {
        account,
        mailbox,
        which,
        _open: open,
    };
    storage.batched(remove).await
}

/// Which messages go.
enum Which {
    /// Those with `\Deleted`, of these or of all.
    Deleted(Option<HashSet<Uid>>),
    /// These, ascending.
    Named(Vec<Uid>),
}

struct Remove {
    account: AccountId,
    mailbox: MailboxId,
    which: Which,
    /// Keeps the snapshot in memory until the removal is planned.
    _open: Arc<OpenMailbox>,
}

impl Change for Remove {
    type Output = Vec<Uid>;
    type Error = StoreError;

    fn accounts(&self, into: &mut Vec<AccountId>) {
        into.push(self.account);
    }

    fn plan(&mut self, batch: &mut Batch<'_>) -> Result<Vec<Uid>, StoreError> {
        let snapshot = batch.snapshot(self.account, self.mailbox)?;
        let gone: Vec<Uid> = match &self.which {
            Which::Named(uids) => {
                let there = uids.iter().filter(|uid| snapshot.find(**uid).is_some());
                there.copied().collect()
            }
            Which::Deleted(among) => snapshot
                .iter()
                .filter(|message| message.flags.contains(FlagBits::DELETED))
                .map(|message| message.uid)
                .filter(|uid| among.as_ref().is_none_or(|among| among.contains(uid)))
                .collect(),
        };
        batch.remove(self.mailbox, &gone);
        Ok(gone)
    }
}
