//! Where incoming octets wait until they are accepted or thrown away.

use crate::Storage;
use crate::disk::{Disk, has_room};
use crate::outage::is_no_space;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use waxseal_ports::spool::{SpoolError, SpoolWriter};
use waxseal_ports::{ReadAt, Spool};

/// Octets written to a spool file at once.
const BUFFER_OCTETS: usize = 256 << 10;

impl Spool for Storage {
    fn start(&self) -> Box<dyn SpoolWriter> {
        self.spool().start()
    }
}

/// Where spooled octets go, and how much of them may.
#[derive(Clone)]
pub(crate) struct SpoolPlace {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) folder: PathBuf,
    /// Octets of the file system to leave free.
    pub(crate) reserve_octets: u64,
    /// Octets kept in memory before a file is made.
    pub(crate) memory_octets: usize,
}

impl SpoolPlace {
    /// The same without a reserve: reading goes on when mail is refused already.
    pub(crate) fn for_reading(&self) -> Self {
        Self {
            reserve_octets: 0,
            ..self.clone()
        }
    }

    /// A new, empty place.
    pub(crate) fn start(&self) -> Box<dyn SpoolWriter> {
        Box::new(Writer {
            place: self.clone(),
            buffer: Vec::new(),
            file: None,
            written: 0,
        })
    }
}

struct Writer {
    place: SpoolPlace,
    /// Not in the file yet.
    buffer: Vec<u8>,
    file: Option<File>,
    written: u64,
}

impl Writer {
    /// Hands the buffer to the file, which is made when it is first needed.
    fn flush(&mut self) -> Result<(), SpoolError> {
        let place = &self.place;
        if !has_room(place.disk.as_ref(), &place.folder, place.reserve_octets) {
            return Err(SpoolError::Full);
        }
        let file = match &self.file {
            Some(file) => file,
            None => self.file.insert(nameless(&place.folder).map_err(refusal)?),
        };
        place
            .disk
            .write(file, self.written, &self.buffer)
            .map_err(refusal)?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

impl SpoolWriter for Writer {
    fn write(&mut self, octets: &[u8]) -> Result<(), SpoolError> {
        self.buffer.extend_from_slice(octets);
        let limit = match self.file {
            None => self.place.memory_octets,
            Some(_) => BUFFER_OCTETS,
        };
        if self.buffer.len() > limit {
            self.flush()?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Arc<dyn ReadAt>, SpoolError> {
        if self.file.is_some() && !self.buffer.is_empty() {
            self.flush()?;
        }
        match self.file {
            None => Ok(Arc::new(bytes::Bytes::from(self.buffer))),
            Some(file) => Ok(Arc::new(SpoolFile {
                file,
                octets: self.written,
            })),
        }
    }
}

fn refusal(error: io::Error) -> SpoolError {
    if is_no_space(&error) {
        SpoolError::Full
    } else {
        SpoolError::Io(error)
    }
}

/// A file that has no name any more: it goes with its last reader, however the process ends.
fn nameless(folder: &std::path::Path) -> io::Result<File> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = folder.join(format!("{number}.spool"));
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

/// Octets in a spool file.
struct SpoolFile {
    file: File,
    octets: u64,
}

impl ReadAt for SpoolFile {
    fn octets(&self) -> u64 {
        self.octets
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.octets.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        self.file.read_exact_at(&mut buffer[..wanted], offset)?;
        Ok(wanted)
    }
}
