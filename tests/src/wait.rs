//! Waiting for something outside this process, without fixed sleeps.

use anyhow::{Result, ensure};
use std::time::{Duration, Instant};

/// The time; black-box tests look at the real clock.
#[expect(
    clippy::disallowed_methods,
    reason = "black-box tests wait for other processes"
)]
#[must_use]
pub fn now() -> Instant {
    Instant::now()
}

/// Polls until `done`.
///
/// # Errors
/// When `limit` passes first; `what` names the thing that did not happen.
pub fn until(what: &str, limit: Duration, mut done: impl FnMut() -> bool) -> Result<()> {
    let start = now();
    while !done() {
        ensure!(
            start.elapsed() < limit,
            "{what}: not within {} s",
            limit.as_secs()
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}
