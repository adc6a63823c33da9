//! The trace events of one attempt, bounded.

use waxseal_mail::{Reply, Timestamp};
use waxseal_ports::trace::TraceEvent;

/// Events of one attempt; a message with a thousand recipients must not fill the trace.
const EVENTS_MAX: usize = 100;

/// Collects what happened.
pub(crate) struct Trail {
    now: Timestamp,
    events: Vec<TraceEvent>,
    left_out: usize,
}

impl Trail {
    /// Events are stamped `now` until [`Trail::set_now`].
    pub(crate) const fn new(now: Timestamp) -> Self {
        Self {
            now,
            events: Vec::new(),
            left_out: 0,
        }
    }

    /// Time has passed.
    pub(crate) const fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Adds an event; its text is only made where there is room.
    pub(crate) fn add(&mut self, stage: &str, outcome: impl FnOnce() -> String) {
        self.add_timed(stage, None, outcome);
    }

    /// As [`Trail::add`], with how long it took in microseconds.
    pub(crate) fn add_timed(
        &mut self,
        stage: &str,
        micros: Option<u64>,
        outcome: impl FnOnce() -> String,
    ) {
        if self.events.len() >= EVENTS_MAX {
            self.left_out += 1;
            return;
        }
        self.events.push(TraceEvent {
            at: self.now,
            stage: stage.to_owned(),
            actor: "delivery".to_owned(),
            outcome: outcome(),
            micros,
        });
    }

    /// Adds what others noted.
    pub(crate) fn extend(&mut self, events: Vec<TraceEvent>) {
        let room = EVENTS_MAX.saturating_sub(self.events.len());
        self.left_out += events.len().saturating_sub(room);
        self.events.extend(events.into_iter().take(room));
    }

    /// All events, with a last one that says what came of the attempt.
    pub(crate) fn finish(mut self, settled: String) -> Vec<TraceEvent> {
        let outcome = if self.left_out > 0 {
            format!("{settled} ({} events left out)", self.left_out)
        } else {
            settled
        };
        self.events.push(TraceEvent {
            at: self.now,
            stage: "settle".to_owned(),
            actor: "delivery".to_owned(),
            outcome,
            micros: None,
        });
        self.events
    }
}

/// A reply as one line of text: `550 5.1.1 no such user here`.
pub(crate) fn one_line(reply: &Reply) -> String {
    let status = reply.status().map(|s| format!("{s} ")).unwrap_or_default();
    format!("{} {status}{}", reply.code(), reply.lines().join(" "))
}
