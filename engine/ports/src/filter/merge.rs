//! How the verdicts of several filters become one: the chain gets stricter, never laxer.

use super::Verdict;
use waxseal_mail::Reply;

/// Whether later filters are still asked at this stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// They are.
    On,
    /// The verdict stands.
    Stop,
}

/// Whether a filter may replace a stricter verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Trust {
    /// It may only make the verdict stricter.
    #[default]
    StricterOnly,
    /// What it says stands, unless it says [`Verdict::Next`].
    Full,
}

impl Trust {
    /// From a setting such as `trusted = true`.
    #[must_use]
    pub const fn from_setting(trusted: bool) -> Self {
        if trusted {
            Self::Full
        } else {
            Self::StricterOnly
        }
    }
}

/// Puts a filter's verdict to what stood so far.
pub fn merge(standing: &mut Verdict, said: Verdict, trust: Trust) -> Flow {
    let flow = match said {
        Verdict::Next | Verdict::Quarantine(_) | Verdict::Hold(_) => Flow::On,
        Verdict::Accept | Verdict::Reject(_) | Verdict::Defer(_) | Verdict::Discard => Flow::Stop,
    };
    let replaces = match trust {
        Trust::Full => said != Verdict::Next,
        Trust::StricterOnly => said.strictness() > standing.strictness(),
    };
    if replaces {
        *standing = said;
    }
    flow
}

impl Verdict {
    /// The order of verdicts, laxest first.
    const fn strictness(&self) -> u8 {
        match self {
            Self::Next => 0,
            Self::Accept => 1,
            Self::Quarantine(_) => 2,
            Self::Hold(_) => 3,
            Self::Discard => 4,
            Self::Defer(_) => 5,
            Self::Reject(_) => 6,
        }
    }
}

/// A verdict for people, in traces and logs.
#[must_use]
pub fn describe(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Next => "next".to_owned(),
        Verdict::Accept => "accept".to_owned(),
        Verdict::Reject(reply) => format!("reject: {}", describe_reply(reply)),
        Verdict::Defer(reply) => format!("defer: {}", describe_reply(reply)),
        Verdict::Discard => "discard".to_owned(),
        Verdict::Quarantine(why) => format!("quarantine: {why}"),
        Verdict::Hold(why) => format!("hold: {why}"),
    }
}

/// The verdict's name, for metric labels.
#[must_use]
pub const fn label(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Next => "next",
        Verdict::Accept => "accept",
        Verdict::Reject(_) => "reject",
        Verdict::Defer(_) => "defer",
        Verdict::Discard => "discard",
        Verdict::Quarantine(_) => "quarantine",
        Verdict::Hold(_) => "hold",
    }
}

/// A reply as one line: `550 5.7.1 no`.
#[must_use]
pub fn describe_reply(reply: &Reply) -> String {
    let text = reply.lines().first().map_or("", String::as_str);
    match reply.status() {
        Some(status) => format!("{} {status} {text}", reply.code()),
        None => format!("{} {text}", reply.code()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold() -> Verdict {
        Verdict::Hold("h".into())
    }
    fn quarantine() -> Verdict {
        Verdict::Quarantine("q".into())
    }

    #[track_caller]
    fn check(standing: Verdict, said: Verdict, trust: Trust, expected: (Verdict, Flow)) {
        let mut stands = standing;
        let flow = merge(&mut stands, said, trust);
        assert_eq!((stands, flow), expected);
    }

    #[test]
    fn the_chain_gets_stricter_never_laxer() {
        let reject = Verdict::Reject(Reply::own(554, (5, 3, 0), "no"));
        let strict = Trust::StricterOnly;
        check(
            Verdict::Next,
            quarantine(),
            strict,
            (quarantine(), Flow::On),
        );
        check(
            quarantine(),
            Verdict::Next,
            strict,
            (quarantine(), Flow::On),
        );
        check(
            quarantine(),
            Verdict::Accept,
            strict,
            (quarantine(), Flow::Stop),
        );
        check(quarantine(), hold(), strict, (hold(), Flow::On));
        check(hold(), quarantine(), strict, (hold(), Flow::On));
        check(hold(), reject.clone(), strict, (reject, Flow::Stop));
        check(
            Verdict::Next,
            Verdict::Accept,
            strict,
            (Verdict::Accept, Flow::Stop),
        );
    }

    #[test]
    fn a_trusted_filter_may_relax() {
        check(
            hold(),
            Verdict::Accept,
            Trust::Full,
            (Verdict::Accept, Flow::Stop),
        );
        check(hold(), quarantine(), Trust::Full, (quarantine(), Flow::On));
        check(hold(), Verdict::Next, Trust::Full, (hold(), Flow::On));
    }
}
