//! Bodies that wait to be judged: in memory while they are small, then in nameless files.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use waxseal_net::random_u64;
use waxseal_ports::ReadAt;
use waxseal_ports::spool::{Spool, SpoolError, SpoolWriter};

/// Octets kept in memory before a file is made.
const MEMORY_OCTETS: usize = 256 * 1024;

/// A spool in a folder that others may use too.
pub(super) struct TemporarySpool {
    folder: PathBuf,
}

impl TemporarySpool {
    pub(super) const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }
}

impl Spool for TemporarySpool {
    fn start(&self) -> Box<dyn SpoolWriter> {
        Box::new(Place {
            folder: self.folder.clone(),
            memory: Vec::new(),
            file: None,
        })
    }
}

struct Place {
    folder: PathBuf,
    /// What is not in the file yet.
    memory: Vec<u8>,
    file: Option<File>,
}

impl Place {
    fn flush(&mut self) -> io::Result<()> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => nameless(&self.folder)?,
        };
        file.write_all(&self.memory)?;
        self.memory.clear();
        self.file = Some(file);
        Ok(())
    }
}

impl SpoolWriter for Place {
    fn write(&mut self, octets: &[u8]) -> Result<(), SpoolError> {
        self.memory.extend_from_slice(octets);
        if self.memory.len() > MEMORY_OCTETS {
            self.flush().map_err(refusal)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Arc<dyn ReadAt>, SpoolError> {
        if self.file.is_some() {
            self.flush().map_err(refusal)?;
        }
        match self.file {
            None => Ok(Arc::new(bytes::Bytes::from(self.memory))),
            Some(file) => {
                let octets = file.metadata().map_err(refusal)?.len();
                Ok(Arc::new(Spooled { file, octets }))
            }
        }
    }
}

fn refusal(error: io::Error) -> SpoolError {
    let full = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded];
    if full.contains(&error.kind()) {
        SpoolError::Full
    } else {
        SpoolError::Io(error)
    }
}

/// A file that nobody else can open and that vanishes when it is closed.
fn nameless(folder: &Path) -> io::Result<File> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = folder.join(format!("waxseal-milter-{:016x}-{number}", random_u64()));
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

struct Spooled {
    file: File,
    octets: u64,
}

impl ReadAt for Spooled {
    fn octets(&self) -> u64 {
        self.octets
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            let at = offset + u64::try_from(filled).unwrap_or(u64::MAX);
            match self.file.read_at(&mut buffer[filled..], at)? {
                0 => break,
                octets => filled += octets,
            }
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_ports::read_at::read_all;

    #[test]
    fn small_and_large_bodies_come_back() {
        let folder = std::env::temp_dir().join(format!("waxseal-spool-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let spool = TemporarySpool::new(folder.clone());
        for octets in [0, 1, MEMORY_OCTETS, MEMORY_OCTETS + 1, 3 * MEMORY_OCTETS] {
            let body: Vec<u8> = (0..octets).map(|at| (at % 251) as u8).collect();
            let mut writer = spool.start();
            for piece in body.chunks(60_000) {
                writer.write(piece).unwrap();
            }
            let read = writer.finish().unwrap();
            assert_eq!(read_all(&*read).unwrap(), body, "{octets}");
            assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
