//! When a plugin is asked.

/// A stage of a session, or of a delivery. Storage plugins and holders name none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A client connected.
    Connect,
    /// After EHLO, HELO or LHLO.
    Helo,
    /// After an attempt to authenticate.
    Auth,
    /// After MAIL.
    Mail,
    /// After RCPT.
    Rcpt,
    /// The header section is complete.
    Headers,
    /// The message is complete.
    Message,
    /// The session is over.
    Disconnect,
    /// Told of [`Stage::Connect`] after the fact. All stages of a filter observe, or none.
    ObserveConnect,
    /// Told of [`Stage::Helo`] after the fact.
    ObserveHelo,
    /// Told of [`Stage::Auth`] after the fact.
    ObserveAuth,
    /// Told of [`Stage::Mail`] after the fact.
    ObserveMail,
    /// Told of [`Stage::Rcpt`] after the fact.
    ObserveRcpt,
    /// Told of [`Stage::Headers`] after the fact.
    ObserveHeaders,
    /// Told of [`Stage::Message`] after the fact.
    ObserveMessage,
    /// Told of [`Stage::Disconnect`] after the fact.
    ObserveDisconnect,
    /// A message went from one mailbox to another. Learners are told without naming it.
    Moved,
    /// Where a message goes for a recipient. Delivery plugins only.
    Route,
    /// Taking a message to a recipient. Delivery plugins only.
    Transport,
}

impl Stage {
    /// As the server knows it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Helo => "helo",
            Self::Auth => "auth",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Headers => "headers",
            Self::Message => "message",
            Self::Disconnect => "disconnect",
            Self::ObserveConnect => "observe:connect",
            Self::ObserveHelo => "observe:helo",
            Self::ObserveAuth => "observe:auth",
            Self::ObserveMail => "observe:mail",
            Self::ObserveRcpt => "observe:rcpt",
            Self::ObserveHeaders => "observe:headers",
            Self::ObserveMessage => "observe:message",
            Self::ObserveDisconnect => "observe:disconnect",
            Self::Moved => "moved",
            Self::Route => "route",
            Self::Transport => "transport",
        }
    }
}
