//! What a probe spends on a server at most.

use serde::Deserialize;

/// The limits of one session. All can be set in a plan under `[limits]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Milliseconds until a connection or a TLS handshake must stand.
    pub connect_ms: u64,
    /// Milliseconds until an answer must be there; some servers hold back their greeting.
    pub reply_ms: u64,
    /// Milliseconds for a whole session, all connections of it together.
    pub session_ms: u64,
    /// Longest line taken, in octets.
    pub line_bytes_max: usize,
    /// Octets taken in one connection.
    pub connection_bytes_max: usize,
    /// Lines of one answer.
    pub reply_lines_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect_ms: 10_000,
            reply_ms: 15_000,
            session_ms: 180_000,
            line_bytes_max: 16_384,
            connection_bytes_max: 1_048_576,
            reply_lines_max: 2_000,
        }
    }
}
