//! The client's side of a session: one transaction handed to one server (RFC 5321 §3 and §4).
//!
//! Octets of the server go in by [`ClientSession::receive`]; [`ClientSession::step`] says what to do
//! next. Commands go out in one block where the server announces PIPELINING (RFC 2920).

mod dot_stuffer;
mod extensions;
mod reply_reader;
mod survey;
mod transaction;

#[cfg(test)]
mod tests;

pub use dot_stuffer::DotStuffer;
pub use reply_reader::{REPLY_LINE_OCTETS_MAX, REPLY_LINES_MAX};
pub use survey::MessageSurvey;
pub use transaction::ClientTransaction;

use base64::Engine;
use extensions::Extensions;
use reply_reader::{ReplyReader, ServerReply};
use std::collections::VecDeque;
use std::fmt;
use waxseal_mail::Reply;

/// How the client presents itself.
#[derive(Debug, Clone)]
pub struct ClientSetup {
    /// For EHLO: a host name or an address literal, ASCII.
    pub hostname: String,
    /// Whether and how STARTTLS is used.
    pub tls: ClientTls,
    /// For AUTH PLAIN; never sent in the clear.
    pub credentials: Option<ClientCredentials>,
}

/// TLS from the client's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientTls {
    /// STARTTLS where it is offered; on in the clear where it is refused.
    Opportunistic,
    /// STARTTLS, or nothing is sent.
    Required,
    /// TLS is on already, from the first octet.
    Active,
    /// Stay in the clear.
    Never,
}

/// User name and password (RFC 4616). `Debug` does not show the password.
#[derive(Clone)]
pub struct ClientCredentials {
    /// The authentication identity.
    pub user: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientCredentials({}, …)", self.user)
    }
}

/// What the shell must do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientStep {
    /// Write these octets, then ask again.
    Send(Vec<u8>),
    /// Read within the deadline for this wait; then [`ClientSession::receive`] or
    /// [`ClientSession::closed`].
    Receive(ClientWait),
    /// Perform the TLS handshake; then [`ClientSession::tls_started`] or
    /// [`ClientSession::tls_failed`].
    StartTls,
    /// Write the message through a [`DotStuffer`]; then [`ClientSession::message_sent`], or
    /// [`ClientSession::closed`].
    SendMessage,
    /// Close the connection and take [`ClientSession::report`].
    Close,
}

/// What is waited for; each has a deadline of its own in RFC 5321 §4.5.3.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientWait {
    /// The 220 greeting (§4.5.3.2.1).
    Greeting,
    /// The reply to EHLO, HELO, STARTTLS, AUTH or MAIL (§4.5.3.2.2).
    Command,
    /// The reply to RCPT (§4.5.3.2.3).
    Rcpt,
    /// The reply to DATA (§4.5.3.2.4).
    Data,
    /// The reply to the end of the message (§4.5.3.2.6).
    End,
    /// The reply to QUIT.
    Quit,
}

/// What came of the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientReport {
    /// The reply that settles each recipient, in the order of the envelope: 2yz taken, 4yz or 5yz
    /// not. `None` where the session ended before that; another host may be tried.
    pub recipients: Vec<Option<Reply>>,
    /// Why the session ended early, if it did.
    pub failure: Option<Reply>,
    /// Whether the failure was the TLS handshake; without TLS the session might go better.
    pub tls_failed: bool,
    /// Whether the wishes for reports were handed on (RFC 3461 §5.2.1).
    pub dsn_passed: bool,
}

/// A command whose reply is due, in the order of sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    Greeting,
    Ehlo,
    Helo,
    StartTls,
    Auth,
    Mail,
    Rcpt(usize),
    Data,
    /// The end of the message.
    End,
    /// The end of an empty message that was started for nobody.
    EmptyEnd,
    Quit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Talking,
    Handshake,
    Message,
    Closed,
}

/// One session with one transaction.
#[derive(Debug)]
pub struct ClientSession {
    setup: ClientSetup,
    transaction: ClientTransaction,
    phase: Phase,
    reader: ReplyReader,
    out: Vec<u8>,
    due: VecDeque<Due>,
    extensions: Extensions,
    tls_active: bool,
    starttls_refused: bool,
    mail_refused: bool,
    /// Recipients the server took at RCPT.
    taken: Vec<bool>,
    replies: u32,
    report: ClientReport,
}

