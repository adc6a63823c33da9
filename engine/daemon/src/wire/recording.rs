//! The recorder of sessions as administration sees it.

use std::sync::Arc;
use std::time::Duration;
use waxseal_admin::{Problem, Recording, RecordingPlan, RecordingView};
use waxseal_author::AuthorError;
use waxseal_author::record::{Limits, Recorder, Status};

/// Starts and stops recordings of the running server.
pub(super) struct RunningRecorder(pub(super) Arc<Recorder>);

impl Recording for RunningRecorder {
    fn start(&self, plan: RecordingPlan) -> Result<(), Problem> {
        let limits = Limits {
            messages_max: plan.messages_max,
            bytes_max: plan.bytes_max,
            time_max: Duration::from_secs(plan.minutes_max.saturating_mul(60)),
        };
        self.0
            .start(&plan.folder, limits)
            .map_err(|error| match error {
                error @ AuthorError::Exists(_) => Problem::conflict(error.to_string()),
                error @ (AuthorError::Wrong(_)
                | AuthorError::Missing(_)
                | AuthorError::Failed(_)
                | AuthorError::File { .. }) => Problem::invalid(error.to_string()),
            })
    }

    fn stop(&self) -> Option<RecordingView> {
        self.0.stop().map(view)
    }

    fn status(&self) -> Option<RecordingView> {
        self.0.status().map(view)
    }
}

fn view(status: Status) -> RecordingView {
    RecordingView {
        folder: status.folder.display().to_string(),
        messages: status.messages,
        bytes: status.bytes,
    }
}
