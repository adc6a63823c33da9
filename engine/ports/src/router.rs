//! Where an accepted message goes, per recipient.

use async_trait::async_trait;
use waxseal_mail::{AccountId, ForwardPath, Mailbox, MailboxName, Reply};

/// Decides for one recipient of an accepted message.
#[async_trait]
pub trait Router: Send + Sync {
    /// The actions for `recipient`; at least one.
    ///
    /// # Errors
    /// [`RouteError`]: the recipient is deferred.
    async fn route(
        &self,
        recipient: &ForwardPath,
        tags: &[String],
    ) -> Result<Vec<Action>, RouteError>;
}

/// One thing to do with a message for one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Append to a mailbox of a hosted account.
    Keep {
        /// Whose.
        account: AccountId,
        /// `INBOX`, or where filters and subaddresses lead; created if missing.
        mailbox: MailboxName,
    },
    /// Put into the queue for another address, same reverse-path.
    Forward(Mailbox),
    /// Hand over by SMTP.
    Relay(Mailbox),
    /// Fail with this reply and report it.
    Bounce(Reply),
    /// Forget silently.
    Discard,
}

/// No decision could be made now.
#[derive(Debug, thiserror::Error)]
#[error("no route now: {0}")]
pub struct RouteError(pub String);
