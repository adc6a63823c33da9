//! A clock that stands still until it is moved.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use waxseal_mail::Timestamp;
use waxseal_ports::Clock;

/// Tue, 24 Nov 2026 05:29:34 UTC.
const START_UNIX_SECS: i64 = 1_795_498_174;

/// Time as a case says it is.
#[derive(Debug)]
pub struct StubClock(Mutex<(i64, Instant)>);

impl StubClock {
    /// A clock that shows `unix_secs`, or 2026-11-24T05:29:34Z.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "an Instant can only be made from the real one; it then stands still"
    )]
    pub fn new(unix_secs: Option<i64>) -> Self {
        Self(Mutex::new((
            unix_secs.unwrap_or(START_UNIX_SECS),
            Instant::now(),
        )))
    }

    /// Lets time pass.
    pub fn advance(&self, secs: u64) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        now.0 = now.0.saturating_add_unsigned(secs);
        now.1 += Duration::from_secs(secs);
    }
}

impl Clock for StubClock {
    fn wall(&self) -> Timestamp {
        Timestamp::utc(self.0.lock().unwrap_or_else(PoisonError::into_inner).0)
    }

    fn monotonic(&self) -> Instant {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}
