//! One POP3 session a maildrop (RFC 1939 §4: the exclusive-access lock).

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use waxseal_mail::AccountId;

/// The maildrops in use by POP3 sessions of this process. IMAP sessions do not count: they share the
/// mailbox, and what they expunge is simply gone for the other side.
#[derive(Debug, Default)]
pub(crate) struct MaildropLocks {
    held: Arc<Mutex<HashSet<AccountId>>>,
}

/// The lock on one maildrop; free again when dropped.
#[derive(Debug)]
pub(crate) struct MaildropLock {
    held: Arc<Mutex<HashSet<AccountId>>>,
    account: AccountId,
}

impl MaildropLocks {
    /// Locks the maildrop of an account; `None` while another session holds it.
    pub(crate) fn lock(&self, account: AccountId) -> Option<MaildropLock> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.insert(account).then(|| MaildropLock {
            held: Arc::clone(&self.held),
            account,
        })
    }
}

impl Drop for MaildropLock {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.remove(&self.account);
    }
}
