//! One client's session: states, the command under way, and what happens next.

mod append;
mod authenticate;
mod dispatch;
mod expunge;
mod fetch;
mod flags;
mod idle;
mod list;
mod mailboxes;
mod matching;
mod pending;
mod render;
mod search;
mod select;
mod selection;
mod status;
mod transfer;

use crate::Limits;
use crate::capability::{Standing, capabilities};
use crate::grammar::mailbox::NameForm;
use crate::output::Output;
use crate::question::{Answer, Question, Step};
use crate::receive::{Bounds, Receiver};
use crate::view::{Expunges, FlagsForm, advance};
use append::Appending;
use fetch::Fetching;
use pending::Pending;
use selection::Selected;
use std::sync::Arc;
use waxseal_ports::{MessageParser, Snapshot};

/// What the server allows on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Whether octets are protected from the start.
    pub tls: bool,
    /// Whether STARTTLS is offered while they are not.
    pub starttls: bool,
    /// Whether passwords are taken without protection.
    pub clear_text_login: bool,
}

/// A session of IMAP. Feed it with [`Session::step`] and do what the [`Step`]s say.
pub struct Session {
    limits: Arc<Limits>,
    parser: Arc<dyn MessageParser>,
    policy: Policy,
    output: Output,
    receiver: Receiver,
    running: Running,
    question: Option<Question>,
    authenticated: bool,
    selected: Option<Box<Selected>>,
    /// IMAP4rev2 was enabled.
    rev2: bool,
    /// CONDSTORE was enabled, by name or by use (RFC 7162 §3.1).
    condstore: bool,
    /// Malformed commands since the last good one.
    bad_commands: u32,
}

/// What goes on.
enum Running {
    /// A command is awaited.
    Command,
    /// The client's answer to a SASL challenge is awaited.
    Sasl { tag: String },
    /// IDLE.
    Idle { tag: String },
    /// Messages of APPEND arrive.
    Append(Box<Appending>),
    /// Messages are rendered.
    Fetch(Box<Fetching>),
    /// A question was asked.
    Waiting(Box<Pending>),
    /// TLS is negotiated.
    StartTls,
    /// The end.
    Closing,
}

/// The last line of a command's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Status(pub(crate) String);

impl Status {
    pub(crate) fn ok(text: &str) -> Self {
        Self(format!("OK {text}"))
    }
    pub(crate) fn no(text: &str) -> Self {
        Self(format!("NO {text}"))
    }
    pub(crate) fn bad(text: &str) -> Self {
        Self(format!("BAD {text}"))
    }
}

impl Session {
    /// A session that has greeted: the greeting is in the output.
    #[must_use]
    pub fn new(limits: Arc<Limits>, parser: Arc<dyn MessageParser>, policy: Policy) -> Self {
        let mut session = Self {
            limits,
            parser,
            policy,
            output: Output::default(),
            receiver: Receiver::default(),
            running: Running::Command,
            question: None,
            authenticated: false,
            selected: None,
            rev2: false,
            condstore: false,
            bad_commands: 0,
        };
        let greeting = format!("OK [CAPABILITY {}] IMAP ready", session.capabilities());
        session.output.untagged(&greeting);
        session
    }

    /// What is to be sent. Clear it when it was.
    pub const fn output(&mut self) -> &mut Output {
        &mut self.output
    }

    /// Whether a user is logged in.
    #[must_use]
    pub const fn is_authenticated(&self) -> bool {
        self.authenticated
    }

    /// Whether a command has begun to arrive and is not complete.
    #[must_use]
    pub const fn is_receiving(&self) -> bool {
        !self.receiver.is_empty()
            || matches!(self.running, Running::Append(_) | Running::Sasl { .. })
    }

    /// Whether the next step renders messages that were read, which may take a while.
    #[must_use]
    pub fn is_rendering(&self) -> bool {
        matches!(&self.running, Running::Fetch(fetching) if fetching.has_readings())
    }

