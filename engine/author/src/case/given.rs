//! What a step is given: who does what, and what the world answers.

use crate::stub::{DnsAnswer, HttpAnswer};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use waxseal_ports::mailbox_events::Place;

/// `[session]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionTable {
    /// `smtp` (default), `submission`, `lmtp`, `imap` or `pop3`. The last two know no transaction.
    pub protocol: String,
    /// The client's address, with or without `:port`. Default `192.0.2.1:4000`.
    pub peer: String,
    /// What it calls itself. Default `client.example.org`.
    pub helo: String,
    /// Protocol and cipher suite where TLS is in use.
    pub tls: Option<String>,
    /// The user that authenticates.
    pub user: Option<String>,
    /// The mechanism. Default `PLAIN`.
    pub mechanism: String,
    /// Whether authentication works. Default yes.
    pub authenticated: bool,
}

impl Default for SessionTable {
    fn default() -> Self {
        Self {
            protocol: "smtp".to_owned(),
            peer: "192.0.2.1:4000".to_owned(),
            helo: "client.example.org".to_owned(),
            tls: None,
            user: None,
            mechanism: "PLAIN".to_owned(),
            authenticated: true,
        }
    }
}

/// `[envelope]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EnvelopeTable {
    /// The reverse-path; empty for the null reverse-path. Default `sender@example.org`.
    pub sender: String,
    /// ESMTP parameters of MAIL, for example `SIZE=1000`.
    pub sender_params: Vec<String>,
    /// The recipients. Default `alice@example.test`.
    pub recipients: Vec<String>,
    /// ESMTP parameters of each RCPT.
    pub recipient_params: Vec<String>,
}

impl Default for EnvelopeTable {
    fn default() -> Self {
        Self {
            sender: "sender@example.org".to_owned(),
            sender_params: Vec::new(),
            recipients: vec!["alice@example.test".to_owned()],
            recipient_params: Vec::new(),
        }
    }
}

/// `[stub]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StubTable {
    /// The time at the start, as RFC 3339. Default `2026-11-24T05:29:34Z`. It stands still but for
    /// `after_secs`.
    pub now: Option<String>,
    /// Where randomness begins: the same number gives the same octets.
    pub random: u64,
    /// Answers by question, `"example.org TXT" = ["v=spf1 -all"]`, or `nxdomain`, `no-data`,
    /// `servfail`, `timeout`. What is not named does not exist.
    pub dns: BTreeMap<String, DnsAnswer>,
    /// Answers to requests; the first that fits is given. What fits none fails to connect.
    pub http: Vec<HttpAnswer>,
    /// Keys and values at the start.
    pub kv: BTreeMap<String, String>,
    /// Secrets by name.
    pub secrets: BTreeMap<String, String>,
    /// Keys for `aead` by name, each 64 hex digits.
    pub aead_keys: BTreeMap<String, String>,
    /// Addresses that have an account, for delivery plugins that keep mail. By default every address has
    /// one.
    pub accounts: Option<Vec<String>>,
}

/// `[moved]`: a user puts the message of the step into another mailbox. The message is as it is stored,
/// with Return-Path on top.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MovedTable {
    /// The account. Default `alice@example.test`.
    pub account: String,
    /// Where the message was. Default `inbox`.
    pub origin: PlaceName,
    /// Where it is. Default `junk`.
    pub destination: PlaceName,
}

impl Default for MovedTable {
    fn default() -> Self {
        Self {
            account: ALICE.to_owned(),
            origin: PlaceName::Inbox,
            destination: PlaceName::Junk,
        }
    }
}

/// What a mailbox is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlaceName {
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

impl From<PlaceName> for Place {
    fn from(name: PlaceName) -> Self {
        match name {
            PlaceName::Inbox => Self::Inbox,
            PlaceName::Junk => Self::Junk,
            PlaceName::Trash => Self::Trash,
            PlaceName::Archive => Self::Archive,
            PlaceName::Sent => Self::Sent,
            PlaceName::Drafts => Self::Drafts,
            PlaceName::Other => Self::Other,
        }
    }
}

/// `[queued]`: what the queue knows of the message of the step.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QueuedTable {
    /// Labels that filters gave it.
    pub tags: Vec<String>,
    /// Notes that the plugin's own filter left, by key.
    pub notes: BTreeMap<String, String>,
    /// With this the plugin is the transport and takes the message to each recipient; it is the number
    /// of the attempt, from 1. Without this it is asked for the route.
    pub attempt: Option<u32>,
}

/// `[blob]`: octets, and what is done with them.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BlobTable {
    /// By default a whole way: `encode` and `decode`, or `put` and `get`.
    pub call: Option<BlobCall>,
    /// Whose it is; empty for a message on its way. Default `alice@example.test`.
    pub account: String,
    /// Its name, under which later steps of the case find it. Default `blob-1`.
    pub id: String,
    /// The octets as text, line ends as they stand. By default a short message.
    pub text: Option<String>,
    /// The octets as hex digits.
    pub hex: Option<String>,
    /// The octets in a file, relative to the case file.
    pub file: Option<PathBuf>,
    /// How often the octets are repeated.
    pub repeat: u32,
    /// Octets that are missing at the end of what rests, when it is read.
    pub cut: u64,
    /// The position of an octet of what rests that is read with one bit changed.
    pub flip: Option<u64>,
}

impl Default for BlobTable {
    fn default() -> Self {
        Self {
            call: None,
            account: ALICE.to_owned(),
            id: "blob-1".to_owned(),
            text: None,
            hex: None,
            file: None,
            repeat: 1,
            cut: 0,
            flip: None,
        }
    }
}

/// One call about a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlobCall {
    /// A storage plugin writes it as it shall rest.
    Encode,
    /// A storage plugin reads what rests.
    Decode,
    /// A holder keeps it.
    Put,
    /// A holder gives it back.
    Get,
    /// A holder forgets it.
    Delete,
}

/// The account of a step that names none.
const ALICE: &str = "alice@example.test";
