//! What is the same after every call, whoever asked: its time, its count, its line in a trace.

use crate::error::CallFailure;
use crate::plugin::Plugin;
use crate::stage::Stage;
use std::time::{Duration, Instant};
use waxseal_ports::trace::TraceEvent;

/// When a call took place and how long it took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    pub(crate) stage: Stage,
    pub(crate) took: Duration,
    /// When it was over.
    pub(crate) now: Instant,
}

impl Plugin {
    /// Makes a call and takes its time.
    pub(crate) async fn timed<T>(
        &self,
        stage: Stage,
        call: impl Future<Output = T>,
    ) -> (T, Timing) {
        let clock = &self.mould.profile.clock;
        let began = clock.monotonic();
        let outcome = call.await;
        let now = clock.monotonic();
        let took = now.saturating_duration_since(began);
        (outcome, Timing { stage, took, now })
    }
}

impl Timing {
    /// Counts a call of `plugin` under the label of its answer, or as the failure that it was, and tells
    /// the breaker.
    pub(crate) fn count<T>(
        self,
        plugin: &Plugin,
        outcome: &Result<T, CallFailure>,
        label: impl FnOnce(&T) -> &'static str,
    ) {
        match outcome {
            Ok(answer) => plugin.answered(self.stage, label(answer), self.took),
            Err(failure) => plugin.failed(failure, self),
        }
    }

    /// Its line in the trace of a message.
    pub(crate) fn event(self, plugin: &Plugin, outcome: String) -> TraceEvent {
        TraceEvent {
            at: plugin.mould.profile.clock.wall(),
            stage: self.stage.as_str().to_owned(),
            actor: plugin.actor.clone(),
            outcome,
            micros: u64::try_from(self.took.as_micros()).ok(),
        }
    }
}
