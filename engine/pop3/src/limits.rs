//! What a client may cost.

use serde::{Deserialize, Serialize};

/// Limits of a session: the `[access.pop3.limits]` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, waxseal_settings::Setting)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Octets of a command line with its CRLF (RFC 2449 §4 asks for at least 255). A longer one is
    /// passed over and answered `-ERR`.
    #[setting(min = 255)]
    pub line_octets_max: usize,
    /// Octets of a SASL response line with its CRLF (RFC 5034 §4). A longer one ends the session.
    pub sasl_octets_max: usize,
    /// Commands that are none. At it the session ends with `-ERR`.
    pub malformed_max: u32,
    /// Failed logins of one session. At it the session ends with `-ERR [AUTH]`.
    pub login_failures_max: u32,
    /// Octets of replies gathered before they are sent.
    pub output_octets_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line_octets_max: 512,
            sasl_octets_max: 12_288,
            malformed_max: 10,
            login_failures_max: 3,
            output_octets_max: 64 * 1024,
        }
    }
}
