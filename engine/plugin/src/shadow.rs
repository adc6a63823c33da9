//! Filters in shadow: asked after the chain, off the client's time, about the message as it stood at
//! their place. What they say changes nothing; it is compared with what the chain said, counted, and
//! told in the trace of the message.

mod story;

use crate::call::Call;
use crate::chain::{Chain, Trust, describe, label, merge};
use crate::engine::Runtime;
use crate::error::CallFailure;
use crate::plugin::Plugin;
use crate::scope::Scope;
use crate::session::Shared;
use crate::state::State;
use crate::timing::Timing;
use crate::used::Used;
use std::sync::{Arc, Mutex, PoisonError};
use story::Story;
use tokio::sync::mpsc;
use waxseal_mail::MessageId;
use waxseal_ports::filter::Verdict;
use waxseal_ports::trace::LateTrace;

/// What one shadow sees: its number in the chain, and session and message at its place.
pub(crate) struct Sight {
    shadow: usize,
    state: State,
}

/// What happened in the session.
enum Told {
    /// A stage as the chain left it.
    Stage {
        call: Arc<Call>,
        verdict: Verdict,
        sights: Vec<Sight>,
    },
    /// The filters let the message of this name and transaction pass.
    Passed(MessageId, u64),
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
    pub(crate) fn start(shared: &Shared, chain: Arc<Chain>) -> Self {
        let waiting = usize::try_from(shared.runtime.config.observe_queue_max).unwrap_or(1);
        let (sender, receiver) = mpsc::channel(waiting.max(1));
        let server = Server {
            runtime: shared.runtime.clone(),
            late_trace: shared.late_trace.clone(),
            seats: chain.shadows.iter().map(|_| Seat::default()).collect(),
            chain,
            story: Story::default(),
        };
        shared.tasks.spawn(server.serve(receiver));
        Self(sender)
    }

    /// Tells that a message passed; where too many calls wait already, its story lacks the shadows.
    pub(crate) fn tell_of_end(&self, id: MessageId, transaction: u64) {
        if self.0.try_send(Told::Passed(id, transaction)).is_err() {
            tracing::debug!(message = %id, "its trace lacks what shadows said");
        }
    }

    /// Tells of a stage; drops it where too many wait already.
    pub(crate) fn tell(
        &self,
        chain: &Chain,
        call: &Arc<Call>,
        sights: Vec<Sight>,
        verdict: &Verdict,
    ) {
        let told = Told::Stage {
            call: call.clone(),
            verdict: verdict.clone(),
            sights,
        };
        let Err(error) = self.0.try_send(told) else {
            return;
        };
        if let Told::Stage { sights, .. } = error.into_inner() {
            let untold = sights.into_iter();
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
    /// Takes what is seen now; the shadow's own notes stay.
    fn take(&mut self, plugin: &Plugin, mut state: State) -> Arc<Mutex<State>> {
        let Some(shared) = &self.state else {
            return self.state.insert(Arc::new(Mutex::new(state))).clone();
        };
        let mut held = shared.lock().unwrap_or_else(PoisonError::into_inner);
        state.keep_notes(&plugin.name, &held);
        *held = state;
        shared.clone()
    }
}

/// Serves the shadows of one session.
struct Server {
    runtime: Arc<Runtime>,
    chain: Arc<Chain>,
    late_trace: Arc<dyn LateTrace>,
    seats: Vec<Seat>,
    story: Story,
}

impl Server {
    async fn serve(mut self, mut told: mpsc::Receiver<Told>) {
        while let Some(told) = told.recv().await {
            match told {
                Told::Stage {
                    call,
                    verdict,
                    sights,
                } => {
                    for sight in sights {
                        self.judge(&call, &verdict, sight).await;
                    }
                }
                Told::Passed(id, transaction) => {
                    let lines = self.story.of(transaction);
                    if !lines.is_empty() {
                        self.late_trace.add(id, lines).await;
                    }
                }
            }
        }
    }

    /// Has one shadow judge what it sees, and compares that with the chain's verdict.
    async fn judge(&mut self, call: &Arc<Call>, verdict: &Verdict, sight: Sight) {
        let known = self.chain.shadows.get(sight.shadow);
        let known = known.zip(self.seats.get_mut(sight.shadow));
        let Some(((_, plugin), seat)) = known else {
            return;
        };
        let (session, transaction) = (sight.state.info.id, sight.state.transactions);
        let state = seat.take(plugin, sight.state);
        let (said, timing) = ask(&self.runtime, plugin, (seat, &state), call).await;
        let agreement = said
            .as_ref()
            .map_or("failed", |said| compare(verdict, said));
        plugin.meters.shadowed(agreement);
        let (name, stage) = (plugin.name.as_str(), call.stage().as_str());
        let chain = describe(verdict);
        let shadow = match &said {
            Ok(said) => describe(said),
            Err(failure) => format!("failed: {}", plugin.words(failure)),
        };
        if agreement == "same" {
            tracing::debug!(plugin = name, %session, stage, chain, shadow, agreement, "shadow");
        } else {
            tracing::info!(plugin = name, %session, stage, chain, shadow, agreement, "shadow");
        }
        let line = timing.event(plugin, format!("in shadow, {agreement}: {shadow}"));
        self.story.tell(call.stage(), transaction, line);
    }
}

/// Asks one shadow and counts what it says.
async fn ask(
    runtime: &Runtime,
    plugin: &Plugin,
    (seat, state): (&mut Seat, &Arc<Mutex<State>>),
    call: &Arc<Call>,
) -> (Result<Verdict, CallFailure>, Timing) {
    let stage = call.stage();
    let asked = async {
        let answer = plugin.ask(runtime, &mut seat.used, state, call).await?;
        answer.check(stage).map_err(CallFailure::Outcome)
    };
    let (said, timing) = plugin.timed(stage, asked).await;
    timing.count(plugin, &said, |checked| label(&checked.verdict));
    (said.map(|checked| checked.verdict), timing)
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
