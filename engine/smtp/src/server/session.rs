//! The state of one session and the road of octets through it.

mod commands;
mod data;
mod hello;

use super::auth::{Exchange, Progress};
use super::content::{Content, Scanned};
use super::line::LineBuffer;
use super::transaction::Transaction;
use super::{Answer, Limits, Question, Role, Step, TraceKeyword, replies};
use crate::grammar::{Hello, RcptParameters};
use std::sync::Arc;
use waxseal_mail::{ForwardPath, Reply};

/// Octets of replies that gather before they are sent although input still waits.
const OUTPUT_OCTETS_MAX: usize = 16 * 1024;

/// What a listener is, for its sessions.
#[derive(Debug, Clone)]
pub struct SessionConfig {
    /// The name in the greeting and in the reply to EHLO.
    pub hostname: Arc<str>,
    /// Which protocol.
    pub role: Role,
    /// Whether STARTTLS can be offered.
    pub starttls: bool,
    /// The limits.
    pub limits: Arc<Limits>,
}

/// What a session is waiting for; the shell sets its deadlines by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expects {
    /// A line, outside of a transaction: the session may be ended without harm.
    Idle,
    /// A line within a transaction or an authentication exchange.
    Line,
    /// Octets of a message.
    Content,
}

/// One session of a client. Sans-IO: octets and answers in, [`Step`]s and replies out.
#[derive(Debug)]
pub struct Session {
    config: SessionConfig,
    phase: Phase,
    lines: LineBuffer,
    output: Vec<u8>,
    tls: bool,
    hello: Option<(Hello, String)>,
    authenticated: bool,
    transaction: Option<Transaction>,
    /// A transaction was dropped and the shell has not been told.
    reset_due: bool,
    /// A question that has to wait until the shell knows of the dropped transaction.
    held: Option<Question>,
    transactions: u32,
    errors: u32,
    refused_recipients: u32,
    auth_failures: u32,
}

/// Where in the dialogue the session is.
#[derive(Debug)]
enum Phase {
    /// Nothing was sent yet.
    Greeting,
    /// Reading commands.
    Commands,
    /// Reading the responses of an authentication exchange.
    Exchange(Exchange),
    /// Reading the message of DATA.
    Data(Content),
    /// Reading a chunk of BDAT.
    Chunk(Chunk),
    /// A question is out.
    Asked(Pending),
    /// The client was refused at the connection: only QUIT is of use (RFC 5321 §3.1).
    Refused,
    /// STARTTLS was answered.
    Tls,
    /// Over.
    Closed,
}

/// A chunk that is coming in (RFC 3030 §2).
#[derive(Debug)]
struct Chunk {
    /// Octets that are still to come.
    left: u64,
    /// As announced.
    octets: u64,
    last: bool,
    /// The reply, where the chunk is swallowed only.
    refusal: Option<Reply>,
}

/// What an answer is for.
#[derive(Debug)]
enum Pending {
    Connect,
    Hello(Hello, String),
    Authenticate,
    Mail(Box<Transaction>),
    Rcpt(Box<(ForwardPath, RcptParameters)>),
    Finish { replies_due: usize },
}

impl Session {
    /// A session whose client has just connected. `tls`: whether TLS is in use already.
    #[must_use]
    pub fn new(config: SessionConfig, tls: bool) -> Self {
        Self {
            config,
            phase: Phase::Greeting,
            lines: LineBuffer::default(),
            output: Vec::new(),
            tls,
            hello: None,
            authenticated: false,
            transaction: None,
            reset_due: false,
            held: None,
            transactions: 0,
            errors: 0,
            refused_recipients: 0,
            auth_failures: 0,
        }
    }

