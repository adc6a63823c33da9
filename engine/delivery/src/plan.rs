//! From routes to work: what one attempt at a message has to do, decided before anything is done.

use crate::recipient_result::{RecipientResult, Via};
use crate::trail::Trail;
use waxseal_mail::{AccountId, ForwardPath, Mailbox, MailboxName, Recipient, Reply};
use waxseal_ports::Router;
use waxseal_ports::queue::{Leased, Outcome};
use waxseal_ports::router::{Action, RouteError};

/// The work of one attempt, by kind. Positions count in `envelope.recipients`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Mailboxes to append to, each once, with the first recipient that leads there.
    pub(crate) keeps: Vec<Keep>,
    /// Addresses that get a message of their own in the queue.
    pub(crate) forwards: Vec<(u32, Mailbox)>,
    /// Addresses to hand over by SMTP.
    pub(crate) relays: Vec<(u32, Mailbox)>,
    /// Recipients whose outcome stands already, once the settlement with `keeps` and `forwards`
    /// commits.
    pub(crate) settled: Vec<RecipientResult>,
}

/// One mailbox to append to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Keep {
    pub(crate) position: u32,
    pub(crate) account: AccountId,
    pub(crate) mailbox: MailboxName,
}

/// Routes every open recipient of `leased`. INBOX becomes `junk` where the message is quarantined.
pub(crate) async fn make(
    router: &dyn Router,
    leased: &Leased,
    junk: &MailboxName,
    trail: &mut Trail,
) -> Plan {
    let mut plan = Plan::default();
    let junk = leased.quarantine.as_ref().map(|_| junk);
    for position in leased.open.iter().copied() {
        let Some(recipient) = recipient_at(leased, position) else {
            // A position outside the envelope would keep the message in the queue for ever.
            let reply = Reply::own(550, (5, 3, 0), "the envelope is damaged");
            plan.settled.push(RecipientResult::own(position, reply));
            continue;
        };
        let route = router.route(&recipient.forward_path, &leased.tags).await;
        plan.add(
            position,
            &recipient.forward_path,
            route,
            (junk, &mut *trail),
        );
    }
    plan
}

/// The recipient at `position` of the envelope.
pub(crate) fn recipient_at(leased: &Leased, position: u32) -> Option<&Recipient> {
    let index = usize::try_from(position).ok()?;
    leased.envelope.recipients.get(index)
}

impl Plan {
    fn add(
        &mut self,
        position: u32,
        path: &ForwardPath,
        route: Result<Vec<Action>, RouteError>,
        (junk, trail): (Option<&MailboxName>, &mut Trail),
    ) {
        let actions = match route {
            Ok(actions) => actions,
            Err(error) => {
                tracing::warn!(error = %error, "a recipient could not be routed");
                trail.add("route", || format!("{path}: deferred, {error}"));
                let reply = Reply::own(451, (4, 3, 0), "the route cannot be found now");
                self.settled.push(RecipientResult::own(position, reply));
                return;
            }
        };
        // A recipient that only leaves by SMTP stays open until the next server has taken it. In any
        // other mixture its relays become forwards, so that the recipient settles as one.
        if let [Action::Relay(mailbox)] = actions.as_slice() {
            trail.add("route", || format!("{path}: relay to {mailbox}"));
            self.relays.push((position, mailbox.clone()));
            return;
        }
        let mut outcome = Outcome::Delivered;
        let mut via = Via::Discard;
        for action in actions {
            trail.add("route", || describe(path, &action, junk));
            match action {
                Action::Keep { account, mailbox } => {
                    let mailbox = junk
                        .filter(|_| mailbox.is_inbox())
                        .cloned()
                        .unwrap_or(mailbox);
                    self.keep(position, account, mailbox);
                    via = Via::Local;
                }
                Action::Forward(mailbox) | Action::Relay(mailbox) => {
                    self.forward(position, mailbox);
                    if via == Via::Discard {
                        via = Via::Forward;
                    }
                }
                Action::Bounce(reply) => {
                    outcome = Outcome::Failed(reply);
                    via = Via::Local;
                }
                Action::Discard => {}
            }
        }
        self.settled.push(RecipientResult {
            position,
            outcome,
            via,
        });
    }

    /// Two recipients that lead to one mailbox (an alias and its account) are one append.
    fn keep(&mut self, position: u32, account: AccountId, mailbox: MailboxName) {
        let mut keeps = self.keeps.iter();
        if !keeps.any(|keep| keep.account == account && keep.mailbox == mailbox) {
            self.keeps.push(Keep {
                position,
                account,
                mailbox,
            });
        }
    }

    fn forward(&mut self, position: u32, mailbox: Mailbox) {
        if !self.forwards.iter().any(|(_, known)| *known == mailbox) {
            self.forwards.push((position, mailbox));
        }
    }
}

fn describe(path: &ForwardPath, action: &Action, junk: Option<&MailboxName>) -> String {
    match action {
        Action::Keep { mailbox, .. } => {
            let mailbox = junk.filter(|_| mailbox.is_inbox()).unwrap_or(mailbox);
            format!("{path}: keep in {mailbox}")
        }
        Action::Forward(to) | Action::Relay(to) => format!("{path}: forward to {to}"),
        Action::Bounce(reply) => format!("{path}: bounce, {}", crate::trail::one_line(reply)),
        Action::Discard => format!("{path}: discard"),
    }
}
