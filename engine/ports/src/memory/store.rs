//! The store: mailboxes by account and name.

use super::mailbox::{Incoming, MailboxRow};
use super::{Memory, State};
use crate::store::{
    Appended, Copied, FlagChange, FlagsChanged, MailboxInfo, NewAppend, SpecialUse, Store,
    StoreError, Transfer,
};
use crate::{ReadAt, Snapshot};
use async_trait::async_trait;
use std::sync::Arc;
use tokio::sync::watch;
use waxseal_mail::{
    AccountId, FlagBits, HIERARCHY_DELIMITER, MailboxId, MailboxName, MessageIndex, Uid,
};

impl State {
    fn named(
        &mut self,
        account: AccountId,
        name: &MailboxName,
    ) -> Result<&mut MailboxRow, StoreError> {
        let found = self.mailboxes.get_mut(&(account, name.clone()));
        found.ok_or_else(|| StoreError::NoSuchMailbox(name.to_string()))
    }

    fn numbered(
        &mut self,
        account: AccountId,
        id: MailboxId,
    ) -> Result<&mut MailboxRow, StoreError> {
        self.mailboxes
            .iter_mut()
            .find(|((owner, _), row)| *owner == account && row.id == id)
            .map(|(_, row)| row)
            .ok_or_else(|| StoreError::NoSuchMailbox(format!("number {}", id.0)))
    }

    fn check_space(&self) -> Result<(), StoreError> {
        if self.full {
            Err(StoreError::Full)
        } else {
            Ok(())
        }
    }

    fn rename(
        &mut self,
        account: AccountId,
        from: &MailboxName,
        to: &MailboxName,
    ) -> Result<(), StoreError> {
        self.named(account, from)?;
        if to.is_below(from) && !from.is_inbox() {
            return Err(StoreError::Limit(format!("{to} lies below {from}")));
        }
        if self.mailboxes.contains_key(&(account, to.clone())) {
            return Err(StoreError::Exists(to.clone()));
        }
        if from.is_inbox() {
            let inbox = self.named(account, from)?;
            let uids: Vec<_> = inbox.stored.keys().copied().collect();
            let messages = inbox.copies(&uids).into_iter().map(|(_, m)| m).collect();
            self.mailbox_or_new(account, to, None).append(messages)?;
            self.named(account, from)?.remove(uids);
            return Ok(());
        }
        let moves = self.renames(account, from, to)?;
        for (old, new) in moves {
            if let Some(row) = self.mailboxes.remove(&(account, old)) {
                self.mailboxes.insert((account, new), row);
            }
        }
        if let Some(parent) = to.parent() {
            self.mailbox_or_new(account, &parent, None);
        }
        Ok(())
    }

    /// Old and new name of the mailbox and of those below it.
    fn renames(
        &self,
        account: AccountId,
        from: &MailboxName,
        to: &MailboxName,
    ) -> Result<Vec<(MailboxName, MailboxName)>, StoreError> {
        let names = self.mailboxes.keys().filter(|(owner, _)| *owner == account);
        let mut moves = vec![(from.clone(), to.clone())];
        for (_, name) in names.filter(|(_, name)| name.is_below(from)) {
            let rest = name.as_str().get(from.as_str().len()..).unwrap_or_default();
            let rest = rest.trim_start_matches(HIERARCHY_DELIMITER);
            let new = MailboxName::new(&format!("{to}{HIERARCHY_DELIMITER}{rest}"))
                .map_err(|error| StoreError::Limit(error.to_string()))?;
            if self.mailboxes.contains_key(&(account, new.clone())) {
                return Err(StoreError::Exists(new));
            }
            moves.push((name.clone(), new));
        }
        Ok(moves)
    }
}

#[async_trait]
impl Store for Memory {
    async fn mailboxes(&self, account: AccountId) -> Result<Vec<MailboxInfo>, StoreError> {
        let state = self.state();
        let rows = state.mailboxes.iter();
        let info = |((owner, name), row): (&(AccountId, MailboxName), &MailboxRow)| MailboxInfo {
            id: row.id,
            name: name.clone(),
            special_use: row.special_use,
            subscribed: state.subscriptions.contains(&(*owner, name.clone())),
            uid_validity: row.uid_validity,
        };
        Ok(rows
            .filter(|((owner, _), _)| *owner == account)
            .map(info)
            .collect())
    }

    async fn create(
        &self,
        account: AccountId,
        name: &MailboxName,
        special_use: Option<SpecialUse>,
    ) -> Result<MailboxId, StoreError> {
        let mut state = self.state();
        if state.mailboxes.contains_key(&(account, name.clone())) {
            return Err(StoreError::Exists(name.clone()));
        }
        Ok(state.mailbox_or_new(account, name, special_use).id)
    }

