//! From octets to commands, and from commands to what carries them out.

use super::{Running, Session, Status};
use crate::grammar::append::{Waiting, append_mailbox, append_message};
use crate::grammar::command::{Command, command, tag};
use crate::grammar::cursor::{Cursor, SyntaxError};
use crate::question::Step;
use crate::receive::Received;
use crate::view::Expunges;

/// The ID response (RFC 2971).
const IDENTITY: &str = "ID (\"name\" \"Waxseal\" \"vendor\" \"Waxseal\")";
/// The NAMESPACE response (RFC 9051 §7.3.4): everything is personal.
const NAMESPACES: &str = "NAMESPACE ((\"\" \"/\")) NIL NIL";

impl Session {
    /// Takes input to the end of a line and acts on it; a step where there is nothing more to take.
    pub(super) fn receive(&mut self, input: &mut &[u8]) -> Option<Step> {
        let wait = if matches!(self.running, Running::Idle { .. }) {
            Step::Idle
        } else {
            Step::Read
        };
        if input.is_empty() {
            return Some(wait);
        }
        let bounds = self.bounds();
        match self.receiver.receive(input, bounds) {
            Received::More => return Some(wait),
            Received::TooLong => self.bye("[TOOBIG] the command is too long"),
            Received::Literal(octets, waiting) if matches!(self.running, Running::Command) => {
                self.literal(octets, waiting);
            }
            Received::Literal(..) | Received::Command => {
                let line = self.receiver.take();
                self.line(&line);
                self.receiver.reuse(line);
            }
        }
        None
    }

    /// A complete command or, within one, a complete line.
    fn line(&mut self, line: &[u8]) {
        match std::mem::replace(&mut self.running, Running::Command) {
            Running::Sasl { tag } => self.sasl_response(&tag, line),
            Running::Idle { tag } => self.idle_line(tag, line),
            Running::Command
            | Running::Append(_)
            | Running::Fetch(_)
            | Running::Waiting(_)
            | Running::StartTls
            | Running::Closing => self.command_line(line),
        }
    }

    fn command_line(&mut self, line: &[u8]) {
        let limits = std::sync::Arc::clone(&self.limits);
        let mut cursor = Cursor::new(line, &limits);
        let tag = match tag(&mut cursor) {
            Ok(tag) => tag.to_owned(),
            Err(error) => return self.malformed(None, error),
        };
        match command(&mut cursor) {
            Ok(command) => self.perform(tag, command),
            Err(error) => self.malformed(Some(&tag), error),
        }
    }

    /// BAD for a command that is not understood; BYE after too many in a row.
    pub(super) fn malformed(&mut self, tag: Option<&str>, error: SyntaxError) {
        self.tagged(tag.unwrap_or("*"), &Status::bad(error.0));
        self.bad_commands += 1;
        if self.bad_commands >= self.limits.bad_commands_max {
            self.bye("[CLIENTBUG] too many malformed commands");
        }
    }

