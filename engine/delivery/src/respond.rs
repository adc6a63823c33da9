//! Messages that routers send: answers, for the queue.

use crate::forward::header;
use crate::plan::recipient_at;
use crate::trail::Trail;
use bytes::Bytes;
use std::io;
use std::sync::Arc;
use waxseal_mail::{
    BodyKind, DsnNotify, Envelope, ForwardPath, HeaderSection, Mailbox, MessageId, Recipient,
    ReversePath, Timestamp,
};
use waxseal_ports::draft::Joined;
use waxseal_ports::queue::{Leased, NewMessage};
use waxseal_ports::router::Response;
use waxseal_ports::trace::TraceEvent;

/// The messages that follow from `responses`, by the server named `hostname`. Nothing is sent in
/// answer to a message with the null reverse-path, or to one that was itself sent by a program: two
/// programs must not talk to each other (RFC 3834 §2).
///
/// # Errors
/// When the message cannot be read.
pub(crate) fn follow_ups(
    leased: &Leased,
    responses: Vec<(u32, Response)>,
    (hostname, now): (&str, Timestamp),
    trail: &mut Trail,
) -> io::Result<Vec<NewMessage>> {
    if responses.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(why) = unanswered(leased)? {
        for (_, response) in responses {
            let to = &response.recipient;
            trail.add("respond", || format!("nothing is sent to {to}: {why}"));
        }
        return Ok(Vec::new());
    }
    let respond = |(position, response)| {
        let about = recipient_at(leased, position).map(|recipient| &recipient.forward_path);
        queued(leased, response, about, (hostname, now))
    };
    Ok(responses.into_iter().map(respond).collect())
}

/// Why the message gets no answer, if it gets none.
fn unanswered(leased: &Leased) -> io::Result<Option<&'static str>> {
    if leased.envelope.reverse_path == ReversePath::Null {
        return Ok(Some("the message has the null reverse-path"));
    }
    let header = header(leased)?;
    let automatic = header.named("Auto-Submitted").any(|field| {
        let value = field.value().split(|octet| *octet == b';').next();
        !value
            .unwrap_or_default()
            .trim_ascii()
            .eq_ignore_ascii_case(b"no")
    });
    Ok(automatic.then_some("the message was sent automatically"))
}

fn queued(
    leased: &Leased,
    response: Response,
    about: Option<&ForwardPath>,
    (hostname, now): (&str, Timestamp),
) -> NewMessage {
    let id = MessageId(waxseal_net::random_u64());
    let Response {
        sender,
        recipient,
        message,
    } = response;
    let (header, body) = HeaderSection::split(&message);
    let mut head = received(hostname, id, &recipient, now);
    if header.named("Auto-Submitted").next().is_none() {
        head.push_str("Auto-Submitted: auto-replied\r\n");
    }
    let eight_bit = !message.get(body..).is_none_or(<[u8]>::is_ascii);
    let smtputf8 = !header.to_bytes().is_ascii() || !recipient.to_string().is_ascii();
    let for_whom = about.map(ToString::to_string).unwrap_or_default();
    NewMessage {
        id,
        envelope: Envelope {
            recipients: vec![Recipient {
                forward_path: ForwardPath::Mailbox(recipient),
                orcpt: None,
                notify: notify(&sender),
            }],
            reverse_path: sender,
            body: if eight_bit {
                BodyKind::EightBitMime
            } else {
                BodyKind::SevenBit
            },
            smtputf8,
            envid: None,
            dsn_return: None,
        },
        message: Arc::new(Joined {
            head: Bytes::from(head),
            tail: Arc::new(message),
        }),
        received: now,
        tags: Vec::new(),
        notes: Default::default(),
        quarantine: None,
        hold: None,
        trace: vec![TraceEvent {
            at: now,
            stage: "respond".to_owned(),
            actor: "delivery".to_owned(),
            outcome: format!("an answer to {} for {for_whom}", leased.id),
            micros: None,
        }],
    }
}

/// Nobody could be told of what became of a message with the null reverse-path.
fn notify(sender: &ReversePath) -> DsnNotify {
    match sender {
        ReversePath::Mailbox(_) => DsnNotify::default(),
        ReversePath::Null => DsnNotify {
            success: false,
            failure: false,
            delay: false,
        },
    }
}

/// The trace field (RFC 5321 §4.4), of a message that came by no protocol.
fn received(hostname: &str, id: MessageId, recipient: &Mailbox, now: Timestamp) -> String {
    let date = now.rfc5322();
    format!("Received: by {hostname}\r\n\tid {id}\r\n\tfor <{recipient}>;\r\n\t{date}\r\n")
}