impl ClientSession {
    /// A session on a fresh connection.
    #[must_use]
    pub fn new(setup: ClientSetup, transaction: ClientTransaction) -> Self {
        let recipients = transaction.envelope.recipients.len();
        Self {
            tls_active: setup.tls == ClientTls::Active,
            setup,
            transaction,
            phase: Phase::Talking,
            reader: ReplyReader::default(),
            out: Vec::new(),
            due: VecDeque::from([Due::Greeting]),
            extensions: Extensions::default(),
            starttls_refused: false,
            mail_refused: false,
            taken: vec![false; recipients],
            replies: 0,
            report: ClientReport {
                recipients: vec![None; recipients],
                failure: None,
                tls_failed: false,
                dsn_passed: false,
            },
        }
    }

    /// What to do next.
    pub fn step(&mut self) -> ClientStep {
        if !self.out.is_empty() {
            return ClientStep::Send(std::mem::take(&mut self.out));
        }
        match (self.phase, self.due.front()) {
            (Phase::Handshake, _) => ClientStep::StartTls,
            (Phase::Message, _) => ClientStep::SendMessage,
            (Phase::Talking, Some(due)) => ClientStep::Receive(due.wait()),
            (Phase::Closed, _) | (Phase::Talking, None) => ClientStep::Close,
        }
    }

    /// Takes octets of the server.
    pub fn receive(&mut self, octets: &[u8]) {
        self.reader.push(octets);
        while self.phase == Phase::Talking {
            match self.reader.take_reply() {
                Ok(Some(reply)) => self.reply(reply),
                Ok(None) => return,
                Err(fault) => {
                    let text = format!("the server does not speak SMTP: {fault}");
                    self.fail(Reply::own(451, (4, 5, 0), text), Farewell::Silent);
                }
            }
        }
    }

    /// The connection is over: closed, reset, or a deadline passed; `why` says it in a few words.
    pub fn closed(&mut self, why: &str) {
        let waiting = self.due.front().copied();
        if self.phase == Phase::Closed || waiting == Some(Due::Quit) {
            self.phase = Phase::Closed;
            return;
        }
        let during = match (self.phase, waiting) {
            (Phase::Message, _) => "sending the message",
            (Phase::Handshake, _) => "starting TLS",
            (Phase::Talking | Phase::Closed, due) => due.map_or("the session", Due::name),
        };
        let mut reply = Reply::own(451, (4, 4, 2), format!("{why} during {during}"));
        let early = match self.phase {
            Phase::Message => self.reader.take_reply().ok().flatten(),
            Phase::Talking | Phase::Handshake | Phase::Closed => None,
        };
        if let Some(refusal) = early.map(|early| early.reply).filter(|r| !r.is_positive()) {
            // Too large, perhaps: the server said why before it closed.
            reply = settling(refusal);
            self.settle_taken(&reply);
        } else if waiting == Some(Due::End) {
            // The server may have taken the message; another host would make a second copy sure.
            self.settle_taken(&reply);
        }
        self.fail(reply, Farewell::Silent);
    }

    /// The handshake succeeded: all that was learned in the clear is forgotten (RFC 3207 §4.2).
    pub fn tls_started(&mut self) {
        self.tls_active = true;
        self.phase = Phase::Talking;
        self.extensions = Extensions::default();
        self.send_ehlo();
    }

    /// The handshake failed; the connection is gone.
    pub fn tls_failed(&mut self, why: &str) {
        self.report.tls_failed = true;
        let reply = Reply::own(451, (4, 7, 5), format!("TLS could not be started: {why}"));
        self.fail(reply, Farewell::Silent);
    }

    /// The message and its ending dot are written.
    pub fn message_sent(&mut self) {
        self.phase = Phase::Talking;
        self.due.push_back(Due::End);
    }

    /// Replies taken so far: each starts a new wait with a deadline of its own.
    #[must_use]
    pub const fn replies(&self) -> u32 {
        self.replies
    }

    /// What came of it; whole once [`ClientStep::Close`] was answered.
    #[must_use]
    pub fn report(self) -> ClientReport {
        self.report
    }

    fn command(&mut self, due: Due, line: &str) {
        self.out.extend_from_slice(line.as_bytes());
        self.due.push_back(due);
    }

    fn send_ehlo(&mut self) {
        let line = format!("EHLO {}\r\n", self.setup.hostname);
        self.command(Due::Ehlo, &line);
    }

