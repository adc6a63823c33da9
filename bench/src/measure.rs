//! Times sessions, taking turns.

use crate::drive;
use crate::message::Sample;
use waxseal_ports::Filter;

/// Medians of the microseconds that a session takes, one for each of `filters`, which take turns so
/// that a noisy moment meets all of them.
pub async fn micros(filters: &[&dyn Filter], sample: &Sample, rounds: usize) -> Vec<f64> {
    let mut times = vec![Vec::with_capacity(rounds); filters.len()];
    // The first sessions find cold caches.
    for round in 0..rounds + rounds.div_ceil(10) {
        for (filter, times) in filters.iter().zip(&mut times) {
            let judged = drive::session(*filter, sample).await;
            if round >= rounds.div_ceil(10) {
                times.push(judged.took.as_secs_f64() * 1e6);
            }
        }
    }
    times.into_iter().map(median).collect()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}
