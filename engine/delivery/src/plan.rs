//! From routes to work: what one attempt at a message has to do, decided before anything is done.

use crate::case::Case;
use crate::recipient_result::Via;
use crate::runner::Ports;
use crate::trail::{Trail, one_line};
use waxseal_mail::{
    AccountId, Flag, ForwardPath, Mailbox, MailboxName, Recipient, Reply, ReversePath,
};
use waxseal_ports::Router;
use waxseal_ports::queue::Leased;
use waxseal_ports::router::{Action, Ask, Response, Rest, Route};

/// The work of one attempt, by kind. Positions count in `envelope.recipients`.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Mailboxes to append to, each once, with the first recipient that leads there.
    pub(crate) keeps: Vec<Keep>,
    /// Addresses that get a message of their own in the queue.
    pub(crate) forwards: Vec<Onward>,
    /// Messages of routers that go into the queue.
    pub(crate) responses: Vec<(u32, Response)>,
    /// Addresses to hand over by SMTP.
    pub(crate) relays: Vec<(u32, Mailbox)>,
    /// The recipients, with what is decided and what is left to do.
    pub(crate) cases: Vec<Case>,
}

/// One address to send on to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Onward {
    pub(crate) position: u32,
    pub(crate) to: Mailbox,
    /// The reverse-path, where it is another one than the message's.
    pub(crate) sender: Option<ReversePath>,
}

/// One mailbox to append to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Keep {
    pub(crate) position: u32,
    pub(crate) account: AccountId,
    pub(crate) mailbox: MailboxName,
    pub(crate) flags: Vec<Flag>,
}

/// Routes the recipients of `cases` as far as they are not decided yet. INBOX becomes `junk` where the
/// message is quarantined.
pub(crate) async fn make(
    ports: &Ports,
    leased: &Leased,
    cases: Vec<Case>,
    junk: &MailboxName,
    trail: &mut Trail,
) -> Plan {
    let mut plan = Plan {
        cases,
        ..Plan::default()
    };
    let mut waiting = Vec::with_capacity(plan.cases.len());
    for (index, case) in plan.cases.iter_mut().enumerate() {
        if recipient_at(leased, case.position).is_none() {
            // A position outside the envelope would keep the message in the queue for ever.
            case.planned_is_done();
            let reply = Reply::own(550, (5, 3, 0), "the envelope is damaged");
            case.fail(reply, Via::Local);
        } else if case.is_planned() {
            waiting.push(index);
        }
    }
    let junk = leased.quarantine.as_ref().map(|_| junk);
    let mut routing = Routing {
        leased,
        junk,
        trail,
        plan: &mut plan,
    };
    for decider in &ports.deciders {
        waiting = routing.ask(&**decider, waiting, Who::Decider).await;
    }
    routing.ask(&*ports.router, waiting, Who::Server).await;
    plan
}

/// The recipient at `position` of the envelope.
pub(crate) fn recipient_at(leased: &Leased, position: u32) -> Option<&Recipient> {
    let index = usize::try_from(position).ok()?;
    leased.envelope.recipients.get(index)
}

/// Whose routes are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// One whose decisions are kept.
    Decider,
    /// The server's own, which is asked anew at each attempt.
    Server,
}

/// Routes on their way into a plan.
struct Routing<'a> {
    leased: &'a Leased,
    junk: Option<&'a MailboxName>,
    trail: &'a mut Trail,
    plan: &'a mut Plan,
}

