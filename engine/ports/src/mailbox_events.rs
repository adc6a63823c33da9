//! What users do with their messages, for those who learn from it.

use crate::ReadAt;
use crate::store::SpecialUse;
use async_trait::async_trait;
use std::sync::Arc;
use waxseal_mail::{Mailbox, MailboxName};

/// Hears of messages that users put into other mailboxes.
#[async_trait]
pub trait MailboxEvents: Send + Sync {
    /// Whether anybody listens; where nobody does, nothing is read for it.
    fn is_wanted(&self) -> bool;

    /// A message went from one mailbox to another, and the client has had its answer. Waits while too
    /// many others wait to be looked at; answers nothing, because nothing depends on it.
    async fn moved(&self, moved: Moved);
}

/// A message that went from one mailbox to another of another place.
#[derive(Clone)]
pub struct Moved {
    /// The address of the account.
    pub account: Mailbox,
    /// Where it was.
    pub origin: Place,
    /// Where it is.
    pub destination: Place,
    /// All octets, as they are stored.
    pub message: Arc<dyn ReadAt>,
}

/// What a mailbox is for, as far as learners care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// INBOX.
    Inbox,
    /// `\Junk`.
    Junk,
    /// `\Trash`.
    Trash,
    /// `\Archive` and `\All`.
    Archive,
    /// `\Sent`.
    Sent,
    /// `\Drafts`.
    Drafts,
    /// Any other.
    Other,
}

impl Place {
    /// By its special use (RFC 6154), or else by a name that clients commonly give such a mailbox.
    #[must_use]
    pub fn of(name: &MailboxName, special_use: Option<SpecialUse>) -> Self {
        if name.is_inbox() {
            return Self::Inbox;
        }
        match special_use {
            Some(SpecialUse::Junk) => Self::Junk,
            Some(SpecialUse::Trash) => Self::Trash,
            Some(SpecialUse::Archive | SpecialUse::All) => Self::Archive,
            Some(SpecialUse::Sent) => Self::Sent,
            Some(SpecialUse::Drafts) => Self::Drafts,
            Some(SpecialUse::Flagged) => Self::Other,
            None => Self::by_name(name.as_str()),
        }
    }

    fn by_name(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "junk" | "spam" | "junk e-mail" | "junk email" | "bulk mail" => Self::Junk,
            "trash" | "deleted items" | "deleted messages" => Self::Trash,
            "archive" | "archives" => Self::Archive,
            "sent" | "sent items" | "sent messages" => Self::Sent,
            "drafts" => Self::Drafts,
            _ => Self::Other,
        }
    }
}

/// Nobody listens.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMailboxEvents;

#[async_trait]
impl MailboxEvents for NoMailboxEvents {
    fn is_wanted(&self) -> bool {
        false
    }
    async fn moved(&self, _moved: Moved) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, special_use: Option<SpecialUse>, expected: Place) {
        let name = MailboxName::new(name).unwrap();
        assert_eq!(Place::of(&name, special_use), expected, "{name}");
    }

    #[test]
    fn special_use_goes_before_names() {
        check("inbox", None, Place::Inbox);
        check("Pourriel", Some(SpecialUse::Junk), Place::Junk);
        check("SPAM", None, Place::Junk);
        check("Spam", Some(SpecialUse::Archive), Place::Archive);
        check("Everything", Some(SpecialUse::All), Place::Archive);
        check("Deleted Items", None, Place::Trash);
        check("lists/junk", None, Place::Other);
        check("Starred", Some(SpecialUse::Flagged), Place::Other);
    }
}
