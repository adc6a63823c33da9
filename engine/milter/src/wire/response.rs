//! What the milter answers.

use super::fields::{Fields, put_text, put_texts};
use super::negotiation::Negotiation;
use super::packet::{Packet, WireError, put};
use bytes::{BufMut, Bytes, BytesMut};

/// One response. [`Response::Change`] and [`Response::Progress`] come before the one that ends an
/// answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// `O`: what the milter wants.
    Negotiate(Negotiation),
    /// `c`: go on.
    Continue,
    /// `a`: go on, and ask this milter no more about this connection or message.
    Accept,
    /// `r`: refuse for good.
    Reject,
    /// `t`: refuse for now.
    TempFail,
    /// `d`: say yes and forget the message.
    Discard,
    /// `s`: send no more body.
    Skip,
    /// `p`: still at work; the wait begins anew.
    Progress,
    /// `4`: refuse with 421 and close.
    Shutdown,
    /// `f`: the milter cannot serve this connection.
    ConnectionFailure,
    /// `y`: refuse with this reply: code, enhanced status, text; `%` is doubled, lines end with CRLF.
    Reply(Bytes),
    /// A change to the message; only at its end.
    Change(Change),
}

/// A change to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// `h`: a header field at the end.
    AddHeader {
        /// Its name.
        name: Bytes,
        /// Its value, folds as LF and white space.
        value: Bytes,
    },
    /// `i`: a header field at a position.
    InsertHeader {
        /// From 0, which is above the server's own trace field.
        index: u32,
        /// Its name.
        name: Bytes,
        /// Its value.
        value: Bytes,
    },
    /// `m`: another value for a header field, or none.
    ChangeHeader {
        /// Which of the fields with that name, from 1; past the last means a new field.
        index: u32,
        /// Its name.
        name: Bytes,
        /// Its value; empty removes the field.
        value: Bytes,
    },
    /// `+`, or `2` with ESMTP parameters: a recipient more.
    AddRecipient {
        /// With angle brackets.
        path: Bytes,
        /// ESMTP parameters in one string, as the library takes them.
        parameters: Vec<Bytes>,
    },
    /// `-`: a recipient less.
    DeleteRecipient(Bytes),
    /// `e`: another reverse-path.
    ChangeSender {
        /// With angle brackets.
        path: Bytes,
        /// ESMTP parameters.
        parameters: Vec<Bytes>,
    },
    /// `b`: a part of the body that takes the place of the whole former one.
    ReplaceBody(Bytes),
    /// `q`: set the message aside, and why.
    Quarantine(Bytes),
}

impl Response {
    /// Reads a packet.
    ///
    /// # Errors
    /// [`WireError::Kind`] or [`WireError::Malformed`].
    pub fn parse(packet: &Packet) -> Result<Self, WireError> {
        Ok(match packet.kind {
            b'O' => Self::Negotiate(Negotiation::parse(packet)?),
            b'c' => Self::Continue,
            b'a' => Self::Accept,
            b'r' => Self::Reject,
            b't' => Self::TempFail,
            b'd' => Self::Discard,
            b's' => Self::Skip,
            b'p' => Self::Progress,
            b'4' => Self::Shutdown,
            b'f' => Self::ConnectionFailure,
            b'y' => {
                let mut fields = Fields::of(&packet.data);
                Self::Reply(fields.text().ok_or(packet.malformed())?)
            }
            _ => Self::Change(Change::parse(packet)?),
        })
    }

    /// The octet that names the kind.
    #[must_use]
    pub const fn kind(&self) -> u8 {
        match self {
            Self::Negotiate(_) => b'O',
            Self::Continue => b'c',
            Self::Accept => b'a',
            Self::Reject => b'r',
            Self::TempFail => b't',
            Self::Discard => b'd',
            Self::Skip => b's',
            Self::Progress => b'p',
            Self::Shutdown => b'4',
            Self::ConnectionFailure => b'f',
            Self::Reply(_) => b'y',
            Self::Change(change) => change.kind(),
        }
    }