impl Routing<'_> {
    /// Asks one router about the cases at `waiting`; answers those that the next is to be asked about.
    async fn ask(&mut self, router: &dyn Router, waiting: Vec<usize>, who: Who) -> Vec<usize> {
        let leased = self.leased;
        let mut asks = Vec::with_capacity(waiting.len());
        let mut asked = Vec::with_capacity(waiting.len());
        for index in waiting {
            let case = self.plan.cases.get(index);
            if let Some((case, recipient)) =
                case.and_then(|case| Some((case, recipient_at(leased, case.position)?)))
            {
                asked.push((index, &recipient.forward_path));
                asks.push(Ask {
                    recipient: &recipient.forward_path,
                    asked: case.asked(),
                });
            }
        }
        if asks.is_empty() {
            return Vec::new();
        }
        let mut routes = router.route(leased, &asks).await.into_iter();
        let mut next = Vec::new();
        for (index, path) in asked {
            let route = routes.next().unwrap_or_default();
            if self.take(index, path, route, who) {
                next.push(index);
            }
        }
        next
    }

    /// Takes one route; answers whether the next router is to be asked.
    fn take(&mut self, index: usize, path: &ForwardPath, route: Route, who: Who) -> bool {
        self.trail.extend(route.trace);
        let Some(case) = self.plan.cases.get_mut(index) else {
            return false;
        };
        case.had_their_say(route.asked);
        if who == Who::Decider && !route.actions.is_empty() {
            case.decided();
        }
        let rest = match (route.rest, who) {
            (Rest::Next, Who::Server) | (Rest::Decided, Who::Server)
                if route.actions.is_empty() =>
            {
                later("the server has no route")
            }
            (Rest::Next, Who::Server) => Rest::Decided,
            (rest, _) => rest,
        };
        if let (Who::Server, [Action::Relay(mailbox)]) = (who, route.actions.as_slice()) {
            // It stays open until the next server has taken it.
            self.trail
                .add("route", || format!("{path}: relay to {mailbox}"));
            self.plan.relays.push((case.position, mailbox.clone()));
            return false;
        }
        for action in route.actions {
            self.act(index, path, action);
        }
        self.leave(index, path, rest)
    }

    fn act(&mut self, index: usize, path: &ForwardPath, action: Action) {
        let junk = self.junk;
        self.trail.add("route", || describe(path, &action, junk));
        let plan = &mut *self.plan;
        let Some(case) = plan.cases.get_mut(index) else {
            return;
        };
        let position = case.position;
        match action {
            Action::Keep {
                account,
                mailbox,
                flags,
            } => {
                case.is_kept_here();
                let junk = junk.filter(|_| mailbox.is_inbox());
                plan.keep(Keep {
                    position,
                    account,
                    mailbox: junk.cloned().unwrap_or(mailbox),
                    flags,
                });
            }
            Action::Forward(to) | Action::Relay(to) => {
                case.is_forwarded();
                plan.forward(position, to, None);
            }
            Action::ForwardAs { to, sender } => {
                case.is_forwarded();
                plan.forward(position, to, Some(sender));
            }
            Action::Respond(response) => plan.responses.push((position, *response)),
            Action::Transport(name) => case.hand_to(name),
            Action::Bounce(reply) => case.fail(reply, Via::Local),
            Action::Discard => {}
        }
    }

    /// What a route leaves open.
    fn leave(&mut self, index: usize, path: &ForwardPath, rest: Rest) -> bool {
        let Some(case) = self.plan.cases.get_mut(index) else {
            return false;
        };
        match rest {
            Rest::Next => return true,
            Rest::Decided => case.planned_is_done(),
            Rest::Later { reply, after_secs } => {
                self.trail.add("route", || {
                    format!("{path}: deferred, {}", one_line(&reply))
                });
                case.defer(reply, Via::Local, after_secs.map(u64::from));
            }
        }
        false
    }
}

fn later(why: &str) -> Rest {
    Route::unavailable(why).rest
}

impl Plan {
    /// Two recipients that lead to one mailbox (an alias and its account) are one append.
    fn keep(&mut self, keep: Keep) {
        let mut keeps = self.keeps.iter_mut();
        let same =
            |known: &&mut Keep| known.account == keep.account && known.mailbox == keep.mailbox;
        match keeps.find(same) {
            None => self.keeps.push(keep),
            Some(known) => {
                for flag in keep.flags {
                    if !known.flags.contains(&flag) {
                        known.flags.push(flag);
                    }
                }
            }
        }
    }

    /// Two recipients may lead to one address; which of them goes there is known only once circles
    /// are looked for.
    fn forward(&mut self, position: u32, to: Mailbox, sender: Option<ReversePath>) {
        self.forwards.push(Onward {
            position,
            to,
            sender,
        });
    }

    /// Whether there is work that this server settles by itself.
    pub(crate) const fn is_local(&self) -> bool {
        !self.keeps.is_empty() || !self.forwards.is_empty() || !self.responses.is_empty()
    }
}

fn describe(path: &ForwardPath, action: &Action, junk: Option<&MailboxName>) -> String {
    match action {
        Action::Keep { mailbox, .. } => {
            let mailbox = junk.filter(|_| mailbox.is_inbox()).unwrap_or(mailbox);
            format!("{path}: keep in {mailbox}")
        }
        Action::Forward(to) | Action::Relay(to) => format!("{path}: forward to {to}"),
        Action::ForwardAs { to, sender } => format!("{path}: forward to {to} as {sender}"),
        Action::Respond(response) => format!("{path}: respond to {}", response.recipient),
        Action::Transport(name) => format!("{path}: hand to {name}"),
        Action::Bounce(reply) => format!("{path}: bounce, {}", one_line(reply)),
        Action::Discard => format!("{path}: discard"),
    }
}
