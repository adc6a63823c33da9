//! Time.

use crate::host::clock;
use std::time::Duration;

/// Time since 1970-01-01T00:00:00Z; may jump.
#[must_use]
pub fn unix() -> Duration {
    Duration::try_from_secs_f64(clock::unix_millis() / 1000.0).unwrap_or_default()
}

/// Time since some moment; never goes back.
#[must_use]
pub fn monotonic() -> Duration {
    Duration::try_from_secs_f64(clock::monotonic_millis() / 1000.0).unwrap_or_default()
}
