//! The report: the envelope as text, and the message beside it.

use waxseal_plugin_sdk::base64;
use waxseal_plugin_sdk::header_text::{encode, header_text};

/// What a report says.
pub struct Facts<'a> {
    /// The field From of the report.
    pub from: &'a str,
    /// Who gets it.
    pub to: &'a str,
    /// The field Date.
    pub date: String,
    /// What makes its Message-ID and boundary unique: letters and digits.
    pub unique: String,
    /// The reverse-path of the message.
    pub sender: &'a str,
    /// Its recipients.
    pub recipients: &'a [String],
    /// Value of its field Subject.
    pub subject: Vec<u8>,
    /// Value of its field Message-ID.
    pub message_id: Vec<u8>,
    /// Its octets.
    pub size: u32,
}

/// The message, or its header section where it is too large.
pub enum Content<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// The header section.
    Header(&'a [u8]),
}

/// The whole report.
#[must_use]
pub fn report(facts: &Facts<'_>, content: &Content<'_>) -> Vec<u8> {
    let boundary = format!("journal-{}", facts.unique);
    let subject = encode(&format!(
        "Journal: {}",
        clip(&header_text(&facts.subject), 200)
    ));
    let domain = facts.from.rsplit('@').next().unwrap_or_default();
    let mut text = format!(
        "From: {}\r\nTo: {}\r\nSubject: {subject}\r\nDate: {}\r\nMessage-ID: <{}.journal@{domain}>\r\n\
         Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n\
         --{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n",
        facts.from, facts.to, facts.date, facts.unique
    );
    text.push_str(&base64::encode_lines(envelope(facts).as_bytes()));
    let (content_type, octets) = match content {
        Content::Whole(octets) => ("message/rfc822", octets),
        Content::Header(octets) => ("text/rfc822-headers", octets),
    };
    let encoding = if octets.is_ascii() { "7bit" } else { "8bit" };
    text.push_str(&format!(
        "--{boundary}\r\nContent-Type: {content_type}\r\n\
         Content-Transfer-Encoding: {encoding}\r\nContent-Disposition: attachment\r\n\r\n"
    ));
    let mut report = text.into_bytes();
    report.extend_from_slice(octets);
    report.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    report
}

/// One fact a line, so that machines read it too.
fn envelope(facts: &Facts<'_>) -> String {
    let mut lines = format!("Sender: <{}>\r\n", facts.sender);
    for recipient in facts.recipients {
        lines.push_str(&format!("Recipient: <{recipient}>\r\n"));
    }
    let message_id = clip(&header_text(&facts.message_id), 300);
    lines.push_str(&format!("Message-ID: {message_id}\r\n"));
    lines.push_str(&format!(
        "Subject: {}\r\n",
        clip(&header_text(&facts.subject), 500)
    ));
    lines.push_str(&format!(
        "Journaled: {}\r\nSize: {}\r\n",
        facts.date, facts.size
    ));
    lines
}

fn clip(text: &str, max: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts<'static> {
        Facts {
            from: "postmaster@example.test",
            to: "journal@example.test",
            date: "Thu, 1 Jan 2026 00:00:00 +0000".into(),
            unique: "77".into(),
            sender: "",
            recipients: const { &[] },
            subject: b" Evil\x07 subject".to_vec(),
            message_id: b" <1@x>\r\nRecipient: <forged@x>".to_vec(),
            size: 5,
        }
    }

    #[test]
    fn a_report_reads_so() {
        let recipients = ["a@example.test".to_owned(), "b@example.test".to_owned()];
        let facts = Facts {
            recipients: &recipients,
            ..facts()
        };
        let report = String::from_utf8(report(&facts, &Content::Whole(b"A: b\r\n\r\nHi"))).unwrap();
        let expected = concat!(
            "From: postmaster@example.test\r\nTo: journal@example.test\r\n",
            "Subject: Journal: Evil subject\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n",
            "Message-ID: <77.journal@example.test>\r\nAuto-Submitted: auto-generated\r\n",
            "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"journal-77\"\r\n\r\n",
            "--journal-77\r\nContent-Type: text/plain; charset=utf-8\r\n",
            "Content-Transfer-Encoding: base64\r\n\r\n",
        );
        let rest = report.strip_prefix(expected).unwrap();
        let (envelope, rest) = rest.split_once("--journal-77\r\n").unwrap();
        let envelope = base64::decode(&envelope.replace("\r\n", "")).unwrap();
        assert_eq!(
            String::from_utf8(envelope).unwrap(),
            "Sender: <>\r\nRecipient: <a@example.test>\r\nRecipient: <b@example.test>\r\n\
             Message-ID: <1@x>Recipient: <forged@x>\r\nSubject: Evil subject\r\n\
             Journaled: Thu, 1 Jan 2026 00:00:00 +0000\r\nSize: 5\r\n"
        );
        assert_eq!(
            rest,
            "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n\
             Content-Disposition: attachment\r\n\r\nA: b\r\n\r\nHi\r\n--journal-77--\r\n"
        );
    }

    #[test]
    fn what_is_not_ascii_is_said_to_be() {
        let report = report(&facts(), &Content::Header("A: ü\r\n".as_bytes()));
        let text = String::from_utf8(report).unwrap();
        let expected = "Content-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: 8bit\r\n";
        assert!(text.contains(expected));
    }
}
