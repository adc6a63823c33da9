//! Reverse-paths and forward-paths (RFC 5321 §4.1.1.2 and §4.1.1.3).

use crate::Mailbox;
use std::fmt;

/// Where reports of failure go; null for reports themselves (RFC 5321 §4.5.5).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ReversePath {
    /// `<>`.
    Null,
    /// `<local-part@domain>`.
    Mailbox(Mailbox),
}

/// One recipient of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ForwardPath {
    /// `<Postmaster>` without a domain (RFC 5321 §4.1.1.3).
    Postmaster,
    /// `<local-part@domain>`.
    Mailbox(Mailbox),
}

impl fmt::Display for ReversePath {
    /// Without the angle brackets: empty for the null reverse-path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Mailbox(mailbox) => mailbox.fmt(f),
        }
    }
}

impl fmt::Display for ForwardPath {
    /// Without the angle brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postmaster => f.write_str("Postmaster"),
            Self::Mailbox(mailbox) => mailbox.fmt(f),
        }
    }
}
