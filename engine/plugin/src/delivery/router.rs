//! The routing plugins as one router: each is asked once about a recipient, in their order.

use super::decision::{self, Circumstances, Decision, KeepIn, Wanted};
use super::state_of;
use crate::chain::Chain;
use crate::error::CallFailure;
use crate::host::Host;
use crate::plugin::Plugin;
use crate::stage::Stage;
use crate::state::State;
use crate::used::Figures;
use crate::watch::Said;
use async_trait::async_trait;
use std::sync::{Arc, Mutex, PoisonError};
use waxseal_mail::{ForwardPath, Reply};
use waxseal_ports::Router;
use waxseal_ports::filter::OnFailure;
use waxseal_ports::queue::Leased;
use waxseal_ports::router::{Action, Ask, Rest, Route};

/// The note that a plugin leaves in `route` to name the reverse-path of what it sends on with
/// `forward`. The first version of the interface has no other place for it.
const SENDER_NOTE: &str = "forward-as";

/// Asks the routing plugins of a host; leaves to the next router what they leave open.
pub struct PluginRouter {
    host: Arc<Host>,
    planned: Arc<dyn Router>,
}

/// One message being routed.
struct Routing<'a> {
    router: &'a PluginRouter,
    chain: &'a Chain,
    leased: &'a Leased,
    state: Arc<Mutex<State>>,
}

/// Whether the next plugin is asked.
enum Then {
    Next,
    Stop,
}

impl PluginRouter {
    /// Over the plugins of `host`; `planned` says where accounts keep their mail.
    #[must_use]
    pub fn new(host: Arc<Host>, planned: Arc<dyn Router>) -> Self {
        Self { host, planned }
    }
}

#[async_trait]
impl Router for PluginRouter {
    async fn route(&self, message: &Leased, asks: &[Ask<'_>]) -> Vec<Route> {
        let chain = self.host.chain();
        if chain.routers().next().is_none() {
            return asks.iter().map(|_| Route::default()).collect();
        }
        let state = match state_of(message) {
            Ok(state) => state,
            Err(error) => {
                tracing::error!(message = %message.id, %error, "a queued message cannot be read");
                let unreadable = || Route::unavailable("the message cannot be read now");
                return asks.iter().map(|_| unreadable()).collect();
            }
        };
        let routing = Routing {
            router: self,
            chain: &chain,
            leased: message,
            state,
        };
        let mut routes = Vec::with_capacity(asks.len());
        for ask in asks {
            let mut route = Route::default();
            let recipient = ask.recipient.to_string();
            for plugin in chain.routers() {
                if !plugin.may_see(&recipient) || ask.asked.contains(&plugin.name) {
                    continue;
                }
                if let Then::Stop = routing.ask(plugin, ask.recipient, &mut route).await {
                    break;
                }
            }
            routes.push(route);
        }
        routes
    }
}

impl Routing<'_> {
    /// Asks one plugin and adds what it says.
    async fn ask(&self, plugin: &Plugin, recipient: &ForwardPath, route: &mut Route) -> Then {
        let mut figures = Figures::default();
        let decided = self.decide(plugin, recipient, &mut figures);
        let (answer, timing) = plugin.timed(Stage::Route, decided).await;
        plugin.report(timing, said(&answer), figures);
        timing.count(plugin, &answer, Answer::label);
        let (text, then) = match answer {
            Ok(Answer::Decided(decision, actions)) => {
                let text = decision::describe(&decision);
                (text, accept(plugin, &decision, actions, route))
            }
            Ok(Answer::Undecided(rest)) => {
                route.rest = rest;
                (UNDECIDED.to_owned(), Then::Stop)
            }
            Err(failure) => {
                let (policy, then) = policy(plugin, route);
                let failure = plugin.words(&failure);
                (format!("failed: {failure}; {policy}"), then)
            }
        };
        let event = timing.event(plugin, format!("{recipient}: {text}"));
        route.trace.push(event);
        then
    }

    fn forget_notes(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state.notes_mut() = self.leased.notes.clone();
    }