    /// Appends its packet.
    pub fn put(&self, out: &mut BytesMut) {
        put(out, self.kind(), |out| match self {
            Self::Negotiate(negotiation) => negotiation.put(out),
            Self::Reply(text) => put_text(out, text),
            Self::Change(change) => change.put(out),
            Self::Continue
            | Self::Accept
            | Self::Reject
            | Self::TempFail
            | Self::Discard
            | Self::Skip
            | Self::Progress
            | Self::Shutdown
            | Self::ConnectionFailure => {}
        });
    }
}

impl Change {
    fn parse(packet: &Packet) -> Result<Self, WireError> {
        let mut fields = Fields::of(&packet.data);
        let mut text = || fields.text().ok_or(packet.malformed());
        Ok(match packet.kind {
            b'h' => Self::AddHeader {
                name: text()?,
                value: text().unwrap_or_default(),
            },
            kind @ (b'i' | b'm') => {
                let index = fields.u32().ok_or(packet.malformed())?;
                let name = fields.text().ok_or(packet.malformed())?;
                let value = fields.text().unwrap_or_default();
                if kind == b'i' {
                    Self::InsertHeader { index, name, value }
                } else {
                    Self::ChangeHeader { index, name, value }
                }
            }
            b'+' | b'2' => Self::AddRecipient {
                path: text()?,
                parameters: fields.texts(),
            },
            b'-' => Self::DeleteRecipient(text()?),
            b'e' => Self::ChangeSender {
                path: text()?,
                parameters: fields.texts(),
            },
            b'b' => Self::ReplaceBody(packet.data.clone()),
            b'q' => Self::Quarantine(fields.text().unwrap_or_default()),
            kind => return Err(WireError::Kind(kind)),
        })
    }

    const fn kind(&self) -> u8 {
        match self {
            Self::AddHeader { .. } => b'h',
            Self::InsertHeader { .. } => b'i',
            Self::ChangeHeader { .. } => b'm',
            Self::AddRecipient { parameters, .. } if parameters.is_empty() => b'+',
            Self::AddRecipient { .. } => b'2',
            Self::DeleteRecipient(_) => b'-',
            Self::ChangeSender { .. } => b'e',
            Self::ReplaceBody(_) => b'b',
            Self::Quarantine(_) => b'q',
        }
    }

    fn put(&self, out: &mut BytesMut) {
        match self {
            Self::AddHeader { name, value } => {
                put_text(out, name);
                put_text(out, value);
            }
            Self::InsertHeader { index, name, value }
            | Self::ChangeHeader { index, name, value } => {
                out.put_u32(*index);
                put_text(out, name);
                put_text(out, value);
            }
            Self::AddRecipient { path, parameters } | Self::ChangeSender { path, parameters } => {
                put_text(out, path);
                put_texts(out, parameters);
            }
            Self::DeleteRecipient(text) | Self::Quarantine(text) => put_text(out, text),
            Self::ReplaceBody(octets) => out.put_slice(octets),
        }
    }

    /// What must have been negotiated for it.
    #[must_use]
    pub const fn needs(&self) -> super::Actions {
        use super::Actions;
        match self {
            Self::AddHeader { .. } => Actions::ADD_HEADERS,
            Self::InsertHeader { .. } | Self::ChangeHeader { .. } => Actions::CHANGE_HEADERS,
            Self::AddRecipient { parameters, .. } if parameters.is_empty() => {
                Actions::ADD_RECIPIENTS
            }
            Self::AddRecipient { .. } => Actions::ADD_RECIPIENTS_WITH_PARAMETERS,
            Self::DeleteRecipient(_) => Actions::DELETE_RECIPIENTS,
            Self::ChangeSender { .. } => Actions::CHANGE_SENDER,
            Self::ReplaceBody(_) => Actions::CHANGE_BODY,
            Self::Quarantine(_) => Actions::QUARANTINE,
        }
    }
}
