//! The answer as a message (RFC 3834, section 3).

use crate::settings::Person;
use waxseal_plugin_sdk::base64::encode_lines;
use waxseal_plugin_sdk::header_text::{encode, header_text};

/// What an answer takes from the message and the server.
pub struct Occasion<'a> {
    /// The sender of the message, who gets the answer.
    pub sender: &'a str,
    /// The address under which the message came.
    pub recipient: &'a str,
    /// Value of the field Subject.
    pub subject: &'a [u8],
    /// Value of the field Message-ID.
    pub message_id: Option<&'a [u8]>,
    /// Value of the field References.
    pub references: Option<&'a [u8]>,
    /// The field Date of the answer.
    pub date: String,
    /// What makes its Message-ID unique.
    pub unique: String,
}

/// The whole message.
#[must_use]
pub fn answer(person: &Person, occasion: &Occasion<'_>) -> Vec<u8> {
    let theirs: String = header_text(occasion.subject).chars().take(200).collect();
    let subject = match &person.subject {
        Some(subject) => subject.replace("{subject}", &theirs),
        None => format!("Auto: {theirs}"),
    };
    let from = match &person.name {
        Some(name) => format!("{} <{}>", phrase(name), occasion.recipient),
        None => occasion.recipient.to_owned(),
    };
    let domain = occasion.recipient.rsplit('@').next().unwrap_or_default();
    let mut fields = vec![
        ("From", from),
        ("To", occasion.sender.to_owned()),
        ("Subject", encode(&subject)),
        ("Date", occasion.date.clone()),
        (
            "Message-ID",
            format!("<{}.vacation@{domain}>", occasion.unique),
        ),
        ("Auto-Submitted", "auto-replied (vacation)".to_owned()),
        ("X-Auto-Response-Suppress", "All".to_owned()),
    ];
    let ids = occasion.message_id.map(identifiers).unwrap_or_default();
    if let Some(id) = ids.last() {
        let mut references = occasion.references.map(identifiers).unwrap_or_default();
        references.retain(|known| known != id);
        // The first one and the latest (RFC 5537 has the same advice for long threads).
        if references.len() > 20 {
            references.drain(1..references.len() - 19);
        }
        references.push(id.clone());
        fields.push(("In-Reply-To", id.clone()));
        fields.push(("References", references.join("\r\n ")));
    }
    fields.extend([
        ("MIME-Version", "1.0".to_owned()),
        ("Content-Type", "text/plain; charset=utf-8".to_owned()),
        ("Content-Transfer-Encoding", "base64".to_owned()),
    ]);
    let mut message = String::new();
    for (name, value) in fields {
        message.push_str(&format!("{name}: {value}\r\n"));
    }
    message.push_str("\r\n");
    let text = person
        .text
        .replace("{subject}", &theirs)
        .replace("\r\n", "\n");
    message.push_str(&encode_lines(text.replace('\n', "\r\n").as_bytes()));
    message.into_bytes()
}

/// A display name: quoted where it is ASCII, else encoded.
fn phrase(name: &str) -> String {
    if name.is_ascii() {
        let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
        return format!("\"{quoted}\"");
    }
    encode(name)
}

/// The message identifiers in a field: printable ASCII between `<` and `>`.
fn identifiers(value: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(value);
    let words = text
        .split('<')
        .skip(1)
        .filter_map(|rest| rest.split_once('>'));
    let plain = |id: &&str| {
        let printable = id
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'<');
        printable && id.contains('@') && id.len() <= 250
    };
    let ids = words.map(|(id, _)| id).filter(plain);
    ids.map(|id| format!("<{id}>")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_plugin_sdk::config::Document;

    fn person(json: &str) -> Person {
        let document = Document::parse(&format!(r#"{{"person":[{json}]}}"#)).unwrap();
        crate::settings::Settings::read(&document)
            .unwrap()
            .people
            .remove(0)
    }

    fn occasion() -> Occasion<'static> {
        Occasion {
            sender: "bob@example.org",
            recipient: "alice@example.test",
            subject: b" =?utf-8?q?Gr=C3=BC=C3=9Fe?=",
            message_id: Some(b" <2@example.org>"),
            references: Some(b" <1@example.org>\r\n <bad id> <2@example.org>"),
            date: "Thu, 1 Jan 2026 00:00:00 +0000".into(),
            unique: "77".into(),
        }
    }

    #[test]
    fn an_answer_reads_so() {
        let person = person(
            r#"{"address":"alice@example.test","name":"Alice \"A\"","text":"Back soon.\n"}"#,
        );
        let text = String::from_utf8(answer(&person, &occasion())).unwrap();
        let expected = concat!(
            "From: \"Alice \\\"A\\\"\" <alice@example.test>\r\n",
            "To: bob@example.org\r\n",
            "Subject: =?utf-8?B?QXV0bzogR3LDvMOfZQ==?=\r\n",
            "Date: Thu, 1 Jan 2026 00:00:00 +0000\r\n",
            "Message-ID: <77.vacation@example.test>\r\n",
            "Auto-Submitted: auto-replied (vacation)\r\n",
            "X-Auto-Response-Suppress: All\r\n",
            "In-Reply-To: <2@example.org>\r\n",
            "References: <1@example.org>\r\n <2@example.org>\r\n",
            "MIME-Version: 1.0\r\n",
            "Content-Type: text/plain; charset=utf-8\r\n",
            "Content-Transfer-Encoding: base64\r\n\r\n",
            "QmFjayBzb29uLg0K\r\n",
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn what_strangers_write_breaks_no_header() {
        let person =
            person(r#"{"address":"alice@example.test","subject":"Re: {subject}","text":"x"}"#);
        let mut occasion = occasion();
        occasion.subject = b"a\nBcc: eve@example.org";
        occasion.message_id = Some(b"<a@b\r\nBcc: eve@example.org>");
        let text = String::from_utf8(answer(&person, &occasion)).unwrap();
        assert!(!text.contains("\nBcc") && !text.contains("In-Reply-To"));
    }
}
