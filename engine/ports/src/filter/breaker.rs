//! Stops asking a filter that keeps failing, and tries again after 1, 2, 4 … 60 s.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// One filter's breaker, shared by all sessions. Stages are numbers from 0, as its owner counts them:
/// what fails at every message works at every MAIL, and that must not hide it.
#[derive(Debug)]
pub struct Breaker {
    /// Failures in a row at one stage that open it; 0 for never.
    failures_max: u32,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// In a row, by stage.
    failures: Vec<u32>,
    pause: Duration,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    /// Only success at this stage closes it.
    stage: usize,
    until: Instant,
    /// One call is on its way to see whether the filter works again, since then.
    probing: Option<Instant>,
}

/// What a recorded outcome changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    None,
    /// The filter is not asked for so long.
    Opened(Duration),
    /// The filter is asked again.
    Closed,
}

impl Breaker {
    /// One for so many stages, which opens after `failures_max` failures in a row; 0 for never.
    #[must_use]
    pub fn new(failures_max: u32, stages: usize) -> Self {
        Self {
            failures_max,
            state: Mutex::new(State {
                failures: vec![0; stages],
                pause: FIRST_PAUSE,
                open: None,
            }),
        }
    }

    /// Whether the filter may be asked now. While open, one caller at a time may, once the pause is
    /// over; a probe that never reported is replaced after the longest pause.
    #[must_use]
    pub fn admits(&self, now: Instant) -> bool {
        if self.failures_max == 0 {
            return true;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(open) = &mut state.open else {
            return true;
        };
        let probing = open.probing.is_some_and(|since| now < since + PAUSE_MAX);
        if now < open.until || probing {
            return false;
        }
        open.probing = Some(now);
        true
    }

    /// Whether the filter is not asked, apart from a call now and then to see.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.open.is_some()
    }

    /// A call at `stage` gave an answer.
    pub fn succeeded(&self, stage: usize) -> Change {
        if self.failures_max == 0 {
            return Change::None;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failures) = state.failures.get_mut(stage) {
            *failures = 0;
        }
        match &mut state.open {
            Some(open) if open.stage == stage => {
                state.open = None;
                state.pause = FIRST_PAUSE;
                Change::Closed
            }
            Some(open) => {
                open.probing = None;
                Change::None
            }
            None => Change::None,
        }
    }

    /// A call at `stage` failed.
    pub fn failed(&self, stage: usize, now: Instant) -> Change {
        if self.failures_max == 0 {
            return Change::None;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut reached = false;
        if let Some(failures) = state.failures.get_mut(stage) {
            *failures = failures.saturating_add(1);
            reached = *failures >= self.failures_max;
        }
        let opens = match &state.open {
            Some(open) => open.probing.is_some(),
            None => reached,
        };
        if !opens {
            return Change::None;
        }
        let pause = state.pause;
        state.pause = (pause * 2).min(PAUSE_MAX);
        state.open = Some(Open {
            stage,
            until: now + pause,
            probing: None,
        });
        Change::Opened(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, SystemClock};

    const AT: usize = 2;

    #[test]
    fn opens_half_opens_and_closes() {
        let start = SystemClock.monotonic();
        let at = |secs| start + Duration::from_secs(secs);
        let breaker = Breaker::new(2, 3);
        assert_eq!(breaker.failed(AT, start), Change::None);
        assert_eq!(breaker.succeeded(AT), Change::None);
        assert_eq!(breaker.failed(AT, start), Change::None);
        assert_eq!(
            breaker.failed(AT, start),
            Change::Opened(Duration::from_secs(1))
        );
        assert!(!breaker.admits(start));
        assert!(breaker.admits(at(1)), "one probe");
        assert!(!breaker.admits(at(1)), "only one");
        assert_eq!(
            breaker.failed(AT, at(1)),
            Change::Opened(Duration::from_secs(2))
        );
        assert!(!breaker.admits(at(2)));
        assert_eq!(breaker.succeeded(1), Change::None, "another stage");
        assert!(breaker.admits(at(3)));
        assert!(!breaker.admits(at(4)), "the probe is under way");
        assert!(breaker.admits(at(63)), "the probe got lost");
        assert_eq!(breaker.succeeded(AT), Change::Closed);
        assert!(breaker.admits(at(63)));
        assert_eq!(breaker.failed(AT, at(63)), Change::None);
        let pause = breaker.failed(AT, at(63));
        assert_eq!(pause, Change::Opened(Duration::from_secs(1)));
    }

    #[test]
    fn the_pause_has_a_limit_and_zero_never_opens() {
        let mut now = SystemClock.monotonic();
        let breaker = Breaker::new(1, 3);
        let mut pauses = Vec::new();
        for _ in 0..9 {
            let Change::Opened(pause) = breaker.failed(AT, now) else {
                panic!("it is open")
            };
            pauses.push(pause.as_secs());
            now += pause;
            assert!(breaker.admits(now));
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        let never = Breaker::new(0, 3);
        assert!((0..100).all(|_| never.failed(AT, now) == Change::None && never.admits(now)));
    }
}
