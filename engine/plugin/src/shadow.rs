//! Filters in shadow: asked after the chain, off the client's time, about the message as it stood at
//! their place. What they say changes nothing; it is compared with what the chain said, and counted.

use crate::call::Call;
use crate::chain::{Chain, Trust, describe, label, merge};
use crate::engine::Runtime;
use crate::error::CallFailure;
use crate::plugin::{Plugin, Used};
use crate::scope::Scope;
use crate::stage::Stage;
use crate::state::State;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;
use waxseal_ports::filter::Verdict;

/// What one shadow sees: its number in the chain, and session and message at its place.
pub(crate) struct Sight {
    shadow: usize,
    state: State,
}

/// A stage as the chain left it.
struct Told {
    call: Arc<Call>,
    verdict: Verdict,
    sights: Vec<Sight>,
}

/// Adds what the shadows before the filter `index` see, unless they saw it already.
pub(crate) fn see(
    chain: &Chain,
    call: &Call,
    index: usize,
    state: &Mutex<State>,
    sights: &mut Vec<Sight>,
) {
    for (shadow, (place, plugin)) in chain.shadows.iter().enumerate() {
        let concerned = *place == index && plugin.stages.contains(call.stage());
        let seen = sights.iter().any(|sight| sight.shadow == shadow);
        if concerned && !seen && Scope::of(plugin, call, state).is_some() {
            let state = state.lock().unwrap_or_else(PoisonError::into_inner).clone();
            sights.push(Sight { shadow, state });
        }
    }
}

/// The way from a session to its shadows; dropping it lets them finish.
pub(crate) struct Shadows(mpsc::Sender<Told>);

impl Shadows {
    /// Starts the task that serves one session.
    pub(crate) fn start(runtime: Arc<Runtime>, chain: Arc<Chain>, tasks: &TaskTracker) -> Self {
        let waiting = usize::try_from(runtime.config.observe_queue_max).unwrap_or(1);
        let (sender, receiver) = mpsc::channel(waiting.max(1));
        tasks.spawn(serve(runtime, chain, receiver));
        Self(sender)
    }

    /// Tells of a stage; drops it where too many wait already.
    pub(crate) fn tell(
        &self,
        chain: &Chain,
        call: &Arc<Call>,
        sights: Vec<Sight>,
        verdict: &Verdict,
    ) {
        let told = Told {
            call: call.clone(),
            verdict: verdict.clone(),
            sights,
        };
        if let Err(error) = self.0.try_send(told) {
            let untold = error.into_inner().sights.into_iter();
            let untold = untold.filter_map(|sight| chain.shadows.get(sight.shadow));
            untold.for_each(|(_, plugin)| plugin.meters.dropped());
        }
    }
}

/// A session's instance of one shadow, and what it knows.
#[derive(Default)]
struct Seat {
    used: Option<Used>,
    state: Option<Arc<Mutex<State>>>,
}

impl Seat {
    /// Takes what is seen now; the shadow's own notes of this message stay.
    fn take(&mut self, plugin: &Plugin, stage: Stage, mut state: State) -> Arc<Mutex<State>> {
        let Some(shared) = &self.state else {
            return self.state.insert(Arc::new(Mutex::new(state))).clone();
        };
        let mut held = shared.lock().unwrap_or_else(PoisonError::into_inner);
        if stage != Stage::Mail {
            state.notes_mut().adopt(&plugin.name, held.notes());
        }
        *held = state;
        shared.clone()
    }
}

async fn serve(runtime: Arc<Runtime>, chain: Arc<Chain>, mut told: mpsc::Receiver<Told>) {
    let mut seats: Vec<Seat> = chain.shadows.iter().map(|_| Seat::default()).collect();
    while let Some(Told {
        call,
        verdict,
        sights,
    }) = told.recv().await
    {
        for sight in sights {
            let known = chain
                .shadows
                .get(sight.shadow)
                .zip(seats.get_mut(sight.shadow));
            let Some(((_, plugin), seat)) = known else {
                continue;
            };
            let session = sight.state.info.id;
            let state = seat.take(plugin, call.stage(), sight.state);
            let said = ask(&runtime, plugin, (seat, &state), &call).await;
            let agreement = said
                .as_ref()
                .map_or("failed", |said| compare(&verdict, said));
            plugin.meters.shadowed(agreement);
            let name = plugin.name.as_str();
            let (stage, chain) = (call.stage().as_str(), describe(&verdict));
            let shadow = said.as_ref().map_or("failed".to_owned(), describe);
            if agreement == "same" {
                tracing::debug!(plugin = name, %session, stage, chain, shadow, agreement, "shadow");
            } else {
                tracing::info!(plugin = name, %session, stage, chain, shadow, agreement, "shadow");
            }
        }
    }
}

/// Asks one shadow and counts what it says.
async fn ask(
    runtime: &Runtime,
    plugin: &Plugin,
    (seat, state): (&mut Seat, &Arc<Mutex<State>>),
    call: &Arc<Call>,
) -> Result<Verdict, CallFailure> {
    let clock = &plugin.mould.profile.clock;
    let began = clock.monotonic();
    let answer = plugin.ask(runtime, &mut seat.used, state, call).await;
    let now = clock.monotonic();
    let took = now.saturating_duration_since(began);
    let said = answer.and_then(|answer| answer.check(call.stage()).map_err(CallFailure::Outcome));
    match said {
        Ok(checked) => {
            plugin.succeeded(call.stage(), &checked.verdict, took);
            Ok(checked.verdict)
        }
        Err(failure) => {
            plugin.failed(call.stage(), &failure, now, took);
            Err(failure)
        }
    }
}

/// How a verdict compares with the chain's: `same`, `stricter` or `laxer`.
fn compare(chain: &Verdict, shadow: &Verdict) -> &'static str {
    let passes = |verdict: &Verdict| matches!(verdict, Verdict::Next | Verdict::Accept);
    if label(chain) == label(shadow) || passes(chain) && passes(shadow) {
        return "same";
    }
    let mut merged = chain.clone();
    merge(&mut merged, shadow.clone(), Trust::StricterOnly);
    if label(&merged) == label(shadow) {
        "stricter"
    } else {
        "laxer"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_mail::Reply;

    #[test]
    fn verdicts_are_compared_by_strictness() {
        let reject = || Verdict::Reject(Reply::own(550, (5, 7, 1), "no"));
        let hold = || Verdict::Hold("why".to_owned());
        for (chain, shadow, expected) in [
            (Verdict::Next, Verdict::Accept, "same"),
            (reject(), reject(), "same"),
            (Verdict::Next, hold(), "stricter"),
            (hold(), reject(), "stricter"),
            (reject(), Verdict::Next, "laxer"),
            (hold(), Verdict::Accept, "laxer"),
        ] {
            assert_eq!(compare(&chain, &shadow), expected, "{chain:?} {shadow:?}");
        }
    }
}
