//! Costs as tables.

use super::round::RoundFigures;
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;

/// What a plugin costs, beside the empty one of its world.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    /// The component.
    pub file: PathBuf,
    /// Its world.
    pub world: &'static str,
    /// Octets of the message or blob.
    pub message_bytes: usize,
    /// Rounds measured.
    pub runs: u32,
    /// What it costs.
    pub plugin: Cost,
    /// What a plugin costs that does nothing.
    pub empty: Cost,
}

/// Costs of one round.
#[derive(Debug, Clone, Serialize)]
pub struct Cost {
    /// Each call, in order.
    pub stages: Vec<StageCost>,
    /// Microseconds of the whole round, starting instances included; the median.
    pub round_micros: f64,
    /// Octets of memory at most.
    pub memory_bytes: usize,
    /// Fuel of all calls.
    pub fuel: u64,
}

/// Costs of one call.
#[derive(Debug, Clone, Serialize)]
pub struct StageCost {
    /// The stage.
    pub stage: &'static str,
    /// Fuel: the same on every machine, about one for each instruction.
    pub fuel: u64,
    /// Microseconds; the median.
    pub micros: f64,
    /// Microseconds; 99 of 100 calls took less.
    pub micros_p99: f64,
    /// Octets of memory that the instance holds afterwards.
    pub memory_bytes: usize,
}

/// Puts the round that counted fuel and those that were timed together.
pub(super) fn cost(fueled: &RoundFigures, timed: &[RoundFigures]) -> Cost {
    let stages = fueled.calls.iter().enumerate().map(|(at, call)| {
        let calls = timed.iter().filter_map(|round| round.calls.get(at));
        let mut micros: Vec<f64> = calls.map(|call| call.micros).collect();
        micros.sort_by(f64::total_cmp);
        StageCost {
            stage: call.stage,
            fuel: call.fuel.unwrap_or(0),
            micros: quantile(&micros, 50),
            micros_p99: quantile(&micros, 99),
            memory_bytes: call.memory_bytes,
        }
    });
    let mut rounds: Vec<f64> = timed.iter().map(|round| round.micros).collect();
    rounds.sort_by(f64::total_cmp);
    let memory = fueled.calls.iter().map(|call| call.memory_bytes).max();
    Cost {
        stages: stages.collect(),
        round_micros: quantile(&rounds, 50),
        memory_bytes: memory.unwrap_or(0),
        fuel: fueled.calls.iter().filter_map(|call| call.fuel).sum(),
    }
}

/// The value below which `percent` of the sorted values lie; 0 where there are none.
fn quantile(sorted: &[f64], percent: usize) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get(last * percent / 100).copied().unwrap_or(0.0)
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, octets, runs) = (self.file.display(), self.message_bytes, self.runs);
        let (round, thing) = match self.world {
            "delivery" => ("delivery", "a message"),
            "storage" | "storage-holder" => ("round trip", "a blob"),
            _ => ("session", "a message"),
        };
        writeln!(f, "{file}: {runs} times, {thing} of {octets} octets")?;
        writeln!(
            f,
            "  {:<12} {:>12} {:>10} {:>10} {:>10}",
            "stage", "fuel", "µs", "µs p99", "KiB"
        )?;
        for stage in &self.plugin.stages {
            writeln!(
                f,
                "  {:<12} {:>12} {:>10.1} {:>10.1} {:>10}",
                stage.stage,
                stage.fuel,
                stage.micros,
                stage.micros_p99,
                stage.memory_bytes / 1024
            )?;
        }
        let (plugin, empty) = (&self.plugin, &self.empty);
        for (name, cost) in [(round, plugin), ("empty plugin", empty)] {
            writeln!(
                f,
                "  {name:<12} {:>12} {:>10.1} {:>10} {:>10}",
                cost.fuel,
                cost.round_micros,
                "",
                cost.memory_bytes / 1024
            )?;
        }
        if empty.round_micros > 0.0 {
            let ratio = plugin.round_micros / empty.round_micros;
            writeln!(
                f,
                "  a {round} takes {ratio:.1} times as long as with the empty plugin"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles() {
        let values: Vec<f64> = (1..=101).map(f64::from).collect();
        assert!((quantile(&values, 50) - 51.0).abs() < f64::EPSILON);
        assert!((quantile(&values, 99) - 100.0).abs() < f64::EPSILON);
        assert!(quantile(&[], 50).abs() < f64::EPSILON);
    }
}
