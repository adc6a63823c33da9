//! The last hour of each plugin, minute by minute, in memory.

use crate::error::CallFailure;
use crate::world::World;
use std::collections::BTreeMap;
use std::time::Duration;

/// Minutes that are remembered.
pub const MINUTES: usize = 60;
/// Buckets of a [`Latencies`]; each ends at √2 times the end of the one before, the first at 1 µs.
const BUCKETS: usize = 52;

/// One plugin with what it did in the last hour.
#[derive(Debug, Clone, PartialEq)]
pub struct PluginStatistics {
    /// Its name in the configuration.
    pub name: String,
    /// The version that it gives itself; empty for one that is disabled.
    pub version: String,
    /// What kind of plugin it is; none for one that is disabled.
    pub world: Option<World>,
    /// What its answers count for.
    pub role: Role,
    /// Whether it is asked.
    pub state: PluginState,
    /// Instances that are kept ready now.
    pub ready: usize,
    /// Exactly [`MINUTES`], oldest first; the last one is under way.
    pub minutes: Vec<Minute>,
}

impl PluginStatistics {
    /// One that the administrator switched off.
    pub(crate) fn disabled(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: String::new(),
            world: None,
            role: Role::Decides,
            state: PluginState::Disabled,
            ready: 0,
            minutes: vec![Minute::default(); MINUTES],
        }
    }
}

/// What the answers of a plugin count for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// They decide.
    Decides,
    /// They count for nothing.
    Observes,
    /// They are compared with those of the chain.
    Shadows,
}

/// Whether a plugin is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PluginState {
    /// It is.
    Works,
    /// It failed too often just now; its policy answers.
    BreakerOpen,
    /// The administrator switched it off.
    Disabled,
}

/// What a plugin did in one minute.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Minute {
    /// Calls, failed ones included.
    pub calls: u64,
    /// Calls by verdict; `failed` where there was none.
    pub verdicts: BTreeMap<&'static str, u64>,
    /// Failed calls by kind.
    pub failures: BTreeMap<&'static str, u64>,
    /// For one that shadows: calls by how its verdict compares with the chain's.
    pub agreement: BTreeMap<&'static str, u64>,
    /// How long calls took, with all waiting.
    pub latencies: Latencies,
    /// Time that its code ran.
    pub cpu: Duration,
    /// Octets of the largest instance that ended.
    pub memory_octets_max: u64,
}

/// How long calls took, in buckets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latencies([u32; BUCKETS]);

impl Default for Latencies {
    fn default() -> Self {
        Self([0; BUCKETS])
    }
}

impl Latencies {
    /// Counts one.
    pub(crate) fn record(&mut self, took: Duration) {
        let micros = (took.as_secs_f64() * 1e6).max(1.0);
        let bucket = ((micros.log2() * 2.0).ceil() as usize).min(BUCKETS - 1);
        self.0[bucket] = self.0[bucket].saturating_add(1);
    }

    /// The time that `share` (0 to 1) of the calls took at most, to within the width of a bucket;
    /// `None` where there was no call.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let total: u64 = self.0.iter().map(|count| u64::from(*count)).sum();
        if total == 0 {
            return None;
        }
        let mut passed = 0.0;
        let (mut start, mut end) = (0.0, 1.0);
        for count in self.0.map(f64::from) {
            let wanted = share * total as f64 - passed;
            if wanted <= count && count > 0.0 {
                let micros = start + (end - start) * (wanted / count).clamp(0.0, 1.0);
                return Some(Duration::from_secs_f64(micros / 1e6));
            }
            passed += count;
            (start, end) = (end, end * std::f64::consts::SQRT_2);
        }
        Some(Duration::from_secs_f64(start / 1e6))
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (mine, others) in self.0.iter_mut().zip(other.0) {
            *mine = mine.saturating_add(others);
        }
    }
}

/// The minutes of one plugin as they pass.
#[derive(Default)]
pub(crate) struct Hour {
    /// By number modulo [`MINUTES`]; the number says whose it is.
    ring: Vec<(u64, Minute)>,
}

impl Hour {
    /// The minute with this number.
    pub(crate) fn minute(&mut self, number: u64) -> &mut Minute {
        if self.ring.is_empty() {
            self.ring = vec![(u64::MAX, Minute::default()); MINUTES];
        }
        let at = usize::try_from(number % MINUTES as u64).unwrap_or(0);
        let (held, minute) = &mut self.ring[at];
        if *held != number {
            *held = number;
            *minute = Minute::default();
        }
        minute
    }

    /// The last hour up to the minute `number`, oldest first.
    pub(crate) fn last(&self, number: u64) -> Vec<Minute> {
        let numbers = (0..MINUTES as u64).rev().map(|ago| number.checked_sub(ago));
        let minute = |number: Option<u64>| {
            let at = usize::try_from(number? % MINUTES as u64).ok()?;
            let (held, minute) = self.ring.get(at)?;
            (Some(*held) == number).then(|| minute.clone())
        };
        numbers
            .map(|number| minute(number).unwrap_or_default())
            .collect()
    }
}

impl Minute {
    pub(crate) fn called(&mut self, verdict: &'static str, took: Duration) {
        self.calls += 1;
        *self.verdicts.entry(verdict).or_default() += 1;
        self.latencies.record(took);
    }

    pub(crate) fn failed(&mut self, failure: &CallFailure) {
        *self.failures.entry(failure.kind()).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_near() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.quantile(0.5), None);
        for micros in 1..=1_000 {
            latencies.record(Duration::from_micros(micros));
        }
        for (share, micros) in [(0.5, 500.0), (0.99, 990.0), (1.0, 1_000.0)] {
            let found = latencies.quantile(share).unwrap().as_secs_f64() * 1e6;
            assert!((found / micros - 1.0_f64).abs() < 0.1, "{share}: {found}");
        }
        let mut long = Latencies::default();
        long.record(Duration::from_secs(3_600));
        long.record(Duration::ZERO);
        latencies.merge(&long);
        assert!(latencies.quantile(1.0).unwrap() > Duration::from_secs(30));
    }

    #[test]
    fn an_hour_forgets_what_is_older() {
        let mut hour = Hour::default();
        assert_eq!(hour.last(5), vec![Minute::default(); MINUTES]);
        hour.minute(3).calls = 1;
        hour.minute(4).calls = 2;
        let calls = |hour: &Hour, at| hour.last(at).iter().map(|m| m.calls).collect::<Vec<_>>();
        assert_eq!(calls(&hour, 4)[57..], [0, 1, 2]);
        assert_eq!(calls(&hour, 62)[..3], [1, 2, 0]);
        hour.minute(63).calls = 3;
        assert_eq!(calls(&hour, 63)[..2], [2, 0]);
        assert_eq!(calls(&hour, 63)[59], 3);
    }
}
