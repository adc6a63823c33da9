//! The replies of a session: one table from what went wrong to what the client reads.

use super::content::ContentFault;
use super::line::LineFault;
use crate::grammar::SyntaxError;
use waxseal_mail::Reply;

/// The reply to a line that is no line.
pub(super) fn line_fault(fault: LineFault) -> Reply {
    match fault {
        LineFault::TooLong => Reply::own(500, (5, 5, 2), "line too long"),
        LineFault::BareLf => Reply::own(500, (5, 5, 2), "a command line ends in CRLF"),
    }
}

/// The reply to a command that was not understood. `sender` says whether its path was a
/// reverse-path.
pub(super) fn syntax_error(error: SyntaxError, sender: bool) -> Reply {
    let text = error.to_string();
    match error {
        SyntaxError::UnknownCommand | SyntaxError::Octets => Reply::own(500, (5, 5, 2), text),
        SyntaxError::Expected(_) | SyntaxError::BadParameter(_) | SyntaxError::ChunkSize => {
            Reply::own(501, (5, 5, 4), text)
        }
        SyntaxError::SourceRoute | SyntaxError::Address(_) if sender => {
            Reply::own(553, (5, 1, 7), text)
        }
        SyntaxError::SourceRoute | SyntaxError::Address(_) => Reply::own(553, (5, 1, 3), text),
        SyntaxError::UnknownParameter(_) => Reply::own(555, (5, 5, 4), text),
    }
}

/// The reply to a message whose octets are refused.
pub(super) fn content_fault(fault: ContentFault) -> Reply {
    match fault {
        ContentFault::BareCrOrLf => Reply::own(
            550,
            (5, 6, 11),
            "the message holds CR without LF or LF without CR",
        ),
        ContentFault::LineTooLong => {
            Reply::own(550, (5, 6, 0), "a line of the message is too long")
        }
        ContentFault::TooLarge => too_large(),
    }
}

/// A message over the limit (RFC 1870 §6.1).
pub(super) fn too_large() -> Reply {
    Reply::own(552, (5, 3, 4), "the message is too large")
}

/// A command at the wrong time (RFC 5321 §4.1.4).
pub(super) fn sequence(text: &'static str) -> Reply {
    Reply::own(503, (5, 5, 1), text)
}

/// A command this listener does not offer.
pub(super) fn not_implemented(text: &'static str) -> Reply {
    Reply::own(502, (5, 5, 1), text)
}

/// The last reply of a session that has gone on too long in some way.
pub(super) fn enough(text: &'static str) -> Reply {
    Reply::own(421, (4, 7, 0), text)
}

/// An address in UTF-8 without SMTPUTF8 (RFC 6531 §3.5).
pub(super) fn needs_smtputf8() -> Reply {
    Reply::own(553, (5, 6, 7), "a non-ASCII address needs SMTPUTF8")
}
