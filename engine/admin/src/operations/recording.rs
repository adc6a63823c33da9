//! Starting, stopping and watching a recording.

use crate::{Answer, Problem, Recording, RecordingPlan};

/// Messages, octets and minutes that one recording may have.
const MESSAGES_MAX: u64 = 1_000_000;
const BYTES_MAX: u64 = 1024 * 1024 * 1024 * 1024;
const MINUTES_MAX: u64 = 7 * 24 * 60;

pub(super) fn start(recording: &dyn Recording, plan: RecordingPlan) -> Result<Answer, Problem> {
    if !plan.folder.is_absolute() {
        let folder = plan.folder.display();
        return Err(Problem::invalid(format!(
            "the folder {folder} is not absolute"
        )));
    }
    let bounds = [
        ("messages", plan.messages_max, MESSAGES_MAX),
        ("octets", plan.bytes_max, BYTES_MAX),
        ("minutes", plan.minutes_max, MINUTES_MAX),
    ];
    if let Some((what, given, max)) = bounds
        .into_iter()
        .find(|(_, n, max)| !(1..=*max).contains(n))
    {
        return Err(Problem::invalid(format!("{given} {what}, not 1 to {max}")));
    }
    let folder = plan.folder.display().to_string();
    recording.start(plan)?;
    Ok(super::done(format!("recording into {folder}")))
}

pub(super) fn stop(recording: &dyn Recording) -> Answer {
    Answer::Recording {
        recording: recording.stop(),
    }
}

pub(super) fn status(recording: &dyn Recording) -> Answer {
    Answer::Recording {
        recording: recording.status(),
    }
}
