//! Keeps what every call of a plugin came to.

use std::sync::{Mutex, MutexGuard, PoisonError};
use waxseal_plugin::{CallReport, LogLine, Watch};
use waxseal_ports::filter::describe;

/// Everything that was seen since the start, or since the last [`Witness::take`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// One line a call.
    pub(crate) calls: Vec<String>,
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
    pub(crate) kind: &'static str,
    pub(crate) text: String,
}

/// What a call cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) stage: &'static str,
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
pub(crate) struct Witness(Mutex<Seen>);

impl Witness {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
                    kind: failure.kind(),
                    text: failure.to_string(),
                });
            }
        }
    }

    fn logged(&self, line: &LogLine<'_>) {
        let text = format!("{}: {}", line.level, line.text);
        self.seen().log.push(text);
    }
}