    /// A line that announces a literal: an argument, or the message of APPEND.
    fn literal(&mut self, octets: u64, waiting: Waiting) {
        let limits = std::sync::Arc::clone(&self.limits);
        let line = self.receiver.octets();
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line).to_vec();
        let mut cursor = Cursor::new(&line, &limits);
        let tag = tag(&mut cursor).map(str::to_owned);
        if let Ok(tag) = &tag
            && self.authenticated
            && cursor.eat_word("APPEND ")
        {
            let name = append_mailbox(&mut cursor);
            if let Some(name) = name.clone().transpose() {
                let begun = name.and_then(|name| Ok((name, append_message(&mut cursor)?)));
                self.receiver.clear();
                return match begun {
                    Ok((name, message)) => self.append(tag.clone(), &name, message, waiting),
                    Err(error) => self.refuse_literal(Some(tag), error, waiting),
                };
            }
        }
        let bounds = self.bounds();
        let fits = usize::try_from(octets).ok().filter(|octets_here| {
            octets <= limits.literal_octets_max
                && self.receiver.octets().len() + octets_here <= bounds.command_octets_max
        });
        match (fits, waiting) {
            (Some(octets), waiting) => {
                self.receiver.accept_literal(octets);
                if waiting == Waiting::Yes {
                    self.output.put("+ go ahead\r\n");
                }
            }
            (None, Waiting::Yes) => {
                self.receiver.clear();
                let status = Status::no("[TOOBIG] the literal is too long");
                self.tagged(tag.as_deref().unwrap_or("*"), &status);
            }
            (None, Waiting::No) => self.bye("[TOOBIG] the literal is too long"),
        }
    }

    /// A malformed command whose literal the client may be sending already.
    fn refuse_literal(&mut self, tag: Option<&str>, error: SyntaxError, waiting: Waiting) {
        self.malformed(tag, error);
        if waiting == Waiting::No && !matches!(self.running, Running::Closing) {
            self.bye("[CLIENTBUG] a literal follows a malformed command");
        }
    }

    /// Carries out a command, if it is valid in this state (RFC 9051 §3).
    fn perform(&mut self, tag: String, command: Command) {
        let needs = state_of(&command);
        let allowed = match needs {
            Needs::Nothing => true,
            Needs::NoLogin => !self.authenticated,
            Needs::Login => self.authenticated,
            Needs::Mailbox => self.selected.is_some(),
        };
        if !allowed {
            return self.malformed(Some(&tag), SyntaxError(needs.refusal()));
        }
        self.bad_commands = 0;
        match command {
            Command::Capability => {
                let line = format!("CAPABILITY {}", self.capabilities());
                self.completed(tag, Some(&line), "CAPABILITY");
            }
            Command::Noop => self.completed(tag, None, "NOOP"),
            Command::Id => self.completed(tag, Some(IDENTITY), "ID"),
            Command::Namespace => self.completed(tag, Some(NAMESPACES), "NAMESPACE"),
            Command::Check => self.completed(tag, None, "CHECK"),
            Command::Logout => {
                self.bye("see you soon");
                self.tagged(&tag, &Status::ok("LOGOUT completed"));
            }
            Command::StartTls => self.start_tls(&tag),
            Command::Login { user, password } => self.login(tag, user, password),
            Command::Authenticate { mechanism, initial } => {
                self.authenticate(tag, &mechanism, initial);
            }
            Command::Enable(names) => self.enable(tag, &names),
            Command::Select {
                name,
                read_only,
                condstore,
            } => self.select(tag, &name, read_only, condstore),
            Command::Create { name, special_use } => self.create(tag, &name, special_use),
            Command::Delete(name) => self.delete(tag, &name),
            Command::Rename { from, to } => self.rename(tag, &from, &to),
            Command::Subscribe { name, subscribed } => self.subscribe(tag, &name, subscribed),
            Command::List(list) => self.list(tag, list, false),
            Command::Lsub(list) => self.list(tag, list, true),
            Command::Status { name, items } => self.status(tag, &name, items),
            Command::Idle => self.idle(tag),
            Command::Close => self.close(tag),
            Command::Unselect => self.unselect(tag),
            Command::Expunge(set) => self.expunge(tag, set.as_ref()),
            Command::Search(search, numbering) => self.search(tag, search, numbering),
            Command::Fetch(fetch, numbering) => self.fetch(tag, fetch, numbering),
            Command::Store(store, numbering) => self.store(tag, store, numbering),
            Command::Copy {
                set,
                target,
                transfer,
                numbering,
            } => self.copy(tag, (&set, numbering), &target, transfer),
        }
    }

    /// An untagged response, if there is one, and the tagged one.
    fn completed(&mut self, tag: String, untagged: Option<&str>, name: &str) {
        if let Some(untagged) = untagged {
            self.output.untagged(untagged);
        }
        let status = Status::ok(&format!("{name} completed"));
        self.finish(tag, status, Expunges::Told);
    }
}

/// The state a command needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    NoLogin,
    Login,
    Mailbox,
}

impl Needs {
    const fn refusal(self) -> &'static str {
        match self {
            Self::Nothing => "not valid now",
            Self::NoLogin => "you are logged in already",
            Self::Login => "log in first",
            Self::Mailbox => "select a mailbox first",
        }
    }
}

const fn state_of(command: &Command) -> Needs {
    match command {
        Command::Capability | Command::Noop | Command::Logout | Command::Id => Needs::Nothing,
        Command::StartTls | Command::Authenticate { .. } | Command::Login { .. } => Needs::NoLogin,
        Command::Enable(_)
        | Command::Select { .. }
        | Command::Create { .. }
        | Command::Delete(_)
        | Command::Rename { .. }
        | Command::Subscribe { .. }
        | Command::List(_)
        | Command::Lsub(_)
        | Command::Namespace
        | Command::Status { .. }
        | Command::Idle => Needs::Login,
        Command::Close
        | Command::Unselect
        | Command::Check
        | Command::Expunge(_)
        | Command::Search(..)
        | Command::Fetch(..)
        | Command::Store(..)
        | Command::Copy { .. } => Needs::Mailbox,
    }
}
