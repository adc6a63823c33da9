//! A clock that tests move by hand.

use crate::Clock;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use waxseal_mail::Timestamp;

/// A clock that stands still until [`FakeClock::advance`] or [`FakeClock::set_wall`].
pub struct FakeClock {
    now: Mutex<(Timestamp, Instant)>,
    moved: Notify,
}

impl Default for FakeClock {
    /// Tue, 24 Nov 2026 05:29:34 UTC.
    fn default() -> Self {
        Self::at(Timestamp::utc(1_795_498_174))
    }
}

impl FakeClock {
    /// A clock that shows `wall`.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "an Instant can only be made from the real one; it then stands still"
    )]
    pub fn at(wall: Timestamp) -> Self {
        Self {
            now: Mutex::new((wall, Instant::now())),
            moved: Notify::new(),
        }
    }

    /// Lets time pass, on the wall and monotonically.
    pub fn advance(&self, by: Duration) {
        {
            let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
            let seconds = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
            now.0.unix_secs = now.0.unix_secs.saturating_add(seconds);
            now.1 += by;
        }
        self.moved.notify_waiters();
    }

    /// Sets the wall clock, as an administrator or NTP would; monotonic time stays.
    pub fn set_wall(&self, wall: Timestamp) {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).0 = wall;
        self.moved.notify_waiters();
    }

    /// Resolves once the clock is moved after this call.
    pub(super) fn moved(&self) -> tokio::sync::futures::Notified<'_> {
        self.moved.notified()
    }
}

impl Clock for FakeClock {
    fn wall(&self) -> Timestamp {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    fn monotonic(&self) -> Instant {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}
