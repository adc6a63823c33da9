//! What the mail server sends.

use super::fields::{Fields, put_text, put_texts};
use super::negotiation::Negotiation;
use super::packet::{Packet, WireError, put};
use bytes::{BufMut, Bytes, BytesMut};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// `O`: the first of a connection.
    Negotiate(Negotiation),
    /// `D`: values of macros, before the command they belong to.
    Macros {
        /// The kind of that command.
        kind: u8,
        /// Names (long ones in braces) and values.
        macros: Vec<(Bytes, Bytes)>,
    },
    /// `C`: a client connected.
    Connect {
        /// Its name, or its address in brackets where that is not known.
        hostname: Bytes,
        /// Its address.
        address: PeerAddress,
    },
    /// `H`: HELO or EHLO.
    Helo(Bytes),
    /// `M`: MAIL.
    Mail {
        /// With angle brackets.
        path: Bytes,
        /// ESMTP parameters.
        parameters: Vec<Bytes>,
    },
    /// `R`: RCPT.
    Rcpt {
        /// With angle brackets.
        path: Bytes,
        /// ESMTP parameters.
        parameters: Vec<Bytes>,
    },
    /// `T`: DATA; from version 4.
    Data,
    /// `L`: one header field, folds as LF and white space.
    Header {
        /// Its name.
        name: Bytes,
        /// Its value.
        value: Bytes,
    },
    /// `N`: no more header fields.
    EndOfHeaders,
    /// `B`: a part of the body.
    Body(Bytes),
    /// `E`: the message is complete; old servers send the last part of the body with it.
    EndOfMessage(Bytes),
    /// `A`: the transaction ends without a message. Not answered.
    Abort,
    /// `Q`: the connection ends. Not answered.
    Quit,
    /// `K`: this client's session ends, another follows on the same connection. Not answered.
    QuitNewConnection,
    /// `U`: a command the server does not know; from version 3.
    Unknown(Bytes),
}

/// Where a client is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeerAddress {
    /// `U`: nothing is known, as for mail that was handed in by a local program.
    Unknown,
    /// `L`: a Unix socket.
    Unix(Bytes),
    /// `4` or `6`.
    Inet(SocketAddr),
}

impl Command {
    /// Reads a packet.
    ///
    /// # Errors
    /// [`WireError::Kind`] or [`WireError::Malformed`].
    pub fn parse(packet: &Packet) -> Result<Self, WireError> {
        let mut fields = Fields::of(&packet.data);
        let mut text = || fields.text().ok_or(packet.malformed());
        Ok(match packet.kind {
            b'O' => Self::Negotiate(Negotiation::parse(packet)?),
            b'D' => parse_macros(packet)?,
            b'C' => {
                let hostname = text()?;
                let address = PeerAddress::parse(&mut fields).ok_or(packet.malformed())?;
                Self::Connect { hostname, address }
            }
            b'H' => Self::Helo(text()?),
            b'M' => Self::Mail {
                path: text()?,
                parameters: fields.texts(),
            },
            b'R' => Self::Rcpt {
                path: text()?,
                parameters: fields.texts(),
            },
            b'T' => Self::Data,
            b'L' => Self::Header {
                name: text()?,
                value: text().unwrap_or_default(),
            },
            b'N' => Self::EndOfHeaders,
            b'B' => Self::Body(packet.data.clone()),
            b'E' => Self::EndOfMessage(packet.data.clone()),
            b'A' => Self::Abort,
            b'Q' => Self::Quit,
            b'K' => Self::QuitNewConnection,
            b'U' => Self::Unknown(text()?),
            kind => return Err(WireError::Kind(kind)),
        })
    }

    /// The octet that names the kind.
    #[must_use]
    pub const fn kind(&self) -> u8 {
        match self {
            Self::Negotiate(_) => b'O',
            Self::Macros { .. } => b'D',
            Self::Connect { .. } => b'C',
            Self::Helo(_) => b'H',
            Self::Mail { .. } => b'M',
            Self::Rcpt { .. } => b'R',
            Self::Data => b'T',
            Self::Header { .. } => b'L',
            Self::EndOfHeaders => b'N',
            Self::Body(_) => b'B',
            Self::EndOfMessage(_) => b'E',
            Self::Abort => b'A',
            Self::Quit => b'Q',
            Self::QuitNewConnection => b'K',
            Self::Unknown(_) => b'U',
        }
    }

    /// Appends its packet.
    pub fn put(&self, out: &mut BytesMut) {
        put(out, self.kind(), |out| self.put_data(out));
    }

    fn put_data(&self, out: &mut BytesMut) {
        match self {
            Self::Negotiate(negotiation) => negotiation.put(out),
            Self::Macros { kind, macros } => {
                out.put_u8(*kind);
                for (name, value) in macros {
                    put_text(out, name);
                    put_text(out, value);
                }
            }
            Self::Connect { hostname, address } => {
                put_text(out, hostname);
                address.put(out);
            }
            Self::Helo(text) | Self::Unknown(text) => put_text(out, text),
            Self::Mail { path, parameters } | Self::Rcpt { path, parameters } => {
                put_text(out, path);
                put_texts(out, parameters);
            }
            Self::Header { name, value } => {
                put_text(out, name);
                put_text(out, value);
            }
            Self::Body(octets) | Self::EndOfMessage(octets) => out.put_slice(octets),
            Self::Data
            | Self::EndOfHeaders
            | Self::Abort
            | Self::Quit
            | Self::QuitNewConnection => {}
        }
    }
}

fn parse_macros(packet: &Packet) -> Result<Command, WireError> {
    let mut fields = Fields::of(&packet.data);
    let kind = fields.octet().ok_or(packet.malformed())?;
    let mut macros = Vec::new();
    while let Some(name) = fields.text() {
        macros.push((name, fields.text().unwrap_or_default()));
    }
    Ok(Command::Macros { kind, macros })
}

impl PeerAddress {
    fn parse(fields: &mut Fields) -> Option<Self> {
        let family = fields.octet()?;
        if family == b'U' {
            return Some(Self::Unknown);
        }
        let port = fields.u16()?;
        let text = fields.text()?;
        if family == b'L' {
            return Some(Self::Unix(text));
        }
        let text = std::str::from_utf8(&text).ok()?;
        match family {
            b'4' => {
                let address: Ipv4Addr = text.parse().ok()?;
                Some(Self::Inet((address, port).into()))
            }
            b'6' => {
                // Sendmail writes the address as in SMTP, others as anywhere else.
                let bare = match text.split_at_checked(5) {
                    Some((tag, rest)) if tag.eq_ignore_ascii_case("IPv6:") => rest,
                    _ => text,
                };
                let address: Ipv6Addr = bare.parse().ok()?;
                Some(Self::Inet((address, port).into()))
            }
            _ => None,
        }
    }

    fn put(&self, out: &mut BytesMut) {
        match self {
            Self::Unknown => out.put_u8(b'U'),
            Self::Unix(path) => {
                out.put_u8(b'L');
                out.put_u16(0);
                put_text(out, path);
            }
            Self::Inet(address) => {
                out.put_u8(if address.is_ipv4() { b'4' } else { b'6' });
                out.put_u16(address.port());
                put_text(out, address.ip().to_string().as_bytes());
            }
        }
    }
}
