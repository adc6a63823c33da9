//! Configuration of POP3.

use serde::{Deserialize, Serialize};

/// The `[access.pop3]` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pop3Config {
    /// Whether passwords are taken without TLS. For tests on loopback only.
    pub clear_text_login: bool,
    /// Seconds without a command before `-ERR` and the end, nothing removed; at least 600
    /// (RFC 1939 §3).
    pub idle_secs_max: u64,
    /// Seconds a client has to log in.
    pub login_secs_max: u64,
    /// Seconds one line may take to arrive once it began.
    pub command_secs_max: u64,
    /// Seconds the client may leave one buffer of output unread.
    pub write_secs_max: u64,
    /// `[access.pop3.limits]`
    pub limits: waxseal_pop3::Limits,
}

impl Default for Pop3Config {
    fn default() -> Self {
        Self {
            clear_text_login: false,
            idle_secs_max: 600,
            login_secs_max: 60,
            command_secs_max: 60,
            write_secs_max: 120,
            limits: waxseal_pop3::Limits::default(),
        }
    }
}
