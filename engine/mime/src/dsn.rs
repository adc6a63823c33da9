//! Delivery status notifications: `multipart/report` with a text for people, the fields for programs
//! and what is returned of the message (RFC 3464, RFC 6522, RFC 6533).
//!
//! All that came from elsewhere (addresses, replies of other servers) is made harmless before it is
//! written: no line can end early.

mod concatenation;
mod encoding;
mod human;
mod machine;

use bytes::Bytes;
use concatenation::Concatenation;
use std::sync::Arc;
use waxseal_mail::{BodyKind, EnhancedStatus, Mailbox, Reply, Timestamp};
use waxseal_ports::ReadAt;

/// A report about one message to its reverse-path.
pub struct Report {
    /// What it is about.
    pub kind: ReportKind,
    /// The name of the reporting server.
    pub reporting_mta: String,
    /// Left side of the report's own Message-ID, unique; also makes the boundary. ASCII letters and
    /// digits.
    pub report_id: String,
    /// What this server calls the message, for people.
    pub queue_id: String,
    /// When the report is made.
    pub date: Timestamp,
    /// When the message was received.
    pub arrival: Timestamp,
    /// The reverse-path of the message.
    pub to: Mailbox,
    /// The ENVID parameter, decoded.
    pub envid: Option<String>,
    /// The recipients the report is about; at least one.
    pub recipients: Vec<ReportedRecipient>,
    /// What is returned.
    pub returned: Returned,
}

/// What a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportKind {
    /// Recipients that failed for good.
    Failure,
    /// Recipients that are still being tried.
    Delay,
    /// Recipients that were reached, as NOTIFY=SUCCESS asks.
    Success,
}

/// One recipient in a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedRecipient {
    /// The forward-path, without brackets.
    pub address: String,
    /// The ORCPT parameter, `addr-type;address`.
    pub orcpt: Option<String>,
    /// What became of it (RFC 3464 §2.3.3).
    pub action: ReportAction,
    /// The status (RFC 3463).
    pub status: EnhancedStatus,
    /// The remote server, where one was reached.
    pub remote_mta: Option<String>,
    /// What was replied: by the remote server, where `remote_mta` is given, else by this one.
    pub reply: Option<Reply>,
    /// Until when attempts go on, for delays.
    pub will_retry_until: Option<Timestamp>,
}

/// The Action field (RFC 3464 §2.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportAction {
    /// Failed for good.
    Failed,
    /// Not yet.
    Delayed,
    /// In a mailbox.
    Delivered,
    /// Handed to a server that makes no reports.
    Relayed,
}

/// What is returned of the message.
pub enum Returned {
    /// The header section.
    Headers(Bytes),
    /// Everything; `eight_bit_header` where its header section is not ASCII.
    Full {
        /// All octets.
        message: Arc<dyn ReadAt>,
        /// Whether an octet over 127 is anywhere in it.
        eight_bit: bool,
        /// Whether one is in its header section.
        eight_bit_header: bool,
    },
}

/// A composed report, ready for the queue.
pub struct ComposedReport {
    /// All octets, without trace fields.
    pub message: Arc<dyn ReadAt>,
    /// What MAIL has to say about it.
    pub body: BodyKind,
    /// Whether its own header section is not ASCII.
    pub smtputf8: bool,
}

/// Writes a report.
#[must_use]
pub fn compose(report: &Report) -> ComposedReport {
    let boundary = format!("=_{}", report.report_id);
    let mut head = header_section(report, &boundary);
    let smtputf8 = !head.is_ascii();
    head.push_str(&format!("--{boundary}\r\n"));
    head.push_str(&human::part(report));
    head.push_str(&format!(
        "\r\n--{boundary}\r\nContent-Type: message/delivery-status\r\n\r\n"
    ));
    head.push_str(&machine::part(report));
    head.push_str(&format!("\r\n--{boundary}\r\n"));
    let (part_header, content, eight_bit) = returned(&report.returned);
    head.push_str(&part_header);
    let tail = format!("\r\n--{boundary}--\r\n");
    let eight_bit = eight_bit || smtputf8;
    ComposedReport {
        message: Arc::new(Concatenation::new(vec![
            Arc::new(Bytes::from(head)),
            content,
            Arc::new(Bytes::from(tail)),
        ])),
        body: if eight_bit {
            BodyKind::EightBitMime
        } else {
            BodyKind::SevenBit
        },
        smtputf8,
    }
}

fn header_section(report: &Report, boundary: &str) -> String {
    let host = &report.reporting_mta;
    let subject = match report.kind {
        ReportKind::Failure => "Your message was not delivered",
        ReportKind::Delay => "Your message is not delivered yet",
        ReportKind::Success => "Your message was delivered",
    };
    format!(
        "From: Mail Delivery <MAILER-DAEMON@{host}>\r\n\
         To: <{to}>\r\n\
         Subject: {subject}\r\n\
         Date: {date}\r\n\
         Message-ID: <{id}@{host}>\r\n\
         Auto-Submitted: auto-replied\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status;\r\n\
         \tboundary=\"{boundary}\"\r\n\
         \r\n",
        to = report.to,
        date = report.date.rfc5322(),
        id = report.report_id,
    )
}

/// Part header, content and whether it needs 8BITMIME.
fn returned(returned: &Returned) -> (String, Arc<dyn ReadAt>, bool) {
    let part = |media_type: &str, encoding: &str| {
        format!("Content-Type: {media_type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n")
    };
    match returned {
        Returned::Headers(header) if header.is_ascii() => (
            part("text/rfc822-headers", "7bit"),
            Arc::new(header.clone()),
            false,
        ),
        // Base64 is allowed here (RFC 6533 §6.3) and passes any server.
        Returned::Headers(header) => (
            part("message/global-headers", "base64"),
            Arc::new(Bytes::from(encoding::base64(header))),
            false,
        ),
        Returned::Full {
            message,
            eight_bit,
            eight_bit_header,
        } => {
            let media_type = if *eight_bit_header {
                "message/global"
            } else {
                "message/rfc822"
            };
            let encoding = if *eight_bit { "8bit" } else { "7bit" };
            (part(media_type, encoding), Arc::clone(message), *eight_bit)
        }
    }
}

#[cfg(test)]
mod tests;
