//! Octets that can be read at any position, wherever they lie.

use bytes::Bytes;
use std::io;

/// A fixed run of octets: in memory, in a spool file, in a pack.
///
/// Reads may touch the disk but never the network; callers that read much do so off the reactor.
pub trait ReadAt: Send + Sync {
    /// How many octets there are.
    fn octets(&self) -> u64;

    /// Fills `buffer` from `offset`; answers how many octets were there, less than asked only at the
    /// end.
    ///
    /// # Errors
    /// When the medium fails or the octets do not match their checksum.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// The octets themselves where they lie in memory as one piece.
    fn as_bytes(&self) -> Option<Bytes> {
        None
    }
}

impl ReadAt for Bytes {
    fn octets(&self) -> u64 {
        u64::try_from(self.len()).unwrap_or(u64::MAX)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let start = usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(self.len());
        let octets = buffer.len().min(self.len() - start);
        buffer[..octets].copy_from_slice(&self[start..start + octets]);
        Ok(octets)
    }

    fn as_bytes(&self) -> Option<Bytes> {
        Some(self.clone())
    }
}

/// Reads `offset..offset + octets` (cut at the end) into one piece of memory.
///
/// # Errors
/// As [`ReadAt::read_at`].
pub fn read_range(source: &dyn ReadAt, offset: u64, octets: u64) -> io::Result<Bytes> {
    let start = offset.min(source.octets());
    let end = offset.saturating_add(octets).min(source.octets());
    if let Some(bytes) = source.as_bytes() {
        let index = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
        return Ok(bytes.slice(index(start)..index(end)));
    }
    let wanted = usize::try_from(end - start).map_err(io::Error::other)?;
    let mut buffer = vec![0; wanted];
    let mut filled = 0;
    while filled < wanted {
        let at = start + u64::try_from(filled).unwrap_or(u64::MAX);
        match source.read_at(at, &mut buffer[filled..])? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            octets => filled += octets,
        }
    }
    Ok(buffer.into())
}

/// Reads everything into one piece of memory.
///
/// # Errors
/// As [`ReadAt::read_at`].
pub fn read_all(source: &dyn ReadAt) -> io::Result<Bytes> {
    read_range(source, 0, source.octets())
}
