//! What the host counts about a plugin. All are labelled with its name, and with its tenant if it has
//! one.

use crate::error::CallFailure;
use crate::stage::Stage;
use crate::statistics::{Hour, Minute};
use metrics::{Counter, Gauge, Histogram, Label};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use waxseal_ports::Clock;

/// Labels of the calls counter's `verdict`; `failed` where there was none.
const VERDICTS: [&str; 14] = [
    "next",
    "accept",
    "reject",
    "defer",
    "discard",
    "quarantine",
    "hold",
    "done",
    "decided",
    "later",
    "delivered",
    "permanent",
    "temporary",
    "failed",
];

/// Handles of one plugin; counters are registered at first use.
pub(crate) struct Meters {
    /// Whose figures they are.
    labels: Vec<Label>,
    calls: [[OnceLock<Counter>; VERDICTS.len()]; Stage::ALL.len()],
    seconds: Histogram,
    memory: Histogram,
    instances: Gauge,
    breaker: Gauge,
    cpu: Histogram,
    clock: Arc<dyn Clock>,
    began: Instant,
    hour: Mutex<Hour>,
}

/// Says what the figures mean, once for all plugins.
pub(crate) fn describe() {
    use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
    describe_counter!("waxseal_plugin_calls_total", "Calls by stage and verdict");
    describe_counter!("waxseal_plugin_failures_total", "Failed calls by kind");
    describe_counter!(
        "waxseal_plugin_shadow_total",
        "Verdicts of shadow plugins by how they compare with the chain's"
    );
    describe_counter!(
        "waxseal_plugin_observations_dropped_total",
        "Stages that observing plugins were not told of, past plugins.observe_queue_max"
    );
    describe_histogram!(
        "waxseal_plugin_call_seconds",
        Unit::Seconds,
        "Time of calls"
    );
    describe_histogram!(
        "waxseal_plugin_memory_bytes",
        Unit::Bytes,
        "Memory of an instance at its end"
    );
    describe_histogram!(
        "waxseal_plugin_cpu_seconds",
        Unit::Seconds,
        "Time for which the code of a plugin ran, per call"
    );
    describe_gauge!("waxseal_plugin_instances", "Instances alive");
    describe_gauge!(
        "waxseal_plugin_warm_instances",
        "Instances kept ready for whoever comes next"
    );
    describe_counter!(
        "waxseal_plugin_warm_starts_total",
        "Instances needed of plugins that keep some ready: warm, or cold where none was"
    );
    describe_gauge!(
        "waxseal_plugin_breaker_open",
        "1 while the plugin is not asked"
    );
}

impl Meters {
    pub(crate) fn new((tenant, plugin): (Option<&str>, &str), clock: Arc<dyn Clock>) -> Self {
        let label = |key, value: &str| Label::new(key, value.to_owned());
        let tenant = tenant.map(|tenant| label("tenant", tenant));
        let labels: Vec<_> = [label("plugin", plugin)]
            .into_iter()
            .chain(tenant)
            .collect();
        Self {
            calls: Default::default(),
            seconds: metrics::histogram!("waxseal_plugin_call_seconds", labels.clone()),
            memory: metrics::histogram!("waxseal_plugin_memory_bytes", labels.clone()),
            instances: metrics::gauge!("waxseal_plugin_instances", labels.clone()),
            breaker: metrics::gauge!("waxseal_plugin_breaker_open", labels.clone()),
            cpu: metrics::histogram!("waxseal_plugin_cpu_seconds", labels.clone()),
            began: clock.monotonic(),
            clock,
            hour: Mutex::default(),
            labels,
        }
    }

    /// A call came to this.
    pub(crate) fn answered(&self, stage: Stage, label: &'static str, took: Duration) {
        self.count(stage, label);
        self.now(|minute| minute.called(label, took));
        self.seconds.record(took.as_secs_f64());
    }

