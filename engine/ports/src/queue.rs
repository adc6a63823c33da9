//! Accepted messages that are not where they belong yet: the line between intake and delivery.

use crate::{Notes, ReadAt, trace::TraceEvent};
use async_trait::async_trait;
use bytes::Bytes;
use std::error::Error;
use std::sync::Arc;
use waxseal_mail::{
    AccountId, Envelope, Flag, MailboxName, MessageId, MessageIndex, Reply, Timestamp,
};

/// The queue. `accept` is the moment responsibility changes hands (RFC 5321 §6.1).
#[async_trait]
pub trait Queue: Send + Sync {
    /// Takes a message. When this returns `Ok`, it is on stable storage.
    ///
    /// # Errors
    /// [`QueueError`]; nothing of the message is then in the queue.
    async fn accept(&self, message: NewMessage) -> Result<(), QueueError>;

    /// Waits until messages are due (now, or the clock reaches their time), then leases at most
    /// `max` of them. A leased message is given to nobody else until it is settled, released or this
    /// process ends.
    ///
    /// # Errors
    /// [`QueueError::Unavailable`].
    async fn claim(&self, max: usize) -> Result<Vec<Leased>, QueueError>;

    /// Records what came of an attempt, in one durable transaction: mailboxes appended to, recipients
    /// done with, messages that follow from it (reports, forwards). A message without open recipients
    /// leaves the queue.
    ///
    /// # Errors
    /// [`QueueError`]; nothing is then recorded and the lease still holds.
    async fn settle(&self, settlement: Settlement) -> Result<(), QueueError>;

    /// Gives a lease back unchanged; the message is due again at `due`.
    async fn release(&self, id: MessageId, due: Timestamp);

    /// What is in the queue, oldest first, at most `max`.
    ///
    /// # Errors
    /// [`QueueError::Unavailable`].
    async fn list(&self, max: usize) -> Result<Vec<QueuedInfo>, QueueError>;

    /// One message of the queue.
    ///
    /// # Errors
    /// [`QueueError::Unavailable`].
    async fn show(&self, id: MessageId) -> Result<Option<QueuedInfo>, QueueError>;

    /// The octets of a message of the queue, for looking at: its lease and its time stay as they are.
    ///
    /// # Errors
    /// [`QueueError::Unavailable`].
    async fn read(&self, id: MessageId) -> Result<Option<Arc<dyn ReadAt>>, QueueError>;

    /// Makes a message due now and ends its hold; `false` if it is not in the queue.
    ///
    /// # Errors
    /// [`QueueError::Unavailable`].
    async fn retry(&self, id: MessageId) -> Result<bool, QueueError>;

    /// Takes a message out of the queue without a report; `false` if it is not there.
    ///
    /// # Errors
    /// [`QueueError::Unavailable`].
    async fn remove(&self, id: MessageId) -> Result<bool, QueueError>;

    /// Everything recorded about a message, in order, whether it is still queued or not; empty if
    /// unknown.
    ///
    /// # Errors
    /// [`QueueError::Unavailable`].
    async fn trace(&self, id: MessageId) -> Result<Vec<TraceEvent>, QueueError>;
}

/// A message to be accepted.
pub struct NewMessage {
    /// Made by intake from randomness; must be new.
    pub id: MessageId,
    /// The envelope; at least one recipient.
    pub envelope: Envelope,
    /// All octets, Received field on top.
    pub message: Arc<dyn ReadAt>,
    /// When it was received.
    pub received: Timestamp,
    /// Labels of the filters.
    pub tags: Vec<String>,
    /// What plugins leave for their own later stages.
    pub notes: Notes,
    /// Deliver to Junk, and why.
    pub quarantine: Option<String>,
    /// Keep until released, and why.
    pub hold: Option<String>,
    /// What happened so far.
    pub trace: Vec<TraceEvent>,
}