    /// The reverse-path that a call noted for what it sends on.
    fn noted_sender(&self, plugin: &Plugin) -> Option<String> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = state.notes().get(&plugin.name, SENDER_NOTE);
        let former = self.leased.notes.get(&plugin.name, SENDER_NOTE);
        // Only a note of this call counts, not one that a filter left.
        noted.filter(|_| former.is_none()).map(str::to_owned)
    }

    async fn decide(
        &self,
        plugin: &Plugin,
        recipient: &ForwardPath,
        figures: &mut Figures,
    ) -> Result<Answer, CallFailure> {
        if self.leased.message.octets() > u64::from(u32::MAX) {
            return Err(CallFailure::TooLarge);
        }
        // What a former call noted lasted as long as that call.
        self.forget_notes();
        let runtime = self.router.host.runtime();
        let text = recipient.to_string();
        let said = plugin.ask_once(runtime, &self.state, figures, |used| {
            Box::pin(async move { used.instance.route(&text).await })
        });
        let tenant = plugin.tenant.as_deref();
        let said = said.await?;
        let decision = decision::check(
            said,
            &Circumstances {
                recipient,
                transport: &|name| self.chain.transport_for(tenant, name),
                sender: self.noted_sender(plugin).as_deref(),
            },
        );
        let decision = decision.map_err(CallFailure::Outcome)?;
        let strays = tenant.map_or(Ok(()), |tenant| decision.stays_with(tenant));
        strays.map_err(CallFailure::Outcome)?;
        let mut actions = Vec::with_capacity(decision.wanted.len());
        for wanted in &decision.wanted {
            match wanted {
                Wanted::Done(action) => actions.push(action.clone()),
                Wanted::Keep(keep) => match self.places(keep, recipient).await? {
                    Ok(places) => actions.extend(places),
                    Err(rest) => return Ok(Answer::Undecided(rest)),
                },
            }
        }
        Ok(Answer::Decided(decision, actions))
    }

    /// Where the server itself would keep the message for that address, with what the plugin wants
    /// otherwise; or what it leaves open where it cannot say now, which is no fault of the plugin.
    async fn places(
        &self,
        keep: &KeepIn,
        recipient: &ForwardPath,
    ) -> Result<Result<Vec<Action>, Rest>, CallFailure> {
        let address = keep.address.clone().map(ForwardPath::Mailbox);
        let ask = Ask {
            recipient: address.as_ref().unwrap_or(recipient),
            asked: &[],
        };
        let routes = self.router.planned.route(self.leased, &[ask]).await;
        let later = |route: &&Route| matches!(route.rest, Rest::Later { .. });
        if let Some(route) = routes.iter().find(later) {
            return Ok(Err(route.rest.clone()));
        }
        let planned = routes.into_iter().flat_map(|route| route.actions);
        let kept = planned.filter_map(|action| match action {
            Action::Keep {
                account, mailbox, ..
            } => Some(Action::Keep {
                account,
                mailbox: keep.mailbox.clone().unwrap_or(mailbox),
                flags: keep.flags.clone(),
            }),
            Action::Forward(_)
            | Action::ForwardAs { .. }
            | Action::Relay(_)
            | Action::Respond(_)
            | Action::Transport(_)
            | Action::Bounce(_)
            | Action::Discard => None,
        });
        let kept: Vec<_> = kept.collect();
        if kept.is_empty() {
            let problem = format!("keep: {} is no account here", ask.recipient);
            return Err(CallFailure::Outcome(problem));
        }
        Ok(Ok(kept))
    }
}

/// In words, for whoever watches.
fn said(answer: &Result<Answer, CallFailure>) -> Result<Said, &CallFailure> {
    answer.as_ref().map(|answer| match answer {
        Answer::Decided(decision, _) => Said::answer(decision::describe(decision)),
        Answer::Undecided(_) => Said::answer(UNDECIDED),
    })
}

/// In traces, where a plugin keeps a message in an account that cannot be looked up now.
const UNDECIDED: &str = "the server cannot say now where it keeps mail";

/// What asking one plugin came to.
enum Answer {
    Decided(Decision, Vec<Action>),
    /// The plugin decided, but what the server has to add to it is not known now.
    Undecided(Rest),
}

/// Adds a decision to what former plugins said.
fn accept(plugin: &Plugin, decision: &Decision, actions: Vec<Action>, route: &mut Route) -> Then {
    if decision.later.is_some() {
        let text = format!("{} decides later", plugin.name);
        route.rest = Rest::Later {
            reply: Reply::own(451, (4, 3, 0), text),
            after_secs: decision.later,
        };
        return Then::Stop;
    }
    route.asked.push(plugin.name.clone());
    if actions.is_empty() {
        return Then::Next;
    }
    route.actions.extend(actions);
    if decision.planned {
        return Then::Next;
    }
    route.rest = Rest::Decided;
    Then::Stop
}

/// What a failure means for the recipient.
fn policy(plugin: &Plugin, route: &mut Route) -> (&'static str, Then) {
    match plugin.on_failure {
        OnFailure::Defer => {
            route.rest = Route::unavailable("the route cannot be found now").rest;
            ("asked again later", Then::Stop)
        }
        OnFailure::Skip => {
            route.asked.push(plugin.name.clone());
            ("skipped", Then::Next)
        }
        OnFailure::Reject => {
            let reply = Reply::own(554, (5, 3, 0), "the message cannot be routed");
            route.asked.push(plugin.name.clone());
            route.actions.push(Action::Bounce(reply));
            route.rest = Rest::Decided;
            ("bounced", Then::Stop)
        }
    }
}

impl Answer {
    /// For the calls counter.
    fn label(&self) -> &'static str {
        match self {
            Self::Undecided(_) => "later",
            Self::Decided(decision, _) if decision.later.is_some() => "later",
            Self::Decided(decision, _) if decision.wanted.is_empty() => "next",
            Self::Decided(..) => "decided",
        }
    }
}
