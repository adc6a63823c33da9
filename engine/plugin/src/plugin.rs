//! A loaded plugin: asked through its breaker, with an instance of the session's own.

use crate::answer::Answer;
use crate::call::Call;
use crate::chain::Trust;
use crate::config::Limits;
use crate::engine::Runtime;
use crate::error::CallFailure;
use crate::instance::Mould;
use crate::meters::Meters;
use crate::pulse::Pulse;
use crate::stage::{Stage, Stages};
use crate::state::State;
use crate::statistics::{PluginState, PluginStatistics, Role};
use crate::tenant::Tenant;
use crate::timing::Timing;
use crate::used::{Asking, Figures, Source, Start, Used};
use crate::warm::WarmPool;
use crate::watch::{CallReport, Said, Watch};
use crate::world::World;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use waxseal_ports::filter::{Breaker, Change, OnFailure};

/// One plugin of a chain; shared by all sessions.
pub(crate) struct Plugin {
    /// With its tenant, as [`crate::PluginConfig::full_name`].
    pub(crate) name: String,
    /// Whose mail it is shown; all mail if nobody's.
    pub(crate) tenant: Option<Arc<Tenant>>,
    /// Name and version as it describes itself, for traces.
    pub(crate) actor: String,
    pub(crate) world: World,
    pub(crate) stages: Stages,
    pub(crate) on_failure: OnFailure,
    pub(crate) trust: Trust,
    /// Whether its verdicts are only compared.
    pub(crate) shadow: bool,
    pub(crate) breaker: Breaker,
    pub(crate) meters: Arc<Meters>,
    pub(crate) mould: Arc<Mould>,
    pub(crate) warm: Arc<WarmPool>,
    /// Whether the log says already that no instance is free.
    pub(crate) busy: AtomicBool,
}

impl Plugin {
    /// Whether mail of this address may be shown to it.
    pub(crate) fn may_see(&self, address: &str) -> bool {
        let tenant = self.tenant.as_ref();
        tenant.is_none_or(|tenant| tenant.owns(address))
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.mould.profile.limits
    }

    /// What its answers count for.
    pub(crate) const fn role(&self) -> Role {
        if self.stages.observes {
            Role::Observes
        } else if self.shadow {
            Role::Shadows
        } else {
            Role::Decides
        }
    }

    /// What it did in the last hour.
    pub(crate) fn statistics(&self) -> PluginStatistics {
        let version = self.actor.strip_prefix(&self.name).map(str::trim_start);
        PluginStatistics {
            name: self.name.clone(),
            version: version.unwrap_or_default().to_owned(),
            world: Some(self.world),
            role: self.role(),
            state: if self.breaker.is_open() {
                PluginState::BreakerOpen
            } else {
                PluginState::Works
            },
            ready: self.warm.count(),
            minutes: self.meters.last_hour(),
        }
    }

    /// Asks with the instance in `slot`, or with a new one. The slot is empty afterwards if the
    /// instance must not be used again.
    ///
    /// # Errors
    /// [`CallFailure`].
    pub(crate) async fn ask(
        &self,
        runtime: &Runtime,
        slot: &mut Option<Used>,
        state: &Arc<Mutex<State>>,
        call: &Arc<Call>,
    ) -> Result<Answer, CallFailure> {
        let call = call.clone();
        let source = self.source(runtime, slot, state)?;
        let pulse = source.pulse();
        let run = Box::pin(async move {
            let mut used = source.start().await?;
            match used.instance.call(&call).await {
                Ok(answer) => Ok((used, Ok(answer))),
                Err(own @ CallFailure::Own { .. }) => Ok((used, Err(own))),
                Err(failure) => Err(failure),
            }
        });
        match runtime.lane.drive(run, pulse, self.limits().wall()).await {
            Ok(Ok((used, answer))) => {
                *slot = Some(used);
                answer
            }
            Ok(Err(failure)) => Err(failure),
            Err(lost) => Err(lost.failure(self.limits())),
        }
    }

    /// Where an instance for a call comes from, through admission and breaker: the one in `slot`, one
    /// that is ready, or a new one.
    ///
    /// # Errors
    /// [`CallFailure::Busy`], [`CallFailure::Breaker`].
    pub(crate) fn source(
        &self,
        runtime: &Runtime,
        slot: &mut Option<Used>,
        state: &Arc<Mutex<State>>,
    ) -> Result<Source, CallFailure> {
        let place = match slot.is_some() || self.warm.has_ready() {
            true => None,
            false => Some(runtime.place()?),
        };
        if !self.breaker.admits(self.mould.profile.clock.monotonic()) {
            return Err(CallFailure::Breaker);
        }
        if let Some(used) = slot.take().or_else(|| self.warm.take(state)) {
            return Ok(Source::Ready(used));
        }
        Ok(Source::Fresh(Start {
            mould: self.mould.clone(),
            meters: self.meters.clone(),
            state: state.clone(),
            permit: place.map_or_else(|| runtime.place(), Ok)?,
            pulse: Arc::new(Pulse::new()),
        }))
    }

