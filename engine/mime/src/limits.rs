//! What a message may cost.

use serde::{Deserialize, Serialize};

/// Limits of the parser: the `[mime]` section. Where one stops it, the message is kept as it is,
/// what was understood so far stands, and the index says `truncated`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, waxseal_settings::Setting)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Parts inside parts inside parts: how deep; deeper ones are opaque.
    pub depth_max: usize,
    /// Parts of one message; what comes after is content of the multiparts that are open.
    pub parts_max: usize,
    /// Octets of the header fields read from one message, all its parts together; fields after are
    /// as if absent. Fields that nobody reads (trace fields, signatures) do not count.
    pub header_octets_max: usize,
    /// Mailboxes and groups of one address field.
    pub addresses_max: usize,
    /// Parameters of one Content-Type or Content-Disposition field, pieces of RFC 2231 counted each.
    pub parameters_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth_max: 100,
            parts_max: 10_000,
            header_octets_max: 1024 * 1024,
            addresses_max: 4_096,
            parameters_max: 1_000,
        }
    }
}
