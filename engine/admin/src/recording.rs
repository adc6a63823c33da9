//! What administration needs of the recorder of sessions.

use crate::{Problem, RecordingView};
use std::path::PathBuf;

/// What is recorded, and how much of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingPlan {
    /// The folder, absolute; new or empty.
    pub folder: PathBuf,
    /// Messages at most.
    pub messages_max: u64,
    /// Octets at most.
    pub bytes_max: u64,
    /// Minutes at most.
    pub minutes_max: u64,
}

/// Records live sessions for replays.
pub trait Recording: Send + Sync {
    /// Begins.
    ///
    /// # Errors
    /// A [`Problem`] where a recording runs, or the folder cannot be used.
    fn start(&self, plan: RecordingPlan) -> Result<(), Problem>;

    /// Ends; what it came to, or `None` where none ran.
    fn stop(&self) -> Option<RecordingView>;

    /// How far it is; `None` where none runs.
    fn status(&self) -> Option<RecordingView>;
}

/// No server, no sessions.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoRecording;

impl Recording for NoRecording {
    fn start(&self, _plan: RecordingPlan) -> Result<(), Problem> {
        Err(Problem::not_found(
            "no server is running, so there are no sessions to record",
        ))
    }

    fn stop(&self) -> Option<RecordingView> {
        None
    }

    fn status(&self) -> Option<RecordingView> {
        None
    }
}
