//! One session of a case: the stages in the order in which a server would ask them.

use super::Step;
use crate::AuthorError;
use crate::message::Mail;
use std::net::{IpAddr, SocketAddr};
use waxseal_mail::{HeaderSection, SessionId};
use waxseal_plugin::Host;
use waxseal_ports::Filter;
use waxseal_ports::filter::{Protocol, Ruling, SessionInfo, Verdict};

/// The port of a client whose case names none.
const PEER_PORT: u16 = 4000;

/// What came of a session.
#[derive(Debug, Clone)]
pub(super) struct Ended {
    /// The last verdict that was one.
    pub(super) verdict: Verdict,
    /// The stage that gave it.
    pub(super) stage: &'static str,
    pub(super) tags: Vec<String>,
    /// As the filters left it, where it came so far.
    pub(super) header: Option<HeaderSection>,
    pub(super) sender: String,
    pub(super) recipients: Vec<String>,
}

impl Ended {
    /// Takes a ruling; `false` where it ends the session.
    fn take(&mut self, stage: &'static str, ruling: Ruling) -> bool {
        self.tags = ruling.tags;
        let goes_on = !matches!(ruling.verdict, Verdict::Reject(_) | Verdict::Defer(_));
        if ruling.verdict != Verdict::Next {
            self.verdict = ruling.verdict;
            self.stage = stage;
        }
        goes_on
    }
}

/// What a step says about the client.
pub(super) fn info(step: &Step) -> Result<SessionInfo, AuthorError> {
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

/// Runs the stages of `step` until one refuses or all are over.
pub(super) async fn run(host: &Host, step: &Step, mail: &Mail) -> Result<Ended, AuthorError> {
    let info = info(step)?;
    let mut ended = Ended {
        verdict: Verdict::Next,
        stage: "",
        tags: Vec::new(),
        header: None,
        sender: mail.envelope.reverse_path.to_string(),
        recipients: mail.recipients(),
    };
    let protocol = info.protocol;
    let mut session = host.session(info);
    let stages = stages(&mut *session, protocol, step, mail, &mut ended);
    stages.await;
    session.disconnect().await;
    drop(session);
    host.shutdown().await;
    Ok(ended)
}

async fn stages(
    session: &mut dyn waxseal_ports::FilterSession,
    protocol: Protocol,
    step: &Step,
    mail: &Mail,
    ended: &mut Ended,
) {
    let table = &step.session;
    if !ended.take("connect", session.connect().await) {
        return;
    }
    let has_transactions = !matches!(protocol, Protocol::Imap | Protocol::Pop3);
    if has_transactions && !ended.take("helo", session.helo(&table.helo).await) {
        return;
    }
    if let Some(user) = &table.user {
        let auth = session.auth(user, &table.mechanism, table.authenticated);
        if !ended.take("auth", auth.await) {
            return;
        }
    }
    if has_transactions {
        transaction(session, step, mail, ended).await;
    }
}

async fn transaction(
    session: &mut dyn waxseal_ports::FilterSession,
    step: &Step,
    mail: &Mail,
    ended: &mut Ended,
) {
    let params = params(&step.envelope.sender_params);
    let sender = &mail.envelope.reverse_path;
    if !ended.take("mail", session.mail(sender, &params).await) {
        return;
    }
    let params = self::params(&step.envelope.recipient_params);
    let mut envelope = mail.envelope.clone();
    envelope.recipients.clear();
    for recipient in &mail.envelope.recipients {
        let path = recipient.forward_path.to_string();
        if ended.take("rcpt", session.rcpt(&path, &params).await) {
            envelope.recipients.push(recipient.clone());
        }
    }
    if !envelope.recipients.is_empty() {
        let mut draft = mail.draft();
        let ruling = session.message(&mut envelope, &mut draft).await;
        ended.take("message", ruling);
        ended.header = Some(draft.header);
    }
    ended.sender = envelope.reverse_path.to_string();
    let recipients = envelope.recipients.iter();
    ended.recipients = recipients.map(|r| r.forward_path.to_string()).collect();
}

/// `KEY=value` or `KEY`.
fn params(texts: &[String]) -> Vec<(String, Option<String>)> {
    let split = |text: &String| match text.split_once('=') {
        Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
        None => (text.clone(), None),
    };
    texts.iter().map(split).collect()
}
