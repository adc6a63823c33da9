//! What to probe: a server's endpoints, and what the measured file says about where it came from.

use serde::Deserialize;

use crate::limits::Limits;

/// A protocol the prober speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// SMTP between servers.
    Smtp,
    /// SMTP for users (RFC 6409).
    Submission,
    /// LMTP (RFC 2033).
    Lmtp,
    /// POP3.
    Pop3,
    /// IMAP.
    Imap,
    /// ManageSieve (RFC 5804).
    ManageSieve,
    /// LDAP.
    Ldap,
    /// XMPP from client to server.
    Xmpp,
    /// WebDAV, with CalDAV and CardDAV.
    WebDav,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Smtp,
        Self::Submission,
        Self::Lmtp,
        Self::Pop3,
        Self::Imap,
        Self::ManageSieve,
        Self::Ldap,
        Self::Xmpp,
        Self::WebDav,
    ];

    /// The word used on the command line and in files.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Submission => "submission",
            Self::Lmtp => "lmtp",
            Self::Pop3 => "pop3",
            Self::Imap => "imap",
            Self::ManageSieve => "managesieve",
            Self::Ldap => "ldap",
            Self::Xmpp => "xmpp",
            Self::WebDav => "webdav",
        }
    }

    /// The protocol that registered this port, and whether TLS begins at once there.
    pub const fn of_port(port: u16) -> Option<(Self, Tls)> {
        Some(match port {
            25 => (Self::Smtp, Tls::StartTls),
            24 => (Self::Lmtp, Tls::None),
            587 => (Self::Submission, Tls::StartTls),
            465 => (Self::Submission, Tls::Implicit),
            110 => (Self::Pop3, Tls::StartTls),
            995 => (Self::Pop3, Tls::Implicit),
            143 => (Self::Imap, Tls::StartTls),
            993 => (Self::Imap, Tls::Implicit),
            4190 => (Self::ManageSieve, Tls::StartTls),
            389 => (Self::Ldap, Tls::StartTls),
            636 => (Self::Ldap, Tls::Implicit),
            5222 => (Self::Xmpp, Tls::StartTls),
            5223 => (Self::Xmpp, Tls::Implicit),
            80 | 5232 => (Self::WebDav, Tls::None),
            443 => (Self::WebDav, Tls::Implicit),
            _ => return None,
        })
    }
}

/// How TLS comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// Not at all.
    None,
    /// By a command, if the server announces it.
    StartTls,
    /// With the first octet.
    Implicit,
}

impl Tls {
    /// The word used on the command line and in files.
    pub const fn id(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::StartTls => "starttls",
            Self::Implicit => "implicit",
        }
    }
}

/// One listening socket of a server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// What is spoken there.
    pub protocol: Protocol,
    /// `HOST:PORT`.
    pub address: String,
    /// How TLS comes about.
    pub tls: Tls,
    /// Login name; without it nothing is tried that needs a login.
    #[serde(default)]
    pub user: Option<String>,
    /// Its password; never written anywhere.
    #[serde(default)]
    pub password: Option<String>,
    /// Address that test messages may be sent to; without it none is sent.
    #[serde(default)]
    pub recipient: Option<String>,
    /// Whether the password may be sent without TLS.
    #[serde(default)]
    pub clear_text_login: bool,
    /// The host or base name the server goes by, where the protocol asks for it (XMPP, LDAP, WebDAV
    /// path).
    #[serde(default)]
    pub name: Option<String>,
}

impl Endpoint {
    /// An endpoint to which nobody logs in.
    pub const fn new(protocol: Protocol, address: String, tls: Tls) -> Self {
        Self {
            protocol,
            address,
            tls,
            user: None,
            password: None,
            recipient: None,
            clear_text_login: false,
            name: None,
        }
    }

    /// Name and password, if both are known.
    pub fn login(&self) -> Option<(&str, &str)> {
        self.user.as_deref().zip(self.password.as_deref())
    }
}

/// Where the server came from, for the head of a measured file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Subject {
    /// Slug of the product in the catalog.
    pub product: String,
    /// Distribution and release, such as `debian-12`.
    pub distro: String,
    /// Packages with their versions.
    pub package: String,
    /// The version of the server.
    pub package_version: String,
    /// `stock` or `tuned`.
    pub profile: String,
    /// What was configured, in words.
    pub config_profile: String,
    /// SHA-256 of the files that configured it, in hex.
    pub config_sha256: String,
}

/// A whole run over one server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Where the server came from.
    #[serde(default)]
    pub subject: Subject,
    /// What may be spent.
    #[serde(default)]
    pub limits: Limits,
    /// What to ask, in this order.
    #[serde(default)]
    pub endpoint: Vec<Endpoint>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read() {
        let plan: Plan = toml::from_str(
            "[subject]\nproduct = \"dovecot\"\n[limits]\nreply_ms = 5\n\
             [[endpoint]]\nprotocol = \"managesieve\"\naddress = \"127.0.0.1:4190\"\n\
             tls = \"starttls\"\nuser = \"alice\"\n",
        )
        .unwrap();
        assert_eq!(plan.limits.reply_ms, 5);
        assert_eq!(plan.endpoint[0].protocol, Protocol::ManageSieve);
        assert_eq!(plan.endpoint[0].login(), None, "a name alone is no login");
    }

    #[test]
    fn protocols_have_one_word_each() {
        for protocol in Protocol::ALL {
            let text = format!(
                "[[endpoint]]\nprotocol = \"{}\"\naddress = \"h:1\"\ntls = \"none\"\n",
                protocol.id()
            );
            let plan: Plan = toml::from_str(&text).unwrap();
            assert_eq!(plan.endpoint[0].protocol, protocol);
        }
    }
}