    /// A call gave none.
    pub(crate) fn failed(&self, stage: Stage, failure: &CallFailure, took: Duration) {
        self.count(stage, "failed");
        self.now(|minute| {
            minute.called("failed", took);
            minute.failed(failure);
        });
        self.seconds.record(took.as_secs_f64());
        let labels = self.labelled(&[("kind", failure.kind())]);
        metrics::counter!("waxseal_plugin_failures_total", labels).increment(1);
    }

    /// Its verdict compares so with the chain's.
    pub(crate) fn shadowed(&self, agreement: &'static str) {
        let labels = self.labelled(&[("agreement", agreement)]);
        metrics::counter!("waxseal_plugin_shadow_total", labels).increment(1);
        self.now(|minute| *minute.agreement.entry(agreement).or_default() += 1);
    }

    /// An observer was not told of a stage.
    pub(crate) fn dropped(&self) {
        let labels = self.labels.clone();
        metrics::counter!("waxseal_plugin_observations_dropped_total", labels).increment(1);
    }

    pub(crate) fn instance_started(&self) {
        self.instances.increment(1);
    }

    pub(crate) fn instance_ended(&self, memory: usize) {
        self.instances.decrement(1);
        let kib = u32::try_from(memory / 1024).unwrap_or(u32::MAX);
        self.memory.record(f64::from(kib) * 1024.0);
        let octets = u64::try_from(memory).unwrap_or(u64::MAX);
        self.now(|minute| minute.memory_octets_max = minute.memory_octets_max.max(octets));
    }

    /// So many instances are ready.
    pub(crate) fn warm(&self, ready: usize) {
        let ready = u32::try_from(ready).unwrap_or(u32::MAX);
        metrics::gauge!("waxseal_plugin_warm_instances", self.labels.clone()).set(f64::from(ready));
    }

    /// An instance was needed; it was `warm` or `cold`.
    pub(crate) fn started_from(&self, from: &'static str) {
        let labels = self.labelled(&[("from", from)]);
        metrics::counter!("waxseal_plugin_warm_starts_total", labels).increment(1);
    }

    pub(crate) fn breaker(&self, open: bool) {
        self.breaker.set(if open { 1.0 } else { 0.0 });
    }

    /// Its code ran for so long.
    pub(crate) fn ran(&self, cpu: Duration) {
        self.cpu.record(cpu.as_secs_f64());
        self.now(|minute| minute.cpu += cpu);
    }

    /// The last hour, oldest minute first.
    pub(crate) fn last_hour(&self) -> Vec<Minute> {
        let number = self.minute_number();
        let hour = self.hour.lock().unwrap_or_else(PoisonError::into_inner);
        hour.last(number)
    }

    /// Our labels and these.
    fn labelled(&self, more: &[(&'static str, &'static str)]) -> Vec<Label> {
        let more = more
            .iter()
            .map(|(key, value)| Label::from_static_parts(key, value));
        self.labels.iter().cloned().chain(more).collect()
    }

    fn now(&self, change: impl FnOnce(&mut Minute)) {
        let number = self.minute_number();
        let mut hour = self.hour.lock().unwrap_or_else(PoisonError::into_inner);
        change(hour.minute(number));
    }

    fn minute_number(&self) -> u64 {
        let since = self.clock.monotonic().saturating_duration_since(self.began);
        since.as_secs() / 60
    }

    fn count(&self, stage: Stage, verdict: &'static str) {
        let column = VERDICTS.iter().position(|known| *known == verdict);
        let row = self.calls.get(stage as usize);
        let Some(cell) = row.zip(column).and_then(|(row, column)| row.get(column)) else {
            return;
        };
        let counter = cell.get_or_init(|| {
            let labels = self.labelled(&[("stage", stage.as_str()), ("verdict", verdict)]);
            metrics::counter!("waxseal_plugin_calls_total", labels)
        });
        counter.increment(1);
    }
}
