//! What one attempt brought for one recipient.

use waxseal_mail::Reply;
use waxseal_ports::queue::Outcome;

/// The outcome for the queue, and what a report needs to know besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecipientResult {
    /// Position in `envelope.recipients`.
    pub(crate) position: u32,
    /// For the queue.
    pub(crate) outcome: Outcome,
    /// How it came about.
    pub(crate) via: Via,
}

/// How an outcome came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Via {
    /// This server decided, or kept the message in a mailbox.
    Local,
    /// A new message in the queue goes on; it carries the wishes for reports (RFC 3461 §5.2.7.2).
    Forward,
    /// Relaying is on hold by configuration: neither given up nor reported.
    Hold,
    /// Forgotten on purpose; nothing is reported.
    Discard,
    /// A transport said so.
    Transport,
    /// A remote server said so, or was to.
    Relay {
        /// Its name, where one was reached.
        host: Option<String>,
        /// Whether it was asked for reports itself (RFC 3461 §5.2.1).
        dsn_passed: bool,
    },
}

impl RecipientResult {
    /// Failed or deferred by this server, depending on the class of `reply`.
    pub(crate) fn own(position: u32, reply: Reply) -> Self {
        Self {
            position,
            outcome: by_class(reply),
            via: Via::Local,
        }
    }
}

/// The outcome a reply means: 2yz delivered, 5yz failed, anything else deferred.
pub(crate) fn by_class(reply: Reply) -> Outcome {
    match reply.code() / 100 {
        2 => Outcome::Delivered,
        5 => Outcome::Failed(reply),
        _ => Outcome::Deferred(reply),
    }
}
