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

/// What can work or fail by itself, in the eyes of the breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// To get a connection.
    Reach,
    /// To be told of a stage.
    Tell(Stage),
}

impl Step {
    /// How many there are.
    pub(crate) const COUNT: usize = 6;

    /// From 0, less than [`Step::COUNT`].
    pub(crate) const fn number(self) -> usize {
        match self {
            Self::Reach => 0,
            Self::Tell(stage) => 1 + stage as usize,
        }
    }
}
