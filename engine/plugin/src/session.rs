//! One client's session: asks the chain stage by stage.

mod company;
mod spent;

use crate::call::Call;
use crate::chain::{Chain, Flow, Trust, describe, label, merge};
use crate::engine::Runtime;
use crate::error::CallFailure;
use crate::observe::Observers;
use crate::plugin::Plugin;
use crate::scope::Scope;
use crate::shadow::{Shadows, Sight, see};
use crate::stage::Stage;
use crate::state::{Applied, Held, State};
use crate::tenant::Tenant;
use crate::timing::Timing;
use crate::used::Used;
use crate::watch::Said;
use async_trait::async_trait;
use spent::{Spent, changes};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::task::TaskTracker;
use waxseal_mail::{Envelope, MessageId, ReversePath};
use waxseal_ports::filter::{Ruling, SessionInfo, Verdict};
use waxseal_ports::trace::LateTrace;
use waxseal_ports::{Clock, Draft, FilterSession};

/// What sessions share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tasks: TaskTracker,
    /// For what shadows say after the fact.
    pub(crate) late_trace: Arc<dyn LateTrace>,
}

/// A session with the chain that was configured when it began.
pub(crate) struct Session {
    shared: Shared,
    chain: Arc<Chain>,
    state: Arc<Mutex<State>>,
    /// One for each filter of the chain; empty until the first is asked.
    slots: Vec<Slot>,
    /// What was decided about the message before it was here.
    standing: Verdict,
    observers: Option<Observers>,
    shadows: Option<Shadows>,
}

/// One filter of the session.
#[derive(Default)]
struct Slot {
    used: Option<Used>,
    spent: Spent,
}

/// A filter being asked.
#[derive(Clone, Copy)]
struct Turn<'a> {
    index: usize,
    plugin: &'a Plugin,
    scope: Scope,
}

/// What came of an answer.
struct Made {
    verdict: Verdict,
    /// For the trace.
    changes: String,
    applied: Applied,
    /// The answer in words, where somebody watches.
    said: Option<Said>,
}

