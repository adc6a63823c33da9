//! The few calls that touch the disk outside of SQLite, so that tests can make them fail.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// What packs and spool files do to the disk.
pub(crate) trait Disk: Send + Sync {
    /// Writes all of `octets` at `offset`.
    fn write(&self, file: &File, offset: u64, octets: &[u8]) -> io::Result<()>;
    /// Makes the octets of `file` durable.
    fn sync(&self, file: &File) -> io::Result<()>;
    /// Octets of the file system that are free for this process.
    fn free_octets(&self, folder: &Path) -> io::Result<u64>;
}

/// The operating system's own calls.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OsDisk;

impl Disk for OsDisk {
    fn write(&self, file: &File, offset: u64, octets: &[u8]) -> io::Result<()> {
        file.write_all_at(octets, offset)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }

    fn free_octets(&self, folder: &Path) -> io::Result<u64> {
        let free = rustix::fs::statvfs(folder)?;
        Ok(free.f_bavail.saturating_mul(free.f_frsize))
    }
}

/// Whether there is room above the reserve.
pub(crate) fn has_room(disk: &dyn Disk, folder: &Path, reserve_octets: u64) -> bool {
    // An unreadable figure must not stop the mail: the write itself will tell.
    disk.free_octets(folder)
        .map_or(true, |free| free > reserve_octets)
}