    /// Goes on as far as it can, taking octets from the front of `input`.
    pub fn step(&mut self, input: &mut &[u8]) -> Step {
        loop {
            if let Some(question) = self.question.take() {
                return Step::Ask(question);
            }
            if self.output.len() >= self.limits.output_octets {
                return Step::Send;
            }
            let step = match &self.running {
                Running::Closing => Some(Step::Close),
                Running::StartTls => Some(Step::StartTls),
                // An answer is due; without one there is nothing to do but wait.
                Running::Waiting(_) => Some(Step::Read),
                Running::Fetch(_) => self.render_some(),
                Running::Append(_) => self.append_some(input),
                Running::Command | Running::Sasl { .. } | Running::Idle { .. } => {
                    self.receive(input)
                }
            };
            if let Some(step) = step {
                return step;
            }
        }
    }

    /// Takes the answer to the last question.
    pub fn answer(&mut self, answer: Answer) {
        match std::mem::replace(&mut self.running, Running::Command) {
            Running::Waiting(pending) => self.resume(*pending, answer),
            Running::Append(appending) => self.append_answer(appending, &answer),
            other @ (Running::Command
            | Running::Sasl { .. }
            | Running::Idle { .. }
            | Running::Fetch(_)
            | Running::StartTls
            | Running::Closing) => self.running = other,
        }
    }

    /// The selected mailbox changed while the session was idle; `None` when it was deleted.
    pub fn changed(&mut self, newest: Option<Arc<Snapshot>>) {
        if matches!(self.running, Running::Idle { .. }) {
            self.catch_up(newest, Expunges::Told);
        }
    }

    /// TLS runs now: all that was known of the client is forgotten (RFC 9051 §6.2.1).
    pub fn tls_started(&mut self) {
        self.policy.tls = true;
        self.receiver.clear();
        self.running = Running::Command;
    }

    /// Says goodbye: `reason` goes to the client, the next step is [`Step::Close`].
    pub fn bye(&mut self, reason: &str) {
        self.output.untagged(&format!("BYE {reason}"));
        self.question = None;
        self.running = Running::Closing;
    }

    fn capabilities(&self) -> String {
        let login = self.policy.tls || self.policy.clear_text_login;
        capabilities(Standing {
            authenticated: self.authenticated,
            starttls: self.policy.starttls && !self.policy.tls,
            login,
            append_limit: self.limits.message_octets_max,
        })
    }

    const fn name_form(&self) -> NameForm {
        if self.rev2 {
            NameForm::Utf8
        } else {
            NameForm::ModifiedUtf7
        }
    }

    /// What may arrive of a command now.
    fn bounds(&self) -> Bounds {
        let (line, command) = if self.authenticated {
            (self.limits.line_octets_max, self.limits.command_octets_max)
        } else {
            let octets = self.limits.unauthenticated_octets_max;
            (octets, octets)
        };
        Bounds {
            line_octets_max: line,
            command_octets_max: command,
        }
    }

    fn ask(&mut self, question: Question, pending: Pending) {
        self.question = Some(question);
        self.running = Running::Waiting(Box::new(pending));
    }

    /// Writes the tagged line; the command is over.
    fn tagged(&mut self, tag: &str, status: &Status) {
        self.output.put(tag);
        self.output.put(" ");
        self.output.put(&status.0);
        self.output.put("\r\n");
        if !matches!(self.running, Running::Closing | Running::StartTls) {
            self.running = Running::Command;
        }
    }

    /// Tells what happened to the selected mailbox meanwhile, then writes the tagged line.
    fn finish(&mut self, tag: String, status: Status, expunges: Expunges) {
        if self.selected.is_none() {
            return self.tagged(&tag, &status);
        }
        let pending = Pending::Finish {
            tag,
            status,
            expunges,
        };
        self.ask(Question::Newest, pending);
    }

    /// Moves the view of the selected mailbox to its newest snapshot.
    fn catch_up(&mut self, newest: Option<Arc<Snapshot>>, expunges: Expunges) {
        let form = self.flags_form();
        let Some(selected) = &mut self.selected else {
            return;
        };
        match newest {
            Some(newest) => {
                let told = (form, None);
                advance(
                    &mut selected.view,
                    &newest,
                    expunges,
                    told,
                    &mut self.output,
                );
            }
            None => self.bye("[UNAVAILABLE] the selected mailbox was deleted"),
        }
    }

    const fn flags_form(&self) -> FlagsForm {
        FlagsForm {
            uid: self.rev2,
            modseq: self.condstore,
        }
    }
}
