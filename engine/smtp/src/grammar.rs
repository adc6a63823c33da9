//! The grammar of SMTP commands: one function per ABNF rule of RFC 5321 §4.1.2 and of the
//! extensions this server speaks.
//!
//! Functions take text, give the value and the rest, and never allocate by a size the peer names.

mod command;
mod mail_parameters;
mod parameters;
mod path;
mod rcpt_parameters;
mod xtext;

pub use command::{Command, Hello};
pub use mail_parameters::{MailParameters, mail_parameters};
pub use parameters::{ESMTP_PARAMETERS_MAX, Parameters, parameters};
pub use path::{domain_or_literal, forward_path, path, reverse_path};
pub use rcpt_parameters::{RcptParameters, rcpt_parameters};
pub use xtext::{unitext, xtext};

use waxseal_mail::AddressError;

/// Why a command was not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxError {
    /// No command of that name (500).
    #[error("command not recognized")]
    UnknownCommand,
    /// Octets that are not UTF-8, or control characters (500).
    #[error("the line holds octets that no command may hold")]
    Octets,
    /// Something is missing, or stands where nothing may stand (501).
    #[error("syntax: {0}")]
    Expected(&'static str),
    /// `<@a,@b:c@d>` (RFC 5321 appendix C).
    #[error("source routes are not accepted")]
    SourceRoute,
    /// The mailbox of a path is malformed.
    #[error("{0}")]
    Address(#[from] AddressError),
    /// A parameter that is not announced, or a value of one that is not (555).
    #[error("parameter {0} is not recognized or not implemented")]
    UnknownParameter(&'static str),
    /// The value of a parameter is malformed, or the parameter is there twice (501).
    #[error("parameter {0} is malformed")]
    BadParameter(&'static str),
    /// The size of a chunk is no number of 64 bits: what follows cannot be told from commands.
    #[error("the chunk size is malformed")]
    ChunkSize,
}
