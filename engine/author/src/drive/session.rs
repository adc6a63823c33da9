//! One session with one message: the stages in the order in which a server would ask them.

use crate::message::Mail;
use waxseal_mail::HeaderSection;
use waxseal_plugin::Host;
use waxseal_ports::filter::{Protocol, Ruling, SessionInfo, Verdict};
use waxseal_ports::{Filter, FilterSession};

/// An ESMTP parameter.
pub(crate) type Param = (String, Option<String>);

/// What the client does. On IMAP and POP3 it does not transact.
pub(crate) struct Script<'a> {
    /// Who it is.
    pub(crate) info: SessionInfo,
    /// What it calls itself.
    pub(crate) helo: &'a str,
    /// User, mechanism and success of an authentication.
    pub(crate) login: Option<(&'a str, &'a str, bool)>,
    /// With MAIL.
    pub(crate) sender_params: Vec<Param>,
    /// With each RCPT.
    pub(crate) recipient_params: Vec<Param>,
    /// What it sends.
    pub(crate) mail: &'a Mail,
}

impl<'a> Script<'a> {
    /// A client that does nothing but send `mail`.
    pub(crate) const fn plain(info: SessionInfo, helo: &'a str, mail: &'a Mail) -> Self {
        Self {
            info,
            helo,
            login: None,
            sender_params: Vec::new(),
            recipient_params: Vec::new(),
            mail,
        }
    }
}

/// What came of a session.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    /// The last verdict that was one.
    pub(crate) verdict: Verdict,
    /// The stage that gave it.
    pub(crate) stage: &'static str,
    pub(crate) tags: Vec<String>,
    /// As the filters left it, where it came so far.
    pub(crate) header: Option<HeaderSection>,
    pub(crate) sender: String,
    pub(crate) recipients: Vec<String>,
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

/// Runs the stages until one refuses or all are over, and waits for those who only observe.
pub(crate) async fn session(host: &Host, script: &Script<'_>) -> Ended {
    let mut ended = Ended {
        verdict: Verdict::Next,
        stage: "",
        tags: Vec::new(),
        header: None,
        sender: script.mail.envelope.reverse_path.to_string(),
        recipients: script.mail.recipients(),
    };
    let mut session = host.session(script.info.clone());
    stages(&mut *session, script, &mut ended).await;
    session.disconnect().await;
    drop(session);
    host.shutdown().await;
    ended
}

async fn stages(session: &mut dyn FilterSession, script: &Script<'_>, ended: &mut Ended) {
    if !ended.take("connect", session.connect().await) {
        return;
    }
    let transacts = !matches!(script.info.protocol, Protocol::Imap | Protocol::Pop3);
    if transacts && !ended.take("helo", session.helo(script.helo).await) {
        return;
    }
    if let Some((user, mechanism, success)) = script.login {
        let ruling = session.auth(user, mechanism, success).await;
        if !ended.take("auth", ruling) {
            return;
        }
    }
    if transacts {
        transaction(session, script, ended).await;
    }
}

async fn transaction(session: &mut dyn FilterSession, script: &Script<'_>, ended: &mut Ended) {
    let mail = script.mail;
    let ruling = session.mail(&mail.envelope.reverse_path, &script.sender_params);
    if !ended.take("mail", ruling.await) {
        return;
    }
    let mut envelope = mail.envelope.clone();
    envelope.recipients.clear();
    for recipient in &mail.envelope.recipients {
        let path = recipient.forward_path.to_string();
        if ended.take("rcpt", session.rcpt(&path, &script.recipient_params).await) {
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
