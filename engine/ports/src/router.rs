//! Where an accepted message goes, per recipient.

use crate::queue::Leased;
use crate::trace::TraceEvent;
use async_trait::async_trait;
use bytes::Bytes;
use waxseal_mail::{AccountId, Flag, ForwardPath, Mailbox, MailboxName, Reply, ReversePath};

/// Decides about recipients of an accepted message.
///
/// Routers stand in a row. One that has no opinion, or that wants done what would be done without it,
/// leaves the rest to the next; the last is the server's own and leaves nothing.
#[async_trait]
pub trait Router: Send + Sync {
    /// One route for each of `asks`, in their order.
    async fn route(&self, message: &Leased, asks: &[Ask<'_>]) -> Vec<Route>;
}

/// One recipient to decide about.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Who.
    pub recipient: &'a ForwardPath,
    /// Who had their say in an earlier attempt and is not asked again, by [`Route::asked`].
    pub asked: &'a [String],
}

/// What a router says about one recipient.
#[derive(Debug, Clone, Default)]
pub struct Route {
    /// What to do, in order; none is no opinion.
    pub actions: Vec<Action>,
    /// Who decides about what these actions do not say.
    pub rest: Rest,
    /// Names of those who had their say now. They are kept with the message, so that nobody is asked
    /// twice about one recipient; a router that may be asked again at each attempt names nobody.
    pub asked: Vec<String>,
    /// What the queue's listing and the trace tell of it.
    pub trace: Vec<TraceEvent>,
}

/// What a route leaves open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Rest {
    /// Nothing: the actions are all there is to do.
    Decided,
    /// The next router is asked, and what it says is done too.
    #[default]
    Next,
    /// No decision is possible now; the actions are done and the router is asked again.
    Later {
        /// A 4yz reply that says why, for the listing.
        reply: Reply,
        /// When, in seconds from now; as for any other deferred recipient if not given.
        after_secs: Option<u32>,
    },
}

/// One thing to do with a message for one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Append to a mailbox of a hosted account.
    Keep {
        /// Whose.
        account: AccountId,
        /// `INBOX`, or where filters and subaddresses lead; created if missing.
        mailbox: MailboxName,
        /// Flags to set.
        flags: Vec<Flag>,
    },
    /// Put into the queue for another address, same reverse-path.
    Forward(Mailbox),
    /// The same with another reverse-path.
    ForwardAs {
        /// The address.
        to: Mailbox,
        /// The reverse-path: where failures are reported to.
        sender: ReversePath,
    },
    /// Hand over by SMTP.
    Relay(Mailbox),
    /// Put a message of its own into the queue.
    Respond(Box<Response>),
    /// Hand over to the [`Transport`](crate::Transport) of this name.
    Transport(String),
    /// Fail with this reply and report it.
    Bounce(Reply),
    /// Forget silently.
    Discard,
}

/// A message that a router sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Its reverse-path; null for automatic answers (RFC 3834 §3).
    pub sender: ReversePath,
    /// Who gets it.
    pub recipient: Mailbox,
    /// All octets, without trace fields of this server.
    pub message: Bytes,
}

impl Route {
    /// These actions and no others.
    #[must_use]
    pub fn decided(actions: Vec<Action>) -> Self {
        Self {
            actions,
            rest: Rest::Decided,
            ..Self::default()
        }
    }

    /// No decision now; the recipient is deferred with `451 4.3.0` and this text.
    #[must_use]
    pub fn unavailable(why: &str) -> Self {
        Self {
            rest: Rest::Later {
                reply: Reply::own(451, (4, 3, 0), why),
                after_secs: None,
            },
            ..Self::default()
        }
    }
}
