//! Configuration of the access room: the `[access]` section.

use serde::{Deserialize, Serialize};

/// The `[access]` section.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `[access.imap]`
    pub imap: ImapConfig,
    /// `[access.pop3]`
    pub pop3: crate::Pop3Config,
}

/// The `[access.imap]` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImapConfig {
    /// Whether passwords are taken without TLS. For tests on loopback only.
    pub clear_text_login: bool,
    /// Seconds without a command before `* BYE`, after login; at least 1800 (RFC 9051 §5.4).
    pub idle_secs_max: u64,
    /// Seconds a client has to log in.
    pub login_secs_max: u64,
    /// Seconds one command may take to arrive, its literals included, once it began.
    pub command_secs_max: u64,
    /// Seconds the client may leave one buffer of output unread.
    pub write_secs_max: u64,
    /// Commands that put messages into other mailboxes and of which learning plugins are being told,
    /// at the same time; default 16. Past it they are not told and counted.
    pub moves_told_max: usize,
    /// `[access.imap.limits]`
    pub limits: waxseal_imap::Limits,
}

impl Default for ImapConfig {
    fn default() -> Self {
        Self {
            clear_text_login: false,
            idle_secs_max: 1_860,
            login_secs_max: 60,
            command_secs_max: 600,
            write_secs_max: 120,
            moves_told_max: 16,
            limits: waxseal_imap::Limits::default(),
        }
    }
}