    fn reply(&mut self, ServerReply { reply, lines }: ServerReply) {
        self.replies = self.replies.saturating_add(1);
        let Some(due) = self.due.pop_front() else {
            // Nothing was asked: `421` before a close, or nonsense. QUIT was not sent yet either.
            return self.fail(reply, Farewell::Silent);
        };
        if reply.code() == 421 && due != Due::Quit {
            if due == Due::End {
                self.settle_taken(&reply);
            }
            return self.fail(reply, Farewell::Silent);
        }
        match due {
            Due::Greeting if reply.code() == 220 => self.send_ehlo(),
            Due::Greeting => self.fail(reply, Farewell::Quit),
            Due::Ehlo if reply.is_positive() => {
                self.extensions = Extensions::parse(&lines);
                self.greeted();
            }
            Due::Ehlo if is_failure(&reply) => {
                let line = format!("HELO {}\r\n", self.setup.hostname);
                self.command(Due::Helo, &line);
            }
            Due::Helo if reply.is_positive() => self.greeted(),
            Due::Ehlo | Due::Helo => self.fail(reply, Farewell::Quit),
            Due::StartTls => self.starttls_answered(reply),
            Due::Auth if reply.code() == 235 => self.begin_transaction(),
            Due::Auth => self.auth_refused(&reply),
            Due::Mail => self.mail_answered(reply),
            Due::Rcpt(index) => self.rcpt_answered(index, reply),
            Due::Data => self.data_answered(reply),
            Due::End => {
                self.settle_taken(&settling(reply));
                self.quit();
            }
            Due::EmptyEnd => self.quit(),
            Due::Quit => self.phase = Phase::Closed,
        }
    }

    /// EHLO or HELO is done: TLS, then AUTH, then the transaction.
    fn greeted(&mut self) {
        let wanted = match self.setup.tls {
            ClientTls::Opportunistic => !self.starttls_refused,
            ClientTls::Required => true,
            ClientTls::Active | ClientTls::Never => false,
        };
        if wanted && !self.tls_active && self.extensions.starttls {
            return self.command(Due::StartTls, "STARTTLS\r\n");
        }
        if self.setup.tls == ClientTls::Required && !self.tls_active {
            let text = "TLS is required here and the server does not offer it";
            return self.fail(Reply::own(451, (4, 7, 4), text), Farewell::Quit);
        }
        let Some(credentials) = &self.setup.credentials else {
            return self.begin_transaction();
        };
        if !self.tls_active || !self.extensions.auth_plain {
            let text = "the server does not offer AUTH PLAIN under TLS";
            return self.fail(Reply::own(451, (4, 7, 4), text), Farewell::Quit);
        }
        let secret = format!("\0{}\0{}", credentials.user, credentials.password);
        let secret = base64::engine::general_purpose::STANDARD.encode(secret);
        self.command(Due::Auth, &format!("AUTH PLAIN {secret}\r\n"));
    }

    fn starttls_answered(&mut self, reply: Reply) {
        if reply.code() == 220 && self.reader.has_more() {
            // Whoever put octets there wants them taken for protected ones.
            let text = "octets came behind the reply to STARTTLS";
            self.fail(Reply::own(451, (4, 7, 0), text), Farewell::Silent);
        } else if reply.code() == 220 {
            self.phase = Phase::Handshake;
        } else if self.setup.tls == ClientTls::Required {
            let text = format!("STARTTLS was refused: {}", text_of(&reply));
            self.fail(Reply::own(451, (4, 7, 4), text), Farewell::Quit);
        } else {
            self.starttls_refused = true;
            self.greeted();
        }
    }

    /// A wrong password is a fault of the configuration, not of the message: deferred.
    fn auth_refused(&mut self, reply: &Reply) {
        let text = format!("AUTH was refused: {}", text_of(reply));
        self.fail(Reply::own(451, (4, 7, 8), text), Farewell::Quit);
    }

    fn begin_transaction(&mut self) {
        if let Some(obstacle) = self.transaction.obstacle(&self.extensions) {
            self.settle_open(&obstacle);
            return self.quit();
        }
        self.report.dsn_passed = self.extensions.dsn;
        let mail = self.transaction.mail(&self.extensions);
        self.command(Due::Mail, &mail);
        if self.extensions.pipelining {
            for index in 0..self.taken.len() {
                self.send_rcpt(index);
            }
            self.command(Due::Data, "DATA\r\n");
        }
    }

    fn send_rcpt(&mut self, index: usize) {
        if let Some(line) = self.transaction.rcpt(index, &self.extensions) {
            self.command(Due::Rcpt(index), &line);
        }
    }

