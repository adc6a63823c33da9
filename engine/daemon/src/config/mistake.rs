//! What is wrong with a configuration file, and where.

use std::fmt;
use std::path::Path;

/// One mistake. Prints as `file:line:column: what is wrong`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// The file as it was named.
    pub file: String,
    /// Line, from 1; 0 where the mistake is not at one place.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong and what to do.
    pub message: String,
}

/// All mistakes of a file, by place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistakes(pub Vec<Mistake>);

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            write!(f, "{}: {}", self.file, self.message)
        } else {
            let Self {
                file, line, column, ..
            } = self;
            write!(f, "{file}:{line}:{column}: {}", self.message)
        }
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

impl Mistakes {
    pub(crate) fn unreadable(file: &Path, error: &std::io::Error) -> Self {
        let hint = if error.kind() == std::io::ErrorKind::NotFound {
            "; make one with `waxseal init`, or name another with --config"
        } else {
            ""
        };
        Self(vec![Mistake {
            file: file.display().to_string(),
            line: 0,
            column: 0,
            message: format!("cannot be read: {error}{hint}"),
        }])
    }
}
