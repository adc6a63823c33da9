//! The data folder and its lock.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Why the storage could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has the folder.
    #[error("the data folder {folder} is in use by process {holder}")]
    Locked {
        /// Which folder.
        folder: String,
        /// The process id the holder left in the lock file.
        holder: String,
    },
    /// A newer program wrote it.
    #[error("the data folder has schema version {found}, this program knows up to {known}")]
    TooNew {
        /// What the folder has.
        found: i64,
        /// What this program knows.
        known: i64,
    },
    /// A file or folder could not be made or read.
    #[error("cannot use {path}")]
    Io {
        /// Which.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// The database could not be opened or read.
    #[error("cannot open the database: {0}")]
    Database(#[from] sqlx::Error),
    /// Stored data is not what this program writes.
    #[error("the database holds something unreadable: {0}")]
    Corrupt(String),
}

/// Paths below the data folder; holds the lock until dropped.
#[derive(Debug)]
pub(crate) struct DataFolder {
    pub(crate) root: PathBuf,
    pub(crate) packs: PathBuf,
    pub(crate) spool: PathBuf,
    pub(crate) database: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Creates what is missing, takes the lock and empties the spool of a former life.
    pub(crate) fn open(root: &Path) -> Result<Self, OpenError> {
        let packs = root.join("packs");
        let spool = root.join("spool");
        for folder in [root, &packs, &spool] {
            fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
        }
        let lock = lock(root)?;
        for entry in fs::read_dir(&spool).map_err(|source| failed(&spool, source))? {
            let path = entry.map_err(|source| failed(&spool, source))?.path();
            fs::remove_file(&path).map_err(|source| failed(&path, source))?;
        }
        let database = root.join("waxseal.db");
        Ok(Self {
            root: root.to_owned(),
            packs,
            spool,
            database,
            _lock: lock,
        })
    }
}

fn failed(path: &Path, source: io::Error) -> OpenError {
    let path = path.display().to_string();
    OpenError::Io { path, source }
}

/// The exclusive lock; the kernel drops it with the process, however that ends.
fn lock(root: &Path) -> Result<File, OpenError> {
    let path = root.join("lock");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|source| failed(&path, source))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            file.read_to_string(&mut holder)
                .map_err(|source| failed(&path, source))?;
            let folder = root.display().to_string();
            let holder = holder.trim().to_owned();
            return Err(OpenError::Locked { folder, holder });
        }
        Err(TryLockError::Error(source)) => return Err(failed(&path, source)),
    }
    let written = file
        .set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| writeln!(file, "{}", std::process::id()));
    written.map_err(|source| failed(&path, source))?;
    Ok(file)
}
