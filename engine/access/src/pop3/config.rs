//! Configuration of POP3.

use serde::{Deserialize, Serialize};

/// The `[access.pop3]` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, waxseal_settings::Setting)]
#[serde(default, deny_unknown_fields)]
pub struct Pop3Config {
    /// Whether passwords are taken without TLS. Only for tests on this machine: anybody on the way
    /// can read them.
    pub clear_text_login: bool,
    /// Seconds without a command (RFC 1939 §3 asks for at least 600). Past it the session ends with
    /// `-ERR`, and nothing is removed.
    #[setting(min = 600)]
    pub idle_secs_max: u64,
    /// Seconds a client has to log in. Past it the session ends with `-ERR`.
    pub login_secs_max: u64,
    /// Seconds one line may take to arrive once it began. Past it the session ends with `-ERR`.
    pub command_secs_max: u64,
    /// Seconds the client may leave one buffer of output unread. Past it the connection is closed.
    pub write_secs_max: u64,
    /// Limits of one POP3 session.
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
