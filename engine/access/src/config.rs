//! Configuration of the access room: the `[access]` section.

use serde::{Deserialize, Serialize};

/// The `[access]` section.
#[derive(
    Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, waxseal_settings::Setting,
)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// IMAP.
    pub imap: ImapConfig,
    /// POP3.
    pub pop3: crate::Pop3Config,
}

/// The `[access.imap]` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, waxseal_settings::Setting)]
#[serde(default, deny_unknown_fields)]
pub struct ImapConfig {
    /// Whether passwords are taken without TLS. Only for tests on this machine: anybody on the way
    /// can read them.
    pub clear_text_login: bool,
    /// Seconds without a command, after login (RFC 9051 §5.4 asks for at least 1,800). Past it: `*
    /// BYE`.
    #[setting(min = 1_800)]
    pub idle_secs_max: u64,
    /// Seconds a client has to log in. Past it: `* BYE`.
    pub login_secs_max: u64,
    /// Seconds one command may take to arrive, its literals included, once it began. Past it: `*
    /// BYE`.
    pub command_secs_max: u64,
    /// Seconds the client may leave one buffer of output unread. Past it the connection is closed.
    pub write_secs_max: u64,
    /// Commands that put messages into other mailboxes and of which learning plugins are being
    /// told, at the same time. Past it the plugins are not told, and that is counted; the client
    /// notices nothing.
    pub moves_told_max: usize,
    /// Limits of one IMAP session.
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
