//! What both sides agree on before anything else: version, changes the milter may ask for, steps it
//! wants to see.

use super::fields::{Fields, put_text};
use super::packet::{Packet, WireError};
use bytes::{BufMut, Bytes, BytesMut};
use std::ops::BitOr;

/// The newest version of the protocol, and what is offered.
pub const VERSION: u32 = 6;
/// The oldest version that is spoken.
pub const VERSION_MIN: u32 = 2;

/// Macro stages that a milter can ask macros for.
const MACRO_REQUESTS_MAX: usize = 16;

/// One side's part of the negotiation. The mail server sends what it can do, the milter what it
/// wants of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Negotiation {
    /// The version.
    pub version: u32,
    /// Changes to messages.
    pub actions: Actions,
    /// Steps left out, and other habits.
    pub steps: Steps,
    /// Which macros the milter wants, per stage; needs [`Actions::SET_MACROS`].
    pub macros: Vec<MacroRequest>,
}

/// The macros that a milter wants at one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MacroRequest {
    /// 0 connect, 1 HELO, 2 MAIL, 3 RCPT, 4 DATA, 5 end of message, 6 end of header section.
    pub stage: u32,
    /// Names between spaces, long ones in braces.
    pub names: Bytes,
}

/// Changes that a milter may ask for at the end of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Actions(pub u32);

impl Actions {
    /// Add header fields.
    pub const ADD_HEADERS: Self = Self(0x01);
    /// Replace the body.
    pub const CHANGE_BODY: Self = Self(0x02);
    /// Add recipients.
    pub const ADD_RECIPIENTS: Self = Self(0x04);
    /// Take recipients away.
    pub const DELETE_RECIPIENTS: Self = Self(0x08);
    /// Change, remove and insert header fields.
    pub const CHANGE_HEADERS: Self = Self(0x10);
    /// Set the message aside until somebody looks at it.
    pub const QUARANTINE: Self = Self(0x20);
    /// Change the reverse-path.
    pub const CHANGE_SENDER: Self = Self(0x40);
    /// Add recipients with ESMTP parameters.
    pub const ADD_RECIPIENTS_WITH_PARAMETERS: Self = Self(0x80);
    /// Ask for other macros than the mail server's own choice.
    pub const SET_MACROS: Self = Self(0x100);
    /// All of them.
    pub const ALL: Self = Self(0x1ff);
}

/// Steps that are left out, steps that are not answered, and other habits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Steps(pub u32);

impl Steps {
    /// Connections are not told.
    pub const NO_CONNECT: Self = Self(0x01);
    /// HELO is not told.
    pub const NO_HELO: Self = Self(0x02);
    /// MAIL is not told.
    pub const NO_MAIL: Self = Self(0x04);
    /// RCPT is not told.
    pub const NO_RCPT: Self = Self(0x08);
    /// The body is not sent.
    pub const NO_BODY: Self = Self(0x10);
    /// Header fields are not sent.
    pub const NO_HEADERS: Self = Self(0x20);
    /// The end of the header section is not told.
    pub const NO_END_OF_HEADERS: Self = Self(0x40);
    /// Header fields are not answered.
    pub const HEADERS_UNANSWERED: Self = Self(0x80);
    /// Unknown commands are not told.
    pub const NO_UNKNOWN: Self = Self(0x100);
    /// DATA is not told.
    pub const NO_DATA: Self = Self(0x200);
    /// `Skip` may answer a body chunk.
    pub const SKIP: Self = Self(0x400);
    /// Recipients that the mail server refused are told too.
    pub const REFUSED_RCPT: Self = Self(0x800);
    /// Connections are not answered.
    pub const CONNECT_UNANSWERED: Self = Self(0x1000);
    /// HELO is not answered.
    pub const HELO_UNANSWERED: Self = Self(0x2000);
    /// MAIL is not answered.
    pub const MAIL_UNANSWERED: Self = Self(0x4000);
    /// RCPT is not answered.
    pub const RCPT_UNANSWERED: Self = Self(0x8000);
    /// DATA is not answered.
    pub const DATA_UNANSWERED: Self = Self(0x1_0000);
    /// Unknown commands are not answered.
    pub const UNKNOWN_UNANSWERED: Self = Self(0x2_0000);
    /// The end of the header section is not answered.
    pub const END_OF_HEADERS_UNANSWERED: Self = Self(0x4_0000);
    /// Body chunks are not answered.
    pub const BODY_UNANSWERED: Self = Self(0x8_0000);
    /// The space after the colon belongs to a header field's value, in both directions.
    pub const LEADING_SPACE: Self = Self(0x10_0000);
    /// All but refused recipients: what this mail server can do.
    pub const OFFERED: Self = Self(0x1f_f7ff);
}

/// What can be done with two sets of bits.
macro_rules! set {
    ($set:ident) => {
        impl $set {
            /// Whether all of `other` are among these.
            #[must_use]
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// Those in both.
            #[must_use]
            pub const fn and(self, other: Self) -> Self {
                Self(self.0 & other.0)
            }
        }

        impl BitOr for $set {
            type Output = Self;

            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }
    };
}

set!(Actions);
set!(Steps);

impl Negotiation {
    /// Reads the data of an `O` packet.
    pub(super) fn parse(packet: &Packet) -> Result<Self, WireError> {
        let mut fields = Fields::of(&packet.data);
        let mut number = || fields.u32().ok_or(packet.malformed());
        let mut negotiation = Self {
            version: number()?,
            actions: Actions(number()?),
            steps: Steps(number()?),
            macros: Vec::new(),
        };
        while !fields.is_empty() {
            let stage = fields.u32().ok_or(packet.malformed())?;
            let names = fields.text().ok_or(packet.malformed())?;
            negotiation.macros.push(MacroRequest { stage, names });
            if negotiation.macros.len() > MACRO_REQUESTS_MAX {
                return Err(packet.malformed());
            }
        }
        Ok(negotiation)
    }

    /// Writes that data.
    pub(super) fn put(&self, out: &mut BytesMut) {
        out.put_u32(self.version);
        out.put_u32(self.actions.0);
        out.put_u32(self.steps.0);
        for request in &self.macros {
            out.put_u32(request.stage);
            put_text(out, &request.names);
        }
    }
}
