//! The story of a message, told afterwards by `waxseal message trace`.

use waxseal_mail::Timestamp;

/// One thing that happened to a message.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceEvent {
    /// When.
    pub at: Timestamp,
    /// Which stage: `connect`, `mail`, `message`, `commit`, `route`, `delivery`, ….
    pub stage: String,
    /// Who acted: a room or a plugin's name, for example `rules 0.1.0`.
    pub actor: String,
    /// What came of it, for people: `next`, `quarantine: looks like an invoice`, `250 2.0.0 ok`.
    pub outcome: String,
    /// How long it took, in microseconds; `None` where that says nothing.
    pub micros: Option<u64>,
}
