//! The stages of a session, in their order.

/// When a milter is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Connect,
    Helo,
    Mail,
    Rcpt,
    Message,
}

impl Stage {
    /// As traces and metrics name it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Helo => "helo",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Message => "message",
        }
    }

    /// Whether a milter's acceptance here is about the whole session.
    pub(crate) const fn is_session(self) -> bool {
        matches!(self, Self::Connect | Self::Helo)
    }
}
