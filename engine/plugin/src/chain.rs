//! The plugins of one configuration, and how their verdicts become one.

use crate::config::OnFailure;
use crate::plugin::Plugin;
use crate::stage::{Stage, Stages};
use std::sync::Arc;
use waxseal_mail::Reply;
use waxseal_ports::filter::Verdict;

/// The plugins in configured order; never changed, only replaced.
pub(crate) struct Chain {
    /// Those that decide.
    pub(crate) filters: Vec<Arc<Plugin>>,
    /// Those that are told afterwards.
    pub(crate) observers: Vec<Arc<Plugin>>,
    wanted: Stages,
    observed: Stages,
}

impl Chain {
    pub(crate) fn new(plugins: Vec<Arc<Plugin>>) -> Self {
        let (observers, filters): (Vec<_>, Vec<_>) = plugins
            .into_iter()
            .partition(|plugin| plugin.stages.observes);
        let all = |plugins: &[Arc<Plugin>]| {
            let stages = plugins.iter().map(|plugin| plugin.stages);
            stages.fold(Stages::default(), Stages::with)
        };
        Self {
            wanted: all(&filters),
            observed: all(&observers),
            filters,
            observers,
        }
    }

    /// Whether some filter decides at `stage`.
    pub(crate) const fn wants(&self, stage: Stage) -> bool {
        self.wanted.contains(stage)
    }

    /// Whether some observer is told of `stage`.
    pub(crate) const fn observes(&self, stage: Stage) -> bool {
        self.observed.contains(stage)
    }
}

/// Whether later filters are still asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    On,
    Stop,
}

/// Whether a filter may replace a stricter verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    StricterOnly,
    Full,
}

/// Puts a filter's verdict to what stood so far.
pub(crate) fn merge(standing: &mut Verdict, said: Verdict, trust: Trust) -> Flow {
    let flow = match said {
        Verdict::Next | Verdict::Quarantine(_) | Verdict::Hold(_) => Flow::On,
        Verdict::Accept | Verdict::Reject(_) | Verdict::Defer(_) | Verdict::Discard => Flow::Stop,
    };
    let replaces = match trust {
        Trust::Full => said != Verdict::Next,
        Trust::StricterOnly => strictness(&said) > strictness(standing),
    };
    if replaces {
        *standing = said;
    }
    flow
}

/// The order of verdicts, laxest first.
const fn strictness(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Next => 0,
        Verdict::Accept => 1,
        Verdict::Quarantine(_) => 2,
        Verdict::Hold(_) => 3,
        Verdict::Discard => 4,
        Verdict::Defer(_) => 5,
        Verdict::Reject(_) => 6,
    }
}

/// The verdict that stands for a failed call.
pub(crate) fn policy(on_failure: OnFailure, stage: Stage) -> Verdict {
    match on_failure {
        OnFailure::Skip => Verdict::Next,
        OnFailure::Defer => {
            let code = if stage == Stage::Connect { 421 } else { 451 };
            let text = "mail cannot be checked right now, please try again later";
            Verdict::Defer(Reply::own(code, (4, 3, 0), text))
        }
        OnFailure::Reject => Verdict::Reject(Reply::own(554, (5, 3, 0), "mail cannot be checked")),
    }
}

/// A verdict for people, in traces and logs.
pub(crate) fn describe(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Next => "next".to_owned(),
        Verdict::Accept => "accept".to_owned(),
        Verdict::Reject(reply) => format!("reject: {}", reply_line(reply)),
        Verdict::Defer(reply) => format!("defer: {}", reply_line(reply)),
        Verdict::Discard => "discard".to_owned(),
        Verdict::Quarantine(why) => format!("quarantine: {why}"),
        Verdict::Hold(why) => format!("hold: {why}"),
    }
}

/// The verdict's name, for metric labels.
pub(crate) const fn label(verdict: &Verdict) -> &'static str {
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

fn reply_line(reply: &Reply) -> String {
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
        let reject = policy(OnFailure::Reject, Stage::Message);
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