    /// Goes on with what `input` holds, taking octets from its front, until the shell is needed.
    ///
    /// After [`Step::Ask`] the answer has to be given first; until then this gives [`Step::Read`].
    pub fn next<'i>(&mut self, input: &mut &'i [u8]) -> Step<'i> {
        loop {
            if std::mem::take(&mut self.reset_due) {
                return Step::Reset;
            }
            if let Some(question) = self.held.take() {
                return Step::Ask(question);
            }
            if self.output.len() > OUTPUT_OCTETS_MAX {
                return Step::Flush;
            }
            let step = match &mut self.phase {
                Phase::Greeting => Some(self.ask(Pending::Connect, Question::Connect)),
                Phase::Asked(_) => Some(Step::Read),
                Phase::Closed => Some(Step::Close),
                Phase::Tls => Some(self.start_tls(input)),
                Phase::Data(content) => match content.scan(input) {
                    Scanned::More => Some(Step::Read),
                    Scanned::Body(octets) => Some(Step::Body(octets)),
                    Scanned::End => {
                        let fault = content.fault();
                        self.phase = Phase::Commands;
                        self.end_of_message(fault)
                    }
                },
                Phase::Chunk(_) => self.chunk_octets(input),
                Phase::Commands | Phase::Refused | Phase::Exchange(_) => self.read_line(input),
            };
            if let Some(step) = step {
                return step;
            }
        }
    }

    /// Gives the answer to the question that is out; without one, nothing happens.
    pub fn answer(&mut self, answer: Answer) {
        let Phase::Asked(pending) = std::mem::replace(&mut self.phase, Phase::Commands) else {
            return;
        };
        match pending {
            Pending::Connect => self.greet(answer),
            Pending::Hello(hello, name) => self.greeted(hello, name, answer),
            Pending::Authenticate => self.authenticated(answer),
            Pending::Mail(transaction) => self.mail_answered(*transaction, answer),
            Pending::Rcpt(rcpt) => self.rcpt_answered(*rcpt, answer),
            Pending::Finish { replies_due } => self.finished(replies_due, answer),
        }
    }

    /// The replies that wait to be sent; the shell empties it.
    pub const fn output(&mut self) -> &mut Vec<u8> {
        &mut self.output
    }

    /// What the session is waiting for.
    #[must_use]
    pub const fn expects(&self) -> Expects {
        match &self.phase {
            Phase::Data(_) | Phase::Chunk(_) => Expects::Content,
            Phase::Commands | Phase::Refused if self.transaction.is_none() => Expects::Idle,
            Phase::Commands | Phase::Refused | Phase::Exchange(_) => Expects::Line,
            Phase::Greeting | Phase::Asked(_) | Phase::Tls | Phase::Closed => Expects::Line,
        }
    }

    /// Ends the session with this reply, whatever it was doing: deadlines and shutdown.
    pub fn end(&mut self, reply: &Reply) {
        self.forget_transaction();
        reply.write_to(&mut self.output);
        self.phase = Phase::Closed;
    }

    /// The name the client gave itself in EHLO, HELO or LHLO.
    #[must_use]
    pub fn hello(&self) -> Option<&str> {
        self.hello.as_ref().map(|(_, name)| name.as_str())
    }

    /// How a message would come now, for its Received field.
    #[must_use]
    pub fn trace_keyword(&self, smtputf8: bool) -> TraceKeyword {
        TraceKeyword {
            role: self.config.role,
            extended: !matches!(self.hello, Some((Hello::Helo, _)) | None),
            tls: self.tls,
            authenticated: self.authenticated,
            smtputf8,
        }
    }

    /// Queues a reply; 421 ends the session (RFC 5321 §3.8).
    fn send(&mut self, reply: &Reply) {
        reply.write_to(&mut self.output);
        if reply.code() < 400 {
            self.errors = 0;
        } else if reply.code() == 421 {
            self.forget_transaction();
            self.phase = Phase::Closed;
        }
    }

    fn ask<'i>(&mut self, pending: Pending, question: Question) -> Step<'i> {
        self.phase = Phase::Asked(pending);
        if std::mem::take(&mut self.reset_due) {
            self.held = Some(question);
            return Step::Reset;
        }
        Step::Ask(question)
    }

    /// Counts a command that was not understood.
    fn misunderstood(&mut self, reply: &Reply) {
        self.errors = self.errors.saturating_add(1);
        if self.errors >= self.config.limits.errors_max {
            self.send(&replies::enough(
                "too many commands that were not understood",
            ));
        } else {
            self.send(reply);
        }
    }

    fn forget_transaction(&mut self) {
        self.reset_due |= self.transaction.take().is_some();
    }

    /// Begins anew under TLS: what came behind STARTTLS is thrown away, what was known is forgotten
    /// (RFC 3207 §4.2).
    fn start_tls<'i>(&mut self, input: &mut &'i [u8]) -> Step<'i> {
        *input = &[];
        self.lines = LineBuffer::default();
        self.tls = true;
        self.hello = None;
        self.authenticated = false;
        self.phase = Phase::Commands;
        Step::StartTls
    }

    /// Goes on with an exchange.
    fn progress<'i>(&mut self, progress: Progress) -> Option<Step<'i>> {
        match progress {
            Progress::Challenge(reply, exchange) => {
                self.phase = Phase::Exchange(exchange);
                self.send(&reply);
                None
            }
            Progress::Ask(question) => Some(self.ask(Pending::Authenticate, question)),
            Progress::Failed(reply) => {
                self.phase = Phase::Commands;
                self.auth_failed(&reply);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_greeting_drops_the_transaction_before_it_asks() {
        let config = SessionConfig {
            hostname: "mx.test".into(),
            role: Role::Smtp,
            starttls: false,
            limits: Arc::default(),
        };
        let mut session = Session::new(config, false);
        let mut input = &b"EHLO c.test\r\nMAIL FROM:<>\r\nEHLO c.test\r\nQUIT\r\n"[..];
        let mut steps = Vec::new();
        loop {
            let step = session.next(&mut input);
            let close = step == Step::Close;
            if matches!(step, Step::Ask(_)) {
                session.answer(Answer::Proceed);
            }
            steps.push(format!("{step:?}"));
            if close {
                break;
            }
        }
        let expected = [
            "Ask(Connect)",
            "Ask(Hello(\"c.test\"))",
            "Ask(Mail(Null, []))",
            "Reset",
            "Ask(Hello(\"c.test\"))",
            "Close",
        ];
        assert_eq!(steps, expected);
    }
}
