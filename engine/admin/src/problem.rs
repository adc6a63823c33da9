//! Why an operation was not performed, in the form of RFC 9457.

use serde::{Deserialize, Serialize};
use std::error::Error;
use waxseal_ports::directory::DirectoryError;
use waxseal_ports::queue::QueueError;

/// A problem: `application/problem+json` on the socket, a message and an exit code on the command
/// line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{detail}")]
pub struct Problem {
    /// The HTTP status: 400 malformed, 404 no such thing, 409 exists or in use, 422 not possible,
    /// 503 storage unavailable.
    pub status: u16,
    /// What kind of problem, the same text for the same kind.
    pub title: String,
    /// What exactly is wrong, with the value that was given.
    pub detail: String,
}

impl Problem {
    /// The request is not understood.
    #[must_use]
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(400, "malformed request", detail)
    }

    /// A named thing does not exist.
    #[must_use]
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(404, "no such thing", detail)
    }

    /// Something of that name is there or at work already.
    #[must_use]
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(409, "exists already", detail)
    }

    /// A value is not possible.
    #[must_use]
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(422, "value not possible", detail)
    }

    /// The storage or another part does not work at the moment; the chain of causes is told, since
    /// the reader administers this server.
    #[must_use]
    pub fn unavailable(error: &dyn Error) -> Self {
        let mut detail = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            detail.push_str(": ");
            detail.push_str(&error.to_string());
            cause = error.source();
        }
        Self::new(503, "unavailable", detail)
    }

    fn new(status: u16, title: &str, detail: impl Into<String>) -> Self {
        Self {
            status,
            title: title.to_owned(),
            detail: detail.into(),
        }
    }
}

impl From<DirectoryError> for Problem {
    fn from(error: DirectoryError) -> Self {
        match &error {
            DirectoryError::NoSuchDomain(_)
            | DirectoryError::NoSuchAccount(_)
            | DirectoryError::NoSuchAlias(_) => Self::not_found(error.to_string()),
            DirectoryError::Exists(_) => Self::new(409, "exists already", error.to_string()),
            DirectoryError::InUse(..) => Self::new(409, "still in use", error.to_string()),
            DirectoryError::Unavailable(_) => Self::unavailable(&error),
        }
    }
}

impl From<QueueError> for Problem {
    fn from(error: QueueError) -> Self {
        Self::unavailable(&error)
    }
}
