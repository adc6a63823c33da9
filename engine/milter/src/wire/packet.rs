//! Packets: where one ends and the next begins.

use bytes::{Buf, BufMut, Bytes, BytesMut};

/// Octets of one packet that are taken from a peer, its kind included. Libraries send at most
/// 65,536; a header field can be longer where the peer splits nothing.
pub const PACKET_OCTETS_MAX: usize = 1024 * 1024;

/// Octets of the length before each packet.
const LENGTH_OCTETS: usize = 4;

/// One packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// Which command or response.
    pub kind: u8,
    /// What it brings.
    pub data: Bytes,
}

/// Why octets are not the milter protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Over [`PACKET_OCTETS_MAX`].
    #[error("a packet of {0} octets, over {PACKET_OCTETS_MAX}")]
    TooLong(usize),
    /// A length of zero: not even a kind.
    #[error("a packet without a kind")]
    Empty,
    /// A kind that the peer cannot send.
    #[error("a packet of unknown kind 0x{0:02x}")]
    Kind(u8),
    /// The data is not what the kind has.
    #[error("the packet of kind {0:?} is malformed")]
    Malformed(char),
}

impl Packet {
    /// Takes the first packet off `input`; `None` while it is not all there.
    ///
    /// # Errors
    /// [`WireError::Empty`] or [`WireError::TooLong`]; nothing after it can be read.
    pub fn take(input: &mut BytesMut) -> Result<Option<Self>, WireError> {
        let Some(length) = input.first_chunk::<LENGTH_OCTETS>() else {
            return Ok(None);
        };
        let octets = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        if octets == 0 {
            return Err(WireError::Empty);
        }
        if octets > PACKET_OCTETS_MAX {
            return Err(WireError::TooLong(octets));
        }
        let whole = octets.saturating_add(LENGTH_OCTETS);
        if input.len() < whole {
            input.reserve(whole.saturating_sub(input.len()));
            return Ok(None);
        }
        let mut packet = input.split_to(whole).freeze();
        packet.advance(LENGTH_OCTETS);
        let kind = packet.get_u8();
        Ok(Some(Self { kind, data: packet }))
    }

    /// That the data is not what it should be.
    pub(super) fn malformed(&self) -> WireError {
        WireError::Malformed(char::from(self.kind))
    }
}

/// Appends a packet whose data is written by `fill`.
pub(super) fn put(out: &mut BytesMut, kind: u8, fill: impl FnOnce(&mut BytesMut)) {
    let start = out.len();
    out.put_u32(0);
    out.put_u8(kind);
    fill(out);
    let octets = out
        .len()
        .saturating_sub(start)
        .saturating_sub(LENGTH_OCTETS);
    let octets = u32::try_from(octets).unwrap_or(u32::MAX);
    if let Some(length) = out.get_mut(start..start.saturating_add(LENGTH_OCTETS)) {
        length.copy_from_slice(&octets.to_be_bytes());
    }
}
