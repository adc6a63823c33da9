//! Why a write did not become durable, and what that means in the words of each port.

use std::io;
use std::sync::Arc;
use waxseal_ports::directory::DirectoryError;
use waxseal_ports::queue::QueueError;
use waxseal_ports::store::StoreError;

/// The medium's part of a failure; logical refusals have the types of their ports.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Outage {
    /// No space, or the reserve is reached. Heals by itself.
    #[error("no space is left")]
    Full,
    /// Anything else; the text names it.
    #[error("{0}")]
    Broken(Arc<str>),
}

impl Outage {
    pub(crate) fn broken(text: impl std::fmt::Display) -> Self {
        Self::Broken(text.to_string().into())
    }
}

/// Whether an error of the operating system says that no space is left.
pub(crate) fn is_no_space(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// The primary result codes of SQLite that matter here.
const SQLITE_IOERR: u32 = 10;
const SQLITE_CORRUPT: u32 = 11;
const SQLITE_FULL: u32 = 13;
const SQLITE_NOTADB: u32 = 26;

/// The primary result code of a database error, if it has one.
fn sqlite_code(error: &sqlx::Error) -> Option<u32> {
    let code: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}

/// Whether the database can no longer be trusted with writes after this error: the outcome of a
/// commit is unknown, or its file is damaged.
pub(crate) fn is_fatal(error: &sqlx::Error) -> bool {
    match sqlite_code(error) {
        Some(code) => matches!(code, SQLITE_IOERR | SQLITE_CORRUPT | SQLITE_NOTADB),
        // The thread that owns the connection is gone: so is what it was doing.
        None => matches!(error, sqlx::Error::WorkerCrashed | sqlx::Error::Io(_)),
    }
}

impl From<sqlx::Error> for Outage {
    fn from(error: sqlx::Error) -> Self {
        if sqlite_code(&error) == Some(SQLITE_FULL) {
            Self::Full
        } else {
            Self::broken(error)
        }
    }
}

impl From<io::Error> for Outage {
    fn from(error: io::Error) -> Self {
        if is_no_space(&error) {
            Self::Full
        } else {
            Self::broken(error)
        }
    }
}

impl From<Outage> for StoreError {
    fn from(outage: Outage) -> Self {
        match outage {
            Outage::Full => Self::Full,
            Outage::Broken(_) => Self::Unavailable(Box::new(outage)),
        }
    }
}

impl From<Outage> for QueueError {
    fn from(outage: Outage) -> Self {
        match outage {
            Outage::Full => Self::Full,
            Outage::Broken(_) => Self::Unavailable(Box::new(outage)),
        }
    }
}

impl From<Outage> for DirectoryError {
    fn from(outage: Outage) -> Self {
        Self::Unavailable(Box::new(outage))
    }
}
