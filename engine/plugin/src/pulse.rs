//! What the outside knows of a running call, and how it ends it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use waxseal_ports::clock::{Clock, SystemClock};

/// Shared by a call and whoever drives it.
pub(crate) struct Pulse {
    cancelled: AtomicBool,
    waiting: AtomicBool,
    base: Instant,
    /// When the poll under way began: nanoseconds after `base`.
    polled: AtomicU64,
}

impl Pulse {
    pub(crate) fn new() -> Self {
        Self {
            cancelled: AtomicBool::new(false),
            waiting: AtomicBool::new(false),
            base: SystemClock.monotonic(),
            polled: AtomicU64::new(0),
        }
    }

    /// Ends the call at its next tick.
    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// The call is polled from now on; it waits for nobody until it says so.
    pub(crate) fn begin_poll(&self) {
        self.waiting.store(false, Ordering::Relaxed);
        let since = SystemClock.monotonic().saturating_duration_since(self.base);
        let nanos = u64::try_from(since.as_nanos()).unwrap_or(u64::MAX);
        self.polled.store(nanos, Ordering::Relaxed);
    }

    /// When the poll under way began.
    pub(crate) fn polled_since(&self) -> Instant {
        self.base + Duration::from_nanos(self.polled.load(Ordering::Relaxed))
    }

    /// The poll under way ends because the host has to wait, not because the guest has run long.
    pub(crate) fn wait(&self) {
        self.waiting.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting.load(Ordering::Relaxed)
    }
}
