//! The second part of a report: `message/delivery-status` (RFC 3464 §2).

use super::encoding::{ascii, fold, utf8_addr_xtext};
use super::{Report, ReportAction, ReportedRecipient};

/// Columns of a field before it is folded.
const COLUMNS: usize = 76;

/// The content: per-message fields, then a block of fields a recipient.
pub(super) fn part(report: &Report) -> String {
    let mut out = String::new();
    if let Some(envid) = &report.envid {
        field(&mut out, "Original-Envelope-Id", &ascii(envid));
    }
    field(
        &mut out,
        "Reporting-MTA",
        &format!("dns; {}", report.reporting_mta),
    );
    field(&mut out, "Arrival-Date", &report.arrival.rfc5322());
    for recipient in &report.recipients {
        out.push_str("\r\n");
        per_recipient(&mut out, recipient, report);
    }
    out
}

fn per_recipient(out: &mut String, recipient: &ReportedRecipient, report: &Report) {
    if let Some((kind, address)) = recipient.orcpt.as_deref().and_then(|o| o.split_once(';')) {
        field(out, "Original-Recipient", &typed(&ascii(kind), address));
    }
    field(out, "Final-Recipient", &typed("rfc822", &recipient.address));
    let action = match recipient.action {
        ReportAction::Failed => "failed",
        ReportAction::Delayed => "delayed",
        ReportAction::Delivered => "delivered",
        ReportAction::Relayed => "relayed",
    };
    field(out, "Action", action);
    field(out, "Status", &recipient.status.to_string());
    if let Some(host) = &recipient.remote_mta {
        field(out, "Remote-MTA", &format!("dns; {}", ascii(host)));
    }
    // The diagnostic code is what the remote server said; our own reasons are in the status.
    if let Some(reply) = recipient
        .reply
        .as_ref()
        .filter(|_| recipient.remote_mta.is_some())
    {
        let status = reply.status().map(|s| format!("{s} ")).unwrap_or_default();
        let text = ascii(&reply.lines().join(" "));
        let code = format!("smtp; {} {status}{text}", reply.code());
        field(out, "Diagnostic-Code", &code);
    }
    field(out, "Last-Attempt-Date", &report.date.rfc5322());
    if let Some(until) = recipient.will_retry_until {
        field(out, "Will-Retry-Until", &until.rfc5322());
    }
}

/// `rfc822; a@b`, or `utf-8; …` with all but ASCII written as code points (RFC 6533 §3).
fn typed(kind: &str, address: &str) -> String {
    if address.is_ascii() && !kind.eq_ignore_ascii_case("utf-8") {
        format!("{kind}; {}", ascii(address))
    } else {
        format!("utf-8; {}", utf8_addr_xtext(address))
    }
}

fn field(out: &mut String, name: &str, value: &str) {
    let line = fold(&format!("{name}: {value}"), COLUMNS, "\t");
    out.push_str(&line);
    out.push_str("\r\n");
}
