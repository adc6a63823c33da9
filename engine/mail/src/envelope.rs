//! The envelope: reverse-path and forward-paths, apart from the content (RFC 5321 §2.3.1).

use crate::{ForwardPath, ReversePath};

/// What a transaction said about a message, apart from its octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Where reports of failure go.
    pub reverse_path: ReversePath,
    /// The recipients, in the order they were given; at least one once accepted.
    pub recipients: Vec<Recipient>,
    /// The BODY parameter of MAIL (RFC 6152, RFC 3030).
    pub body: BodyKind,
    /// Whether MAIL said SMTPUTF8 (RFC 6531 §3.4).
    pub smtputf8: bool,
    /// The ENVID parameter of MAIL, decoded (RFC 3461 §4.4).
    pub envid: Option<String>,
    /// The RET parameter of MAIL (RFC 3461 §4.3).
    pub dsn_return: Option<DsnReturn>,
}

/// One recipient and what RCPT said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Where the message shall go.
    pub forward_path: ForwardPath,
    /// The ORCPT parameter, `addr-type;xtext` decoded (RFC 3461 §4.2).
    pub orcpt: Option<String>,
    /// The NOTIFY parameter (RFC 3461 §4.1).
    pub notify: DsnNotify,
}

/// The BODY parameter (RFC 6152 §3, RFC 3030 §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BodyKind {
    /// Not given, or `7BIT`.
    #[default]
    SevenBit,
    /// `8BITMIME`.
    EightBitMime,
}

/// The NOTIFY parameter (RFC 3461 §4.1). All false is `NEVER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DsnNotify {
    /// Report successful delivery.
    pub success: bool,
    /// Report failure; the default.
    pub failure: bool,
    /// Report delay; the default.
    pub delay: bool,
}

impl Default for DsnNotify {
    fn default() -> Self {
        Self {
            success: false,
            failure: true,
            delay: true,
        }
    }
}

/// The RET parameter (RFC 3461 §4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DsnReturn {
    /// `FULL`: the whole message.
    Full,
    /// `HDRS`: the header section only.
    Headers,
}
