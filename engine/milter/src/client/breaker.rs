//! Lets a milter rest that fails again and again, so that clients do not wait for it in vain.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The longest rest.
const REST_SECS_MAX: u64 = 60;

/// Counts failures in a row. Past the limit the milter rests 1, 2, 4 … 60 s; after each rest one call
/// tries it.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    failures_max: u32,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    rests: u32,
    until: Option<Instant>,
}

impl Breaker {
    /// One that opens after `failures_max` failures; 0 for never.
    pub(crate) fn new(failures_max: u32) -> Self {
        Self {
            failures_max,
            state: Mutex::default(),
        }
    }

    /// Whether the milter may be asked. The first call after a rest is; while it tries, others wait
    /// another rest.
    pub(crate) fn admits(&self, now: Instant) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                state.until = Some(now + rest(state.rests));
                true
            }
        }
    }

    /// The milter answered. Says whether it had been resting.
    pub(crate) fn succeeded(&self) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let rested = state.until.is_some();
        if state.failures > 0 || rested {
            *state = State::default();
        }
        rested
    }

    /// The milter failed. Says whether it rests now.
    pub(crate) fn failed(&self, now: Instant) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.failures = state.failures.saturating_add(1);
        if self.failures_max == 0 || state.failures < self.failures_max {
            return false;
        }
        state.until = Some(now + rest(state.rests));
        state.rests = state.rests.saturating_add(1);
        true
    }
}

fn rest(rests: u32) -> Duration {
    let secs = 1_u64.checked_shl(rests).unwrap_or(REST_SECS_MAX);
    Duration::from_secs(secs.min(REST_SECS_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_ports::Clock;
    use waxseal_ports::clock::SystemClock;

    #[test]
    fn rests_longer_each_time_and_tries_once_after() {
        let breaker = Breaker::new(2);
        let start = SystemClock.monotonic();
        let at = |secs| start + Duration::from_secs(secs);
        assert!(!breaker.failed(at(0)));
        assert!(breaker.admits(at(0)));
        assert!(breaker.failed(at(0)));
        assert!(!breaker.admits(start));
        assert!(breaker.admits(at(1)), "one tries");
        assert!(!breaker.admits(at(1)), "the others do not");
        assert!(breaker.failed(at(2)));
        assert!(!breaker.admits(at(3)));
        assert!(breaker.admits(at(4)));
        assert!(breaker.succeeded());
        assert!(breaker.admits(at(4)) && !breaker.failed(at(4)));
    }

    #[test]
    fn rests_have_an_end() {
        assert_eq!(rest(0), Duration::from_secs(1));
        assert_eq!(rest(5), Duration::from_secs(32));
        assert_eq!(rest(6), Duration::from_secs(60));
        assert_eq!(rest(200), Duration::from_secs(60));
    }

    #[test]
    fn zero_never_rests() {
        let breaker = Breaker::new(0);
        let now = SystemClock.monotonic();
        assert!((0..100).all(|_| !breaker.failed(now)));
        assert!(breaker.admits(now));
    }
}
