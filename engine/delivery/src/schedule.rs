//! When a deferred recipient is tried again, and when to stop trying (RFC 5321 §4.5.4.1).

use crate::config::RetryConfig;
use waxseal_mail::Timestamp;

/// What to do about recipients that were deferred in this attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Next {
    /// The next attempt.
    pub(crate) due: Timestamp,
    /// The message is too old: deferred recipients fail.
    pub(crate) give_up: bool,
    /// The message is old enough for a report of delay.
    pub(crate) report_delay: bool,
}

/// The plan for a message `received` then, with an attempt ending `now`.
///
/// The wait depends on the age alone: an age that falls into the span of the n-th delay waits the
/// n-th delay. A clock that jumped back counts as age 0.
pub(crate) fn next(retry: &RetryConfig, received: Timestamp, now: Timestamp) -> Next {
    let age = u64::try_from(now.unix_secs.saturating_sub(received.unix_secs)).unwrap_or(0);
    let mut reached = 0_u64;
    let mut delay = 0;
    for span in &retry.delays_secs {
        delay = *span;
        reached = reached.saturating_add(*span);
        if age < reached {
            break;
        }
    }
    // The last try falls on the moment of giving up rather than long after it.
    let left = retry.give_up_secs.saturating_sub(age).max(1);
    Next {
        due: later(now, delay.min(left)),
        give_up: age >= retry.give_up_secs,
        report_delay: retry.delay_report_secs > 0 && age >= retry.delay_report_secs,
    }
}

/// `secs` after `moment`.
pub(crate) fn later(moment: Timestamp, secs: u64) -> Timestamp {
    let secs = i64::try_from(secs).unwrap_or(i64::MAX);
    Timestamp {
        unix_secs: moment.unix_secs.saturating_add(secs),
        ..moment
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Attempts from the first on, as ages in minutes, until the message is given up.
    fn attempts(retry: &RetryConfig) -> Vec<i64> {
        let received = Timestamp::utc(1_000_000);
        let mut now = received;
        let mut ages = Vec::new();
        loop {
            ages.push((now.unix_secs - received.unix_secs) / 60);
            let next = next(retry, received, now);
            if next.give_up {
                return ages;
            }
            assert!(next.due.unix_secs > now.unix_secs);
            now = next.due;
        }
    }

    #[test]
    fn the_default_schedule() {
        let ages = attempts(&RetryConfig::default());
        assert_eq!(ages[..8], [0, 5, 20, 50, 110, 230, 470, 710]);
        assert_eq!(ages.last(), Some(&(5 * 24 * 60)), "given up at five days");
    }

    #[test]
    fn delay_is_reported_from_four_hours_on() {
        let at = |secs| {
            next(
                &RetryConfig::default(),
                Timestamp::utc(0),
                Timestamp::utc(secs),
            )
        };
        assert!(!at(4 * 3_600 - 1).report_delay);
        assert!(at(4 * 3_600).report_delay);
        let never = RetryConfig {
            delay_report_secs: 0,
            ..RetryConfig::default()
        };
        assert!(!next(&never, Timestamp::utc(0), Timestamp::utc(90_000)).report_delay);
    }

    #[test]
    fn a_clock_that_jumps_back_does_no_harm() {
        let next = next(
            &RetryConfig::default(),
            Timestamp::utc(10_000),
            Timestamp::utc(5_000),
        );
        assert_eq!(next.due, Timestamp::utc(5_300));
        assert!(!next.give_up);
    }
}