    /// Asks an instance that serves this one call; what it cost is left in `figures`.
    ///
    /// # Errors
    /// [`CallFailure`].
    pub(crate) async fn ask_once<T: Send + 'static>(
        &self,
        runtime: &Runtime,
        state: &Arc<Mutex<State>>,
        figures: &mut Figures,
        ask: impl for<'a> FnOnce(&'a mut Used) -> Asking<'a, T> + Send + 'static,
    ) -> Result<T, CallFailure> {
        let source = self.source(runtime, &mut None, state)?;
        let pulse = source.pulse();
        let run = Box::pin(async move {
            let mut used = source.start().await?;
            let answer = ask(&mut used).await;
            Ok::<_, CallFailure>((answer, used.figures()))
        });
        let answer = runtime.lane.drive(run, pulse, self.limits().wall()).await;
        let (answer, cost) = answer.map_err(|lost| lost.failure(self.limits()))??;
        *figures = cost;
        answer
    }

    /// Who watches the calls, if anybody does.
    pub(crate) fn watch(&self) -> Option<&Arc<dyn Watch>> {
        self.mould.profile.instruments.watch.as_ref()
    }

    /// Tells whoever watches of a call, and what it cost.
    pub(crate) fn report(
        &self,
        timing: Timing,
        said: Result<Said, &CallFailure>,
        figures: Figures,
    ) {
        let Some(watch) = self.watch() else {
            return;
        };
        let Figures {
            fuel,
            memory_bytes,
            started,
        } = figures;
        watch.called(&CallReport {
            plugin: &self.name,
            stage: timing.stage.as_str(),
            said,
            took: timing.took.saturating_sub(started.unwrap_or_default()),
            started,
            fuel,
            memory_bytes,
        });
    }

    /// Counts an answer under its label and closes the breaker.
    pub(crate) fn answered(&self, stage: Stage, label: &'static str, took: Duration) {
        self.meters.answered(stage, label, took);
        self.works(stage);
    }

    /// A call came to its end in time.
    fn works(&self, stage: Stage) {
        if self.busy.load(Ordering::Relaxed) {
            self.busy.store(false, Ordering::Relaxed);
        }
        if self.breaker.succeeded(stage as usize) == Change::Closed {
            self.meters.breaker(false);
            tracing::info!(plugin = self.name, "plugin works again");
        }
    }

    /// Counts a failure of a storage call. What is stored, or a message on its way, may itself be what
    /// a plugin cannot do: only what costs time moves the breaker, so that one blob does not stop all.
    pub(crate) fn storage_failed(&self, failure: &CallFailure, timing: Timing) {
        let stage = timing.stage;
        match failure {
            CallFailure::Cpu { .. }
            | CallFailure::Wall(_)
            | CallFailure::Memory(_)
            | CallFailure::Busy(_)
            | CallFailure::Breaker => self.failed(failure, timing),
            CallFailure::Trap(_)
            | CallFailure::Outcome(_)
            | CallFailure::Own { .. }
            | CallFailure::TooLarge => {
                self.meters.failed(stage, failure, timing.took);
                let (plugin, stage_name) = (self.name.as_str(), stage.as_str());
                let words = self.words(failure);
                tracing::warn!(plugin, stage = stage_name, failure = words, "plugin failed");
                // A blob that is too large never came to the plugin.
                if *failure != CallFailure::TooLarge {
                    self.works(stage);
                }
            }
        }
    }

    /// A failure in words that may be shown: a plugin's own error can quote a secret.
    pub(crate) fn words(&self, failure: &CallFailure) -> String {
        let failure = failure.to_string();
        self.mould.profile.reach.mask(&failure).into_owned()
    }

    /// Counts a failure, moves the breaker and writes the log: one line for a state that lasts.
    pub(crate) fn failed(&self, failure: &CallFailure, timing: Timing) {
        let stage = timing.stage;
        self.meters.failed(stage, failure, timing.took);
        let plugin = self.name.as_str();
        match failure {
            CallFailure::Breaker => return,
            CallFailure::Busy(_) => {
                if !self.busy.swap(true, Ordering::Relaxed) {
                    tracing::warn!(plugin, %failure, "plugin not asked");
                }
                return;
            }
            CallFailure::Trap(_)
            | CallFailure::Cpu { .. }
            | CallFailure::Wall(_)
            | CallFailure::Memory(_)
            | CallFailure::Outcome(_)
            | CallFailure::Own { .. }
            | CallFailure::TooLarge => {
                let failure = self.words(failure);
                tracing::warn!(plugin, stage = stage.as_str(), failure, "plugin failed");
            }
        }
        if let Change::Opened(pause) = self.breaker.failed(stage as usize, timing.now) {
            self.meters.breaker(true);
            let pause_secs = pause.as_secs();
            tracing::error!(
                plugin,
                pause_secs,
                "plugin keeps failing and is not asked for a while"
            );
        }
    }
}
