//! What an administrator is told.

use serde::{Deserialize, Serialize};

/// The answer to a [`crate::Request`]. As JSON: `{"kind": "domains", "domains": […]}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Answer {
    /// It is done.
    Done {
        /// What was done, for people.
        message: String,
    },
    /// Domains, by name.
    Domains {
        /// They.
        domains: Vec<DomainView>,
    },
    /// Accounts, by address.
    Accounts {
        /// They.
        accounts: Vec<AccountView>,
    },
    /// Aliases, by address.
    Aliases {
        /// They.
        aliases: Vec<AliasView>,
    },
    /// Messages of the queue, oldest first.
    Queue {
        /// They.
        messages: Vec<QueuedView>,
    },
    /// One message of the queue.
    Queued {
        /// It.
        message: QueuedView,
    },
    /// A piece of a message of the queue.
    QueuedOctets {
        /// The octets in base 64; none at the end.
        octets: String,
    },
    /// The story of a message, in order.
    Trace {
        /// Whose.
        id: String,
        /// It.
        events: Vec<TraceView>,
    },
    /// Log lines of one plugin, in order.
    PluginLog {
        /// They.
        lines: Vec<LogLineView>,
        /// What `after` has to be for those that follow.
        next: u64,
    },
    /// A recording, or none.
    Recording {
        /// It.
        recording: Option<RecordingView>,
    },
    /// Plugins, in the order in which they are asked.
    Plugins {
        /// They.
        plugins: Vec<PluginView>,
    },
}

/// A hosted domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainView {
    /// Its name.
    pub name: String,
    /// Where mail for unknown users goes.
    pub catch_all: Option<String>,
    /// Accounts of it; only where one domain is shown.
    pub accounts: Option<usize>,
    /// Aliases of it; only where one domain is shown.
    pub aliases: Option<usize>,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// Its address.
    pub address: String,
}

/// An alias.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasView {
    /// Its address.
    pub address: String,
    /// Where it leads.
    pub targets: Vec<String>,
}

/// A message in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuedView {
    /// Its identifier.
    pub id: String,
    /// The reverse-path; empty for the null reverse-path.
    pub sender: String,
    /// Its recipients.
    pub recipients: Vec<RecipientView>,
    /// Octets.
    pub octets: u64,
    /// When it was received (RFC 3339).
    pub received: String,
    /// When it is tried next (RFC 3339).
    pub due: String,
    /// Attempts made.
    pub attempts: u32,
    /// Why it is held, if it is.
    pub hold: Option<String>,
}

/// A recipient of a queued message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientView {
    /// The forward-path.
    pub address: String,
    /// Whether it is still to be delivered to.
    pub open: bool,
    /// The last reply about it.
    pub last_reply: Option<String>,
}

/// One event of a message's story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceView {
    /// When (RFC 3339).
    pub at: String,
    /// Which stage.
    pub stage: String,
    /// A room or a plugin.
    pub actor: String,
    /// What came of it.
    pub outcome: String,
    /// How long it took, in microseconds.
    pub micros: Option<u64>,
}

/// A line of the log that is about a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLineView {
    /// When (RFC 3339).
    pub at: String,
    /// `trace`, `debug`, `info`, `warn` or `error`.
    pub level: String,
    /// The line.
    pub text: String,
}

/// A recording of sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingView {
    /// Its folder.
    pub folder: String,
    /// Messages recorded.
    pub messages: u64,
    /// Octets written.
    pub bytes: u64,
}

/// A plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginView {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `decides`, or `observes` for one whose answers count for nothing.
    pub role: String,
}
