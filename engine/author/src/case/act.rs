//! Does what a step says, and says what came of it.

mod blob;

pub(super) use blob::BlobSeen;

use super::Step;
use super::kind::Kind;
use super::stubs::Stubs;
use crate::AuthorError;
use crate::bed::Bed;
use crate::drive::{self, Accounts, Ended, Script};
use crate::message::Mail;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use waxseal_mail::{Mailbox, SessionId};
use waxseal_ports::Notes;
use waxseal_ports::filter::{Protocol, SessionInfo};
use waxseal_ports::mailbox_events::Moved;
use waxseal_ports::queue::Outcome;
use waxseal_ports::router::{Action, Response};

/// The port of a client whose case names none.
const PEER_PORT: u16 = 4000;

/// What came of a step.
pub(super) enum Happened {
    Session(Ended),
    Move,
    Routes(Vec<Routed>),
    Handover(Outcome),
    Blob(BlobSeen),
}

/// Where a message goes for one recipient.
pub(super) struct Routed {
    pub(super) recipient: String,
    pub(super) actions: Vec<String>,
    pub(super) response: Option<Response>,
}

/// A step on a loaded plugin.
pub(super) struct Actor<'a> {
    pub(super) bed: &'a Bed,
    pub(super) stubs: &'a Stubs,
    pub(super) step: &'a Step,
    /// The case file, beside which other files lie.
    pub(super) file: &'a Path,
}

/// What is wrong with the case: the key's path, and why.
type Misplaced = (&'static str, AuthorError);

impl Actor<'_> {
    /// Does what the step says, once.
    ///
    /// # Errors
    /// What is wrong with the step.
    pub(super) async fn act(&self, kind: Kind, mail: &Mail) -> Result<Happened, Misplaced> {
        match kind {
            Kind::Session => {
                let script = self.script(mail).map_err(|error| ("session", error))?;
                let ended = drive::session(&self.bed.host, &script).await;
                Ok(Happened::Session(ended))
            }
            Kind::Move => {
                let table = self.step.moved.clone().unwrap_or_default();
                let moved = Moved {
                    account: mailbox(&table.account).map_err(|error| ("moved.account", error))?,
                    origin: table.origin.into(),
                    destination: table.destination.into(),
                    message: Arc::new(mail.octets.clone()),
                };
                drive::moved(self.bed, moved).await;
                Ok(Happened::Move)
            }
            Kind::Route => self.route(mail).await,
            Kind::Handover => Ok(self.hand_over(mail).await),
            Kind::Codec | Kind::Holder => self.blob(kind).await.map(Happened::Blob),
        }
    }

    fn script<'m>(&'m self, mail: &'m Mail) -> Result<Script<'m>, AuthorError> {
        let (session, envelope) = (&self.step.session, &self.step.envelope);
        let login = session.user.as_deref();
        Ok(Script {
            info: info(self.step)?,
            helo: &session.helo,
            login: login.map(|user| (user, session.mechanism.as_str(), session.authenticated)),
            sender_params: params(&envelope.sender_params),
            recipient_params: params(&envelope.recipient_params),
            mail,
        })
    }

    fn leased(&self, mail: &Mail) -> waxseal_ports::queue::Leased {
        let queued = &self.step.queued;
        let mut notes = Notes::new();
        for (key, text) in &queued.notes {
            notes.set(&self.bed.name, key, text);
        }
        drive::leased(mail, queued.tags.clone(), notes)
    }

    async fn route(&self, mail: &Mail) -> Result<Happened, Misplaced> {
        let known = self.step.stub.accounts.as_ref();
        let known = known.map(|known| known.iter().map(|text| mailbox(text)));
        let known = known
            .map(Iterator::collect::<Result<Vec<_>, _>>)
            .transpose();
        let accounts = Accounts::new(known.map_err(|error| ("stub.accounts", error))?);
        let routes = drive::route(self.bed, &self.leased(mail), &accounts).await;
        let routed = mail.envelope.recipients.iter().zip(routes);
        let routed = routed.map(|(recipient, route)| Routed {
            recipient: recipient.forward_path.to_string(),
            actions: drive::actions(&route, &recipient.forward_path, &accounts),
            response: route.actions.into_iter().find_map(|action| match action {
                Action::Respond(response) => Some(*response),
                Action::Keep { .. }
                | Action::Forward(_)
                | Action::ForwardAs { .. }
                | Action::Relay(_)
                | Action::Transport(_)
                | Action::Bounce(_)
                | Action::Discard => None,
            }),
        });
        Ok(Happened::Routes(routed.collect()))
    }

    /// Takes the message to each recipient; what came of the last one.
    async fn hand_over(&self, mail: &Mail) -> Happened {
        let message = self.leased(mail);
        let attempt = self.step.queued.attempt.unwrap_or(1);
        let mut outcome = Outcome::Delivered;
        for recipient in &mail.envelope.recipients {
            let path = &recipient.forward_path;
            outcome = drive::hand_over(self.bed, &message, path, attempt)
                .await
                .outcome;
        }
        Happened::Handover(outcome)
    }
}

fn mailbox(text: &str) -> Result<Mailbox, AuthorError> {
    Mailbox::parse(text)
        .map_err(|error| AuthorError::Wrong(format!("{text:?} is no address: {error}")))
}

/// What a step says about the client.
fn info(step: &Step) -> Result<SessionInfo, AuthorError> {
    let table = &step.session;
    let protocol = Protocol::named(&table.protocol)
        .ok_or_else(|| AuthorError::Wrong(format!("there is no protocol {:?}", table.protocol)))?;
    let peer = table.peer.parse::<SocketAddr>().or_else(|_| {
        let ip = table.peer.parse::<IpAddr>();
        ip.map(|ip| SocketAddr::new(ip, PEER_PORT))
    });
    let peer = peer
        .map_err(|_| AuthorError::Wrong(format!("{:?} is no address of a client", table.peer)))?;
    Ok(SessionInfo {
        id: SessionId(1),
        protocol,
        peer,
        tls: table.tls.clone(),
    })
}

/// `KEY=value` or `KEY`.
fn params(texts: &[String]) -> Vec<(String, Option<String>)> {
    let split = |text: &String| match text.split_once('=') {
        Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
        None => (text.clone(), None),
    };
    texts.iter().map(split).collect()
}
