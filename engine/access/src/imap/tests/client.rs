//! A client and its session in one thread.

use crate::Ports;
use crate::imap::desk::Desk;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use waxseal_imap::{Answer, Limits, Login, Policy, Question, Session, Step};
use waxseal_mail::{AccountId, Flag, MailboxName, Timestamp};
use waxseal_ports::filter::NoFilter;
use waxseal_ports::mailbox_events::NoMailboxEvents;
use waxseal_ports::memory::Memory;
use waxseal_ports::store::NewAppend;
use waxseal_ports::{Directory, MessageParser, Store};

/// The in-memory ports never wait.
pub(super) fn now<F: Future>(future: F) -> F::Output {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the in-memory store waited"),
    }
}

pub(super) struct World {
    pub(super) memory: Arc<Memory>,
    pub(super) ports: Ports,
}

impl World {
    pub(super) fn new() -> Self {
        let memory = Arc::new(Memory::example());
        let ports = Ports {
            directory: Arc::clone(&memory) as _,
            store: Arc::clone(&memory) as _,
            spool: Arc::clone(&memory) as _,
            parser: Arc::new(waxseal_mime::Parser::default()),
            filter: Arc::new(NoFilter),
            events: Arc::new(NoMailboxEvents),
            clock: Arc::clone(memory.clock()) as _,
        };
        Self { memory, ports }
    }

    pub(super) fn alice(&self) -> AccountId {
        let found = self.memory.authenticate("alice@example.test", "secret1");
        now(found).unwrap().unwrap().id
    }

    /// Appends message number `n` to a mailbox of alice.
    pub(super) fn append(&self, mailbox: &str, n: u32, flags: Vec<Flag>) {
        let text = format!(
            "From: Ann <ann@example.test>\r\nTo: alice@example.test\r\nSubject: message {n}\r\n\
             Date: Tue, 24 Nov 2026 05:29:34 +0000\r\nMessage-ID: <{n}@example.test>\r\n\r\n\
             body {n}\r\n"
        );
        let message = bytes::Bytes::from(text);
        let index = self.ports.parser.index(&message).unwrap();
        let append = NewAppend {
            message: Arc::new(message),
            index: Arc::new(index),
            flags,
            internal_date: Timestamp::utc(1_795_498_174),
        };
        let name = MailboxName::new(mailbox).unwrap();
        now(self.memory.append(self.alice(), &name, vec![append])).unwrap();
    }

    pub(super) fn connect(&self, policy: Policy) -> Client {
        self.connect_limited(policy, Limits::default())
    }

    pub(super) fn connect_limited(&self, policy: Policy, limits: Limits) -> Client {
        let parser: Arc<dyn MessageParser> = Arc::clone(&self.ports.parser);
        Client {
            session: Session::new(Arc::new(limits), parser, policy),
            desk: Desk::new(self.ports.clone()),
            input: Vec::new(),
            output: Vec::new(),
            closed: false,
        }
    }
}

pub(super) const UNDER_TLS: Policy = Policy {
    tls: true,
    starttls: false,
    clear_text_login: false,
};

pub(super) struct Client {
    session: Session,
    desk: Desk,
    input: Vec<u8>,
    output: Vec<u8>,
    pub(super) closed: bool,
}

impl Client {
    /// Sends octets and lets the session go as far as it can.
    pub(super) fn send(&mut self, octets: &[u8]) {
        self.input.extend_from_slice(octets);
        self.run();
    }

    /// What came back since the last call.
    pub(super) fn received(&mut self) -> Vec<u8> {
        self.run();
        std::mem::take(&mut self.output)
    }

    /// One command and what came back, as text.
    pub(super) fn command(&mut self, line: &str) -> String {
        self.send(line.as_bytes());
        self.send(b"\r\n");
        String::from_utf8_lossy(&self.received()).into_owned()
    }

    fn run(&mut self) {
        while !self.closed {
            let mut rest = &self.input[..];
            let step = self.session.step(&mut rest);
            let taken = self.input.len() - rest.len();
            self.input.drain(..taken);
            match step {
                Step::Read => {
                    self.flush();
                    if self.input.is_empty() {
                        return;
                    }
                }
                Step::Send => self.flush(),
                Step::Idle => {
                    let newest = self.desk.selected.is_some().then(|| self.desk.newest());
                    if let Some(newest) = newest {
                        self.session.changed(newest);
                    }
                    let quiet = self.session.output().is_empty();
                    self.flush();
                    if quiet && self.input.is_empty() {
                        return;
                    }
                }
                Step::Spool(octets) => {
                    let failed = self.desk.spool(&self.input[..octets]);
                    self.input.drain(..octets);
                    self.session.spooled(octets);
                    if let Some(failed) = failed {
                        self.session.answer(failed);
                    }
                }
                Step::Ask(question) => {
                    let answer = self.answer(question);
                    self.session.answer(answer);
                }
                Step::StartTls => {
                    self.flush();
                    self.input.clear();
                    self.session.tls_started();
                }
                Step::Close => {
                    self.flush();
                    self.closed = true;
                }
            }
        }
    }

    fn answer(&mut self, question: Question) -> Answer {
        let Question::Login { user, password, .. } = question else {
            return now(self.desk.ask(question));
        };
        let found = now(self.desk.ports.directory.authenticate(&user, &password)).unwrap();
        let login = match found {
            Some(account) => {
                self.desk.account = Some(account);
                Login::Accepted
            }
            None => Login::Wrong,
        };
        Answer::Login(login)
    }

    fn flush(&mut self) {
        let output = self.session.output();
        let mut sent = 0;
        for piece in output.pieces() {
            self.output
                .extend_from_slice(&output.octets()[sent..piece.at]);
            let octets =
                waxseal_ports::read_at::read_range(&*piece.message, piece.start, piece.octets);
            self.output.extend_from_slice(&octets.unwrap());
            sent = piece.at;
        }
        self.output.extend_from_slice(&output.octets()[sent..]);
        output.clear();
    }
}
