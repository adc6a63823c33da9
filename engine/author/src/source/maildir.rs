//! Messages of a Maildir, or of any folder of message files.

use super::{MESSAGE_BYTES_MAX, Replayed, Source, envelope_of};
use crate::message::with_crlf;
use crate::{AuthorError, files};
use async_trait::async_trait;
use std::path::{Path, PathBuf};

/// A folder under way.
pub struct Maildir {
    files: Vec<PathBuf>,
    at: usize,
}

impl Maildir {
    /// The messages in `new` and `cur` of `folder`; without these two, all files in it. By name.
    ///
    /// # Errors
    /// [`AuthorError`].
    pub fn open(folder: &Path) -> Result<Self, AuthorError> {
        let parts = ["new", "cur"].map(|part| folder.join(part));
        let parts: Vec<_> = parts.into_iter().filter(|part| part.is_dir()).collect();
        let folders = if parts.is_empty() {
            vec![folder.to_owned()]
        } else {
            parts
        };
        let mut files = Vec::new();
        for folder in folders {
            let entries = std::fs::read_dir(&folder);
            let entries = entries.map_err(|error| AuthorError::file(&folder, error))?;
            for entry in entries {
                let path = entry
                    .map_err(|error| AuthorError::file(&folder, error))?
                    .path();
                let hidden = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b".");
                if path.is_file() && !path.file_name().is_some_and(hidden) {
                    files.push(path);
                }
            }
        }
        files.sort();
        Ok(Self { files, at: 0 })
    }
}

#[async_trait]
impl Source for Maildir {
    fn total(&self) -> u64 {
        u64::try_from(self.files.len()).unwrap_or(u64::MAX)
    }

    fn done(&self) -> u64 {
        u64::try_from(self.at).unwrap_or(u64::MAX)
    }

    async fn next(&mut self) -> Option<Result<Replayed, AuthorError>> {
        let path = self.files.get(self.at)?;
        self.at += 1;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let octets = files::read(path, MESSAGE_BYTES_MAX);
        Some(octets.and_then(|octets| envelope_of(name.into_owned(), with_crlf(&octets), None)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn both_kinds_of_folders() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, format!("Subject: {name}\n\nbody\n")).unwrap();
        };
        let places = async || {
            let mut source = Maildir::open(folder.path()).unwrap();
            let mut places = Vec::new();
            while let Some(message) = source.next().await {
                places.push(message.unwrap().place);
            }
            places
        };
        write("b.eml");
        write("a.eml");
        write(".hidden");
        assert_eq!(places().await, ["a.eml", "b.eml"]);
        write("cur/2:2,S");
        write("new/1");
        assert_eq!(places().await, ["2:2,S", "1"]);
    }
}
