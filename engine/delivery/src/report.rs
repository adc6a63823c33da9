//! Which delivery status notifications follow from an attempt (RFC 3461 §5 and §6).

use crate::config::ReportConfig;
use crate::plan::recipient_at;
use crate::recipient_result::{RecipientResult, Via};
use crate::relay::survey;
use crate::schedule::Next;
use bytes::Bytes;
use std::io;
use std::sync::Arc;
use waxseal_mail::{
    DsnNotify, DsnReturn, EnhancedStatus, Envelope, ForwardPath, HeaderSection, Mailbox, MessageId,
    Recipient, Reply, ReversePath, Timestamp,
};
use waxseal_mime::dsn::{Report, ReportAction, ReportKind, ReportedRecipient, Returned, compose};
use waxseal_ports::ReadAt;
use waxseal_ports::queue::{Leased, NewMessage, Outcome};
use waxseal_ports::read_at::read_range;
use waxseal_ports::trace::TraceEvent;

/// What a report needs to know besides the message and the results.
pub(crate) struct Circumstances<'a> {
    pub(crate) hostname: &'a str,
    pub(crate) config: &'a ReportConfig,
    pub(crate) next: Next,
    /// When the message will be given up.
    pub(crate) until: Timestamp,
    pub(crate) now: Timestamp,
}

/// Reports for the queue, and whether one of them is of delay.
#[derive(Default)]
pub(crate) struct Reports {
    pub(crate) messages: Vec<NewMessage>,
    pub(crate) delay: bool,
}

/// The reports that follow from `results`: none for a null reverse-path (RFC 5321 §4.5.5), none that
/// the NOTIFY parameter does not ask for.
///
/// # Errors
/// When the message cannot be read.
pub(crate) async fn reports(
    leased: &Leased,
    results: &[RecipientResult],
    circumstances: &Circumstances<'_>,
) -> io::Result<Reports> {
    let mut reports = Reports::default();
    let ReversePath::Mailbox(to) = &leased.envelope.reverse_path else {
        return Ok(reports);
    };
    for kind in [ReportKind::Failure, ReportKind::Delay, ReportKind::Success] {
        let recipients: Vec<_> = results
            .iter()
            .filter_map(|result| reported(leased, result, kind, circumstances))
            .collect();
        if recipients.is_empty() {
            continue;
        }
        reports.delay |= kind == ReportKind::Delay;
        let returned = returned(leased, kind, circumstances.config).await?;
        let id = MessageId(waxseal_net::random_u64());
        let report = Report {
            kind,
            reporting_mta: circumstances.hostname.to_owned(),
            report_id: id.to_string(),
            queue_id: leased.id.to_string(),
            date: circumstances.now,
            arrival: leased.received,
            to: to.clone(),
            envid: leased.envelope.envid.clone(),
            recipients,
            returned,
        };
        reports.messages.push(queued(id, &report, leased));
    }
    Ok(reports)
}

/// The recipient of `result`, if it belongs into a report of `kind`.
fn reported(
    leased: &Leased,
    result: &RecipientResult,
    kind: ReportKind,
    circumstances: &Circumstances<'_>,
) -> Option<ReportedRecipient> {
    let recipient = recipient_at(leased, result.position)?;
    let (action, reply) = match (&result.outcome, kind) {
        (Outcome::Failed(reply), ReportKind::Failure) => (ReportAction::Failed, Some(reply)),
        (Outcome::Deferred(reply), ReportKind::Delay) if result.via != Via::Hold => {
            (ReportAction::Delayed, Some(reply))
        }
        (Outcome::Delivered, ReportKind::Success) => (success(&result.via)?, None),
        _ => return None,
    };
    let notify = recipient.notify;
    let wanted = match kind {
        ReportKind::Failure => notify.failure,
        ReportKind::Delay => {
            notify.delay && circumstances.next.report_delay && !leased.delay_reported
        }
        ReportKind::Success => notify.success,
    };
    let class = match action {
        ReportAction::Failed => 5,
        ReportAction::Delayed => 4,
        ReportAction::Delivered | ReportAction::Relayed => 2,
    };
    wanted.then(|| ReportedRecipient {
        address: recipient.forward_path.to_string(),
        orcpt: recipient.orcpt.clone(),
        action,
        status: reply
            .and_then(Reply::status)
            .unwrap_or(EnhancedStatus(class, 0, 0)),
        remote_mta: match &result.via {
            Via::Relay { host, .. } => host.clone(),
            Via::Local | Via::Transport | Via::Forward | Via::Hold | Via::Discard => None,
        },
        reply: reply.cloned(),
        will_retry_until: (action == ReportAction::Delayed).then_some(circumstances.until),
    })
}

/// The action of a success, if this server is to report it (RFC 3461 §5.2.2).
const fn success(via: &Via) -> Option<ReportAction> {
    match via {
        Via::Local | Via::Transport => Some(ReportAction::Delivered),
        Via::Relay {
            dsn_passed: false, ..
        } => Some(ReportAction::Relayed),
        Via::Relay { .. } | Via::Forward | Via::Hold | Via::Discard => None,
    }
}

/// The whole message where a failure asks for it and it is small enough, else its header section
/// (RFC 3461 §4.3).
async fn returned(
    leased: &Leased,
    kind: ReportKind,
    config: &ReportConfig,
) -> io::Result<Returned> {
    let full = kind == ReportKind::Failure
        && leased.envelope.dsn_return == Some(DsnReturn::Full)
        && leased.message.octets() <= config.return_octets_max;
    if full {
        let survey = survey(&leased.message).await?;
        return Ok(Returned::Full {
            message: Arc::clone(&leased.message),
            eight_bit: survey.eight_bit,
            eight_bit_header: survey.eight_bit_header,
        });
    }
    let head = read_range(&*leased.message, 0, config.header_octets_max)?;
    Ok(Returned::Headers(header_section(&head)))
}

/// The header section at the start of `head`, cut after its last whole line where it goes on.
fn header_section(head: &Bytes) -> Bytes {
    let (_, octets) = HeaderSection::split(head);
    let header = head.slice(..octets.min(head.len()));
    let whole = header.iter().rposition(|octet| *octet == b'\n');
    header.slice(..whole.map_or(0, |at| at + 1))
}

fn queued(id: MessageId, report: &Report, leased: &Leased) -> NewMessage {
    let composed = compose(report);
    let message: Arc<dyn ReadAt> = composed.message;
    NewMessage {
        id,
        envelope: Envelope {
            reverse_path: ReversePath::Null,
            recipients: vec![to_sender(&report.to)],
            body: composed.body,
            smtputf8: composed.smtputf8,
            envid: None,
            dsn_return: None,
        },
        message,
        received: report.date,
        tags: Vec::new(),
        notes: Default::default(),
        quarantine: None,
        hold: None,
        trace: vec![TraceEvent {
            at: report.date,
            stage: "report".to_owned(),
            actor: "delivery".to_owned(),
            outcome: format!("{} report about {}", word(report.kind), leased.id),
            micros: None,
        }],
    }
}

fn to_sender(to: &Mailbox) -> Recipient {
    Recipient {
        forward_path: ForwardPath::Mailbox(to.clone()),
        orcpt: None,
        notify: DsnNotify {
            success: false,
            failure: false,
            delay: false,
        },
    }
}

const fn word(kind: ReportKind) -> &'static str {
    match kind {
        ReportKind::Failure => "failure",
        ReportKind::Delay => "delay",
        ReportKind::Success => "success",
    }
}
