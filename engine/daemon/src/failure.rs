//! Why a command failed, and its exit code.

use crate::config::Mistakes;
use std::fmt;
use std::process::ExitCode;
use waxseal_admin::{CallError, Problem};
use waxseal_storage::OpenError;

/// An error with the exit code that scripts see; the codes are in `waxseal --help`.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    error: anyhow::Error,
}

/// What a command answers.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// Something failed: 1.
    pub(crate) const FAILED: u8 = 1;
    /// Command line or configuration wrong: 2.
    pub(crate) const WRONG: u8 = 2;
    /// No such thing: 3.
    pub(crate) const MISSING: u8 = 3;
    /// Exists already or is in use: 4.
    pub(crate) const CONFLICT: u8 = 4;
    /// Server or storage not available: 5.
    pub(crate) const UNAVAILABLE: u8 = 5;

    /// A wrong command line or configuration.
    pub(crate) fn wrong(message: impl fmt::Display + fmt::Debug + Send + Sync + 'static) -> Self {
        Self {
            code: Self::WRONG,
            error: anyhow::Error::msg(message),
        }
    }

    /// An error with its code.
    pub(crate) const fn with_code(code: u8, error: anyhow::Error) -> Self {
        Self { code, error }
    }

    /// Whether it is that there is no such thing.
    pub(crate) const fn is_missing(&self) -> bool {
        self.code == Self::MISSING
    }

    /// For the shell.
    pub(crate) fn exit_code(&self) -> ExitCode {
        self.code.into()
    }
}

impl fmt::Display for Failure {
    /// The whole chain of causes on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.error)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        let code = if error.is::<OpenError>() {
            Self::UNAVAILABLE
        } else {
            Self::FAILED
        };
        Self { code, error }
    }
}

impl From<Mistakes> for Failure {
    fn from(mistakes: Mistakes) -> Self {
        Self::wrong(mistakes)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let code = match problem.status {
            400 | 422 => Self::WRONG,
            404 => Self::MISSING,
            409 => Self::CONFLICT,
            503 => Self::UNAVAILABLE,
            _ => Self::FAILED,
        };
        Self {
            code,
            error: problem.into(),
        }
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Problem(problem) => problem.into(),
            CallError::NoServer(_) | CallError::Forbidden(_) | CallError::Broken(_) => Self {
                code: Self::UNAVAILABLE,
                error: error.into(),
            },
        }
    }
}
