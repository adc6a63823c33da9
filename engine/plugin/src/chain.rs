//! The plugins of one configuration, and how their verdicts become one.

use crate::config::OnFailure;
use crate::plugin::Plugin;
use crate::stage::{Stage, Stages};
use crate::world::World;
use std::sync::Arc;
use waxseal_mail::Reply;
use waxseal_ports::filter::Verdict;
pub(crate) use waxseal_ports::filter::{Flow, Trust, describe, label, merge};

/// The plugins in configured order; never changed, only replaced.
pub(crate) struct Chain {
    /// Those that decide.
    pub(crate) filters: Vec<Arc<Plugin>>,
    /// Those that are told afterwards.
    pub(crate) observers: Vec<Arc<Plugin>>,
    /// Those of other worlds.
    pub(crate) others: Vec<Arc<Plugin>>,
    /// Names of those that the administrator switched off.
    pub(crate) disabled: Vec<String>,
    wanted: Stages,
    observed: Stages,
}

impl Chain {
    pub(crate) fn new(plugins: Vec<Arc<Plugin>>, disabled: Vec<String>) -> Self {
        let (judges, others): (Vec<_>, Vec<_>) = plugins
            .into_iter()
            .partition(|plugin| matches!(plugin.world, World::Filter | World::Learner));
        let (observers, filters): (Vec<_>, Vec<_>) = judges
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
            others,
            disabled,
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
