//! The files of a recording: `000001.toml` with the session and envelope, `000001.eml` with the message.

use crate::{AuthorError, files};
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use waxseal_ports::{ReadAt, read_at};

/// Octets of a message that are copied at once.
const CHUNK_BYTES: u64 = 256 * 1024;

/// How much is recorded at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Messages.
    pub messages_max: u64,
    /// Octets of all files.
    pub bytes_max: u64,
    /// How long.
    pub time_max: Duration,
}

/// How far a recording is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Its folder.
    pub folder: PathBuf,
    /// Messages recorded.
    pub messages: u64,
    /// Octets written.
    pub bytes: u64,
}

/// One message or one session without any.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Entry {
    /// `smtp`, `submission`, `lmtp`, `imap` or `pop3`.
    pub protocol: String,
    /// The client's address and port.
    pub peer: String,
    /// What it called itself.
    pub helo: String,
    /// Protocol and cipher suite where TLS was in use.
    pub tls: Option<String>,
    /// The user that authenticated.
    pub user: Option<String>,
    /// The mechanism.
    pub mechanism: Option<String>,
    /// The reverse-path.
    pub sender: String,
    /// The recipients that were accepted.
    pub recipients: Vec<String>,
    /// The last verdict of the filters that was one, for people.
    pub verdict: String,
}

/// A recording under way.
pub(super) struct Writer {
    limits: Limits,
    until: Instant,
    status: Status,
}

impl Writer {
    pub(super) fn new(folder: &Path, limits: Limits, now: Instant) -> Result<Self, AuthorError> {
        let failed = |error| AuthorError::file(folder, error);
        let made = std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder);
        made.map_err(failed)?;
        if std::fs::read_dir(folder).map_err(failed)?.next().is_some() {
            let folder = folder.display();
            return Err(AuthorError::Exists(format!("{folder} is not empty")));
        }
        Ok(Self {
            limits,
            until: now + limits.time_max,
            status: Status {
                folder: folder.to_owned(),
                messages: 0,
                bytes: 0,
            },
        })
    }

    pub(super) fn status(&self) -> Status {
        self.status.clone()
    }

    pub(super) fn is_over(&self, now: Instant) -> bool {
        now >= self.until
    }

    pub(super) fn is_full(&self) -> bool {
        self.status.messages >= self.limits.messages_max
            || self.status.bytes >= self.limits.bytes_max
    }

    /// Writes an entry; one that would go over the octets is left out.
    pub(super) fn write(
        &mut self,
        entry: &Entry,
        message: Option<&dyn ReadAt>,
    ) -> Result<(), AuthorError> {
        let text =
            toml::to_string(entry).map_err(|error| AuthorError::Failed(error.to_string()))?;
        let octets = message.map_or(0, ReadAt::octets);
        let wanted = octets.saturating_add(u64::try_from(text.len()).unwrap_or(0));
        if self.status.bytes.saturating_add(wanted) > self.limits.bytes_max {
            return Ok(());
        }
        let number = self.status.messages + 1;
        let name = |ending: &str| self.status.folder.join(format!("{number:06}.{ending}"));
        if let Some(message) = message {
            let path = name("eml");
            copy(&path, message).map_err(|error| AuthorError::file(&path, error))?;
        }
        let path = name("toml");
        let mut file = private(&path).map_err(|error| AuthorError::file(&path, error))?;
        let written = file.write_all(text.as_bytes());
        written.map_err(|error| AuthorError::file(&path, error))?;
        self.status.messages = number;
        self.status.bytes += wanted;
        Ok(())
    }
}

fn private(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::File::options();
    options.write(true).create_new(true).mode(0o600).open(path)
}

fn copy(path: &Path, message: &dyn ReadAt) -> std::io::Result<()> {
    let mut file = private(path)?;
    let mut offset = 0;
    while offset < message.octets() {
        let piece = read_at::read_range(message, offset, CHUNK_BYTES)?;
        file.write_all(&piece)?;
        offset += piece.octets();
    }
    Ok(())
}

/// Octets of the text of an entry.
const ENTRY_BYTES_MAX: u64 = 1024 * 1024;

impl Entry {
    /// Reads what a recording wrote.
    pub(crate) fn read(path: &Path) -> Result<Self, AuthorError> {
        let text = files::read_text(path, ENTRY_BYTES_MAX)?;
        toml::from_str(&text)
            .map_err(|error| AuthorError::Wrong(format!("{}: {error}", path.display())))
    }
}
