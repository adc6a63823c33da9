//! Time, so that tests can hold it still.

use std::time::Instant;
use waxseal_mail::Timestamp;

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// Wall-clock time with the local zone: for trace fields, internal dates and logs only; waits and
    /// identifiers never rest on it.
    fn wall(&self) -> Timestamp;
    /// Monotonic time: for deadlines and durations.
    fn monotonic(&self) -> Instant;
}

/// The clock of the operating system; wall time in UTC.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the Clock everyone else takes time from"
    )]
    fn wall(&self) -> Timestamp {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Timestamp::utc(since_epoch.map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX)))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the Clock everyone else takes time from"
    )]
    fn monotonic(&self) -> Instant {
        Instant::now()
    }
}
