//! Answers the session's questions from the ports.

use super::Driver;
use crate::login::{Credentials, Denied};
use tracing::{error, info};
use waxseal_mail::{MailboxId, MailboxName, Uid};
use waxseal_pop3::{Answer, Maildrop, Question, Refusal};
use waxseal_ports::directory::Account;
use waxseal_ports::filter::Protocol;
use waxseal_ports::store::StoreError;

impl Driver<'_> {
    pub(super) async fn answer(&mut self, question: Question) -> Answer {
        let answered = match question {
            Question::Login {
                user,
                password,
                mechanism,
            } => self.log_in(&user, &password, mechanism).await,
            Question::Retrieve(mailbox, uid) => self.retrieve(mailbox, uid).await,
            Question::Remove(mailbox, uids) => self.remove(mailbox, uids).await,
        };
        answered.unwrap_or_else(Answer::Refused)
    }

    /// The password first, then the maildrop.
    async fn log_in(
        &mut self,
        user: &str,
        password: &str,
        mechanism: &str,
    ) -> Result<Answer, Refusal> {
        let credentials = Credentials {
            user,
            password,
            mechanism,
            protocol: Protocol::Pop3,
        };
        let filter = self.filter.as_mut();
        let checked = self
            .access
            .check_login(&self.connection, filter, credentials);
        let account = checked.await.map_err(refusal)?;
        let maildrop = self.open(&account).await?;
        let (session, peer) = (self.connection.session(), self.connection.peer().ip());
        info!(%session, %peer, account = %account.address, "logged in");
        self.account = Some(account);
        Ok(Answer::Maildrop(maildrop))
    }

    /// Locks the maildrop and takes its snapshot.
    async fn open(&mut self, account: &Account) -> Result<Maildrop, Refusal> {
        let Some(lock) = self.access.maildrops.lock(account.id) else {
            return Err(Refusal::InUse);
        };
        let inbox = MailboxName::inbox();
        let opened = self.access.ports.store.open(account.id, &inbox).await;
        let watch = opened.map_err(|source| self.unavailable(&source))?;
        self.lock = Some(lock);
        let snapshot = watch.borrow().clone();
        Ok(Maildrop::new(&snapshot))
    }

    async fn retrieve(&mut self, mailbox: MailboxId, uid: Uid) -> Result<Answer, Refusal> {
        let account = self.account.as_ref().ok_or(Refusal::Unavailable)?.id;
        let store = &self.access.ports.store;
        let found = store.messages(account, mailbox, &[uid]).await;
        let found = found.map_err(|source| self.unavailable(&source))?;
        let message = found.into_iter().next().map(|(_, message)| message);
        Ok(Answer::Message(message))
    }

    /// What is gone already counts as removed.
    async fn remove(&mut self, mailbox: MailboxId, uids: Vec<Uid>) -> Result<Answer, Refusal> {
        let account = self.account.as_ref().ok_or(Refusal::Unavailable)?.id;
        let removed = self.access.ports.store.remove(account, mailbox, uids).await;
        let removed = removed.map_err(|source| self.unavailable(&source))?;
        let count = u64::try_from(removed.len()).unwrap_or(u64::MAX);
        metrics::counter!("waxseal_access_pop3_removed_total").increment(count);
        Ok(Answer::Removed)
    }

    fn unavailable(&self, source: &StoreError) -> Refusal {
        error!(session = %self.connection.session(), error = %source, "the maildrop is unavailable");
        Refusal::Unavailable
    }
}

/// A failed login in POP3's words.
fn refusal(denied: Denied) -> Refusal {
    match denied {
        Denied::Throttled => Refusal::Throttled,
        Denied::Unavailable => Refusal::Unavailable,
        Denied::Wrong => Refusal::Credentials,
        Denied::Refused(reply) => Refusal::Policy {
            text: reply.lines().first().cloned().unwrap_or_default(),
            transient: reply.is_transient(),
        },
    }
}