impl Session {
    pub(crate) fn new(shared: Shared, chain: Arc<Chain>, info: SessionInfo) -> Self {
        Self {
            shared,
            chain,
            state: Arc::new(Mutex::new(State::new(info))),
            slots: Vec::new(),
            standing: Verdict::Next,
            observers: None,
            shadows: None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new transaction, or none: what belonged to the former one goes.
    fn clear(&mut self) {
        self.standing = Verdict::Next;
        self.slots
            .iter_mut()
            .for_each(|slot| slot.spent = Spent::default());
    }

    /// Asks the chain and tells the observers. `standing` is what was decided before.
    async fn stage(&mut self, call: Call, standing: Verdict) -> Ruling {
        let stage = call.stage();
        let mut ruling = Ruling::next();
        ruling.verdict = standing;
        let call = Arc::new(call);
        let mut sights = Vec::new();
        if self.chain.wants(stage) {
            self.ask_all(&call, &mut ruling, &mut sights).await;
        }
        if self.chain.shadows_at(stage) {
            self.compare(&call, sights, &ruling.verdict);
        }
        if self.chain.observes(stage) {
            self.tell(&call);
        }
        ruling.tags.clone_from(&self.state().tags);
        ruling
    }

    async fn ask_all(&mut self, call: &Arc<Call>, ruling: &mut Ruling, sights: &mut Vec<Sight>) {
        let chain = self.chain.clone();
        self.slots.resize_with(chain.filters.len(), Slot::default);
        let mut content: Vec<Arc<Tenant>> = Vec::new();
        for (index, plugin) in chain.filters.iter().enumerate() {
            if chain.shadows_at(call.stage()) {
                see(&chain, call, index, &self.state, sights);
            }
            let tenant = plugin.tenant.as_ref();
            let settled = tenant.is_some_and(|tenant| content.contains(tenant));
            if settled || !plugin.stages.contains(call.stage()) {
                continue;
            }
            let Some(scope) = Scope::of(plugin, call, &self.state) else {
                continue;
            };
            let turn = Turn {
                index,
                plugin,
                scope,
            };
            let (said, trust) = self.ask(turn, call, ruling).await;
            let accepts = said == Verdict::Accept;
            if merge(&mut ruling.verdict, said, trust) == Flow::On {
                continue;
            }
            match tenant {
                // It speaks for its own tenant: the other filters are still asked.
                Some(tenant) if accepts => content.push(tenant.clone()),
                Some(_) | None => break,
            }
        }
    }

    /// Asks one filter and makes its changes. A failure becomes the verdict of its policy, which
    /// never makes the chain laxer.
    async fn ask(
        &mut self,
        turn: Turn<'_>,
        call: &Arc<Call>,
        ruling: &mut Ruling,
    ) -> (Verdict, Trust) {
        let plugin = turn.plugin;
        let stage = call.stage();
        let (outcome, timing) = plugin.timed(stage, self.outcome(turn, call)).await;
        self.report(turn, timing, outcome.as_ref());
        timing.count(plugin, &outcome, |made| label(&made.verdict));
        let (verdict, trust, text) = match outcome {
            Ok(Made {
                verdict,
                changes,
                applied,
                ..
            }) => {
                ruling.added_recipients.extend(applied.added_recipients);
                let text = describe(&verdict) + &changes;
                let trust = match turn.scope {
                    Scope::Whole => plugin.trust,
                    Scope::Part => Trust::StricterOnly,
                };
                (verdict, trust, text)
            }
            Err(failure) => {
                let verdict = plugin.on_failure.verdict(stage == Stage::Connect);
                let failure = plugin.words(&failure);
                let text = format!("failed: {failure}; {}", describe(&verdict));
                (verdict, Trust::StricterOnly, text)
            }
        };
        ruling.trace.push(timing.event(plugin, text));
        (verdict, trust)
    }

    async fn outcome(&mut self, turn: Turn<'_>, call: &Arc<Call>) -> Result<Made, CallFailure> {
        let plugin = turn.plugin;
        if self.is_too_large() {
            return Err(CallFailure::TooLarge);
        }
        let Some(slot) = self.slots.get_mut(turn.index) else {
            return Err(CallFailure::Trap("no slot".to_owned()));
        };
        let runtime = &self.shared.runtime;
        let answer = plugin
            .ask(runtime, &mut slot.used, &self.state, call)
            .await?;
        let mut checked = answer.check(call.stage()).map_err(CallFailure::Outcome)?;
        slot.spent
            .add(&checked, plugin)
            .map_err(CallFailure::Outcome)?;
        let said = plugin.watch().map(|_| Said::of(&checked));
        let tenant = plugin.tenant.as_ref();
        let unmade = tenant.map_or(0, |tenant| {
            turn.scope.confine(&mut checked, tenant, &self.state())
        });
        let verdict = checked.verdict.clone();
        let mut changes = changes(&checked);
        if unmade > 0 {
            changes += &format!("; {unmade} edits not made, the message is others' too");
        }
        let applied = self.state().apply(checked, tenant);
        let applied = applied.map_err(CallFailure::Outcome)?;
        Ok(Made {
            verdict,
            changes,
            applied,
            said,
        })
    }

    /// Tells whoever watches of a call.
    fn report(&mut self, turn: Turn<'_>, timing: Timing, outcome: Result<&Made, &CallFailure>) {
        let plugin = turn.plugin;
        if plugin.watch().is_none() {
            return;
        }
        let said = outcome.map(|made| made.said.clone().unwrap_or_else(Said::nothing));
        let used = self
            .slots
            .get_mut(turn.index)
            .and_then(|slot| slot.used.as_mut());
        let figures = used.map(Used::figures).unwrap_or_default();
        plugin.report(timing, said, figures);
    }

    fn is_too_large(&self) -> bool {
        let mut state = self.state();
        let octets = state.message.as_mut().map_or(0, Held::octets);
        octets > u64::from(u32::MAX)
    }

    /// Has the shadows judge what they saw, or what there is where the chain ended before them.
    fn compare(&mut self, call: &Arc<Call>, mut sights: Vec<Sight>, verdict: &Verdict) {
        for index in 0..=self.chain.filters.len() {
            see(&self.chain, call, index, &self.state, &mut sights);
        }
        let shadows = self
            .shadows
            .get_or_insert_with(|| Shadows::start(&self.shared, self.chain.clone()));
        shadows.tell(&self.chain, call, sights, verdict);
    }

    fn tell(&mut self, call: &Arc<Call>) {
        let observers = self.observers.get_or_insert_with(|| {
            let runtime = self.shared.runtime.clone();
            Observers::start(runtime, self.chain.clone(), &self.shared.tasks)
        });
        observers.tell(&self.chain, call, &self.state);
    }

    /// A stage outside a transaction: its tags stay for the whole session.
    async fn session_stage(&mut self, call: Call) -> Ruling {
        let ruling = self.stage(call, Verdict::Next).await;
        self.state().keep_tags(false);
        ruling
    }
}

#[async_trait]
impl FilterSession for Session {
    async fn connect(&mut self) -> Ruling {
        self.session_stage(Call::Connect).await
    }

    async fn helo(&mut self, name: &str) -> Ruling {
        self.state().helo = Some(name.to_owned());
        self.session_stage(Call::Helo(name.to_owned())).await
    }

    fn tls(&mut self, tls: &str) {
        self.state().info.tls = Some(tls.to_owned());
    }

    async fn auth(&mut self, user: &str, mechanism: &str, success: bool) -> Ruling {
        if success {
            self.state().user = Some(user.to_owned());
            self.meet(user);
        }
        let call = Call::Auth {
            user: user.to_owned(),
            mechanism: mechanism.to_owned(),
            success,
        };
        self.session_stage(call).await
    }

    fn transaction(&mut self, id: MessageId) {
        self.state().coming = Some(id);
    }

    async fn mail(&mut self, sender: &ReversePath, params: &[(String, Option<String>)]) -> Ruling {
        self.clear();
        self.state().begin(sender.clone());
        let call = Call::Mail {
            sender: sender.to_string(),
            params: params.to_vec(),
        };
        let mut ruling = self.stage(call, Verdict::Next).await;
        if let Verdict::Quarantine(_) | Verdict::Hold(_) | Verdict::Discard = ruling.verdict {
            self.standing = std::mem::replace(&mut ruling.verdict, Verdict::Next);
        }
        ruling
    }

    async fn rcpt(&mut self, recipient: &str, params: &[(String, Option<String>)]) -> Ruling {
        if !self.chain.tenants.is_empty() {
            if self.is_apart(recipient) {
                return self.apart();
            }
            self.meet(recipient);
        }
        let call = Call::Rcpt {
            recipient: recipient.to_owned(),
            params: params.to_vec(),
        };
        let ruling = self.stage(call, Verdict::Next).await;
        if let Verdict::Next | Verdict::Accept = ruling.verdict {
            self.state().recipients.push(recipient.to_owned());
        }
        ruling
    }

    fn refused_later(&mut self, recipient: &str) {
        self.state().forget_recipient(recipient);
    }

    async fn message(&mut self, envelope: &mut Envelope, draft: &mut Draft) -> Ruling {
        let ruling = self.judge(envelope, draft).await;
        self.tell_shadows_of_end(&ruling.verdict);
        ruling
    }

    fn reset(&mut self) {
        self.clear();
        self.state().end();
    }

    async fn disconnect(&mut self) {
        self.stage(Call::Disconnect, Verdict::Next).await;
        self.slots.clear();
        self.observers = None;
        self.shadows = None;
    }
}

impl Session {
    /// Has the message judged by its headers and as a whole.
    async fn judge(&mut self, envelope: &mut Envelope, draft: &mut Draft) -> Ruling {
        let standing = std::mem::replace(&mut self.standing, Verdict::Next);
        let concerned = [Stage::Headers, Stage::Message];
        let mut concerned = concerned.into_iter();
        if !concerned.any(|stage| self.chain.concerns(stage)) {
            let mut ruling = Ruling::next();
            ruling.verdict = standing;
            let state = self.state();
            ruling.tags.clone_from(&state.tags);
            ruling.notes.clone_from(state.notes());
            drop(state);
            return ruling;
        }
        if !self.chain.tenants.is_empty() {
            let named = envelope.recipients.iter();
            let named = named.map(|recipient| recipient.forward_path.to_string());
            self.state().recipients = named.collect();
        }
        self.state().message = Some(Held::new(envelope.clone(), draft.clone()));
        let mut headers = self.stage(Call::Headers, standing).await;
        let ruling = match headers.verdict {
            Verdict::Reject(_) | Verdict::Defer(_) | Verdict::Discard => headers,
            Verdict::Next | Verdict::Accept | Verdict::Quarantine(_) | Verdict::Hold(_) => {
                if let Some(held) = &mut self.state().message {
                    held.body = true;
                }
                let mut standing = headers.verdict;
                if standing == Verdict::Accept {
                    standing = Verdict::Next;
                }
                let mut ruling = self.stage(Call::Message, standing).await;
                headers.trace.append(&mut ruling.trace);
                headers
                    .added_recipients
                    .append(&mut ruling.added_recipients);
                ruling.trace = headers.trace;
                ruling.added_recipients = headers.added_recipients;
                ruling
            }
        };
        self.hand_back(envelope, draft, ruling)
    }

    /// What shadows said of a message belongs to its story, if it has one.
    fn tell_shadows_of_end(&self, verdict: &Verdict) {
        let taken = match verdict {
            Verdict::Next | Verdict::Accept | Verdict::Quarantine(_) | Verdict::Hold(_) => true,
            Verdict::Reject(_) | Verdict::Defer(_) | Verdict::Discard => false,
        };
        let Some(shadows) = self.shadows.as_ref().filter(|_| taken) else {
            return;
        };
        let state = self.state();
        let (id, transaction) = (state.id, state.transactions);
        drop(state);
        if let Some(id) = id {
            shadows.tell_of_end(id, transaction);
        }
    }

    /// Gives the message back as the filters left it; one without recipients is discarded.
    fn hand_back(&self, envelope: &mut Envelope, draft: &mut Draft, mut ruling: Ruling) -> Ruling {
        let mut state = self.state();
        if let Some(held) = state.message.take() {
            *envelope = held.envelope;
            *draft = held.draft;
        }
        ruling.notes.clone_from(state.notes());
        drop(state);
        let refused = matches!(ruling.verdict, Verdict::Reject(_) | Verdict::Defer(_));
        if envelope.recipients.is_empty() && !refused {
            ruling.verdict = Verdict::Discard;
        }
        ruling
    }
}
