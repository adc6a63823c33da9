//! Reading a pack from end to end: after a crash, for verification, to list what is in it.

use super::{HEADER_OCTETS, PackFile, Place, RecordHeader};
use std::io;
use std::os::unix::fs::FileExt;

/// Octets read at once while checking a record.
const PIECE_OCTETS: usize = 256 << 10;

/// What a record turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scanned {
    /// A record whose octets match their checksums.
    Good(Place),
    /// A record with a good header whose octets do not match.
    Damaged(Place),
    /// From here on there is no record: the torn tail of a crash, or damage.
    Torn {
        /// Where it starts.
        offset: u64,
        /// Octets up to the end of the file.
        octets: u64,
    },
}

/// The header at `offset`, if a whole record can lie there.
fn header_at(pack: &PackFile, offset: u64, end: u64) -> io::Result<Option<(RecordHeader, u64)>> {
    let mut octets = [0; HEADER_OCTETS];
    let content = offset + HEADER_OCTETS as u64;
    if content > end {
        return Ok(None);
    }
    pack.file.read_exact_at(&mut octets, offset)?;
    let header = RecordHeader::decode(&octets);
    let next = header.and_then(|header| content.checked_add(header.seal.octets));
    Ok(header.zip(next.filter(|next| *next <= end)))
}

/// Whether the octets behind a header match it, by checksum and digest.
fn matches(pack: &PackFile, offset: u64, header: &RecordHeader) -> io::Result<bool> {
    let mut at = offset + HEADER_OCTETS as u64;
    let mut left = header.seal.octets;
    let (mut crc, mut digest) = (0, blake3::Hasher::new());
    let mut piece = vec![0; PIECE_OCTETS];
    while left > 0 {
        let count = usize::try_from(left)
            .unwrap_or(PIECE_OCTETS)
            .min(PIECE_OCTETS);
        let part = &mut piece[..count];
        pack.file.read_exact_at(part, at)?;
        crc = crc32c::crc32c_append(crc, part);
        digest.update(part);
        at += count as u64;
        left -= count as u64;
    }
    Ok(crc == header.seal.crc && *digest.finalize().as_bytes() == header.seal.digest)
}

/// Walks through a pack from `start`, a record boundary, and hands every finding to `found`.
pub(crate) fn scan_pack(
    pack: &PackFile,
    start: u64,
    mut found: impl FnMut(Scanned),
) -> io::Result<()> {
    let end = pack.file.metadata()?.len();
    let mut offset = start;
    while offset < end {
        let Some((header, next)) = header_at(pack, offset, end)? else {
            let octets = end - offset;
            found(Scanned::Torn { offset, octets });
            return Ok(());
        };
        let place = Place {
            id: header.id,
            pack: pack.number,
            offset,
            octets: header.seal.octets,
            crc: header.seal.crc,
            // The recipe would tell; nobody who scans wants to know.
            plain: None,
        };
        let good = matches(pack, offset, &header)?;
        found(if good {
            Scanned::Good(place)
        } else {
            Scanned::Damaged(place)
        });
        offset = next;
    }
    Ok(())
}

/// Where the unbroken run of good records that begins at `start` ends: the place to append at after a
/// crash.
pub(crate) fn end_of_valid(pack: &PackFile, start: u64) -> io::Result<u64> {
    let mut end = start;
    let mut broken = false;
    scan_pack(pack, start, |record| match record {
        Scanned::Good(place) if !broken => {
            end = place.offset + HEADER_OCTETS as u64 + place.octets;
        }
        Scanned::Good(_) | Scanned::Damaged(_) | Scanned::Torn { .. } => broken = true,
    })?;
    Ok(end)
}
