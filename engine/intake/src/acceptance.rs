//! The end of a message: limits, filters, the trace field, and the queue. Only its durable commit
//! makes a 250.

use crate::answers::{chain, micros};
use crate::conversation::Conversation;
use crate::gathering::Gathering;
use crate::received::Received;
use crate::submission;
use bytes::BytesMut;
use std::sync::Arc;
use waxseal_mail::{Envelope, ForwardPath, HeaderError, Reply};
use waxseal_ports::draft::Joined;
use waxseal_ports::queue::{NewMessage, QueueError};
use waxseal_ports::{Draft, ReadAt};
use waxseal_smtp::server::{Answer, Role};

/// How a message that was not refused ended.
enum Outcome {
    Queued,
    Discarded,
}

impl Conversation<'_> {
    /// Takes responsibility for a message, or refuses it.
    pub(crate) async fn finish(&mut self, envelope: Envelope) -> Answer {
        let Some(gathering) = self.gathering.take() else {
            return Answer::Reply(Reply::own(451, (4, 3, 0), "the transaction was lost"));
        };
        let id = gathering.id;
        let octets = gathering.sink.octets();
        let recipients = envelope.recipients.len();
        let sender = envelope.reverse_path.clone();
        let began = self.intake.ports.clock.monotonic();
        let taken = self.take(envelope, gathering).await;
        self.filter.reset();
        let took = micros(began, self.intake.ports.clock.monotonic());
        let (reply, outcome) = match taken {
            Ok(Outcome::Queued) => (accepted(id), "accepted"),
            Ok(Outcome::Discarded) => (accepted(id), "discarded"),
            Err(reply) if reply.is_transient() => (reply, "deferred"),
            Err(reply) => (reply, "refused"),
        };
        metrics::counter!("waxseal_intake_messages_total",
            "protocol" => self.protocol.as_str(), "outcome" => outcome)
        .increment(1);
        metrics::counter!("waxseal_intake_octets_total").increment(octets);
        metrics::histogram!("waxseal_intake_accept_seconds").record(took as f64 / 1e6);
        tracing::info!(session = %self.id, message = %id, peer = %self.peer, %sender, recipients,
            octets, code = reply.code(), micros = took, "message {outcome}");
        Answer::Reply(reply)
    }

    async fn take(
        &mut self,
        mut envelope: Envelope,
        gathering: Gathering,
    ) -> Result<Outcome, Reply> {
        let Gathering {
            id,
            sink,
            mut fate,
            mut story,
            began,
            postmaster,
        } = gathering;
        let limits = &self.intake.limits;
        let mut draft = sink.finish(limits).map_err(|fault| fault.reply())?;
        let clock = &self.intake.ports.clock;
        if self.role == Role::Submission {
            let header = &mut draft.header;
            submission::complete(header, id, &self.intake.hostname, clock.wall())
                .map_err(|error| no_field(&error))?;
        }
        if let Some(postmaster) = postmaster {
            for recipient in &mut envelope.recipients {
                if recipient.forward_path == ForwardPath::Postmaster {
                    recipient.forward_path = ForwardPath::Mailbox(postmaster.clone());
                }
            }
        }
        story.tell(
            clock.wall(),
            "message",
            format!("{} octets", draft.octets()),
            None,
        );
        let ruling = self.filter.message(&mut envelope, &mut draft).await;
        story.extend(ruling.trace);
        if let Some(refusal) = fate.heed(ruling.verdict) {
            return Err(refusal);
        }
        if fate.discard || envelope.recipients.is_empty() {
            return Ok(Outcome::Discarded);
        }
        let message = self.with_trace_field(id, &envelope, &draft)?;
        let accepted = NewMessage {
            id,
            envelope,
            message,
            received: began,
            tags: ruling.tags,
            notes: ruling.notes,
            quarantine: fate.quarantine,
            hold: fate.hold,
            trace: story.end(
                self.intake.ports.clock.wall(),
                format!("250 2.0.0 accepted as {id}"),
            ),
        };
        match self.intake.ports.queue.accept(accepted).await {
            Ok(()) => Ok(Outcome::Queued),
            Err(error) => Err(self.not_queued(&error)),
        }
    }

    /// The message with the Received field on top, not an octet else changed.
    fn with_trace_field(
        &self,
        id: waxseal_mail::MessageId,
        envelope: &Envelope,
        draft: &Draft,
    ) -> Result<Arc<dyn ReadAt>, Reply> {
        let field = Received {
            hello: self.session.hello().unwrap_or("unknown"),
            peer: self.peer.ip(),
            hostname: &self.intake.hostname,
            with: self.session.trace_keyword(envelope.smtputf8),
            tls: self.tls.as_deref(),
            id,
            recipients: &envelope.recipients,
            at: self.intake.ports.clock.wall(),
        };
        let field = field.field().map_err(|error| no_field(&error))?;
        let header = draft.header.to_bytes();
        let mut head = BytesMut::with_capacity(field.raw().len() + header.len());
        head.extend_from_slice(field.raw());
        head.extend_from_slice(&header);
        Ok(Arc::new(Joined {
            head: head.freeze(),
            tail: Arc::clone(&draft.body),
        }))
    }

    fn not_queued(&self, error: &QueueError) -> Reply {
        tracing::error!(session = %self.id, error = %chain(error), "the queue did not take a message");
        match error {
            QueueError::Full => Reply::own(452, (4, 3, 1), "no space left"),
            QueueError::Unavailable(_) => Reply::own(451, (4, 3, 0), "try again later"),
        }
    }
}

fn accepted(id: waxseal_mail::MessageId) -> Reply {
    Reply::own(250, (2, 0, 0), format!("accepted as {id}"))
}

/// A field this server writes was refused by the header type.
fn no_field(error: &HeaderError) -> Reply {
    tracing::error!(error = %error, "a header field could not be written");
    Reply::own(451, (4, 3, 0), "the message could not be completed")
}
