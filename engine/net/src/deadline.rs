//! Total deadlines: one moment that a whole step must be done by, however many octets trickle in.

use crate::NetError;
use std::future::Future;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// A moment after which a wait fails with [`NetError::TimedOut`]. Monotonic; copied freely, so that
/// several reads of one command share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

/// Farther than any session lives, near enough for every timer.
const FAR: Duration = Duration::from_secs(60 * 60 * 24 * 365);

impl Deadline {
    /// `wait` from now; at most a year.
    #[must_use]
    pub fn after(wait: Duration) -> Self {
        Self(Instant::now() + wait.min(FAR))
    }

    /// `secs` seconds from now.
    #[must_use]
    pub fn after_secs(secs: u64) -> Self {
        Self::after(Duration::from_secs(secs))
    }

    /// The earlier of both.
    #[must_use]
    pub fn or_earlier(self, other: Self) -> Self {
        self.min(other)
    }

    /// How long there is left; zero when it has passed.
    #[must_use]
    pub fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Whether it has passed.
    #[must_use]
    pub fn is_past(self) -> bool {
        self.remaining().is_zero()
    }

    /// Waits for `work` until this moment. `work` is dropped when the moment comes, so it has to be
    /// cancel-safe or its results unused afterwards.
    ///
    /// # Errors
    /// [`NetError::TimedOut`].
    pub async fn bound<F: Future>(self, work: F) -> Result<F::Output, NetError> {
        timeout_at(self.0, work)
            .await
            .map_err(|_| NetError::TimedOut)
    }

    /// Sleeps until this moment.
    pub async fn wait(self) {
        tokio::time::sleep_until(self.0).await;
    }
}
