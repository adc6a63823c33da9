//! Several filters as one.

use super::{Filter, FilterSession, Flow, Ruling, SessionInfo, Trust, Verdict, merge};
use crate::Draft;
use async_trait::async_trait;
use std::sync::Arc;
use waxseal_mail::{Envelope, MessageId, ReversePath};

/// Filters that are asked one after the other. Each sees the message as the former ones left it;
/// their verdicts are merged by [`merge`], their tags and traces put together.
pub struct FilterChain {
    members: Vec<Member>,
}

/// One filter of the chain.
struct Member {
    filter: Arc<dyn Filter>,
    trust: Trust,
}

impl FilterChain {
    /// A chain of `filters` in this order, each with what its verdict may do to a former one.
    #[must_use]
    pub fn new(filters: Vec<(Arc<dyn Filter>, Trust)>) -> Self {
        let members = filters.into_iter();
        Self {
            members: members
                .map(|(filter, trust)| Member { filter, trust })
                .collect(),
        }
    }
}

impl Filter for FilterChain {
    fn session(&self, session: SessionInfo) -> Box<dyn FilterSession> {
        let begin = |member: &Member| (member.filter.session(session.clone()), member.trust);
        Box::new(ChainSession {
            members: self.members.iter().map(begin).collect(),
        })
    }
}

/// One client's session with every filter of the chain.
struct ChainSession {
    members: Vec<(Box<dyn FilterSession>, Trust)>,
}

/// What stands so far at one stage.
struct Standing(Ruling);

impl Standing {
    fn new() -> Self {
        Self(Ruling::next())
    }

    /// Takes a filter's ruling into account; answers whether the next one is asked.
    fn take(&mut self, said: Ruling, trust: Trust) -> Flow {
        for tag in said.tags {
            if !self.0.tags.contains(&tag) {
                self.0.tags.push(tag);
            }
        }
        self.0.added_recipients.extend(said.added_recipients);
        self.0.notes.merge(said.notes);
        self.0.trace.extend(said.trace);
        merge(&mut self.0.verdict, said.verdict, trust)
    }
}

#[async_trait]
impl FilterSession for ChainSession {
    async fn connect(&mut self) -> Ruling {
        let mut standing = Standing::new();
        for (session, trust) in &mut self.members {
            if standing.take(session.connect().await, *trust) == Flow::Stop {
                break;
            }
        }
        standing.0
    }

    async fn helo(&mut self, name: &str) -> Ruling {
        let mut standing = Standing::new();
        for (session, trust) in &mut self.members {
            if standing.take(session.helo(name).await, *trust) == Flow::Stop {
                break;
            }
        }
        standing.0
    }

    fn tls(&mut self, tls: &str) {
        for (session, _) in &mut self.members {
            session.tls(tls);
        }
    }

    /// Everyone hears who authenticated, whatever a former filter said.
    async fn auth(&mut self, user: &str, mechanism: &str, success: bool) -> Ruling {
        let mut standing = Standing::new();
        for (session, trust) in &mut self.members {
            standing.take(session.auth(user, mechanism, success).await, *trust);
        }
        standing.0
    }

    fn transaction(&mut self, id: MessageId) {
        for (session, _) in &mut self.members {
            session.transaction(id);
        }
    }

    async fn mail(&mut self, sender: &ReversePath, params: &[(String, Option<String>)]) -> Ruling {
        let mut standing = Standing::new();
        for (session, trust) in &mut self.members {
            if standing.take(session.mail(sender, params).await, *trust) == Flow::Stop {
                break;
            }
        }
        standing.0
    }

    async fn rcpt(&mut self, recipient: &str, params: &[(String, Option<String>)]) -> Ruling {
        let mut standing = Standing::new();
        let mut asked = 0;
        for (session, trust) in &mut self.members {
            asked += 1;
            if standing.take(session.rcpt(recipient, params).await, *trust) == Flow::Stop {
                break;
            }
        }
        if let Verdict::Reject(_) | Verdict::Defer(_) = standing.0.verdict {
            // The last one that was asked refused it and knows that.
            for (session, _) in self.members.iter_mut().take(asked - 1) {
                session.refused_later(recipient);
            }
        }
        standing.0
    }

    fn refused_later(&mut self, recipient: &str) {
        for (session, _) in &mut self.members {
            session.refused_later(recipient);
        }
    }

    /// A chain whose filters took every recipient away discards the message.
    async fn message(&mut self, envelope: &mut Envelope, draft: &mut Draft) -> Ruling {
        let mut standing = Standing::new();
        for (session, trust) in &mut self.members {
            let said = session.message(envelope, draft).await;
            if standing.take(said, *trust) == Flow::Stop {
                break;
            }
            if envelope.recipients.is_empty() {
                standing.0.verdict = Verdict::Discard;
                break;
            }
        }
        standing.0
    }

    fn reset(&mut self) {
        for (session, _) in &mut self.members {
            session.reset();
        }
    }

    async fn disconnect(&mut self) {
        for (session, _) in &mut self.members {
            session.disconnect().await;
        }
    }
}

#[cfg(test)]
mod tests;
