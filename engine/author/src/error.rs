//! Why a tool could not do its work.

use std::path::{Path, PathBuf};

/// What went wrong; each variant has an exit code of its own on the command line.
#[derive(Debug, thiserror::Error)]
pub enum AuthorError {
    /// What was given is wrong: an option, a name, a file's content.
    #[error("{0}")]
    Wrong(String),
    /// A named thing does not exist.
    #[error("{0}")]
    Missing(String),
    /// A thing exists already.
    #[error("{0}")]
    Exists(String),
    /// It was tried and failed.
    #[error("{0}")]
    Failed(String),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl AuthorError {
    /// A file could not be read or written; one that is not there is [`AuthorError::Missing`].
    #[must_use]
    pub fn file(path: &Path, source: std::io::Error) -> Self {
        if source.kind() == std::io::ErrorKind::NotFound {
            return Self::Missing(format!("{} does not exist", path.display()));
        }
        Self::File {
            path: path.to_owned(),
            source,
        }
    }
}

impl From<waxseal_toolchain::ToolchainError> for AuthorError {
    fn from(error: waxseal_toolchain::ToolchainError) -> Self {
        Self::Failed(error.to_string())
    }
}
