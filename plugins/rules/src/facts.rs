//! What conditions ask about.

use std::cell::OnceCell;
use std::net::IpAddr;
use waxseal_plugin_sdk::header_text::header_text;
use waxseal_plugin_sdk::{Header, Protocol, message, mime, session};

/// The session and message under judgement.
pub trait Facts {
    /// The client's address.
    fn peer(&self) -> Option<IpAddr>;
    /// The protocol.
    fn protocol(&self) -> Protocol;
    /// What the client calls itself.
    fn helo(&self) -> Option<&str>;
    /// The authenticated user.
    fn user(&self) -> Option<&str>;
    /// Whether TLS is in use.
    fn tls(&self) -> bool;
    /// The reverse-path; empty for the null reverse-path.
    fn sender(&self) -> &str;
    /// The recipient that is asked about, or all.
    fn recipients(&self) -> &[String];
    /// The texts of the fields of that name.
    fn headers(&self, name: &str) -> Vec<String>;
    /// Octets of the message.
    fn size(&self) -> u32;
    /// The parts.
    fn parts(&self) -> &[mime::Part];
    /// Tags given by earlier filters.
    fn tags(&self) -> &[String];
    /// The sum of the scores given by earlier filters.
    fn score(&self) -> f64;
}

/// Facts that are asked of the server once, and only if a condition needs them.
pub struct HostFacts {
    session: OnceCell<session::SessionInfo>,
    sender: OnceCell<String>,
    recipients: OnceCell<Vec<String>>,
    headers: OnceCell<Vec<Header>>,
    parts: OnceCell<Vec<mime::Part>>,
    tags: OnceCell<Vec<String>>,
}

impl HostFacts {
    /// Facts of the message, or of the stage before it.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            session: OnceCell::new(),
            sender: OnceCell::new(),
            recipients: OnceCell::new(),
            headers: OnceCell::new(),
            parts: OnceCell::new(),
            tags: OnceCell::new(),
        }
    }

    /// Facts of one recipient.
    #[must_use]
    pub fn of_recipient(recipient: &str) -> Self {
        Self {
            recipients: OnceCell::from(vec![recipient.to_owned()]),
            ..Self::new()
        }
    }

    fn session(&self) -> &session::SessionInfo {
        self.session.get_or_init(session::info)
    }
}

impl Default for HostFacts {
    fn default() -> Self {
        Self::new()
    }
}

impl Facts for HostFacts {
    fn peer(&self) -> Option<IpAddr> {
        self.session().peer_ip.parse().ok()
    }
    fn protocol(&self) -> Protocol {
        self.session().protocol
    }
    fn helo(&self) -> Option<&str> {
        self.session().helo.as_deref()
    }
    fn user(&self) -> Option<&str> {
        self.session().auth_user.as_deref()
    }
    fn tls(&self) -> bool {
        self.session().tls.is_some()
    }
    fn sender(&self) -> &str {
        self.sender.get_or_init(message::sender)
    }
    fn recipients(&self) -> &[String] {
        self.recipients.get_or_init(message::recipients)
    }
    fn headers(&self, name: &str) -> Vec<String> {
        let all = self.headers.get_or_init(message::headers);
        let named = all
            .iter()
            .filter(|field| field.name.eq_ignore_ascii_case(name));
        named.map(|field| header_text(&field.value)).collect()
    }
    fn size(&self) -> u32 {
        message::size()
    }
    fn parts(&self) -> &[mime::Part] {
        self.parts.get_or_init(mime::parts)
    }
    fn tags(&self) -> &[String] {
        self.tags.get_or_init(message::tags)
    }
    fn score(&self) -> f64 {
        message::scores()
            .iter()
            .map(|score| f64::from(score.points))
            .sum()
    }
}
