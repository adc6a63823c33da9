//! The first part of a report: for people.

use super::encoding::{fold, printable, quoted_printable};
use super::{Report, ReportAction, ReportKind, ReportedRecipient};

/// Columns of the text.
const COLUMNS: usize = 72;

/// The part with its header.
pub(super) fn part(report: &Report) -> String {
    let text = text(report);
    if text.is_ascii() {
        format!("Content-Type: text/plain; charset=us-ascii\r\n\r\n{text}")
    } else {
        let text = quoted_printable(&text);
        format!(
            "Content-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: quoted-printable\r\n\r\n{text}"
        )
    }
}

fn text(report: &Report) -> String {
    let opening = match report.kind {
        ReportKind::Failure => {
            "Your message could not be delivered to the recipients below. Nothing more will be \
             tried; to reach them, send it again once the cause is gone."
        }
        ReportKind::Delay => {
            "Your message has not reached the recipients below yet. It is still being tried; you \
             need not send it again."
        }
        ReportKind::Success => {
            "Your message reached the recipients below, as you asked to be told."
        }
    };
    let mut text = format!("{}\r\n\r\n", fold(opening, COLUMNS, ""));
    for recipient in &report.recipients {
        text.push_str(&format!("  <{}>\r\n", printable(&recipient.address)));
        let story = format!(
            "      {}\r\n",
            fold(&story(recipient), COLUMNS - 6, "      ")
        );
        text.push_str(&story);
    }
    let closing = format!(
        "The message was taken in by {} on {} under the number {}.",
        report.reporting_mta,
        report.arrival.rfc5322(),
        report.queue_id,
    );
    text.push_str(&format!("\r\n{}\r\n", fold(&closing, COLUMNS, "")));
    text
}

/// What became of one recipient, as one sentence.
fn story(recipient: &ReportedRecipient) -> String {
    let host = recipient.remote_mta.as_deref().map(printable);
    let reply = recipient.reply.as_ref().map(|reply| {
        let text = printable(&reply.lines().join(" "));
        match (&host, reply.status()) {
            (Some(host), Some(status)) => {
                format!("{host} replied: {} {status} {text}", reply.code())
            }
            (Some(host), None) => format!("{host} replied: {} {text}", reply.code()),
            (None, _) => text,
        }
    });
    match recipient.action {
        ReportAction::Failed => reply.unwrap_or_else(|| "failed".to_owned()),
        ReportAction::Delayed => {
            let why = reply.unwrap_or_else(|| "not reached".to_owned());
            match recipient.will_retry_until {
                Some(until) => format!("{why} (tried until {})", until.rfc5322()),
                None => why,
            }
        }
        ReportAction::Delivered => "is in the mailbox".to_owned(),
        ReportAction::Relayed => match host {
            Some(host) => format!("was handed to {host}, which sends no reports"),
            None => "was handed to a server that sends no reports".to_owned(),
        },
    }
}
