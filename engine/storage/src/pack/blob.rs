//! The octets of one stored message, read where they lie.

use super::{HEADER_OCTETS, PackFile, Place};
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use waxseal_ports::ReadAt;

/// Blobs up to this size are checked whole on their first read, larger ones as they are read through.
const CHECK_WHOLE_OCTETS_MAX: u64 = 256 << 10;

/// A blob in a pack.
#[derive(Debug)]
pub(crate) struct PackBlob {
    pack: Arc<PackFile>,
    place: Place,
    checked: AtomicBool,
    /// Of a large blob that is being read from its start: the next offset and the checksum so far.
    running: Mutex<(u64, u32)>,
}

impl PackBlob {
    pub(crate) fn new(pack: Arc<PackFile>, place: Place) -> Self {
        Self {
            pack,
            place,
            checked: AtomicBool::new(false),
            running: Mutex::new((0, 0)),
        }
    }

    fn fill(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let start = self.place.offset + HEADER_OCTETS as u64 + offset;
        self.pack.file.read_exact_at(buffer, start)
    }

    fn verdict(&self, crc: u32) -> io::Result<()> {
        if crc == self.place.crc {
            self.checked.store(true, Ordering::Relaxed);
            return Ok(());
        }
        metrics::counter!("waxseal_storage_corrupt_reads_total").increment(1);
        tracing::error!(blob = %self.place.id, pack = self.pack.number, "stored octets are damaged");
        let text = format!("{} in pack {} is damaged", self.place.id, self.pack.number);
        Err(io::Error::new(io::ErrorKind::InvalidData, text))
    }

    /// Checks octets `offset..` that were just read.
    fn check(&self, offset: u64, octets: &[u8]) -> io::Result<()> {
        let count = octets.len() as u64;
        if offset == 0 && count == self.place.octets {
            return self.verdict(crc32c::crc32c(octets));
        }
        if self.place.octets <= CHECK_WHOLE_OCTETS_MAX {
            let wanted = usize::try_from(self.place.octets).map_err(io::Error::other)?;
            let mut whole = vec![0; wanted];
            self.fill(0, &mut whole)?;
            return self.verdict(crc32c::crc32c(&whole));
        }
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if offset == 0 {
            *running = (0, 0);
        }
        if running.0 == offset {
            *running = (offset + count, crc32c::crc32c_append(running.1, octets));
            if running.0 == self.place.octets {
                return self.verdict(running.1);
            }
        }
        Ok(())
    }
}

impl ReadAt for PackBlob {
    fn octets(&self) -> u64 {
        self.place.octets
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.place.octets.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        if wanted == 0 {
            return Ok(0);
        }
        let buffer = &mut buffer[..wanted];
        self.fill(offset, buffer)?;
        if !self.checked.load(Ordering::Relaxed) {
            self.check(offset, buffer)?;
        }
        Ok(wanted)
    }
}
