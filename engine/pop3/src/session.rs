//! One client's session: states and replies (RFC 1939 §3 to §6).

mod authorization;
mod transaction;

use crate::command::Command;
use crate::transfer::Transfer;
use crate::{Answer, Limits, Maildrop, Question, Refusal, Step};
use bytes::{Buf, BytesMut};
use std::sync::Arc;

/// What the listener allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// TLS is in use.
    pub tls: bool,
    /// STLS is offered while it is not.
    pub stls: bool,
    /// Passwords are taken without TLS.
    pub clear_text_login: bool,
}

/// One client's session.
pub struct Session {
    limits: Arc<Limits>,
    policy: Policy,
    state: State,
    output: Vec<u8>,
    malformed: u32,
    login_failures: u32,
    /// The rest of an overlong line is being passed over.
    skipping: bool,
    /// Begins once the output before it is sent.
    closing: bool,
}

enum State {
    /// AUTHORIZATION; the name USER gave.
    Authorization(Option<String>),
    /// AUTH PLAIN waits for its response.
    Sasl,
    /// Login was asked.
    LoggingIn,
    /// TRANSACTION.
    Transaction(Maildrop),
    /// LIST or UIDL goes out, from this message number on.
    Listing(Maildrop, Listing, usize),
    /// A message was asked for; TOP's number of lines.
    Retrieving(Maildrop, Option<u64>),
    /// A message goes out.
    Sending(Maildrop, Transfer),
    /// STLS was answered; nothing is read until TLS runs.
    StartingTls,
    /// UPDATE: removal was asked.
    Update,
    /// Nothing more is said.
    Closed,
}

/// What a listing shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listing {
    /// LIST.
    Octets,
    /// UIDL.
    UniqueIds,
}

impl Session {
    /// A new session, its greeting in the output (RFC 1939 §4).
    #[must_use]
    pub fn new(limits: Arc<Limits>, policy: Policy) -> Self {
        let mut session = Self {
            limits,
            policy,
            state: State::Authorization(None),
            output: Vec::new(),
            malformed: 0,
            login_failures: 0,
            skipping: false,
            closing: false,
        };
        session.ok("Waxseal POP3 ready");
        session
    }

    /// What is to be sent; take it all.
    pub const fn output(&mut self) -> &mut Vec<u8> {
        &mut self.output
    }

    /// Whether a client has logged in.
    #[must_use]
    pub const fn is_logged_in(&self) -> bool {
        !matches!(
            self.state,
            State::Authorization(_) | State::Sasl | State::LoggingIn | State::StartingTls
        )
    }

    /// Whether a message is being sent, which reads from wherever it is stored.
    #[must_use]
    pub const fn is_sending(&self) -> bool {
        matches!(self.state, State::Sending(..))
    }

    /// Gives the memory of an empty output back, before a wait.
    pub fn shrink(&mut self) {
        if self.output.is_empty() {
            self.output = Vec::new();
        }
    }

    /// Takes what it can from the front of `input` and says what to do next.
    pub fn step(&mut self, input: &mut BytesMut) -> Step {
        loop {
            if self.closing {
                return Step::Close;
            }
            if self.output.len() >= self.limits.output_octets_max {
                return Step::Send;
            }
            if let Some(step) = self.go_on() {
                return step;
            }
            let Some(line) = self.line(input) else {
                return if self.closing {
                    Step::Close
                } else {
                    Step::Read
                };
            };
            if let Some(step) = self.take_line(&line) {
                return step;
            }
        }
    }

    /// Writes more of a listing or message; `None` once there is none under way.
    fn go_on(&mut self) -> Option<Step> {
        match std::mem::replace(&mut self.state, State::Closed) {
            State::Listing(maildrop, listing, from) => {
                self.write_listing(maildrop, listing, from);
                Some(Step::Send).filter(|_| !matches!(self.state, State::Transaction(_)))
            }
            State::Sending(maildrop, mut transfer) => match transfer.fill(&mut self.output) {
                Ok(true) => {
                    self.state = State::Transaction(maildrop);
                    None
                }
                Ok(false) => {
                    self.state = State::Sending(maildrop, transfer);
                    Some(Step::Send)
                }
                Err(_) => Some(Step::Abort),
            },
            other @ (State::Authorization(_)
            | State::Sasl
            | State::LoggingIn
            | State::Transaction(_)
            | State::Retrieving(..)
            | State::StartingTls
            | State::Update
            | State::Closed) => {
                self.state = other;
                None
            }
        }
    }

