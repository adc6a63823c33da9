//! Stops asking a plugin that keeps failing, and tries again after 1, 2, 4 … 60 s.

use crate::stage::Stage;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// One plugin's breaker, shared by all sessions.
#[derive(Debug)]
pub(crate) struct Breaker {
    /// Failures in a row at one stage that open it; 0 for never.
    failures_max: u32,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// In a row, for each stage: a plugin that fails at every message works at every MAIL.
    failures: [u32; Stage::ALL.len()],
    pause: Duration,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    /// Only success at this stage closes it.
    stage: Stage,
    until: Instant,
    /// One call is on its way to see whether the plugin works again, since then.
    probing: Option<Instant>,
}

/// What a recorded outcome changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    None,
    Opened(Duration),
    Closed,
}

impl Breaker {
    pub(crate) const fn new(failures_max: u32) -> Self {
        Self {
            failures_max,
            state: Mutex::new(State {
                failures: [0; Stage::ALL.len()],
                pause: FIRST_PAUSE,
                open: None,
            }),
        }
    }

    /// Whether the plugin may be asked now. While open, one caller at a time may, once the pause is
    /// over; a probe that never reported is replaced after the longest pause.
    pub(crate) fn admits(&self, now: Instant) -> bool {
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

    /// Whether the plugin is not asked, apart from a call now and then to see.
    pub(crate) fn is_open(&self) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.open.is_some()
    }

    /// A call at `stage` gave an answer.
    pub(crate) fn succeeded(&self, stage: Stage) -> Change {
        if self.failures_max == 0 {
            return Change::None;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failures) = state.failures.get_mut(stage as usize) {
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
    pub(crate) fn failed(&self, stage: Stage, now: Instant) -> Change {
        if self.failures_max == 0 {
            return Change::None;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut reached = false;
        if let Some(failures) = state.failures.get_mut(stage as usize) {
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
    use waxseal_ports::clock::{Clock, SystemClock};

    const AT: Stage = Stage::Message;

    #[test]
    fn opens_half_opens_and_closes() {
        let start = SystemClock.monotonic();
        let at = |secs| start + Duration::from_secs(secs);
        let breaker = Breaker::new(2);
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
        assert_eq!(
            breaker.succeeded(Stage::Mail),
            Change::None,
            "another stage"
        );
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
        let breaker = Breaker::new(1);
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
        let never = Breaker::new(0);
        assert!((0..100).all(|_| never.failed(AT, now) == Change::None && never.admits(now)));
    }
}
