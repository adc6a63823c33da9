//! Whole files within limits.

use crate::AuthorError;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Octets of a component that tools read; the server's own limit is `plugins.component_bytes_max`.
pub const COMPONENT_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Reads a file of at most `max` octets.
///
/// # Errors
/// [`AuthorError`].
pub fn read(path: &Path, max: u64) -> Result<Vec<u8>, AuthorError> {
    let failed = |error| AuthorError::file(path, error);
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut octets = Vec::new();
    file.take(max.saturating_add(1))
        .read_to_end(&mut octets)
        .map_err(failed)?;
    if u64::try_from(octets.len()).unwrap_or(u64::MAX) > max {
        let path = path.display();
        return Err(AuthorError::Wrong(format!("{path} has over {max} octets")));
    }
    Ok(octets)
}

/// Reads a text of at most `max` octets.
///
/// # Errors
/// [`AuthorError`].
pub fn read_text(path: &Path, max: u64) -> Result<String, AuthorError> {
    let wrong = |_| AuthorError::Wrong(format!("{} is not UTF-8", path.display()));
    String::from_utf8(read(path, max)?).map_err(wrong)
}

/// Writes a file whole or not at all: beside its place first, durably, then renamed.
///
/// # Errors
/// [`AuthorError`]; the former file then stays.
pub fn write_whole(path: &Path, octets: &[u8]) -> Result<(), AuthorError> {
    let beside = beside(path);
    let written = write_new(&beside, octets)
        .and_then(|()| as_before(path, &beside))
        .and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() && beside.exists() {
        // The name is ours alone; what cannot be removed can do no harm.
        std::fs::remove_file(&beside).unwrap_or_default();
    }
    written.map_err(|error| AuthorError::file(path, error))?;
    sync_folder(path)
}

/// A file that takes another's place has its mode.
fn as_before(path: &Path, beside: &Path) -> std::io::Result<()> {
    match std::fs::metadata(path) {
        Ok(former) => std::fs::set_permissions(beside, former.permissions()),
        Err(_) => Ok(()),
    }
}

fn write_new(path: &Path, octets: &[u8]) -> std::io::Result<()> {
    let mut file = std::fs::File::create_new(path)?;
    file.write_all(octets)?;
    file.sync_all()
}

/// Makes the new name durable too.
fn sync_folder(path: &Path) -> Result<(), AuthorError> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let synced = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| AuthorError::file(folder, error))
}

/// A name in the same folder that nobody else uses.
fn beside(path: &Path) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.{number}", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_written_whole_and_read_within_limits() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        write_whole(&path, b"one").unwrap();
        write_whole(&path, b"two!").unwrap();
        assert_eq!(read(&path, 4).unwrap(), b"two!");
        assert!(matches!(read(&path, 3), Err(AuthorError::Wrong(_))));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let nowhere = folder.path().join("no/such/folder");
        assert!(matches!(read(&nowhere, 3), Err(AuthorError::Missing(_))));
        assert!(write_whole(&nowhere, b"x").is_err());
    }
}
