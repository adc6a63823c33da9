//! One question to a filter, in no version's types.

use crate::stage::Stage;

/// An ESMTP parameter as sent.
pub(crate) type Param = (String, Option<String>);

/// A stage with what it brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Call {
    Connect,
    Helo(String),
    Auth {
        user: String,
        mechanism: String,
        success: bool,
    },
    Mail {
        sender: String,
        params: Vec<Param>,
    },
    Rcpt {
        recipient: String,
        params: Vec<Param>,
    },
    Headers,
    Message,
    Disconnect,
}

impl Call {
    pub(crate) const fn stage(&self) -> Stage {
        match self {
            Self::Connect => Stage::Connect,
            Self::Helo(_) => Stage::Helo,
            Self::Auth { .. } => Stage::Auth,
            Self::Mail { .. } => Stage::Mail,
            Self::Rcpt { .. } => Stage::Rcpt,
            Self::Headers => Stage::Headers,
            Self::Message => Stage::Message,
            Self::Disconnect => Stage::Disconnect,
        }
    }
}
