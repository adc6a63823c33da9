//! The nouns of mail, and nothing else: values that every room understands.
//!
//! No room below this one exists. Nothing here performs IO, logs, reads a clock or is async; a value
//! that can be built is valid (parse at the edge, trust the type inside). Wire grammars live in the
//! protocol rooms; only the parsers that several rooms need (mailbox addresses, header sections)
//! are here.

mod blob_id;
mod envelope;
mod flag;
mod header;
mod identity;
mod mailbox;
mod mailbox_name;
mod message_index;
mod path;
mod reply;
mod status;
mod timestamp;
mod uid;

pub use blob_id::BlobId;
pub use envelope::{BodyKind, DsnNotify, DsnReturn, Envelope, Recipient};
pub use flag::{FLAG_KEYWORDS_MAX, Flag, FlagBits, Keyword, KeywordError, KeywordTable};
pub use header::{HeaderEdit, HeaderError, HeaderField, HeaderSection};
pub use identity::{AccountId, DomainId, MailboxId, MessageId, SessionId};
pub use mailbox::{AddressError, Domain, LocalPart, Mailbox};
pub use mailbox_name::{
    HIERARCHY_DELIMITER, MAILBOX_NAME_OCTETS_MAX, MailboxName, MailboxNameError,
};
pub use message_index::{Address, MessageIndex, Part, TransferEncoding};
pub use path::{ForwardPath, ReversePath};
pub use reply::{Reply, ReplyError};
pub use status::EnhancedStatus;
pub use timestamp::Timestamp;
pub use uid::{ModSeq, SeqNum, Uid, UidValidity};