    fn mail_answered(&mut self, reply: Reply) {
        if reply.is_positive() {
            if !self.extensions.pipelining {
                self.send_rcpt(0);
            }
            return;
        }
        self.mail_refused = true;
        self.settle_open(&settling(reply));
        if !self.extensions.pipelining {
            self.quit();
        }
    }

    fn rcpt_answered(&mut self, index: usize, reply: Reply) {
        let open = !self.mail_refused;
        if let Some(taken) = self
            .taken
            .get_mut(index)
            .filter(|_| open && reply.is_positive())
        {
            *taken = true;
        } else if let Some(slot) = self.report.recipients.get_mut(index).filter(|_| open) {
            *slot = Some(rcpt_refusal(reply));
        }
        if self.extensions.pipelining {
            return;
        }
        let next = index.saturating_add(1);
        if next < self.taken.len() {
            self.send_rcpt(next);
        } else if self.taken.contains(&true) {
            self.command(Due::Data, "DATA\r\n");
        } else {
            self.quit();
        }
    }

    fn data_answered(&mut self, reply: Reply) {
        let someone = self.taken.contains(&true);
        if reply.code() == 354 && someone {
            self.phase = Phase::Message;
        } else if reply.code() == 354 {
            // RFC 2920 §3.1: a server may say so though it took nobody; an empty message ends it.
            self.command(Due::EmptyEnd, ".\r\n");
        } else {
            self.settle_taken(&settling(reply));
            self.quit();
        }
    }

    /// Settles recipients the server took.
    fn settle_taken(&mut self, reply: &Reply) {
        let taken = self.taken.iter();
        for (slot, _) in self
            .report
            .recipients
            .iter_mut()
            .zip(taken)
            .filter(|(_, taken)| **taken)
        {
            slot.get_or_insert_with(|| reply.clone());
        }
    }

    /// Settles every recipient that has no reply yet.
    fn settle_open(&mut self, reply: &Reply) {
        for slot in &mut self.report.recipients {
            slot.get_or_insert_with(|| reply.clone());
        }
    }

    fn quit(&mut self) {
        self.command(Due::Quit, "QUIT\r\n");
    }

    fn fail(&mut self, reply: Reply, farewell: Farewell) {
        self.report.failure.get_or_insert(reply);
        self.due.clear();
        self.out.clear();
        match farewell {
            Farewell::Quit => self.quit(),
            Farewell::Silent => self.phase = Phase::Closed,
        }
    }
}

/// How a failed session ends.
enum Farewell {
    /// With QUIT, as RFC 5321 §4.1.1.10 asks.
    Quit,
    /// The server is gone, about to go, or makes no sense.
    Silent,
}

impl Due {
    const fn wait(self) -> ClientWait {
        match self {
            Self::Greeting => ClientWait::Greeting,
            Self::Ehlo | Self::Helo | Self::StartTls | Self::Auth | Self::Mail => {
                ClientWait::Command
            }
            Self::Rcpt(_) => ClientWait::Rcpt,
            Self::Data => ClientWait::Data,
            Self::End | Self::EmptyEnd => ClientWait::End,
            Self::Quit => ClientWait::Quit,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Greeting => "the greeting",
            Self::Ehlo => "EHLO",
            Self::Helo => "HELO",
            Self::StartTls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL",
            Self::Rcpt(_) => "RCPT",
            Self::Data => "DATA",
            Self::End | Self::EmptyEnd => "the end of the message",
            Self::Quit => "QUIT",
        }
    }
}

/// 5yz.
const fn is_failure(reply: &Reply) -> bool {
    reply.code() / 100 == 5
}

/// A reply that settles: 3yz where none belongs says that the server is confused, so try again later.
fn settling(reply: Reply) -> Reply {
    if reply.code() / 100 == 3 {
        let text = format!("unexpected reply {} {}", reply.code(), text_of(&reply));
        Reply::own(451, (4, 5, 0), text)
    } else {
        reply
    }
}

/// 552 to RCPT means "too many recipients" of old and is temporary (RFC 5321 §4.5.3.1.10).
fn rcpt_refusal(reply: Reply) -> Reply {
    if reply.code() == 552 && reply.status().is_none() {
        Reply::own(452, (4, 5, 3), text_of(&reply))
    } else {
        settling(reply)
    }
}

fn text_of(reply: &Reply) -> String {
    reply.lines().join(" ")
}
