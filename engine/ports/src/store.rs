//! Mailboxes: what IMAP and POP3 show.

use crate::{ReadAt, Snapshot};
use async_trait::async_trait;
use std::error::Error;
use std::sync::Arc;
use tokio::sync::watch;
use waxseal_mail::{
    AccountId, Flag, KeywordError, MailboxId, MailboxName, MessageIndex, ModSeq, Timestamp, Uid,
    UidValidity,
};

/// The mail store. Every `Ok` of a writing call means: on stable storage.
///
/// Every call names the account; a mailbox of another account does not exist for it.
#[async_trait]
pub trait Store: Send + Sync {
    /// All mailboxes of an account, by name, parents first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn mailboxes(&self, account: AccountId) -> Result<Vec<MailboxInfo>, StoreError>;

    /// Creates a mailbox and its missing parents.
    ///
    /// # Errors
    /// [`StoreError::Exists`], [`StoreError::Limit`].
    async fn create(
        &self,
        account: AccountId,
        name: &MailboxName,
        special_use: Option<SpecialUse>,
    ) -> Result<MailboxId, StoreError>;

    /// Deletes a mailbox with its messages; mailboxes below it stay.
    ///
    /// # Errors
    /// [`StoreError::NoSuchMailbox`]; [`StoreError::Limit`] for INBOX.
    async fn delete(&self, account: AccountId, name: &MailboxName) -> Result<(), StoreError>;

    /// Renames a mailbox and those below it. Renaming INBOX moves its messages into the new mailbox
    /// and leaves INBOX empty (RFC 9051 §6.3.6).
    ///
    /// # Errors
    /// [`StoreError::NoSuchMailbox`], [`StoreError::Exists`].
    async fn rename(
        &self,
        account: AccountId,
        from: &MailboxName,
        to: &MailboxName,
    ) -> Result<(), StoreError>;

    /// Subscribes or unsubscribes a name, whether or not it exists.
    ///
    /// # Errors
    /// [`StoreError::Limit`].
    async fn subscribe(
        &self,
        account: AccountId,
        name: &MailboxName,
        subscribed: bool,
    ) -> Result<(), StoreError>;

    /// All subscribed names of an account.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn subscriptions(&self, account: AccountId) -> Result<Vec<MailboxName>, StoreError>;

    /// Opens a mailbox: the receiver holds the newest snapshot at any time and wakes on change. All
    /// sessions of one mailbox share it. It is closed when the mailbox is deleted.
    ///
    /// # Errors
    /// [`StoreError::NoSuchMailbox`].
    async fn open(
        &self,
        account: AccountId,
        name: &MailboxName,
    ) -> Result<watch::Receiver<Arc<Snapshot>>, StoreError>;

    /// Appends messages in order, all or none (RFC 3502).
    ///
    /// # Errors
    /// [`StoreError::NoSuchMailbox`], [`StoreError::Full`], [`StoreError::Keyword`].
    async fn append(
        &self,
        account: AccountId,
        name: &MailboxName,
        messages: Vec<NewAppend>,
    ) -> Result<Appended, StoreError>;

    /// Changes flags. Messages that are gone are skipped; messages changed since
    /// `unchanged_since` are left alone and named (RFC 7162 §3.1.3). MODSEQ moves only where flags
    /// really change.
    ///
    /// # Errors
    /// [`StoreError::NoSuchMailbox`], [`StoreError::Keyword`].
    async fn change_flags(
        &self,
        account: AccountId,
        mailbox: MailboxId,
        change: FlagChange,
    ) -> Result<FlagsChanged, StoreError>;

    /// Removes those of `uids` (or of all messages, for `None`) that have `\Deleted`; answers them
    /// ascending.
    ///
    /// # Errors
    /// [`StoreError::NoSuchMailbox`].
    async fn expunge(
        &self,
        account: AccountId,
        mailbox: MailboxId,
        uids: Option<Vec<Uid>>,
    ) -> Result<Vec<Uid>, StoreError>;

    /// Removes `uids` whatever their flags (POP3's QUIT); answers those that were there.
    ///
    /// # Errors
    /// [`StoreError::NoSuchMailbox`].
    async fn remove(
        &self,
        account: AccountId,
        mailbox: MailboxId,
        uids: Vec<Uid>,
    ) -> Result<Vec<Uid>, StoreError>;

