//! Tells observing plugins what happened, after the fact and off the client's time.

use crate::call::Call;
use crate::chain::Chain;
use crate::engine::Runtime;
use crate::scope::Scope;
use crate::state::State;
use crate::used::Used;
use crate::watch::Said;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

/// The way from a session to its observers. They see stages in order; dropping it lets them finish.
pub(crate) struct Observers(mpsc::Sender<(Arc<Call>, State)>);

impl Observers {
    /// Starts the task that serves one session.
    pub(crate) fn start(runtime: Arc<Runtime>, chain: Arc<Chain>, tasks: &TaskTracker) -> Self {
        let waiting = usize::try_from(runtime.config.observe_queue_max).unwrap_or(1);
        let (sender, receiver) = mpsc::channel(waiting.max(1));
        tasks.spawn(serve(runtime, chain, receiver));
        Self(sender)
    }

    /// Tells of a stage; drops it where too many wait already.
    pub(crate) fn tell(&self, chain: &Chain, call: &Arc<Call>, state: &Mutex<State>) {
        let state = state.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if self.0.try_send((call.clone(), state)).is_err() {
            let stage = call.stage();
            let untold = chain
                .observers
                .iter()
                .filter(|plugin| plugin.stages.contains(stage));
            untold.for_each(|plugin| plugin.meters.dropped());
        }
    }
}

async fn serve(
    runtime: Arc<Runtime>,
    chain: Arc<Chain>,
    mut told: mpsc::Receiver<(Arc<Call>, State)>,
) {
    let mut slots: Vec<Option<Used>> = chain.observers.iter().map(|_| None).collect();
    let mut shared: Option<Arc<Mutex<State>>> = None;
    while let Some((call, mut state)) = told.recv().await {
        let shared = match &shared {
            Some(shared) => {
                let mut held = shared.lock().unwrap_or_else(PoisonError::into_inner);
                for plugin in &chain.observers {
                    state.keep_notes(&plugin.name, &held);
                }
                *held = state;
                drop(held);
                shared.clone()
            }
            None => shared.insert(Arc::new(Mutex::new(state))).clone(),
        };
        let stage = call.stage();
        for (plugin, slot) in chain.observers.iter().zip(&mut slots) {
            if !plugin.stages.contains(stage) || Scope::of(plugin, &call, &shared).is_none() {
                continue;
            }
            let asked = plugin.ask(&runtime, slot, &shared, &call);
            let (answer, timing) = plugin.timed(stage, asked).await;
            if plugin.watch().is_some() {
                let said = answer.as_ref().map(|answer| {
                    let checked = answer.clone().check(stage);
                    checked.map_or_else(|_| Said::nothing(), |checked| Said::of(&checked))
                });
                let figures = slot.as_mut().map(Used::figures).unwrap_or_default();
                plugin.report(timing, said, figures);
            }
            timing.count(plugin, &answer, |_| "next");
        }
    }
}