/// A message leased for one attempt.
#[derive(Clone)]
pub struct Leased {
    /// Its identifier.
    pub id: MessageId,
    /// The whole envelope; recipients keep their positions.
    pub envelope: Envelope,
    /// Positions in `envelope.recipients` that are still open, ascending.
    pub open: Vec<u32>,
    /// How many attempts were made before.
    pub attempts: u32,
    /// When it was received.
    pub received: Timestamp,
    /// When a report of delay was sent, if one was.
    pub delay_reported: bool,
    /// Labels of the filters.
    pub tags: Vec<String>,
    /// What plugins leave for their own later stages.
    pub notes: Notes,
    /// Deliver to Junk, and why.
    pub quarantine: Option<String>,
    /// What earlier attempts left at open recipients, by position, ascending; of those that are not
    /// named, the default.
    pub kept: Vec<(u32, Kept)>,
    /// All octets.
    pub message: Arc<dyn ReadAt>,
}

/// What the queue keeps about an open recipient from one attempt to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its next try is not before this moment (whole seconds, UTC), though the message be due
    /// earlier for another recipient.
    pub not_before: Option<Timestamp>,
    /// Who had their say in where it goes, by the names that routers gave.
    pub asked: Vec<String>,
    /// Whether it is still to be done what those who were not asked say.
    pub planned: bool,
    /// Transports that are still to take the message.
    pub transports: Vec<KeptTransport>,
    /// The reply of a part that failed for good: the recipient fails once nothing else is left.
    pub failed: Option<Reply>,
}

impl Default for Kept {
    /// Nothing was decided yet.
    fn default() -> Self {
        Self {
            not_before: None,
            asked: Vec::new(),
            planned: true,
            transports: Vec::new(),
            failed: None,
        }
    }
}

/// A transport that is still to take a message to a recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptTransport {
    /// Its name.
    pub name: String,
    /// How often it was tried.
    pub attempts: u32,
}

/// What came of one attempt at a leased message.
pub struct Settlement {
    /// Which message.
    pub id: MessageId,
    /// Mailboxes to append to, with this message's blob.
    pub appends: Vec<LocalAppend>,
    /// Positions of recipients with their outcome; those not named stay open.
    pub outcomes: Vec<(u32, Outcome)>,
    /// What is to be kept about recipients that stay open; those not named keep what they had.
    pub kept: Vec<(u32, Kept)>,
    /// When the open recipients are tried again.
    pub due: Timestamp,
    /// A report of delay is among `follow_ups`.
    pub delay_reported: bool,
    /// Messages to put into the queue in the same transaction.
    pub follow_ups: Vec<NewMessage>,
    /// What happened.
    pub trace: Vec<TraceEvent>,
}

/// One mailbox that receives the message.
#[derive(Debug, Clone)]
pub struct LocalAppend {
    /// Whose mailbox.
    pub account: AccountId,
    /// Which; created if missing.
    pub mailbox: MailboxName,
    /// Flags to set.
    pub flags: Vec<Flag>,
    /// Trace fields of this delivery, before the shared octets (Return-Path, Delivered-To).
    pub prefix: Bytes,
    /// The IMAP internal date.
    pub internal_date: Timestamp,
    /// The index of prefix and message together.
    pub index: Arc<MessageIndex>,
}

/// What came of one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done: appended, or taken by the next server.
    Delivered,
    /// Tried; another try comes. The last reply, for the queue listing.
    Deferred(Reply),
    /// Failed for good.
    Failed(Reply),
}

/// A queued message for lists.
#[derive(Debug, Clone)]
pub struct QueuedInfo {
    /// Its identifier.
    pub id: MessageId,
    /// The reverse-path, as text.
    pub sender: String,
    /// Each recipient as text, whether it is still open, and its last reply.
    pub recipients: Vec<(String, bool, Option<String>)>,
    /// Octets.
    pub octets: u64,
    /// When it was received.
    pub received: Timestamp,
    /// When it is due.
    pub due: Timestamp,
    /// Attempts made.
    pub attempts: u32,
    /// Held, and why.
    pub hold: Option<String>,
}

/// Why the queue could not do it.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// No space is left: 452 4.3.1.
    #[error("no space is left for the queue")]
    Full,
    /// The disk or the database failed: 451 4.3.0.
    #[error("the queue is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}
