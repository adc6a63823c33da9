//! Answers the session's questions from the ports; holds what a session has open.

use super::append::Spooling;
use super::moves::Transferred;
use crate::Ports;
use std::sync::Arc;
use tokio::sync::watch;
use waxseal_imap::{Answer, Login, Question, Reading, Wanted};
use waxseal_mail::{AccountId, MailboxId, MailboxName, Uid};
use waxseal_ports::directory::Account;
use waxseal_ports::store::{Copied, SpecialUse, StoreError};
use waxseal_ports::{Snapshot, Store};

/// What one session has open.
pub(super) struct Desk {
    pub(super) ports: Ports,
    /// Who is logged in.
    pub(super) account: Option<Account>,
    /// The selected mailbox.
    pub(super) selected: Option<watch::Receiver<Arc<Snapshot>>>,
    pub(super) spooling: Spooling,
    /// What was put into other mailboxes and nobody was told of; empty where nobody listens.
    pub(super) transferred: Vec<Transferred>,
}

impl Desk {
    pub(super) fn new(ports: Ports) -> Self {
        Self {
            ports,
            account: None,
            selected: None,
            spooling: Spooling::default(),
            transferred: Vec::new(),
        }
    }

    /// The newest snapshot of the selected mailbox; `None` when it was deleted.
    pub(super) fn newest(&mut self) -> Option<Arc<Snapshot>> {
        let selected = self.selected.as_mut()?;
        selected.has_changed().ok()?;
        Some(Arc::clone(&selected.borrow_and_update()))
    }

    /// The answer to any question but that of a login.
    pub(super) async fn ask(&mut self, question: Question) -> Answer {
        let Some(account) = self.account.as_ref().map(|account| account.id) else {
            // The session asks nothing of the store before login.
            return Answer::Login(Login::Unavailable);
        };
        let answer = self.ask_store(account, question).await;
        answer.unwrap_or_else(Answer::Failed)
    }

    async fn ask_store(
        &mut self,
        account: AccountId,
        question: Question,
    ) -> Result<Answer, StoreError> {
        let store = Arc::clone(&self.ports.store);
        let store = &*store;
        Ok(match question {
            Question::Login { .. } => Answer::Login(Login::Unavailable),
            Question::Mailboxes => {
                let mailboxes = store.mailboxes(account).await?;
                Answer::Mailboxes(mailboxes, store.subscriptions(account).await?)
            }
            Question::Create(name, special) => create(store, account, &name, special).await?,
            Question::Delete(name) => {
                store.delete(account, &name).await?;
                Answer::Done
            }
            Question::Rename { from, to } => {
                store.rename(account, &from, &to).await?;
                Answer::Done
            }
            Question::Subscribe(name, subscribed) => {
                store.subscribe(account, &name, subscribed).await?;
                Answer::Done
            }
            Question::Open(name) => {
                self.selected = None;
                let mut receiver = store.open(account, &name).await?;
                let snapshot = Arc::clone(&receiver.borrow_and_update());
                self.selected = Some(receiver);
                Answer::Opened(snapshot)
            }
            Question::Close => {
                self.selected = None;
                Answer::Done
            }
            Question::Newest => Answer::Newest(self.newest()),
            Question::Glance(names) => Answer::Glanced(glance(store, account, &names).await?),
            Question::Read {
                mailbox,
                uids,
                wanted,
            } => Answer::Read(read(store, (account, mailbox), &uids, wanted).await?),
            Question::ChangeFlags(mailbox, change) => {
                Answer::FlagsChanged(store.change_flags(account, mailbox, change).await?)
            }
            Question::Expunge(mailbox, uids) => {
                Answer::Expunged(store.expunge(account, mailbox, uids).await?)
            }
            Question::Copy {
                mailbox,
                uids,
                target,
                transfer,
            } => {
                let copied = store.copy(account, mailbox, uids, &target, transfer);
                let copied = copied.await?;
                self.note_transfer(mailbox, target, &copied);
                Answer::Copied(copied)
            }
            Question::Spooled => self.spooled(),
            Question::Append(name, options) => self.append(account, &name, options).await,
            Question::Unspool => {
                self.forget_spooled();
                Answer::Done
            }
        })
    }
}

impl Desk {
    /// Remembers what came to lie elsewhere, if anybody wants to know. A copy counts as a move: a
    /// client without MOVE copies and then deletes (RFC 6851 §1).
    fn note_transfer(&mut self, origin: MailboxId, target: MailboxName, copied: &Copied) {
        let account = self.account.as_ref();
        let Some(account) = account.filter(|_| self.ports.events.is_wanted()) else {
            return;
        };
        self.transferred.push(Transferred {
            account: account.clone(),
            origin,
            target,
            uids: copied.pairs.iter().map(|(_, to)| *to).collect(),
        });
    }
}

async fn create(
    store: &dyn Store,
    account: AccountId,
    name: &MailboxName,
    special_use: Option<SpecialUse>,
) -> Result<Answer, StoreError> {
    store.create(account, name, special_use).await?;
    Ok(Answer::Done)
}

async fn glance(
    store: &dyn Store,
    account: AccountId,
    names: &[MailboxName],
) -> Result<Vec<Option<Arc<Snapshot>>>, StoreError> {
    let mut snapshots = Vec::with_capacity(names.len());
    for name in names {
        snapshots.push(match store.open(account, name).await {
            Ok(receiver) => Some(Arc::clone(&receiver.borrow())),
            Err(StoreError::NoSuchMailbox(_)) => None,
            Err(error) => return Err(error),
        });
    }
    Ok(snapshots)
}

/// Messages with what was wanted of them; those that are gone are left out.
async fn read(
    store: &dyn Store,
    (account, mailbox): (AccountId, MailboxId),
    uids: &[Uid],
    wanted: Wanted,
) -> Result<Vec<Reading>, StoreError> {
    let mut indexes = Vec::new();
    if wanted.index {
        indexes = store.indexes(account, mailbox, uids).await?;
    }
    if !wanted.message {
        return Ok(indexes
            .into_iter()
            .map(|(uid, index)| Reading {
                uid,
                index: Some(index),
                message: None,
            })
            .collect());
    }
    let messages = store.messages(account, mailbox, uids).await?;
    let mut indexes = indexes.into_iter().peekable();
    let mut readings = Vec::with_capacity(messages.len());
    for (uid, message) in messages {
        while indexes.next_if(|(known, _)| *known < uid).is_some() {}
        let index = indexes.next_if(|(known, _)| *known == uid);
        let index = index.map(|(_, index)| index);
        if wanted.index && index.is_none() {
            continue;
        }
        readings.push(Reading {
            uid,
            index,
            message: Some(message),
        });
    }
    Ok(readings)
}
