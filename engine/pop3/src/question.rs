//! What a session asks of the world, and what it is told.

use crate::Maildrop;
use std::fmt;
use std::sync::Arc;
use waxseal_mail::{MailboxId, Uid};
use waxseal_ports::ReadAt;

/// What the driver must do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Send the output, wait for octets, step again.
    Read,
    /// Send the output, step again.
    Send,
    /// Answer the question, then step again.
    Ask(Question),
    /// Send the output, throw away the input, negotiate TLS, call [`crate::Session::tls_started`].
    StartTls,
    /// Send the output and close the connection.
    Close,
    /// Close the connection at once: a message broke off, and an ending would make it look whole.
    Abort,
}

/// One question; its answer is named with it. Any may be answered [`Answer::Refused`].
#[derive(Clone, PartialEq, Eq)]
pub enum Question {
    /// Is this password right, and is the maildrop free? [`Answer::Maildrop`]
    Login {
        /// As the client wrote it.
        user: String,
        /// The password.
        password: String,
        /// `USER` or `PLAIN`.
        mechanism: &'static str,
    },
    /// The octets of a message. [`Answer::Message`]
    Retrieve(MailboxId, Uid),
    /// Remove these messages for good. [`Answer::Removed`]
    Remove(MailboxId, Vec<Uid>),
}

impl fmt::Debug for Question {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Login {
                user, mechanism, ..
            } => write!(f, "Login({user:?}, {mechanism})"),
            Self::Retrieve(mailbox, uid) => write!(f, "Retrieve({}, {uid})", mailbox.0),
            Self::Remove(mailbox, uids) => write!(f, "Remove({}, {uids:?})", mailbox.0),
        }
    }
}

/// What the driver found out or did.
pub enum Answer {
    /// Logged in; the maildrop is locked for this session.
    Maildrop(Maildrop),
    /// The octets; `None` where the message is gone.
    Message(Option<Arc<dyn ReadAt>>),
    /// The messages are removed, on stable storage.
    Removed,
    /// It cannot be done.
    Refused(Refusal),
}

/// Why the driver could not do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Wrong user or password: `-ERR [AUTH]` (RFC 3206 §4).
    Credentials,
    /// Another session holds the maildrop: `-ERR [IN-USE]` (RFC 2449 §8.1.2).
    InUse,
    /// Too many failures lately: `-ERR [SYS/TEMP]` (RFC 3206 §4).
    Throttled,
    /// The storage is unavailable: `-ERR [SYS/TEMP]`.
    Unavailable,
    /// A filter says no, with this text: `-ERR [SYS/PERM]`, or `[SYS/TEMP]` where trying again may
    /// help.
    Policy {
        /// For the client.
        text: String,
        /// Whether trying again may help.
        transient: bool,
    },
}

impl Refusal {
    /// The text behind `-ERR `.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Credentials => "[AUTH] wrong user name or password".to_owned(),
            Self::InUse => "[IN-USE] another session is using this maildrop".to_owned(),
            Self::Throttled => "[SYS/TEMP] too many failed logins, try again later".to_owned(),
            Self::Unavailable => "[SYS/TEMP] the maildrop is unavailable".to_owned(),
            Self::Policy { text, transient } => {
                let code = if *transient { "SYS/TEMP" } else { "SYS/PERM" };
                let text: String = text.chars().filter(|c| !c.is_control()).take(400).collect();
                format!("[{code}] {text}")
            }
        }
    }
}
