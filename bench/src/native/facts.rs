//! What is known of a session and its message.

use rules::facts::Facts;
use std::cell::OnceCell;
use std::net::IpAddr;
use waxseal_mime::Parser;
use waxseal_plugin_sdk::header_text::header_text;
use waxseal_plugin_sdk::{Protocol, mime};
use waxseal_ports::filter::{Protocol as Spoken, SessionInfo};
use waxseal_ports::{Draft, MessageParser};

/// Everything but the message.
pub(crate) struct Known {
    pub(super) session: SessionInfo,
    pub(super) helo: Option<String>,
    pub(super) user: Option<String>,
    pub(super) sender: String,
    pub(super) recipients: Vec<String>,
}

impl Known {
    pub(super) fn new(session: SessionInfo) -> Self {
        Self {
            session,
            helo: None,
            user: None,
            sender: String::new(),
            recipients: Vec::new(),
        }
    }
}

/// All of it, as conditions ask for it.
pub(super) struct MessageFacts<'a> {
    known: &'a Known,
    draft: &'a Draft,
    parser: &'a Parser,
    parts: OnceCell<Vec<mime::Part>>,
}

impl<'a> MessageFacts<'a> {
    pub(super) const fn new(known: &'a Known, draft: &'a Draft, parser: &'a Parser) -> Self {
        Self {
            known,
            draft,
            parser,
            parts: OnceCell::new(),
        }
    }

    fn index(&self) -> Vec<mime::Part> {
        let index = self
            .parser
            .index(&*self.draft.message())
            .unwrap_or_default();
        (0_u32..)
            .zip(index.parts)
            .map(|(at, part)| mime::Part {
                index: at,
                parent: part.parent,
                content_type: format!("{}/{}", part.media_type, part.media_subtype),
                charset: part.charset,
                disposition: part.disposition,
                filename: part.file_name,
                encoded_size: octets(part.content_end.saturating_sub(part.content_start)),
            })
            .collect()
    }
}

impl Facts for MessageFacts<'_> {
    fn peer(&self) -> Option<IpAddr> {
        Some(self.known.session.peer.ip())
    }

    fn protocol(&self) -> Protocol {
        match self.known.session.protocol {
            Spoken::Smtp => Protocol::Smtp,
            Spoken::Submission => Protocol::Submission,
            Spoken::Lmtp => Protocol::Lmtp,
            Spoken::Imap => Protocol::Imap,
            Spoken::Pop3 => Protocol::Pop3,
        }
    }

    fn helo(&self) -> Option<&str> {
        self.known.helo.as_deref()
    }

    fn user(&self) -> Option<&str> {
        self.known.user.as_deref()
    }

    fn tls(&self) -> bool {
        self.known.session.tls.is_some()
    }

    fn sender(&self) -> &str {
        &self.known.sender
    }

    fn recipients(&self) -> &[String] {
        &self.known.recipients
    }

    fn headers(&self, name: &str) -> Vec<String> {
        let named = self.draft.header.named(name);
        named.map(|field| header_text(field.value())).collect()
    }

    fn size(&self) -> u32 {
        octets(self.draft.octets())
    }

    fn parts(&self) -> &[mime::Part] {
        self.parts.get_or_init(|| self.index())
    }

    fn tags(&self) -> &[String] {
        &[]
    }

    fn score(&self) -> f64 {
        0.0
    }
}

fn octets(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
