//! Ways out of this server other than SMTP.

use crate::queue::{Leased, Outcome};
use crate::trace::TraceEvent;
use async_trait::async_trait;
use waxseal_mail::{ForwardPath, Reply};

/// Takes messages to recipients by ways that have names.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Takes `message` to one recipient. An answer that was lost in a crash makes the same handover
    /// come again.
    async fn deliver(&self, message: &Leased, handover: Handover<'_>) -> Handed;
}

/// What a transport is asked to do.
#[derive(Debug, Clone, Copy)]
pub struct Handover<'a> {
    /// Which transport.
    pub transport: &'a str,
    /// Who is to get the message.
    pub recipient: &'a ForwardPath,
    /// Which attempt of this transport at this recipient, from 1.
    pub attempt: u32,
}

/// What came of a handover.
#[derive(Debug, Clone)]
pub struct Handed {
    /// For the queue.
    pub outcome: Outcome,
    /// For the trace.
    pub trace: Vec<TraceEvent>,
}

/// Where there is no transport: every handover is deferred with `451 4.3.5`.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoTransport;

/// What becomes of a handover to a transport that is not there (any longer).
#[must_use]
pub fn no_such_transport(name: &str) -> Reply {
    Reply::own(451, (4, 3, 5), format!("there is no transport {name}"))
}

#[async_trait]
impl Transport for NoTransport {
    async fn deliver(&self, _message: &Leased, handover: Handover<'_>) -> Handed {
        Handed {
            outcome: Outcome::Deferred(no_such_transport(handover.transport)),
            trace: Vec::new(),
        }
    }
}
