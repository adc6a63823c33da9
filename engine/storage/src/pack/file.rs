//! Open pack files, shared by everyone who reads them.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Pack files kept open; more are opened anew when needed.
const OPEN_MAX: usize = 512;

/// One open pack. Reading goes on after the file was unlinked.
#[derive(Debug)]
pub(crate) struct PackFile {
    pub(crate) number: u32,
    pub(crate) file: File,
}

/// All packs of the data folder.
#[derive(Debug)]
pub(crate) struct PackShelf {
    folder: PathBuf,
    open: Mutex<HashMap<u32, Arc<PackFile>>>,
}

impl PackShelf {
    pub(crate) fn new(folder: PathBuf) -> Self {
        let open = Mutex::default();
        Self { folder, open }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn path(&self, number: u32) -> PathBuf {
        self.folder.join(format!("{number:08}.pack"))
    }

    /// The numbers of all packs there are, ascending.
    pub(crate) fn numbers(&self) -> io::Result<Vec<u32>> {
        let mut numbers = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            let number = name.to_str().and_then(|name| name.strip_suffix(".pack"));
            numbers.extend(number.and_then(|number| number.parse::<u32>().ok()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// A pack for reading.
    pub(crate) fn get(&self, number: u32) -> io::Result<Arc<PackFile>> {
        if let Some(pack) = self.lock().get(&number) {
            return Ok(pack.clone());
        }
        let file = File::open(self.path(number))?;
        let pack = Arc::new(PackFile { number, file });
        let mut open = self.lock();
        if open.len() >= OPEN_MAX {
            open.retain(|_, pack| Arc::strong_count(pack) > 1);
        }
        if open.len() >= OPEN_MAX {
            open.clear();
        }
        open.insert(number, pack.clone());
        Ok(pack)
    }

    /// Opens an existing pack for appending.
    pub(crate) fn reopen(&self, number: u32) -> io::Result<File> {
        OpenOptions::new()
            .read(true)
            .write(true)
            .open(self.path(number))
    }

    /// Creates a pack and makes its name durable.
    pub(crate) fn create(&self, number: u32) -> io::Result<File> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(self.path(number))?;
        self.sync_folder()?;
        Ok(file)
    }

    /// Removes a pack; those who have it open read on.
    pub(crate) fn unlink(&self, number: u32) -> io::Result<()> {
        self.lock().remove(&number);
        std::fs::remove_file(self.path(number))?;
        self.sync_folder()
    }

    fn sync_folder(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u32, Arc<PackFile>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