    /// Copies messages with flags and internal date, all or none; `transfer` says whether the
    /// originals go in the same transaction (MOVE, RFC 6851). Messages that are gone are skipped.
    ///
    /// # Errors
    /// [`StoreError::NoSuchMailbox`] (for the target: answer TRYCREATE).
    #[expect(
        clippy::too_many_arguments,
        reason = "five besides self, each of its own type"
    )]
    async fn copy(
        &self,
        account: AccountId,
        mailbox: MailboxId,
        uids: Vec<Uid>,
        target: &MailboxName,
        transfer: Transfer,
    ) -> Result<Copied, StoreError>;

    /// The indexes of messages, in the order of `uids`; those that are gone are left out.
    ///
    /// # Errors
    /// [`StoreError::NoSuchMailbox`].
    async fn indexes(
        &self,
        account: AccountId,
        mailbox: MailboxId,
        uids: &[Uid],
    ) -> Result<Vec<(Uid, Arc<MessageIndex>)>, StoreError>;

    /// The octets of messages, in the order of `uids`; those that are gone are left out. Reading
    /// them later works even if they are expunged meanwhile.
    ///
    /// # Errors
    /// [`StoreError::NoSuchMailbox`].
    async fn messages(
        &self,
        account: AccountId,
        mailbox: MailboxId,
        uids: &[Uid],
    ) -> Result<Vec<(Uid, Arc<dyn ReadAt>)>, StoreError>;
}

/// One mailbox in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxInfo {
    /// Its row; never reused.
    pub id: MailboxId,
    /// Its name.
    pub name: MailboxName,
    /// What it is for.
    pub special_use: Option<SpecialUse>,
    /// Whether it is subscribed.
    pub subscribed: bool,
    /// Its epoch.
    pub uid_validity: UidValidity,
}

/// What a mailbox is for (RFC 6154 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SpecialUse {
    /// `\Archive`
    Archive,
    /// `\Drafts`
    Drafts,
    /// `\Junk`
    Junk,
    /// `\Sent`
    Sent,
    /// `\Trash`
    Trash,
    /// `\Flagged`
    Flagged,
    /// `\All`
    All,
}

/// A message to append.
pub struct NewAppend {
    /// All octets.
    pub message: Arc<dyn ReadAt>,
    /// Their index.
    pub index: Arc<MessageIndex>,
    /// Flags to set.
    pub flags: Vec<Flag>,
    /// The IMAP internal date.
    pub internal_date: Timestamp,
}

/// Where appended messages came to lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The mailbox.
    pub mailbox: MailboxId,
    /// Its epoch.
    pub uid_validity: UidValidity,
    /// One UID a message, ascending.
    pub uids: Vec<Uid>,
}

/// A change of flags.
#[derive(Debug, Clone)]
pub struct FlagChange {
    /// Which messages.
    pub uids: Vec<Uid>,
    /// How.
    pub mode: FlagMode,
    /// Which flags.
    pub flags: Vec<Flag>,
    /// Only messages not changed since (RFC 7162 §3.1.3).
    pub unchanged_since: Option<ModSeq>,
}

/// How flags change (RFC 9051 §6.4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlagMode {
    /// `FLAGS`: exactly these.
    Replace,
    /// `+FLAGS`: these too.
    Add,
    /// `-FLAGS`: without these.
    Remove,
}

/// What a change of flags did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FlagsChanged {
    /// Messages that were left alone because they had changed, ascending.
    pub modified: Vec<Uid>,
    /// Messages that are gone, ascending.
    pub missing: Vec<Uid>,
    /// The mailbox's highest MODSEQ after the change.
    pub highest_modseq: ModSeq,
}

/// Whether originals stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transfer {
    /// COPY.
    Copy,
    /// MOVE.
    Move,
}

/// Where copied messages came to lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Epoch of the target.
    pub uid_validity: UidValidity,
    /// Source and target UID of each message, ascending.
    pub pairs: Vec<(Uid, Uid)>,
}

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No such mailbox for this account: `NO [NONEXISTENT]`.
    #[error("mailbox {0} does not exist")]
    NoSuchMailbox(String),
    /// The name is taken: `NO [ALREADYEXISTS]`.
    #[error("mailbox {0} exists already")]
    Exists(MailboxName),
    /// A limit or a rule forbids it: `NO [LIMIT]` or `NO [CANNOT]`.
    #[error("{0}")]
    Limit(String),
    /// The keyword is not possible: `NO [LIMIT]`.
    #[error(transparent)]
    Keyword(#[from] KeywordError),
    /// No space is left: `NO [OVERQUOTA]`.
    #[error("no space is left for messages")]
    Full,
    /// The disk or the database failed: `NO [UNAVAILABLE]`.
    #[error("the store is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}
