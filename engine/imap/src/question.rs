//! What a session asks of the world, and what it is told.

use std::sync::Arc;
use waxseal_mail::{Flag, MailboxId, MailboxName, MessageIndex, Timestamp, Uid};
use waxseal_ports::store::{
    Appended, Copied, FlagChange, FlagsChanged, MailboxInfo, SpecialUse, StoreError, Transfer,
};
use waxseal_ports::{ReadAt, Snapshot};

/// What the driver must do next.
#[derive(Debug)]
pub enum Step {
    /// Send the output, then wait for octets and step again with them.
    Read,
    /// Send the output, then step again.
    Send,
    /// Send the output, then wait for octets or for a change of the selected mailbox; for a change,
    /// call [`crate::Session::changed`].
    Idle,
    /// Put so many octets from the front of the input into the message that is being spooled
    /// (beginning it, if none is), take them out of the input, and answer.
    Spool(usize),
    /// Answer the question.
    Ask(Question),
    /// Send the output, throw away the input, negotiate TLS, call [`crate::Session::tls_started`].
    StartTls,
    /// Send the output and close the connection.
    Close,
}

/// One question; its answer is named with it. Any may be answered [`Answer::Failed`].
#[derive(Debug)]
pub enum Question {
    /// Is this password right? [`Answer::Login`]
    Login {
        /// As the client wrote it.
        user: String,
        /// The password.
        password: String,
        /// `LOGIN` or `PLAIN`.
        mechanism: &'static str,
    },
    /// All mailboxes and subscriptions. [`Answer::Mailboxes`]
    Mailboxes,
    /// Create a mailbox. [`Answer::Done`]
    Create(MailboxName, Option<SpecialUse>),
    /// Delete a mailbox. [`Answer::Done`]
    Delete(MailboxName),
    /// Rename a mailbox. [`Answer::Done`]
    Rename {
        /// The old name.
        from: MailboxName,
        /// The new name.
        to: MailboxName,
    },
    /// Subscribe or unsubscribe a name. [`Answer::Done`]
    Subscribe(MailboxName, bool),
    /// Open a mailbox as the selected one, letting go of the one before. [`Answer::Opened`]
    Open(MailboxName),
    /// Let go of the selected mailbox. [`Answer::Done`]
    Close,
    /// The newest snapshot of the selected mailbox. [`Answer::Newest`]
    Newest,
    /// Snapshots of any mailboxes, `None` where there is no such mailbox. [`Answer::Glanced`]
    Glance(Vec<MailboxName>),
    /// Messages of the selected mailbox. [`Answer::Read`]
    Read {
        /// The mailbox.
        mailbox: MailboxId,
        /// Ascending.
        uids: Vec<Uid>,
        /// What of them.
        wanted: Wanted,
    },
    /// Change flags. [`Answer::FlagsChanged`]
    ChangeFlags(MailboxId, FlagChange),
    /// Remove deleted messages: those of the UIDs, or all. [`Answer::Expunged`]
    Expunge(MailboxId, Option<Vec<Uid>>),
    /// Copy or move messages. [`Answer::Copied`]
    Copy {
        /// From where.
        mailbox: MailboxId,
        /// Ascending.
        uids: Vec<Uid>,
        /// Where to.
        target: MailboxName,
        /// Whether the originals stay.
        transfer: Transfer,
    },
    /// The message being spooled is complete. [`Answer::Done`]
    Spooled,
    /// Append the spooled messages, in order, and forget them. [`Answer::Appended`]
    Append(MailboxName, Vec<AppendOptions>),
    /// Forget the spooled messages. [`Answer::Done`]
    Unspool,
}

/// What is wanted of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Their indexes.
    pub index: bool,
    /// Their octets.
    pub message: bool,
}

/// What APPEND says about one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppendOptions {
    /// Flags to set.
    pub flags: Vec<Flag>,
    /// The internal date; now, where `None`.
    pub internal_date: Option<Timestamp>,
}

/// What the driver found out or did.
pub enum Answer {
    /// Done.
    Done,
    /// Not done.
    Failed(StoreError),
    /// What came of a login.
    Login(Login),
    /// All mailboxes, by name, and all subscribed names.
    Mailboxes(Vec<MailboxInfo>, Vec<MailboxName>),
    /// The mailbox as it is now.
    Opened(Arc<Snapshot>),
    /// The selected mailbox as it is now; `None` when it was deleted.
    Newest(Option<Arc<Snapshot>>),
    /// Mailboxes as they are now, in the order asked.
    Glanced(Vec<Option<Arc<Snapshot>>>),
    /// Messages in the order asked; those that are gone are left out.
    Read(Vec<Reading>),
    /// What a change of flags did.
    FlagsChanged(FlagsChanged),
    /// Which messages were removed.
    Expunged(Vec<Uid>),
    /// Where copies came to lie.
    Copied(Copied),
    /// Where appended messages came to lie.
    Appended(Appended),
}

/// What came of a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// Welcome.
    Accepted,
    /// Wrong user or password: `NO [AUTHENTICATIONFAILED]`.
    Wrong,
    /// Refused by policy: `NO [AUTHORIZATIONFAILED]` with this text.
    Refused(String),
    /// Cannot be checked now: `NO [UNAVAILABLE]`.
    Unavailable,
}

/// One message that was read.
pub struct Reading {
    /// Which.
    pub uid: Uid,
    /// Its index, if it was wanted.
    pub index: Option<Arc<MessageIndex>>,
    /// Its octets, if they were wanted.
    pub message: Option<Arc<dyn ReadAt>>,
}
