//! The queue and the stories of messages.

use super::done;
use crate::{Answer, Problem, QueuedView, RecipientView, TraceView};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use waxseal_mail::MessageId;
use waxseal_ports::queue::{QueueError, QueuedInfo};
use waxseal_ports::trace::TraceEvent;
use waxseal_ports::{Queue, read_at};

/// Messages in one list.
const LIST_MAX: usize = 10_000;
/// Octets of one piece of a message.
const PIECE_OCTETS: u64 = 1024 * 1024;

pub(super) async fn list(queue: &dyn Queue, max: usize) -> Result<Answer, Problem> {
    let messages = queue.list(max.min(LIST_MAX)).await?;
    Ok(Answer::Queue {
        messages: messages.iter().map(queued_view).collect(),
    })
}

pub(super) async fn show(queue: &dyn Queue, text: &str) -> Result<Answer, Problem> {
    let found = queue.show(message_id(text)?).await?;
    let found = found.ok_or_else(|| not_queued(text))?;
    Ok(Answer::Queued {
        message: queued_view(&found),
    })
}

pub(super) async fn read(queue: &dyn Queue, text: &str, offset: u64) -> Result<Answer, Problem> {
    let message = queue.read(message_id(text)?).await?;
    let message = message.ok_or_else(|| not_queued(text))?;
    let piece = move || read_at::read_range(&*message, offset, PIECE_OCTETS);
    let piece = tokio::task::spawn_blocking(piece).await;
    let piece = piece.map_err(std::io::Error::other).and_then(|read| read);
    let piece = piece.map_err(|error| QueueError::Unavailable(error.into()))?;
    Ok(Answer::QueuedOctets {
        octets: BASE64.encode(piece),
    })
}

pub(super) async fn retry(queue: &dyn Queue, text: &str) -> Result<Answer, Problem> {
    if queue.retry(message_id(text)?).await? {
        Ok(done(format!("message {text} is due now")))
    } else {
        Err(not_queued(text))
    }
}

pub(super) async fn remove(queue: &dyn Queue, text: &str) -> Result<Answer, Problem> {
    if queue.remove(message_id(text)?).await? {
        Ok(done(format!("message {text} is out of the queue")))
    } else {
        Err(not_queued(text))
    }
}

pub(super) async fn trace(queue: &dyn Queue, text: &str) -> Result<Answer, Problem> {
    let events = queue.trace(message_id(text)?).await?;
    if events.is_empty() {
        let problem = format!("nothing is known about message {text}");
        return Err(Problem::not_found(problem));
    }
    Ok(Answer::Trace {
        id: text.to_owned(),
        events: events.iter().map(trace_view).collect(),
    })
}

fn message_id(text: &str) -> Result<MessageId, Problem> {
    MessageId::parse(text).ok_or_else(|| {
        Problem::invalid(format!(
            "{text:?} is no message identifier: they have the letter m and 13 characters, \
             as in the 250 reply and in Received"
        ))
    })
}

fn not_queued(text: &str) -> Problem {
    Problem::not_found(format!("message {text} is not in the queue"))
}

fn queued_view(message: &QueuedInfo) -> QueuedView {
    let recipients = message.recipients.iter();
    QueuedView {
        id: message.id.to_string(),
        sender: message.sender.clone(),
        recipients: recipients
            .map(|(address, open, last_reply)| RecipientView {
                address: address.clone(),
                open: *open,
                last_reply: last_reply.clone(),
            })
            .collect(),
        octets: message.octets,
        received: message.received.rfc3339(),
        due: message.due.rfc3339(),
        attempts: message.attempts,
        hold: message.hold.clone(),
    }
}

fn trace_view(event: &TraceEvent) -> TraceView {
    TraceView {
        at: event.at.rfc3339(),
        stage: event.stage.clone(),
        actor: event.actor.clone(),
        outcome: event.outcome.clone(),
        micros: event.micros,
    }
}
