//! What a session wants done, and what it is told.

use crate::grammar::Parameters;
use std::fmt;
use waxseal_mail::{Envelope, ForwardPath, Reply, ReversePath};

/// Which of the three protocols of this room a session speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Port 25: other servers hand over mail for hosted mailboxes.
    Smtp,
    /// Ports 587 and 465: authenticated users send mail anywhere (RFC 6409).
    Submission,
    /// LMTP: a trusted neighbour hands over, and is answered per recipient (RFC 2033).
    Lmtp,
}

/// What the shell must do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step<'input> {
    /// All input is used: send the output, then read more.
    Read,
    /// Send the output; input still waits. Keeps the output small under pipelining.
    Flush,
    /// Find the answer, give it to [`super::Session::answer`], go on.
    Ask(Question),
    /// Octets of the message, transparency undone: append them to the sink.
    Body(&'input [u8]),
    /// The transaction is over without a message: throw away what was gathered for it.
    Reset,
    /// Send the output, throw away everything read so far, negotiate TLS, go on. The session has
    /// forgotten all it knew and takes TLS as given from here.
    StartTls,
    /// Send the output and close.
    Close,
}

/// A question to the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// May this client connect? Before the greeting.
    Connect,
    /// The client named itself so.
    Hello(String),
    /// Is this the password?
    Authenticate {
        /// `PLAIN` or `LOGIN`.
        mechanism: &'static str,
        /// The authentication identity.
        user: String,
        /// The password.
        password: Password,
    },
    /// May a transaction begin with this reverse-path?
    Mail(ReversePath, Parameters),
    /// Is this recipient taken?
    Rcpt(ForwardPath, Parameters),
    /// The message is complete: take responsibility for it or refuse it.
    Finish(Box<Envelope>),
}

/// A password on its way to the directory; prints as stars.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(pub String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The answer to a [`Question`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Yes, with the usual reply.
    Proceed,
    /// This reply. A positive one means yes; 421 ends the session.
    Reply(Reply),
}
