//! One transaction from the client's side: what is sent, and the commands that say so.

use super::extensions::Extensions;
use waxseal_mail::{
    BodyKind, Domain, DsnNotify, DsnReturn, Envelope, ForwardPath, Mailbox, Recipient, Reply,
    ReversePath,
};

use super::survey::MessageSurvey;

/// What the client hands over: an envelope (its recipients are those of this destination) and what
/// the message needs.
#[derive(Debug, Clone)]
pub struct ClientTransaction {
    /// The envelope; at least one recipient.
    pub envelope: Envelope,
    /// Facts about the message's octets.
    pub survey: MessageSurvey,
}

impl ClientTransaction {
    /// Whether an address or the header section needs SMTPUTF8 (RFC 6531 §3.6). A domain with
    /// U-labels alone does not: it is written with A-labels then.
    fn needs_smtputf8(&self) -> bool {
        let ascii = |mailbox: &Mailbox| mailbox.local_part().as_str().is_ascii();
        let sender = match &self.envelope.reverse_path {
            ReversePath::Null => true,
            ReversePath::Mailbox(mailbox) => ascii(mailbox),
        };
        let recipients = self
            .envelope
            .recipients
            .iter()
            .all(|r| match &r.forward_path {
                ForwardPath::Postmaster => true,
                ForwardPath::Mailbox(mailbox) => ascii(mailbox),
            });
        self.survey.eight_bit_header || !sender || !recipients
    }

    /// Why this server cannot take the message uncorrupted, as a reply of our own.
    pub(crate) fn obstacle(&self, extensions: &Extensions) -> Option<Reply> {
        if extensions
            .size_max
            .is_some_and(|max| self.survey.octets > max)
        {
            let text = "the message is larger than the next server takes";
            return Some(Reply::own(552, (5, 3, 4), text));
        }
        if self.needs_smtputf8() && !extensions.smtputf8 {
            let text = "the next server does not take internationalized mail (SMTPUTF8)";
            return Some(Reply::own(553, (5, 6, 7), text));
        }
        if self.survey.eight_bit && !extensions.eight_bit_mime {
            let text = "the next server does not take 8-bit messages (8BITMIME)";
            return Some(Reply::own(554, (5, 6, 3), text));
        }
        None
    }

    /// The MAIL command with its line end (RFC 5321 §4.1.1.2).
    pub(crate) fn mail(&self, extensions: &Extensions) -> String {
        let utf8 = self.needs_smtputf8();
        let envelope = &self.envelope;
        let mut line = match &envelope.reverse_path {
            ReversePath::Null => "MAIL FROM:<>".to_owned(),
            ReversePath::Mailbox(mailbox) => format!("MAIL FROM:<{}>", address(mailbox, utf8)),
        };
        if extensions.size {
            line.push_str(&format!(" SIZE={}", self.survey.octets));
        }
        let eight_bit = self.survey.eight_bit || envelope.body == BodyKind::EightBitMime;
        if extensions.eight_bit_mime && eight_bit {
            line.push_str(" BODY=8BITMIME");
        }
        if utf8 {
            line.push_str(" SMTPUTF8");
        }
        if extensions.dsn {
            match envelope.dsn_return {
                Some(DsnReturn::Full) => line.push_str(" RET=FULL"),
                Some(DsnReturn::Headers) => line.push_str(" RET=HDRS"),
                None => {}
            }
            if let Some(envid) = envelope.envid.as_deref().filter(|envid| envid.is_ascii()) {
                line.push_str(&format!(" ENVID={}", xtext(envid)));
            }
        }
        line.push_str("\r\n");
        line
    }

    /// The RCPT command of the recipient at `index` with its line end (RFC 5321 §4.1.1.3).
    pub(crate) fn rcpt(&self, index: usize, extensions: &Extensions) -> Option<String> {
        let utf8 = self.needs_smtputf8();
        let recipient = self.envelope.recipients.get(index)?;
        let mut line = match &recipient.forward_path {
            ForwardPath::Postmaster => "RCPT TO:<Postmaster>".to_owned(),
            ForwardPath::Mailbox(mailbox) => format!("RCPT TO:<{}>", address(mailbox, utf8)),
        };
        if extensions.dsn {
            line.push_str(&dsn_parameters(recipient, utf8));
        }
        line.push_str("\r\n");
        Some(line)
    }
}

/// `local-part@domain`, the domain with A-labels where U-labels cannot be sent.
fn address(mailbox: &Mailbox, utf8: bool) -> String {
    let domain: &Domain = mailbox.domain();
    if utf8 || domain.as_str().is_ascii() {
        mailbox.to_string()
    } else {
        format!("{}@{}", mailbox.local_part(), domain.ascii())
    }
}

/// ` NOTIFY=… ORCPT=…` (RFC 3461 §4.1 and §4.2); the default wish is not written.
fn dsn_parameters(recipient: &Recipient, utf8: bool) -> String {
    let notify = recipient.notify;
    let mut parameters = String::new();
    if notify != DsnNotify::default() {
        let wishes = [
            (notify.success, "SUCCESS"),
            (notify.failure, "FAILURE"),
            (notify.delay, "DELAY"),
        ];
        let wishes: Vec<_> = wishes
            .iter()
            .filter(|(on, _)| *on)
            .map(|(_, word)| *word)
            .collect();
        let wishes = if wishes.is_empty() {
            "NEVER".to_owned()
        } else {
            wishes.join(",")
        };
        parameters.push_str(&format!(" NOTIFY={wishes}"));
    }
    let original = recipient
        .orcpt
        .as_deref()
        .and_then(|orcpt| orcpt.split_once(';'));
    if let Some((kind, address)) = original {
        let plain_kind = kind.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if plain_kind && !kind.is_empty() && (utf8 || address.is_ascii()) {
            parameters.push_str(&format!(" ORCPT={kind};{}", xtext(address)));
        }
    }
    parameters
}

/// `xtext` (RFC 3461 §4). Characters outside ASCII stay, as SMTPUTF8 allows (RFC 6533 §3).
fn xtext(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '+' | '=' => out.push_str(&format!("+{:02X}", u32::from(c))),
            '!'..='~' => out.push(c),
            c if c.is_ascii() => out.push_str(&format!("+{:02X}", u32::from(c))),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}
