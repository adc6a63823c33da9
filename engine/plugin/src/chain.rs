//! The plugins of one configuration, and how their verdicts become one.

use crate::plugin::Plugin;
use crate::stage::{Stage, Stages};
use crate::tenant::{Tenant, Tenants, full_name};
use crate::world::World;
use std::sync::Arc;
pub(crate) use waxseal_ports::filter::{Flow, Trust, describe, label, merge};

/// The plugins in configured order; never changed, only replaced.
pub(crate) struct Chain {
    /// Those that decide.
    pub(crate) filters: Vec<Arc<Plugin>>,
    /// Those that are told afterwards.
    pub(crate) observers: Vec<Arc<Plugin>>,
    /// Those whose verdicts are only compared, each with the number of filters that stand before it.
    pub(crate) shadows: Vec<(usize, Arc<Plugin>)>,
    /// Those of other worlds.
    pub(crate) others: Vec<Arc<Plugin>>,
    /// Names of those that the administrator switched off.
    pub(crate) disabled: Vec<String>,
    pub(crate) tenants: Tenants,
    wanted: Stages,
    observed: Stages,
    shadowed: Stages,
}

impl Chain {
    pub(crate) fn new(plugins: Vec<Arc<Plugin>>, disabled: Vec<String>, tenants: Tenants) -> Self {
        let (judges, others): (Vec<_>, Vec<_>) = plugins
            .into_iter()
            .partition(|plugin| matches!(plugin.world, World::Filter | World::Learner));
        let (observers, judging): (Vec<_>, Vec<_>) = judges
            .into_iter()
            .partition(|plugin| plugin.stages.observes);
        let (mut filters, mut shadows) = (Vec::new(), Vec::new());
        for plugin in judging {
            if plugin.shadow {
                shadows.push((filters.len(), plugin));
            } else {
                filters.push(plugin);
            }
        }
        let all = |plugins: &[Arc<Plugin>]| {
            let stages = plugins.iter().map(|plugin| plugin.stages);
            stages.fold(Stages::default(), Stages::with)
        };
        let shadowed = shadows.iter().map(|(_, plugin)| plugin.stages);
        Self {
            wanted: all(&filters),
            observed: all(&observers),
            shadowed: shadowed.fold(Stages::default(), Stages::with),
            filters,
            observers,
            shadows,
            others,
            disabled,
            tenants,
        }
    }

    /// All filters: those that decide, those that observe, those that are compared.
    pub(crate) fn judges(&self) -> impl Iterator<Item = &Arc<Plugin>> {
        let shadows = self.shadows.iter().map(|(_, plugin)| plugin);
        self.filters.iter().chain(&self.observers).chain(shadows)
    }

    /// All plugins that run.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Plugin>> {
        self.judges().chain(&self.others)
    }

    /// Starts the instances that are to be ready.
    pub(crate) fn warm_up(&self) {
        self.all().for_each(|plugin| plugin.warm.fill());
    }

    /// Ends them.
    pub(crate) fn cool_down(&self) {
        self.all().for_each(|plugin| plugin.warm.close());
    }

    /// Those that decide where messages go, in their order.
    pub(crate) fn routers(&self) -> impl Iterator<Item = &Arc<Plugin>> {
        let others = self.others.iter();
        others.filter(|plugin| plugin.stages.contains(Stage::Route))
    }

    /// The transport of that name.
    pub(crate) fn transport(&self, name: &str) -> Option<&Arc<Plugin>> {
        let mut others = self.others.iter();
        others.find(|plugin| plugin.stages.contains(Stage::Transport) && plugin.name == name)
    }

    /// Whether some plugin of that tenant decides about whole messages.
    pub(crate) fn judges_messages_of(&self, tenant: &Tenant) -> bool {
        let mut filters = self.filters.iter();
        filters.any(|plugin| {
            let stages = plugin.stages;
            let judges = stages.contains(Stage::Headers) || stages.contains(Stage::Message);
            judges && plugin.tenant.as_deref() == Some(tenant)
        })
    }

    /// The name of the transport that a plugin of `tenant` means by `name`: one of its own, or else
    /// one of no tenant.
    pub(crate) fn transport_for(&self, tenant: Option<&Tenant>, name: &str) -> Option<String> {
        let own = full_name(tenant.map(|tenant| tenant.name.as_str()), name);
        if self.transport(&own).is_some() {
            return Some(own);
        }
        let common = self.transport(name);
        common
            .filter(|plugin| plugin.tenant.is_none())
            .map(|plugin| plugin.name.clone())
    }

    /// Those that learn from what users do.
    pub(crate) fn learners(&self) -> impl Iterator<Item = &Arc<Plugin>> {
        let judges = self.filters.iter().chain(&self.observers);
        judges.filter(|plugin| plugin.stages.contains(Stage::Moved))
    }

    /// Whether some filter decides at `stage`.
    pub(crate) const fn wants(&self, stage: Stage) -> bool {
        self.wanted.contains(stage)
    }

    /// Whether anybody has to do with `stage`.
    pub(crate) const fn concerns(&self, stage: Stage) -> bool {
        self.wants(stage) || self.observes(stage) || self.shadows_at(stage)
    }

    /// Whether some verdict is only compared at `stage`.
    pub(crate) const fn shadows_at(&self, stage: Stage) -> bool {
        self.shadowed.contains(stage)
    }

    /// Whether some observer is told of `stage`.
    pub(crate) const fn observes(&self, stage: Stage) -> bool {
        self.observed.contains(stage)
    }
}
