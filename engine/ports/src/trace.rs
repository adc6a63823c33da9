//! The story of a message, told afterwards by `waxseal message trace`.

use async_trait::async_trait;
use waxseal_mail::{MessageId, Timestamp};

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

/// Takes what becomes known of a message only after its commit.
#[async_trait]
pub trait LateTrace: Send + Sync {
    /// Adds to what is recorded about a message. Where that fails nothing depends on it: the log says
    /// so, and the story lacks these lines.
    async fn add(&self, id: MessageId, events: Vec<TraceEvent>);
}

/// Where no stories are kept.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoLateTrace;

#[async_trait]
impl LateTrace for NoLateTrace {
    async fn add(&self, _id: MessageId, _events: Vec<TraceEvent>) {}
}
