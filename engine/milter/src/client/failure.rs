//! Why a milter gave no usable answer.

use crate::wire::WireError;
use std::io;
use waxseal_mail::HeaderError;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallFailure {
    /// It could not be reached.
    #[error("cannot connect: {0}")]
    Connect(#[source] io::Error),
    /// It closed the connection.
    #[error("it closed the connection")]
    Closed,
    /// Reading or writing failed.
    #[error("the connection broke: {0}")]
    Broken(#[source] io::Error),
    /// A limit named here went by.
    #[error("over limits.{0}")]
    TimedOut(&'static str),
    /// Octets that are not the protocol.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// A response that does not belong there.
    #[error("{0}")]
    Protocol(String),
    /// A change that cannot be made.
    #[error("{0}")]
    Change(String),
    /// The message could not be read, or a new body not be kept.
    #[error("the message could not be read or kept: {0}")]
    Spool(String),
    /// It failed too often of late.
    #[error("it failed too often and is not asked for a while")]
    Resting,
    /// It says that it cannot serve this connection.
    #[error("it refuses to serve")]
    Unwilling,
}

impl CallFailure {
    /// For the metric's label.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Connect(_) => "connect",
            Self::Closed | Self::Broken(_) => "connection",
            Self::TimedOut(_) => "timeout",
            Self::Wire(_) | Self::Protocol(_) => "protocol",
            Self::Change(_) => "change",
            Self::Spool(_) => "spool",
            Self::Resting => "breaker",
            Self::Unwilling => "unwilling",
        }
    }

    /// Whether it counts for the milter's breaker: what fails on this side is not the milter's.
    pub(crate) const fn is_the_milters(&self) -> bool {
        !matches!(self, Self::Spool(_) | Self::Resting)
    }

    /// Whether the connection was gone, so that another one may do.
    pub(crate) const fn is_lost_connection(&self) -> bool {
        matches!(self, Self::Closed | Self::Broken(_))
    }
}

impl From<HeaderError> for CallFailure {
    fn from(error: HeaderError) -> Self {
        Self::Change(error.to_string())
    }
}
