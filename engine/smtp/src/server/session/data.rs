//! The message itself: DATA (RFC 5321 §4.1.1.4), BDAT (RFC 3030 §2) and how LMTP ends them
//! (RFC 2033 §4.2).

use super::{Chunk, Pending, Phase, Session};
use crate::server::content::{Content, ContentFault, Framing, Scanned};
use crate::server::{Answer, Question, Role, Step, replies};
use waxseal_mail::Reply;

impl Session {
    pub(super) fn data<'i>(&mut self) -> Option<Step<'i>> {
        let refusal = match &self.transaction {
            None => Some("say MAIL first"),
            Some(transaction) if transaction.chunks.is_some() => Some("BDAT is under way"),
            Some(transaction) if transaction.replies_due() == 0 => Some("no valid recipients"),
            Some(_) => None,
        };
        if let Some(text) = refusal {
            self.send(&replies::sequence(text));
        } else {
            self.send(&Reply::plain(
                354,
                ["send the message, end it with CRLF.CRLF"],
            ));
            self.phase = Phase::Data(Content::new(Framing::Dots, &self.config.limits));
        }
        None
    }

    /// Asks for the message to be taken, or refuses it for what its octets hold.
    pub(super) fn end_of_message<'i>(&mut self, fault: Option<ContentFault>) -> Option<Step<'i>> {
        let transaction = self.transaction.take()?;
        let replies_due = self.replies_due(transaction.replies_due());
        if let Some(fault) = fault {
            self.reset_due = true;
            self.repeat(&replies::content_fault(fault), replies_due);
            return None;
        }
        let question = Question::Finish(Box::new(transaction.into_envelope()));
        Some(self.ask(Pending::Finish { replies_due }, question))
    }

    pub(super) fn finished(&mut self, replies_due: usize, answer: Answer) {
        match answer {
            Answer::Proceed => self.repeat(&Reply::own(250, (2, 0, 0), "taken"), replies_due),
            Answer::Reply(reply) => self.repeat(&reply, replies_due),
        }
    }

    /// How many replies the end of a message gets: LMTP gives one per accepted recipient.
    fn replies_due(&self, recipients: usize) -> usize {
        match self.config.role {
            Role::Smtp | Role::Submission => 1,
            Role::Lmtp => recipients,
        }
    }

    fn repeat(&mut self, reply: &Reply, times: usize) {
        if reply.code() == 421 {
            self.send(reply);
        } else {
            (0..times).for_each(|_| reply.write_to(&mut self.output));
        }
    }

    /// A chunk is announced. One that cannot be part of a message is swallowed, since its octets are
    /// on their way already; one past all measure ends the session.
    pub(super) fn bdat<'i>(&mut self, octets: u64, last: bool) -> Option<Step<'i>> {
        let limits = &self.config.limits;
        if octets > limits.message_octets_max {
            let reply = replies::too_large();
            self.end(&reply);
            return None;
        }
        let refusal = match &mut self.transaction {
            None => Some("say MAIL first"),
            Some(transaction) if transaction.replies_due() == 0 => Some("no valid recipients"),
            Some(transaction) => {
                let chunks = &mut transaction.chunks;
                chunks.get_or_insert_with(|| Content::new(Framing::Counted, limits));
                None
            }
        };
        self.phase = Phase::Chunk(Chunk {
            left: octets,
            octets,
            last,
            refusal: refusal.map(replies::sequence),
        });
        None
    }

    /// Takes octets of the chunk under way.
    pub(super) fn chunk_octets<'i>(&mut self, input: &mut &'i [u8]) -> Option<Step<'i>> {
        let Phase::Chunk(chunk) = &mut self.phase else {
            return None;
        };
        if chunk.left == 0 {
            return self.end_of_chunk();
        }
        if input.is_empty() {
            return Some(Step::Read);
        }
        let left = usize::try_from(chunk.left).unwrap_or(usize::MAX);
        let octets = *input;
        let (mut part, rest) = octets.split_at_checked(left).unwrap_or((octets, &[]));
        *input = rest;
        let taken = u64::try_from(part.len()).unwrap_or(u64::MAX);
        chunk.left = chunk.left.saturating_sub(taken);
        let content = self.transaction.as_mut().and_then(|t| t.chunks.as_mut());
        match content.filter(|_| chunk.refusal.is_none())?.scan(&mut part) {
            Scanned::Body(octets) => Some(Step::Body(octets)),
            Scanned::More | Scanned::End => None,
        }
    }

    fn end_of_chunk<'i>(&mut self) -> Option<Step<'i>> {
        let Phase::Chunk(chunk) = std::mem::replace(&mut self.phase, Phase::Commands) else {
            return None;
        };
        if let Some(reply) = chunk.refusal {
            self.send(&reply);
            return None;
        }
        let content = self.transaction.as_mut().and_then(|t| t.chunks.as_mut());
        let fault = content.and_then(|content| {
            if chunk.last {
                content.finish();
            }
            content.fault()
        });
        if chunk.last {
            return self.end_of_message(fault);
        }
        if let Some(fault) = fault {
            self.forget_transaction();
            self.send(&replies::content_fault(fault));
        } else {
            let text = format!("{} octets received", chunk.octets);
            self.send(&Reply::own(250, (2, 0, 0), text));
        }
        None
    }
}