    async fn delete(&self, account: AccountId, name: &MailboxName) -> Result<(), StoreError> {
        if name.is_inbox() {
            return Err(StoreError::Limit("INBOX cannot be deleted".to_owned()));
        }
        let mut state = self.state();
        state.named(account, name)?;
        state.mailboxes.remove(&(account, name.clone()));
        Ok(())
    }

    async fn rename(
        &self,
        account: AccountId,
        from: &MailboxName,
        to: &MailboxName,
    ) -> Result<(), StoreError> {
        self.state().rename(account, from, to)
    }

    async fn subscribe(
        &self,
        account: AccountId,
        name: &MailboxName,
        subscribed: bool,
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        if subscribed {
            state.subscriptions.insert((account, name.clone()));
        } else {
            state.subscriptions.remove(&(account, name.clone()));
        }
        Ok(())
    }

    async fn subscriptions(&self, account: AccountId) -> Result<Vec<MailboxName>, StoreError> {
        let state = self.state();
        let mine = state
            .subscriptions
            .iter()
            .filter(|(owner, _)| *owner == account);
        Ok(mine.map(|(_, name)| name.clone()).collect())
    }

    async fn open(
        &self,
        account: AccountId,
        name: &MailboxName,
    ) -> Result<watch::Receiver<Arc<Snapshot>>, StoreError> {
        Ok(self.state().named(account, name)?.newest.subscribe())
    }

    async fn append(
        &self,
        account: AccountId,
        name: &MailboxName,
        messages: Vec<NewAppend>,
    ) -> Result<Appended, StoreError> {
        let mut state = self.state();
        state.check_space()?;
        let row = state.named(account, name)?;
        let incoming = |message: NewAppend| Incoming {
            index: message.index,
            message: message.message,
            flags: message.flags,
            internal_date: message.internal_date,
        };
        let uids = row.append(messages.into_iter().map(incoming).collect())?;
        Ok(Appended {
            mailbox: row.id,
            uid_validity: row.uid_validity,
            uids,
        })
    }

    async fn change_flags(
        &self,
        account: AccountId,
        mailbox: MailboxId,
        change: FlagChange,
    ) -> Result<FlagsChanged, StoreError> {
        self.state()
            .numbered(account, mailbox)?
            .change_flags(change)
    }

    async fn expunge(
        &self,
        account: AccountId,
        mailbox: MailboxId,
        uids: Option<Vec<Uid>>,
    ) -> Result<Vec<Uid>, StoreError> {
        let mut state = self.state();
        let row = state.numbered(account, mailbox)?;
        let deleted: Vec<_> = row
            .snapshot()
            .iter()
            .filter(|message| message.flags.contains(FlagBits::DELETED))
            .map(|message| message.uid)
            .filter(|uid| uids.as_ref().is_none_or(|uids| uids.contains(uid)))
            .collect();
        Ok(row.remove(deleted))
    }

    async fn remove(
        &self,
        account: AccountId,
        mailbox: MailboxId,
        uids: Vec<Uid>,
    ) -> Result<Vec<Uid>, StoreError> {
        Ok(self.state().numbered(account, mailbox)?.remove(uids))
    }

    async fn copy(
        &self,
        account: AccountId,
        mailbox: MailboxId,
        uids: Vec<Uid>,
        target: &MailboxName,
        transfer: Transfer,
    ) -> Result<Copied, StoreError> {
        let mut state = self.state();
        state.check_space()?;
        let mut uids = uids;
        uids.sort_unstable();
        uids.dedup();
        let copies = state.numbered(account, mailbox)?.copies(&uids);
        let (sources, messages): (Vec<_>, Vec<_>) = copies.into_iter().unzip();
        let row = state.named(account, target)?;
        let uid_validity = row.uid_validity;
        let targets = row.append(messages)?;
        if transfer == Transfer::Move {
            state.numbered(account, mailbox)?.remove(sources.clone());
        }
        Ok(Copied {
            uid_validity,
            pairs: sources.into_iter().zip(targets).collect(),
        })
    }

    async fn indexes(
        &self,
        account: AccountId,
        mailbox: MailboxId,
        uids: &[Uid],
    ) -> Result<Vec<(Uid, Arc<MessageIndex>)>, StoreError> {
        let mut state = self.state();
        let stored = &state.numbered(account, mailbox)?.stored;
        let found = uids.iter().filter_map(|uid| Some((*uid, stored.get(uid)?)));
        Ok(found
            .map(|(uid, stored)| (uid, stored.index.clone()))
            .collect())
    }

    async fn messages(
        &self,
        account: AccountId,
        mailbox: MailboxId,
        uids: &[Uid],
    ) -> Result<Vec<(Uid, Arc<dyn ReadAt>)>, StoreError> {
        let mut state = self.state();
        let stored = &state.numbered(account, mailbox)?.stored;
        let found = uids.iter().filter_map(|uid| Some((*uid, stored.get(uid)?)));
        Ok(found
            .map(|(uid, stored)| (uid, stored.message.clone()))
            .collect())
    }
}
