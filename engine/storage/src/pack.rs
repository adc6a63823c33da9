//! Packs: append-only files of self-describing records, one record a message.

mod blob;
mod file;
mod record;
mod scan;
mod writer;

pub(crate) use blob::PackBlob;
pub(crate) use file::{PackFile, PackShelf};
pub(crate) use record::{Codec, HEADER_OCTETS, RecordHeader, Seal};
pub(crate) use scan::{Scanned, end_of_valid, scan_pack};
pub(crate) use writer::{PackSettings, PackWriter, PendingBlob, Tail, for_each_piece};

use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use waxseal_mail::BlobId;

/// Where the octets of a blob lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) id: BlobId,
    pub(crate) pack: u32,
    /// Of the record, header included.
    pub(crate) offset: u64,
    /// As they rest, header excluded.
    pub(crate) octets: u64,
    pub(crate) crc: u32,
    /// Octets of the message itself where it rests encoded; `None` where it rests as it is.
    pub(crate) plain: Option<u64>,
}

impl Place {
    /// From six columns of a row, the first of which is `first`: id, pack, offset, octets, crc and
    /// plain of a blob.
    pub(crate) fn from_row(row: &SqliteRow, first: usize) -> Result<Self, sqlx::Error> {
        let number = |at: usize| row.try_get_unchecked::<i64, _>(at).map(i64::cast_unsigned);
        let plain: Option<i64> = row.try_get_unchecked(first + 5)?;
        Ok(Self {
            id: BlobId(number(first)?),
            pack: row.try_get_unchecked(first + 1)?,
            offset: number(first + 2)?,
            octets: number(first + 3)?,
            crc: row.try_get_unchecked(first + 4)?,
            plain: plain.map(i64::cast_unsigned),
        })
    }

    /// Octets of the message.
    pub(crate) fn message_octets(&self) -> u64 {
        self.plain.unwrap_or(self.octets)
    }
}

/// Bits of a blob's name that are the offset in the pack it was first written to.
const OFFSET_BITS: u32 = 36;

/// The name of the record first written at `offset` of `pack`. Pack numbers are never reused, and a
/// pack is never written twice at one place, so names are unique for ever.
pub(crate) const fn blob_id(pack: u32, offset: u64) -> BlobId {
    BlobId(((pack as u64) << OFFSET_BITS) | offset)
}

/// The highest pack number; names stay below 2^63.
pub(crate) const PACK_NUMBER_MAX: u32 = (1 << 26) - 1;
