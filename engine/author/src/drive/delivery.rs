//! An accepted message: where it goes, and its handover to a transport.

use crate::bed::Bed;
use crate::message::Mail;
use async_trait::async_trait;
use std::sync::{Arc, Mutex, PoisonError};
use waxseal_mail::{AccountId, Flag, ForwardPath, Mailbox, MailboxName, MessageId, Timestamp};
use waxseal_plugin::PluginRouter;
use waxseal_ports::filter::describe_reply;
use waxseal_ports::queue::Leased;
use waxseal_ports::router::{Action, Ask, Rest, Route};
use waxseal_ports::transport::{Handed, Handover};
use waxseal_ports::{Notes, Router, Transport};

/// A message that waits in the queue for all of its recipients.
pub(crate) fn leased(mail: &Mail, tags: Vec<String>, notes: Notes) -> Leased {
    let recipients = u32::try_from(mail.envelope.recipients.len()).unwrap_or(u32::MAX);
    Leased {
        id: MessageId(1),
        envelope: mail.envelope.clone(),
        open: (0..recipients).collect(),
        attempts: 0,
        received: Timestamp::utc(0),
        delay_reported: false,
        tags,
        notes,
        quarantine: None,
        kept: Vec::new(),
        message: Arc::new(mail.octets.clone()),
    }
}

/// Asks the plugin where the message goes, for each recipient.
pub(crate) async fn route(bed: &Bed, message: &Leased, accounts: &Arc<Accounts>) -> Vec<Route> {
    let router = PluginRouter::new(bed.host.clone(), accounts.clone());
    let recipients = message.envelope.recipients.iter();
    let asks = recipients.map(|recipient| Ask {
        recipient: &recipient.forward_path,
        asked: &[],
    });
    router.route(message, &asks.collect::<Vec<_>>()).await
}

/// Has the plugin take the message to a recipient.
pub(crate) async fn hand_over(
    bed: &Bed,
    message: &Leased,
    recipient: &ForwardPath,
    attempt: u32,
) -> Handed {
    let handover = Handover {
        transport: &bed.name,
        recipient,
        attempt,
    };
    bed.host.deliver(message, handover).await
}

/// The directory of a server that keeps the mail of accounts in INBOX, and relays all other.
pub(crate) struct Accounts {
    /// Whose mail is kept; everybody's without this.
    known: Option<Vec<Mailbox>>,
    /// Those that were asked about; their number is their place.
    asked: Mutex<Vec<Mailbox>>,
}

impl Accounts {
    /// With these accounts, or with one for every address.
    pub(crate) fn new(known: Option<Vec<Mailbox>>) -> Arc<Self> {
        Arc::new(Self {
            known,
            asked: Mutex::default(),
        })
    }

    fn account(&self, address: &Mailbox) -> AccountId {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let place = asked.iter().position(|known| known == address);
        let place = place.unwrap_or_else(|| {
            asked.push(address.clone());
            asked.len() - 1
        });
        AccountId(i64::try_from(place).unwrap_or(i64::MAX))
    }

    fn address(&self, account: AccountId) -> Option<Mailbox> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.get(usize::try_from(account.0).ok()?).cloned()
    }
}

#[async_trait]
impl Router for Accounts {
    async fn route(&self, _: &Leased, asks: &[Ask<'_>]) -> Vec<Route> {
        let route = |ask: &Ask<'_>| {
            let ForwardPath::Mailbox(address) = ask.recipient else {
                return Route::unavailable("no postmaster is known");
            };
            let known = self.known.as_ref();
            let is_here = known.is_none_or(|known| known.contains(address));
            Route::decided(vec![if is_here {
                Action::Keep {
                    account: self.account(address),
                    mailbox: MailboxName::inbox(),
                    flags: Vec::new(),
                }
            } else {
                Action::Relay(address.clone())
            }])
        };
        asks.iter().map(route).collect()
    }
}

/// What a route does for `recipient`, one line an action: `as-planned`, `keep in Lists/dev`,
/// `forward a@b.test` (with `as <c@d.test>` where another reverse-path is named),
/// `respond to a@b.test`, `transport tickets`, `bounce 550 5.1.1 no`, `discard`, `retry-after 60`.
/// Nothing is no opinion; `later: …` is what a failure leaves.
pub(crate) fn actions(route: &Route, recipient: &ForwardPath, accounts: &Accounts) -> Vec<String> {
    let mut lines = Vec::new();
    if route.rest == Rest::Next && !route.actions.is_empty() {
        lines.push("as-planned".to_owned());
    }
    lines.extend(route.actions.iter().map(|action| match action {
        Action::Keep {
            account,
            mailbox,
            flags,
        } => {
            let other = accounts.address(*account);
            let other = other.filter(|other| other.to_string() != recipient.to_string());
            kept(mailbox, other.as_ref(), flags)
        }
        Action::Forward(to) => format!("forward {to}"),
        Action::ForwardAs { to, sender } => format!("forward {to} as <{sender}>"),
        Action::Relay(to) => format!("relay {to}"),
        Action::Respond(response) => format!("respond to {}", response.recipient),
        Action::Transport(name) => format!("transport {name}"),
        Action::Bounce(reply) => format!("bounce {}", describe_reply(reply)),
        Action::Discard => "discard".to_owned(),
    }));
    if let Rest::Later { reply, after_secs } = &route.rest {
        lines.push(match after_secs {
            Some(secs) => format!("retry-after {secs}"),
            None => format!("later: {}", describe_reply(reply)),
        });
    }
    lines
}

fn kept(mailbox: &MailboxName, other: Option<&Mailbox>, flags: &[Flag]) -> String {
    let mut line = format!("keep in {mailbox}");
    if let Some(address) = other {
        line.push_str(&format!(" of {address}"));
    }
    for flag in flags {
        line.push_str(&format!(" {flag}"));
    }
    line
}
