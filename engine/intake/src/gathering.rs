//! What one transaction gathers beside its octets.

use crate::sink::Sink;
use crate::story::Story;
use waxseal_mail::{Mailbox, MessageId, Timestamp};
use waxseal_ports::filter::Verdict;
use waxseal_smtp::server::Limits;

/// One transaction, from MAIL to its end.
pub(crate) struct Gathering {
    /// The name of the message to be.
    pub id: MessageId,
    /// Its octets.
    pub sink: Sink,
    /// What filters decided without refusing.
    pub fate: Fate,
    /// What happened.
    pub story: Story,
    /// When MAIL came.
    pub began: Timestamp,
    /// Where `<Postmaster>` leads here, where a recipient said so.
    pub postmaster: Option<Mailbox>,
}

impl Gathering {
    pub(crate) fn new(
        id: MessageId,
        limits: &Limits,
        session: &SessionStory,
        began: Timestamp,
    ) -> Self {
        Self {
            id,
            sink: Sink::new(limits),
            fate: session.fate.clone(),
            story: session.story.clone(),
            began,
            postmaster: None,
        }
    }
}

/// What holds for every message of a session.
#[derive(Default)]
pub(crate) struct SessionStory {
    /// What filters decided about the client.
    pub fate: Fate,
    /// What happened before the first MAIL.
    pub story: Story,
}

/// What becomes of a message that no filter refused. Grows stricter only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fate {
    /// Answer 250 and forget it.
    pub discard: bool,
    /// Deliver to Junk, and why.
    pub quarantine: Option<String>,
    /// Hold in the queue, and why.
    pub hold: Option<String>,
}

impl Fate {
    /// Takes a verdict into account; answers the reply where it refuses.
    pub(crate) fn heed(&mut self, verdict: Verdict) -> Option<waxseal_mail::Reply> {
        match verdict {
            Verdict::Next | Verdict::Accept => None,
            Verdict::Reject(reply) | Verdict::Defer(reply) => Some(reply),
            Verdict::Discard => {
                self.discard = true;
                None
            }
            Verdict::Quarantine(why) => {
                self.quarantine.get_or_insert(why);
                None
            }
            Verdict::Hold(why) => {
                self.hold.get_or_insert(why);
                None
            }
        }
    }
}
