//! One client's session: asks the chain stage by stage.

use crate::answer::{Checked, SCORES_MAX};
use crate::call::Call;
use crate::chain::{Chain, Flow, Trust, describe, merge};
use crate::engine::Runtime;
use crate::error::CallFailure;
use crate::observe::Observers;
use crate::plugin::{Plugin, Used};
use crate::scope::{Scope, one_tenant_at_a_time};
use crate::shadow::{Shadows, Sight, see};
use crate::stage::Stage;
use crate::state::{Applied, Held, State};
use crate::tenant::Tenant;
use crate::watch::Said;
use async_trait::async_trait;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::task::TaskTracker;
use waxseal_mail::{Envelope, ReversePath};
use waxseal_ports::filter::{Ruling, SessionInfo, Verdict};
use waxseal_ports::trace::TraceEvent;
use waxseal_ports::{Clock, Draft, FilterSession};

/// What sessions share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tasks: TaskTracker,
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

/// What one filter changed of the current message.
#[derive(Default)]
struct Spent {
    edits: usize,
    edit_bytes: usize,
    scores: usize,
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
        let began = self.shared.clock.monotonic();
        let outcome = self.outcome(turn, call).await;
        let now = self.shared.clock.monotonic();
        let took = now.saturating_duration_since(began);
        self.report(turn, (stage, took), outcome.as_ref());
        let (verdict, trust, text) = match outcome {
            Ok(Made {
                verdict,
                changes,
                applied,
                ..
            }) => {
                plugin.succeeded(stage, &verdict, took);
                ruling.added_recipients.extend(applied.added_recipients);
                let text = describe(&verdict) + &changes;
                let trust = match turn.scope {
                    Scope::Whole => plugin.trust,
                    Scope::Part => Trust::StricterOnly,
                };
                (verdict, trust, text)
            }
            Err(failure) => {
                plugin.failed(stage, &failure, now, took);
                let verdict = plugin.on_failure.verdict(stage == Stage::Connect);
                let failure = plugin.words(&failure);
                let text = format!("failed: {failure}; {}", describe(&verdict));
                (verdict, Trust::StricterOnly, text)
            }
        };
        ruling.trace.push(TraceEvent {
            at: self.shared.clock.wall(),
            stage: stage.as_str().to_owned(),
            actor: plugin.actor.clone(),
            outcome: text,
            micros: u64::try_from(took.as_micros()).ok(),
        });
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
    fn report(
        &mut self,
        turn: Turn<'_>,
        (stage, took): (Stage, Duration),
        outcome: Result<&Made, &CallFailure>,
    ) {
        let plugin = turn.plugin;
        if plugin.watch().is_none() {
            return;
        }
        let said = outcome.map(|made| made.said.clone().unwrap_or_else(Said::nothing));
        let used = self
            .slots
            .get_mut(turn.index)
            .and_then(|slot| slot.used.as_mut());
        plugin.report(stage, said, took, used);
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
        let shadows = self.shadows.get_or_insert_with(|| {
            let runtime = self.shared.runtime.clone();
            Shadows::start(runtime, self.chain.clone(), &self.shared.tasks)
        });
        shadows.tell(&self.chain, call, sights, verdict);
    }

    fn tell(&mut self, call: &Arc<Call>) {
        let observers = self.observers.get_or_insert_with(|| {
            let runtime = self.shared.runtime.clone();
            Observers::start(runtime, self.chain.clone(), &self.shared.tasks)
        });
        observers.tell(&self.chain, call, &self.state);
    }

    /// Whether a recipient is to come in another transaction than those before it: they are of
    /// different tenants, and a plugin of one of these judges whole messages. Logged-in users need not
    /// care.
    fn is_apart(&self, recipient: &str) -> bool {
        let (chain, state) = (&self.chain, self.state());
        let (None, Some(first)) = (&state.user, state.recipients.first()) else {
            return false;
        };
        let both = (chain.tenants.of(first), chain.tenants.of(recipient));
        let judged = |tenant: Option<&Arc<Tenant>>| {
            tenant.is_some_and(|tenant| chain.judges_messages_of(tenant))
        };
        both.0 != both.1 && (judged(both.0) || judged(both.1))
    }

    /// The ruling on such a recipient.
    fn apart(&self) -> Ruling {
        let mut ruling = Ruling::next();
        ruling.verdict = Verdict::Defer(one_tenant_at_a_time());
        ruling.trace.push(TraceEvent {
            at: self.shared.clock.wall(),
            stage: Stage::Rcpt.as_str().to_owned(),
            actor: "tenants".to_owned(),
            outcome: describe(&ruling.verdict),
            micros: None,
        });
        ruling
    }

    /// Remembers whose mail the session is about.
    fn meet(&self, address: &str) {
        if let Some(tenant) = self.chain.tenants.of(address) {
            self.state().meet(tenant);
        }
    }

    /// A stage outside a transaction: its tags stay for the whole session.
    async fn session_stage(&mut self, call: Call) -> Ruling {
        let ruling = self.stage(call, Verdict::Next).await;
        self.state().keep_tags(false);
        ruling
    }
}

impl Spent {
    /// Counts an answer against the limits of the message.
    fn add(&mut self, checked: &Checked, plugin: &Plugin) -> Result<(), String> {
        let limits = plugin.limits();
        self.edits += checked.edits.len() + checked.tags.len();
        self.edit_bytes += checked.edit_bytes;
        self.scores += checked.scores.len();
        let number = |max: u32| usize::try_from(max).unwrap_or(usize::MAX);
        if self.edits > number(limits.edits_max) {
            return Err(format!(
                "over limits.edits_max = {} edits",
                limits.edits_max
            ));
        }
        if self.edit_bytes > number(limits.edit_bytes_max) {
            let max = limits.edit_bytes_max;
            return Err(format!(
                "over limits.edit_bytes_max = {max} octets of edits"
            ));
        }
        if self.scores > SCORES_MAX {
            return Err(format!("over {SCORES_MAX} scores"));
        }
        Ok(())
    }
}

/// Edits, tags and scores for the trace; empty where there are none.
fn changes(checked: &Checked) -> String {
    let mut text = String::new();
    if !checked.edits.is_empty() {
        text += &format!("; {} edits", checked.edits.len());
    }
    for tag in &checked.tags {
        text += &format!("; tag {tag}");
    }
    for score in &checked.scores {
        text += &format!("; {} {:+}", score.symbol, score.points);
    }
    text
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
