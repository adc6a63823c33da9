//! Costs as tables.

use super::SessionFigures;
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;

/// What a filter costs, beside the empty one.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    /// The component.
    pub file: PathBuf,
    /// Octets of the message.
    pub message_bytes: usize,
    /// Sessions measured.
    pub runs: u32,
    /// What it costs.
    pub plugin: Cost,
    /// What a filter costs that does nothing.
    pub empty: Cost,
}

/// Costs of one session with one message.
#[derive(Debug, Clone, Serialize)]
pub struct Cost {
    /// Each call, in order.
    pub stages: Vec<StageCost>,
    /// Microseconds of the whole session, starting the instance included; the median.
    pub session_micros: f64,
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

/// Puts the session that counted fuel and those that were timed together.
pub(super) fn cost(fueled: &SessionFigures, timed: &[SessionFigures]) -> Cost {
    let stages = fueled.calls.iter().enumerate().map(|(at, call)| {
        let calls = timed.iter().filter_map(|session| session.calls.get(at));
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
    let mut sessions: Vec<f64> = timed.iter().map(|session| session.micros).collect();
    sessions.sort_by(f64::total_cmp);
    let memory = fueled.calls.iter().map(|call| call.memory_bytes).max();
    Cost {
        stages: stages.collect(),
        session_micros: quantile(&sessions, 50),
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
        writeln!(f, "{file}: {runs} sessions, a message of {octets} octets")?;
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
        for (name, cost) in [("session", plugin), ("empty plugin", empty)] {
            writeln!(
                f,
                "  {name:<12} {:>12} {:>10.1} {:>10} {:>10}",
                cost.fuel,
                cost.session_micros,
                "",
                cost.memory_bytes / 1024
            )?;
        }
        if empty.session_micros > 0.0 {
            let ratio = plugin.session_micros / empty.session_micros;
            writeln!(
                f,
                "  a session takes {ratio:.1} times as long as with the empty plugin"
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
