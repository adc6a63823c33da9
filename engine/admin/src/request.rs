//! What an administrator can ask for.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One operation. As JSON: `{"operation": "account-add", "address": "a@example.test", …}`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "operation",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Request {
    /// Host a domain.
    DomainAdd {
        /// Its name.
        domain: String,
    },
    /// All hosted domains.
    DomainList,
    /// One domain.
    DomainShow {
        /// Its name.
        domain: String,
    },
    /// Stop hosting an empty domain.
    DomainRemove {
        /// Its name.
        domain: String,
    },
    /// Set or clear where mail for unknown users goes.
    DomainCatchAll {
        /// Its name.
        domain: String,
        /// The target; nothing to clear it.
        to: Option<String>,
    },
    /// Create an account.
    AccountAdd {
        /// Its address.
        address: String,
        /// Its password.
        password: String,
    },
    /// Accounts.
    AccountList {
        /// Of this domain only.
        domain: Option<String>,
    },
    /// One account.
    AccountShow {
        /// Its address.
        address: String,
    },
    /// Replace the password of an account.
    AccountPassword {
        /// Its address.
        address: String,
        /// The new password.
        password: String,
    },
    /// Remove an account with all its mail.
    AccountRemove {
        /// Its address.
        address: String,
    },
    /// Create an alias or add targets to it.
    AliasAdd {
        /// Its address.
        address: String,
        /// Where it leads.
        targets: Vec<String>,
    },
    /// Aliases.
    AliasList {
        /// Of this domain only.
        domain: Option<String>,
    },
    /// One alias.
    AliasShow {
        /// Its address.
        address: String,
    },
    /// Remove an alias.
    AliasRemove {
        /// Its address.
        address: String,
    },
    /// Messages in the queue, oldest first.
    QueueList {
        /// At most so many.
        max: usize,
    },
    /// One message of the queue.
    QueueShow {
        /// Its identifier.
        id: String,
    },
    /// A piece of the octets of a message of the queue, for looking at.
    QueueRead {
        /// Its identifier.
        id: String,
        /// Where the piece begins.
        offset: u64,
    },
    /// Make a message due now and end its hold.
    QueueRetry {
        /// Its identifier.
        id: String,
    },
    /// Take a message out of the queue without a report.
    QueueRemove {
        /// Its identifier.
        id: String,
    },
    /// Everything that happened to a message.
    MessageTrace {
        /// Its identifier.
        id: String,
    },
    /// The plugins in use.
    PluginList,
    /// Read the plugins again.
    PluginReload,
    /// Log lines of one plugin that are still in memory; waits a while for the first.
    PluginLog {
        /// Its name.
        name: String,
        /// Only those after this one; 0 for all.
        after: u64,
        /// Whether to wait for a line where there is none yet.
        wait: bool,
    },
    /// Record sessions for replays.
    RecordStart {
        /// The folder, absolute; new or empty.
        folder: String,
        /// Messages at most.
        messages_max: u64,
        /// Octets at most.
        bytes_max: u64,
        /// Minutes at most.
        minutes_max: u64,
    },
    /// End the recording.
    RecordStop,
    /// How far the recording is.
    RecordStatus,
}

impl Request {
    /// The name on the wire, for logs and metrics.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::DomainAdd { .. } => "domain-add",
            Self::DomainList => "domain-list",
            Self::DomainShow { .. } => "domain-show",
            Self::DomainRemove { .. } => "domain-remove",
            Self::DomainCatchAll { .. } => "domain-catch-all",
            Self::AccountAdd { .. } => "account-add",
            Self::AccountList { .. } => "account-list",
            Self::AccountShow { .. } => "account-show",
            Self::AccountPassword { .. } => "account-password",
            Self::AccountRemove { .. } => "account-remove",
            Self::AliasAdd { .. } => "alias-add",
            Self::AliasList { .. } => "alias-list",
            Self::AliasShow { .. } => "alias-show",
            Self::AliasRemove { .. } => "alias-remove",
            Self::QueueList { .. } => "queue-list",
            Self::QueueShow { .. } => "queue-show",
            Self::QueueRead { .. } => "queue-read",
            Self::QueueRetry { .. } => "queue-retry",
            Self::QueueRemove { .. } => "queue-remove",
            Self::MessageTrace { .. } => "message-trace",
            Self::PluginList => "plugin-list",
            Self::PluginReload => "plugin-reload",
            Self::PluginLog { .. } => "plugin-log",
            Self::RecordStart { .. } => "record-start",
            Self::RecordStop => "record-stop",
            Self::RecordStatus => "record-status",
        }
    }
}

impl fmt::Debug for Request {
    /// The name only: a request may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
