//! The mailboxes: what IMAP and POP3 show.

mod append;
mod copy;
mod flags;
mod read;
mod remove;
mod tree;

pub(crate) use tree::{delete_messages, insert_mailbox};

use crate::Storage;
use crate::commit::View;
use crate::mailboxes::{Mailboxes, OpenMailbox, Opening, load_snapshot};
use crate::outage::Outage;
use async_trait::async_trait;
use std::sync::Arc;
use tokio::sync::watch;
use waxseal_mail::{AccountId, MailboxId, MailboxName, MessageIndex, Uid};
use waxseal_ports::store::{
    Appended, Copied, FlagChange, FlagsChanged, MailboxInfo, NewAppend, SpecialUse, StoreError,
    Transfer,
};
use waxseal_ports::{ReadAt, Snapshot, Store};

impl Storage {
    /// Opens a mailbox of `account`, reading it where it is not in memory.
    pub(crate) async fn open_mailbox(
        &self,
        account: AccountId,
        mailbox: MailboxId,
    ) -> Result<Arc<OpenMailbox>, StoreError> {
        let missing = || StoreError::NoSuchMailbox(mailbox.0.to_string());
        self.ensure_shelf(account).await?;
        let view: &Arc<View> = self.view();
        view.mailboxes.by_id(account, mailbox).ok_or_else(missing)?;
        loop {
            match Mailboxes::opening(view, mailbox) {
                Opening::Open(open) => return Ok(open),
                // Closing is what ends the wait.
                Opening::Wait(mut done) => drop(done.changed().await),
                Opening::Load(guard) => {
                    let connection = self.readers().acquire().await;
                    let mut connection = connection.map_err(Outage::from)?;
                    let snapshot = load_snapshot(&mut connection, mailbox).await?;
                    let snapshot = snapshot.ok_or_else(missing)?;
                    return Ok(view.mailboxes.loaded(guard, snapshot));
                }
            }
        }
    }
}

#[async_trait]
impl Store for Storage {
    async fn mailboxes(&self, account: AccountId) -> Result<Vec<MailboxInfo>, StoreError> {
        tree::list(self, account).await
    }

    async fn create(
        &self,
        account: AccountId,
        name: &MailboxName,
        special_use: Option<SpecialUse>,
    ) -> Result<MailboxId, StoreError> {
        tree::create(self, account, name, special_use).await
    }

    async fn delete(&self, account: AccountId, name: &MailboxName) -> Result<(), StoreError> {
        tree::delete(self, account, name).await
    }

    async fn rename(
        &self,
        account: AccountId,
        from: &MailboxName,
        to: &MailboxName,
    ) -> Result<(), StoreError> {
        tree::rename(self, account, from, to).await
    }

    async fn subscribe(
        &self,
        account: AccountId,
        name: &MailboxName,
        subscribed: bool,
    ) -> Result<(), StoreError> {
        tree::subscribe(self, account, name, subscribed).await
    }

    async fn subscriptions(&self, account: AccountId) -> Result<Vec<MailboxName>, StoreError> {
        tree::subscriptions(self, account).await
    }

    async fn open(
        &self,
        account: AccountId,
        name: &MailboxName,
    ) -> Result<watch::Receiver<Arc<Snapshot>>, StoreError> {
        self.ensure_shelf(account).await?;
        let row = self.view().mailboxes.by_name(account, name);
        let row = row.ok_or_else(|| StoreError::NoSuchMailbox(name.to_string()))?;
        let open = self.open_mailbox(account, row.id).await?;
        Ok(open.watch())
    }

    async fn append(
        &self,
        account: AccountId,
        name: &MailboxName,
        messages: Vec<NewAppend>,
    ) -> Result<Appended, StoreError> {
        append::append(self, account, name, messages).await
    }

    async fn change_flags(
        &self,
        account: AccountId,
        mailbox: MailboxId,
        change: FlagChange,
    ) -> Result<FlagsChanged, StoreError> {
        flags::change_flags(self, account, mailbox, change).await
    }

    async fn expunge(
        &self,
        account: AccountId,
        mailbox: MailboxId,
        uids: Option<Vec<Uid>>,
    ) -> Result<Vec<Uid>, StoreError> {
        remove::expunge(self, account, mailbox, uids).await
    }

    async fn remove(
        &self,
        account: AccountId,
        mailbox: MailboxId,
        uids: Vec<Uid>,
    ) -> Result<Vec<Uid>, StoreError> {
        remove::remove(self, account, mailbox, uids).await
    }

    async fn copy(
        &self,
        account: AccountId,
        mailbox: MailboxId,
        uids: Vec<Uid>,
        target: &MailboxName,
        transfer: Transfer,
    ) -> Result<Copied, StoreError> {
        copy::copy(self, (account, mailbox), uids, target, transfer).await
    }

    async fn indexes(
        &self,
        account: AccountId,
        mailbox: MailboxId,
        uids: &[Uid],
    ) -> Result<Vec<(Uid, Arc<MessageIndex>)>, StoreError> {
        read::indexes(self, account, mailbox, uids).await
    }

    async fn messages(
        &self,
        account: AccountId,
        mailbox: MailboxId,
        uids: &[Uid],
    ) -> Result<Vec<(Uid, Arc<dyn ReadAt>)>, StoreError> {
        read::messages(self, account, mailbox, uids).await
    }
}
