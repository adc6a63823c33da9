//! Judging mail while the client waits.

mod breaker;
mod chain;
mod merge;
mod on_failure;

pub use breaker::{Breaker, Change};
pub use chain::FilterChain;
pub use merge::{Flow, Trust, describe, describe_reply, label, merge};
pub use on_failure::OnFailure;

use crate::{Draft, Notes, trace::TraceEvent};
use async_trait::async_trait;
use std::net::SocketAddr;
use waxseal_mail::{Envelope, Mailbox, MessageId, Reply, ReversePath, SessionId};

/// A chain of filters. What stands behind it (plugins, built-ins) is not the caller's business.
pub trait Filter: Send + Sync {
    /// Begins a session; costs nothing until the first stage that some filter wants.
    fn session(&self, session: SessionInfo) -> Box<dyn FilterSession>;
}

/// One client's session as the filters see it. Stages come in this order; transactions repeat.
///
/// A failing filter never fails the session: its policy (by default: defer) becomes the verdict.
#[async_trait]
pub trait FilterSession: Send {
    /// After the connection, before the greeting.
    async fn connect(&mut self) -> Ruling;
    /// After EHLO, HELO or LHLO.
    async fn helo(&mut self, name: &str) -> Ruling;
    /// TLS was negotiated: a short text such as `TLSv1.3 TLS13_AES_128_GCM_SHA256`.
    fn tls(&mut self, tls: &str);
    /// After an attempt to authenticate, on every protocol.
    async fn auth(&mut self, user: &str, mechanism: &str, success: bool) -> Ruling;
    /// The next transaction's message will have this name; comes before `mail`, which may then not
    /// come.
    fn transaction(&mut self, _id: MessageId) {}
    /// After MAIL: a transaction begins. `params` are the ESMTP parameters as sent.
    async fn mail(&mut self, sender: &ReversePath, params: &[(String, Option<String>)]) -> Ruling;
    /// After RCPT for a recipient the server would accept.
    async fn rcpt(&mut self, recipient: &str, params: &[(String, Option<String>)]) -> Ruling;
    /// One that this filter let pass at `rcpt` was refused by a later one, so it is none of the
    /// transaction's recipients.
    fn refused_later(&mut self, _recipient: &str) {}
    /// After the end of the data; edits are made to `envelope` and `draft`.
    async fn message(&mut self, envelope: &mut Envelope, draft: &mut Draft) -> Ruling;
    /// The transaction ended without being accepted (RSET, failure) or with it.
    fn reset(&mut self);
    /// The session is over.
    async fn disconnect(&mut self);
}

/// The client and its session.
#[derive(Debug, Clone)]
pub struct SessionInfo {
    /// For logs and traces.
    pub id: SessionId,
    /// Which protocol.
    pub protocol: Protocol,
    /// Where the client is.
    pub peer: SocketAddr,
    /// TLS in use from the start (implicit TLS).
    pub tls: Option<String>,
}

/// The protocol of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Port 25.
    Smtp,
    /// Ports 587 and 465.
    Submission,
    /// LMTP.
    Lmtp,
    /// IMAP.
    Imap,
    /// POP3.
    Pop3,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Smtp,
        Self::Submission,
        Self::Lmtp,
        Self::Imap,
        Self::Pop3,
    ];

    /// The protocol of this lower-case name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|protocol| protocol.as_str() == name)
    }

    /// Lower-case name, for logs and metric labels.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Submission => "submission",
            Self::Lmtp => "lmtp",
            Self::Imap => "imap",
            Self::Pop3 => "pop3",
        }
    }
}

/// What the whole chain says at one stage.
#[derive(Debug, Clone)]
pub struct Ruling {
    /// The verdict.
    pub verdict: Verdict,
    /// Labels set so far in this transaction; they reach the router and the queue.
    pub tags: Vec<String>,
    /// Recipients added by filters at the message stage are in the envelope already; this names them.
    pub added_recipients: Vec<Mailbox>,
    /// What filters leave at the message for their own later stages; of the message stage only.
    pub notes: Notes,
    /// Every call made, for the message's trace.
    pub trace: Vec<TraceEvent>,
}

impl Ruling {
    /// No opinion.
    #[must_use]
    pub const fn next() -> Self {
        Self {
            verdict: Verdict::Next,
            tags: Vec::new(),
            added_recipients: Vec::new(),
            notes: Notes::new(),
            trace: Vec::new(),
        }
    }
}

/// What a filter says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// No opinion: go on.
    Next,
    /// Go on and ask no later filter at this stage.
    Accept,
    /// Refuse for good with this 5yz reply.
    Reject(Reply),
    /// Refuse for now with this 4yz reply.
    Defer(Reply),
    /// Answer 250 and forget the message.
    Discard,
    /// Accept into the Junk mailbox; the text says why.
    Quarantine(String),
    /// Accept into the queue and hold until an administrator releases it; the text says why.
    Hold(String),
}

/// A chain of no filters.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFilter;

impl Filter for NoFilter {
    fn session(&self, _session: SessionInfo) -> Box<dyn FilterSession> {
        Box::new(Self)
    }
}

#[async_trait]
impl FilterSession for NoFilter {
    async fn connect(&mut self) -> Ruling {
        Ruling::next()
    }
    async fn helo(&mut self, _name: &str) -> Ruling {
        Ruling::next()
    }
    fn tls(&mut self, _tls: &str) {}
    async fn auth(&mut self, _user: &str, _mechanism: &str, _success: bool) -> Ruling {
        Ruling::next()
    }
    async fn mail(
        &mut self,
        _sender: &ReversePath,
        _params: &[(String, Option<String>)],
    ) -> Ruling {
        Ruling::next()
    }
    async fn rcpt(&mut self, _recipient: &str, _params: &[(String, Option<String>)]) -> Ruling {
        Ruling::next()
    }
    async fn message(&mut self, _envelope: &mut Envelope, _draft: &mut Draft) -> Ruling {
        Ruling::next()
    }
    fn reset(&mut self) {}
    async fn disconnect(&mut self) {}
}
