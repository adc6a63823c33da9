//! Keeps what every call of a plugin came to.

use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use waxseal_plugin::{CallReport, LogLine, Said, Watch};
use waxseal_ports::filter::describe;

/// Everything that was seen since the start, or since the last [`Witness::take`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// One line a call.
    pub(crate) calls: Vec<String>,
    /// What calls answered that is no verdict, in order.
    pub(crate) answers: Vec<String>,
    /// Each edit as text, in order.
    pub(crate) edits: Vec<String>,
    /// Each score, in order.
    pub(crate) scores: Vec<(String, f32)>,
    /// Log lines with their level in front.
    pub(crate) log: Vec<String>,
    /// Failed calls.
    pub(crate) failures: Vec<Failed>,
    /// Figures of each call.
    pub(crate) figures: Vec<Figures>,
}

/// A call that failed.
#[derive(Debug, Clone)]
pub(crate) struct Failed {
    pub(crate) stage: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) text: String,
}

/// What a call cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) stage: &'static str,
    /// Without starting the instance.
    pub(crate) micros: f64,
    pub(crate) fuel: Option<u64>,
    pub(crate) memory_bytes: usize,
}

impl Seen {
    /// Fuel of all calls.
    pub(crate) fn fuel(&self) -> u64 {
        self.figures.iter().filter_map(|call| call.fuel).sum()
    }
}

/// Watches a host.
#[derive(Debug, Default)]
pub(crate) struct Witness {
    seen: Mutex<Seen>,
    called: Notify,
}

impl Witness {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there was a call.
    pub(crate) async fn called_once(&self) {
        loop {
            // Listens before it looks, so that no call is missed between the two.
            let called = self.called.notified();
            if !self.seen().figures.is_empty() {
                return;
            }
            called.await;
        }
    }

    /// Adds a failure that is none of a call.
    pub(crate) fn add_failure(&self, failure: Failed) {
        let mut seen = self.seen();
        seen.calls
            .push(format!("{}: {}", failure.kind, failure.text));
        seen.failures.push(failure);
    }

    /// Whether something failed.
    pub(crate) fn has_failure(&self) -> bool {
        !self.seen().failures.is_empty()
    }

    /// What was seen, and forgets it.
    pub(crate) fn take(&self) -> Seen {
        std::mem::take(&mut self.seen())
    }
}

impl Watch for Witness {
    fn called(&self, report: &CallReport<'_>) {
        let mut seen = self.seen();
        let stage = report.stage;
        seen.figures.push(Figures {
            stage,
            micros: report.took.as_secs_f64() * 1_000_000.0,
            fuel: report.fuel,
            memory_bytes: report.memory_bytes,
        });
        match &report.said {
            Ok(Said {
                answer: Some(answer),
                ..
            }) => {
                seen.calls.push(format!("{stage}: {answer}"));
                seen.answers.push(answer.clone());
            }
            Ok(said) => {
                let mut call = format!("{stage}: {}", describe(&said.verdict));
                for edit in &said.edits {
                    call.push_str(&format!("; {edit}"));
                }
                for tag in &said.tags {
                    call.push_str(&format!("; add-tag {tag}"));
                }
                for (symbol, points) in &said.scores {
                    call.push_str(&format!("; {symbol} {points:+}"));
                }
                seen.calls.push(call);
                seen.edits.extend(said.edits.iter().cloned());
                let tags = said.tags.iter().map(|tag| format!("add-tag {tag}"));
                seen.edits.extend(tags);
                seen.scores.extend(said.scores.iter().cloned());
            }
            Err(failure) => {
                seen.calls.push(format!("{stage}: failed: {failure}"));
                seen.failures.push(Failed {
                    stage,
                    kind: failure.kind(),
                    text: failure.to_string(),
                });
            }
        }
        drop(seen);
        self.called.notify_waiters();
    }

    fn logged(&self, line: &LogLine<'_>) {
        let text = format!("{}: {}", line.level, line.text);
        self.seen().log.push(text);
    }
}