    /// The next line without its line end. Overlong ones count as malformed and are passed over.
    fn line(&mut self, input: &mut BytesMut) -> Option<BytesMut> {
        let most = if matches!(self.state, State::Sasl) {
            self.limits.sasl_octets_max
        } else {
            self.limits.line_octets_max
        };
        loop {
            if self.closing {
                return None;
            }
            let end = memchr::memchr(b'\n', input);
            let octets = end.map_or(input.len(), |at| at + 1);
            if self.skipping {
                input.advance(octets);
                self.skipping = end.is_none();
                end?;
            } else if octets > most {
                self.skipping = true;
                if matches!(self.state, State::Sasl) {
                    self.malformed = self.limits.malformed_max;
                }
                self.malformed("the line is too long");
            } else {
                end?;
                let mut line = input.split_to(octets);
                line.truncate(octets - 1);
                if line.last() == Some(&b'\r') {
                    line.truncate(octets - 2);
                }
                return Some(line);
            }
        }
    }

    /// One command or SASL response; a step if somebody else has to act.
    fn take_line(&mut self, line: &[u8]) -> Option<Step> {
        if matches!(self.state, State::Sasl) {
            return self.sasl_response(line);
        }
        let command = match Command::parse(line) {
            Ok(command) => command,
            Err(error) => {
                self.malformed(&error.to_string());
                return None;
            }
        };
        match command {
            Command::Capa => {
                self.capabilities();
                None
            }
            Command::Quit => self.quit(),
            Command::User(user) => self.user(user),
            Command::Pass(password) => self.pass(password),
            Command::Auth(mechanism) => self.auth(mechanism),
            Command::Stls => self.stls(),
            Command::Stat
            | Command::List(_)
            | Command::Retr(_)
            | Command::Dele(_)
            | Command::Noop
            | Command::Rset
            | Command::Top(..)
            | Command::Uidl(_) => self.transaction(command),
        }
    }

    /// Takes the answer to the last question. An answer that fits none is taken for unavailable.
    pub fn answer(&mut self, answer: Answer) {
        match (std::mem::replace(&mut self.state, State::Closed), answer) {
            (State::LoggingIn, Answer::Maildrop(maildrop)) => self.log_in(maildrop),
            (State::LoggingIn, Answer::Refused(refusal)) => self.refuse_login(&refusal),
            (State::LoggingIn, _) => self.refuse_login(&Refusal::Unavailable),
            (State::Retrieving(maildrop, lines), answer) => self.retrieved(maildrop, lines, answer),
            (State::Update, Answer::Removed) => self.bye(),
            (State::Update, Answer::Refused(refusal)) => {
                self.err(&format!("{}; nothing was removed", refusal.text()));
                self.closing = true;
            }
            (state, _) => self.state = state,
        }
    }

    /// TLS runs: what the client said before is forgotten (RFC 2595 §4).
    pub fn tls_started(&mut self) {
        self.policy.tls = true;
        self.skipping = false;
        self.state = State::Authorization(None);
    }

    /// Ends the session for a reason of the server's: `-ERR [SYS/TEMP] reason`. In the middle of a
    /// message or listing nothing can be said.
    pub fn farewell(&mut self, reason: &str) {
        let silent = matches!(self.state, State::Listing(..) | State::Sending(..));
        if !silent && !self.closing {
            self.err(&format!("[SYS/TEMP] {reason}"));
        }
        self.closing = true;
        self.state = State::Closed;
    }

    /// RFC 1939 §6: without login there is nothing to update.
    fn quit(&mut self) -> Option<Step> {
        if let State::Transaction(maildrop) = &self.state {
            let deleted = maildrop.deleted();
            if !deleted.is_empty() {
                let question = Question::Remove(maildrop.mailbox(), deleted);
                self.state = State::Update;
                return Some(Step::Ask(question));
            }
        }
        self.bye();
        None
    }

    fn bye(&mut self) {
        self.ok("bye");
        self.closing = true;
    }

    /// RFC 2449 §5: what holds before and after login, and what only before.
    fn capabilities(&mut self) {
        self.ok("capabilities");
        let before_login = !self.is_logged_in();
        let mut lines = vec!["TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING"];
        if self.may_log_in() {
            lines.extend(["USER", "SASL PLAIN"]);
        }
        if before_login && self.policy.stls && !self.policy.tls {
            lines.push("STLS");
        }
        lines.extend(["EXPIRE NEVER", "IMPLEMENTATION Waxseal", "."]);
        for line in lines {
            self.output.extend_from_slice(line.as_bytes());
            self.output.extend_from_slice(b"\r\n");
        }
    }

    const fn may_log_in(&self) -> bool {
        self.policy.tls || self.policy.clear_text_login
    }

    /// Counts a line that is no command, and ends the session after too many.
    fn malformed(&mut self, why: &str) {
        self.malformed += 1;
        if self.malformed >= self.limits.malformed_max {
            self.err(&format!("{why}; too many such lines, bye"));
            self.closing = true;
        } else {
            self.err(why);
        }
    }

    fn ok(&mut self, text: &str) {
        self.reply("+OK ", text);
    }

    fn err(&mut self, text: &str) {
        self.reply("-ERR ", text);
    }

    fn reply(&mut self, indicator: &str, text: &str) {
        for piece in [indicator, text, "\r\n"] {
            self.output.extend_from_slice(piece.as_bytes());
        }
    }
}
