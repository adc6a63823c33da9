//! The header before the octets of each message in a pack.

use waxseal_mail::BlobId;

/// Octets of a header.
pub(crate) const HEADER_OCTETS: usize = 64;
/// The first octets of a header; the last one is the version of the format.
const MAGIC: [u8; 4] = *b"WXR1";

/// How the octets of a record are to be read: its codec octet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    /// 0: the message as it is.
    Identity,
    /// 1: a recipe, then what it was encoded to, see [`crate::blobs::Recipe`].
    Recipe,
}

impl Codec {
    const fn octet(self) -> u8 {
        match self {
            Self::Identity => 0,
            Self::Recipe => 1,
        }
    }

    const fn of(octet: u8) -> Option<Self> {
        match octet {
            0 => Some(Self::Identity),
            1 => Some(Self::Recipe),
            _ => None,
        }
    }
}

/// Length and checksums of octets that are not stored yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seal {
    pub(crate) octets: u64,
    pub(crate) crc: u32,
    pub(crate) digest: [u8; 32],
}

impl Seal {
    /// Of octets in memory.
    pub(crate) fn of(octets: &[u8]) -> Self {
        Self {
            octets: u64::try_from(octets.len()).unwrap_or(u64::MAX),
            crc: crc32c::crc32c(octets),
            digest: *blake3::hash(octets).as_bytes(),
        }
    }
}

/// One header. On disk, little-endian: magic 4, CRC-32C of the rest of the header 4, octets 8,
/// CRC-32C of the octets 4, codec 1, zero 3, blob id 8, BLAKE3 digest of the octets 32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RecordHeader {
    pub(crate) id: BlobId,
    pub(crate) seal: Seal,
    pub(crate) codec: Codec,
}

impl RecordHeader {
    pub(crate) fn encode(&self) -> [u8; HEADER_OCTETS] {
        let mut out = [0; HEADER_OCTETS];
        out[..4].copy_from_slice(&MAGIC);
        out[8..16].copy_from_slice(&self.seal.octets.to_le_bytes());
        out[16..20].copy_from_slice(&self.seal.crc.to_le_bytes());
        out[20] = self.codec.octet();
        out[24..32].copy_from_slice(&self.id.0.to_le_bytes());
        out[32..].copy_from_slice(&self.seal.digest);
        let crc = crc32c::crc32c(&out[8..]);
        out[4..8].copy_from_slice(&crc.to_le_bytes());
        out
    }

    /// `None` for anything that is not a header this program wrote.
    pub(crate) fn decode(octets: &[u8; HEADER_OCTETS]) -> Option<Self> {
        let crc = u32::from_le_bytes(octets[4..8].try_into().ok()?);
        let valid = octets[..4] == MAGIC && crc == crc32c::crc32c(&octets[8..]);
        if !valid {
            return None;
        }
        let codec = Codec::of(octets[20])?;
        let seal = Seal {
            octets: u64::from_le_bytes(octets[8..16].try_into().ok()?),
            crc: u32::from_le_bytes(octets[16..20].try_into().ok()?),
            digest: octets[32..].try_into().ok()?,
        };
        let id = BlobId(u64::from_le_bytes(octets[24..32].try_into().ok()?));
        Some(Self { id, seal, codec })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_and_notices_every_flipped_bit() {
        let seal = Seal::of(b"Subject: x\r\n\r\nhello\r\n");
        for codec in [Codec::Identity, Codec::Recipe] {
            let header = RecordHeader {
                id: BlobId(77),
                seal,
                codec,
            };
            let encoded = header.encode();
            assert_eq!(RecordHeader::decode(&encoded), Some(header));
            for bit in 0..HEADER_OCTETS * 8 {
                let mut flipped = encoded;
                flipped[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(RecordHeader::decode(&flipped), None, "bit {bit}");
            }
        }
    }
}
