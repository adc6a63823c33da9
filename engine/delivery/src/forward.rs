//! Messages that go on to another address, as messages of their own.

use crate::case::Case;
use crate::plan::{Onward, recipient_at};
use crate::recipient_result::Via;
use bytes::Bytes;
use std::io;
use std::sync::Arc;
use waxseal_mail::{
    DsnNotify, Envelope, ForwardPath, HeaderSection, Mailbox, MessageId, Recipient, Reply,
    Timestamp,
};
use waxseal_ports::draft::Joined;
use waxseal_ports::queue::{Leased, NewMessage};
use waxseal_ports::read_at::read_range;
use waxseal_ports::trace::TraceEvent;

/// Octets of the header section that are searched.
const HEADER_OCTETS_MAX: u64 = 256 * 1024;

/// The messages that follow from `forwards`, one for each address. A recipient whose address is in a
/// `Delivered-To` field of the message already has come round in a circle (RFC 9228): its case fails
/// instead.
///
/// # Errors
/// When the message cannot be read.
pub(crate) fn follow_ups(
    leased: &Leased,
    forwards: &[Onward],
    cases: &mut [Case],
    now: Timestamp,
) -> io::Result<Vec<NewMessage>> {
    if forwards.is_empty() {
        return Ok(Vec::new());
    }
    let header = header(leased)?;
    let mut messages = Vec::with_capacity(forwards.len());
    let mut served: Vec<&Mailbox> = Vec::new();
    for onward in forwards {
        let Onward { position, to, .. } = onward;
        let Some(recipient) = recipient_at(leased, *position) else {
            continue;
        };
        let case = cases.iter_mut().find(|case| case.position == *position);
        if has_been_at(&header, &recipient.forward_path) {
            if let Some(case) = case {
                let reply = Reply::own(554, (5, 4, 6), "forwarding goes round in a circle");
                case.fail(reply, Via::Local);
            }
            continue;
        }
        if served.contains(&to) {
            continue;
        }
        served.push(to);
        let kept_too = case.is_some_and(|case| case.has_copy_here());
        messages.push(forwarded(leased, recipient, onward, (kept_too, now)));
    }
    Ok(messages)
}

/// The header section as far as it is looked at.
///
/// # Errors
/// When the message cannot be read.
pub(crate) fn header(leased: &Leased) -> io::Result<HeaderSection> {
    let head = read_range(&*leased.message, 0, HEADER_OCTETS_MAX)?;
    Ok(HeaderSection::split(&head).0)
}

fn has_been_at(header: &HeaderSection, path: &ForwardPath) -> bool {
    let path = path.to_string();
    header.named("Delivered-To").any(|field| {
        let value = field.value().trim_ascii();
        value.eq_ignore_ascii_case(path.as_bytes())
    })
}

fn forwarded(
    leased: &Leased,
    recipient: &Recipient,
    Onward { to, sender, .. }: &Onward,
    (kept_too, now): (bool, Timestamp),
) -> NewMessage {
    let reverse_path = sender.as_ref().unwrap_or(&leased.envelope.reverse_path);
    let from = &recipient.forward_path;
    let head = Bytes::from(format!("Delivered-To: {from}\r\n"));
    let id = MessageId(waxseal_net::random_u64());
    NewMessage {
        id,
        envelope: Envelope {
            recipients: vec![Recipient {
                forward_path: ForwardPath::Mailbox(to.clone()),
                orcpt: recipient.orcpt.clone().or_else(|| Some(original(from))),
                notify: DsnNotify {
                    // One delivery is reported once: where a mailbox keeps a copy, that is it.
                    success: recipient.notify.success && !kept_too,
                    ..recipient.notify
                },
            }],
            reverse_path: reverse_path.clone(),
            ..leased.envelope.clone()
        },
        message: Arc::new(Joined {
            head,
            tail: Arc::clone(&leased.message),
        }),
        received: now,
        tags: leased.tags.clone(),
        notes: leased.notes.clone(),
        quarantine: leased.quarantine.clone(),
        hold: None,
        trace: vec![TraceEvent {
            at: now,
            stage: "forward".to_owned(),
            actor: "delivery".to_owned(),
            outcome: format!("{} for {from} goes on to {to}", leased.id),
            micros: None,
        }],
    }
}

/// The original recipient as `addr-type;address` (RFC 3461 §4.2, RFC 6533 §3).
pub(crate) fn original(path: &ForwardPath) -> String {
    let text = path.to_string();
    let kind = if text.is_ascii() { "rfc822" } else { "utf-8" };
    format!("{kind};{text}")
}
