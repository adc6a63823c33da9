//! What is counted about a milter. All are labelled with its name.

use super::failure::CallFailure;
use super::stage::Stage;
use metrics::{Gauge, Histogram};
use std::time::Duration;
use waxseal_ports::filter::{Verdict, label};

/// Handles of one milter.
pub(crate) struct Meters {
    milter: String,
    seconds: Histogram,
    breaker: Gauge,
}

/// Says what the figures mean.
pub(crate) fn describe() {
    use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
    describe_counter!("waxseal_milter_calls_total", "Calls by stage and verdict");
    describe_counter!("waxseal_milter_failures_total", "Failed calls by kind");
    describe_counter!(
        "waxseal_milter_connections_total",
        "Sessions by whether their connection was opened or reused"
    );
    describe_histogram!(
        "waxseal_milter_call_seconds",
        Unit::Seconds,
        "Time of calls"
    );
    describe_gauge!(
        "waxseal_milter_breaker_open",
        "1 while the milter is not asked"
    );
}

impl Meters {
    pub(crate) fn new(milter: &str) -> Self {
        let name = milter.to_owned();
        Self {
            seconds: metrics::histogram!("waxseal_milter_call_seconds", "milter" => name.clone()),
            breaker: metrics::gauge!("waxseal_milter_breaker_open", "milter" => name.clone()),
            milter: name,
        }
    }

    /// A call gave this verdict.
    pub(crate) fn called(&self, stage: Stage, verdict: &Verdict, took: Duration) {
        self.count(stage, label(verdict));
        self.seconds.record(took.as_secs_f64());
    }

    /// A call gave none.
    pub(crate) fn failed(&self, stage: Stage, failure: &CallFailure, took: Duration) {
        self.count(stage, "failed");
        self.seconds.record(took.as_secs_f64());
        metrics::counter!("waxseal_milter_failures_total",
            "milter" => self.milter.clone(), "kind" => failure.kind())
        .increment(1);
    }

    /// A session got a connection; `how` is `opened` or `reused`.
    pub(crate) fn connected(&self, how: &'static str) {
        metrics::counter!("waxseal_milter_connections_total",
            "milter" => self.milter.clone(), "how" => how)
        .increment(1);
    }

    pub(crate) fn breaker(&self, open: bool) {
        self.breaker.set(if open { 1.0 } else { 0.0 });
    }

    fn count(&self, stage: Stage, verdict: &'static str) {
        metrics::counter!("waxseal_milter_calls_total",
            "milter" => self.milter.clone(), "stage" => stage.as_str(), "verdict" => verdict)
        .increment(1);
    }
}
