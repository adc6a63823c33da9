//! A message with its envelope, as cases, replays and benches hand it to a filter.

use crate::AuthorError;
use bytes::Bytes;
use std::sync::Arc;
use waxseal_mail::{
    BodyKind, DsnNotify, Envelope, ForwardPath, HeaderSection, Mailbox, Recipient, ReversePath,
};
use waxseal_ports::Draft;

/// An envelope and the octets that belong to it.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Who sends it to whom.
    pub envelope: Envelope,
    /// Header section and body, lines ending in CRLF.
    pub octets: Bytes,
}

impl Mail {
    /// A message from `sender` (empty for the null reverse-path) to `recipients`.
    ///
    /// # Errors
    /// [`AuthorError::Wrong`] names the address that is none.
    pub fn new(sender: &str, recipients: &[String], octets: Bytes) -> Result<Self, AuthorError> {
        let mailbox = |text: &str| {
            let wrong = |error| AuthorError::Wrong(format!("{text:?} is no address: {error}"));
            Mailbox::parse(text).map_err(wrong)
        };
        let reverse_path = match sender {
            "" | "<>" => ReversePath::Null,
            text => ReversePath::Mailbox(mailbox(text)?),
        };
        let recipients = recipients.iter().map(|text| {
            Ok(Recipient {
                forward_path: ForwardPath::Mailbox(mailbox(text)?),
                orcpt: None,
                notify: DsnNotify::default(),
            })
        });
        Ok(Self {
            envelope: Envelope {
                reverse_path,
                recipients: recipients.collect::<Result<_, AuthorError>>()?,
                body: BodyKind::EightBitMime,
                smtputf8: false,
                envid: None,
                dsn_return: None,
            },
            octets,
        })
    }

    /// Header section and body apart, as filters get them.
    #[must_use]
    pub fn draft(&self) -> Draft {
        let (header, head) = HeaderSection::split(&self.octets);
        Draft {
            header,
            body: Arc::new(self.octets.slice(head..)),
        }
    }

    /// The recipients as text.
    #[must_use]
    pub fn recipients(&self) -> Vec<String> {
        let recipients = self.envelope.recipients.iter();
        recipients.map(|r| r.forward_path.to_string()).collect()
    }
}

/// Lines that end in LF alone get a CR; a message that holds CRLF already is left as it is.
#[must_use]
pub fn with_crlf(octets: &[u8]) -> Bytes {
    if octets.windows(2).any(|pair| pair == b"\r\n") {
        return Bytes::copy_from_slice(octets);
    }
    let mut lines = Vec::with_capacity(octets.len() + octets.len() / 32);
    for octet in octets {
        if *octet == b'\n' {
            lines.push(b'\r');
        }
        lines.push(*octet);
    }
    lines.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_crlf() {
        assert_eq!(with_crlf(b"a\n\nb\n"), &b"a\r\n\r\nb\r\n"[..]);
        assert_eq!(with_crlf(b"a\r\nb\n"), &b"a\r\nb\n"[..]);
    }

    #[test]
    fn envelope_and_octets() {
        let to = ["a@b.test".to_owned()];
        let mail = Mail::new("", &to, Bytes::from_static(b"A: b\r\n\r\nbody\r\n")).unwrap();
        assert_eq!(mail.envelope.reverse_path, ReversePath::Null);
        assert_eq!(mail.recipients(), ["a@b.test"]);
        assert_eq!(mail.draft().octets(), 14);
        assert!(Mail::new("no address", &to, Bytes::new()).is_err());
    }
}
