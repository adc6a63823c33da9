//! APPEND (RFC 9051 §6.3.12), with several messages (RFC 3502); their octets go to the spool as they
//! come.

use super::pending::{Missing, Pending, refusal, unexpected};
use super::{Running, Session, Status};
use crate::grammar::append::{AppendMessage, Waiting, append_message};
use crate::grammar::cursor::{Cursor, SyntaxError};
use crate::grammar::mailbox::RawName;
use crate::output::uid_set;
use crate::question::{Answer, AppendOptions, Question, Step};
use crate::receive::Received;
use crate::view::Expunges;
use waxseal_mail::MailboxName;

/// An APPEND under way.
pub(super) struct Appending {
    tag: String,
    /// `None` where no mailbox can have the name; then nothing is kept.
    name: Option<MailboxName>,
    messages: Vec<AppendOptions>,
    phase: Phase,
    /// Why it will fail; octets are thrown away from then on.
    failed: Option<Status>,
}

/// What arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Octets of a message: so many are left.
    Octets(u64),
    /// The spool ends a message.
    Ending,
    /// The line behind a message: its end, or the next message.
    Line,
}

impl Session {
    /// The first message is announced.
    pub(super) fn append(
        &mut self,
        tag: String,
        name: &RawName,
        message: AppendMessage,
        waiting: Waiting,
    ) {
        let name = name.name(self.name_form());
        if name.is_none() && waiting == Waiting::Yes {
            let status = Status::no("[NONEXISTENT] no mailbox can have that name");
            return self.finish(tag, status, Expunges::Told);
        }
        let appending = Appending {
            tag,
            name,
            messages: Vec::new(),
            phase: Phase::Line,
            failed: None,
        };
        self.announced(Box::new(appending), message, waiting);
    }

    /// A message is announced: the limit comes before the literal.
    fn announced(
        &mut self,
        mut appending: Box<Appending>,
        message: AppendMessage,
        waiting: Waiting,
    ) {
        let refused = if message.octets > self.limits.message_octets_max {
            Some("[TOOBIG] the message is too long")
        } else if appending.messages.len() >= self.limits.append_messages_max {
            Some("[LIMIT] too many messages in one APPEND")
        } else {
            None
        };
        match (refused, waiting) {
            (Some(text), Waiting::Yes) => return self.append_failed(*appending, Status::no(text)),
            // The octets follow whether we like it or not; there is no good in reading them.
            (Some(text), Waiting::No) => return self.bye(text),
            (None, Waiting::Yes) => self.output.put("+ go ahead\r\n"),
            (None, Waiting::No) => {}
        }
        if message.octets == 0 {
            // RFC 3502 §4: a message of no octets ends the whole.
            appending.failed = Some(Status::no("[CANNOT] a message has no octets"));
        }
        appending.messages.push(AppendOptions {
            flags: message.flags,
            internal_date: message.internal_date,
        });
        appending.phase = Phase::Octets(message.octets);
        self.running = Running::Append(appending);
    }

    /// Takes octets of a message or the line behind it.
    pub(super) fn append_some(&mut self, input: &mut &[u8]) -> Option<Step> {
        let Running::Append(appending) = &mut self.running else {
            return None;
        };
        match appending.phase {
            Phase::Octets(0) if appending.failed.is_some() || appending.name.is_none() => {
                appending.phase = Phase::Line;
                None
            }
            Phase::Octets(0) => {
                appending.phase = Phase::Ending;
                Some(Step::Ask(Question::Spooled))
            }
            Phase::Octets(left) => {
                let here = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
                if here == 0 {
                    return Some(Step::Read);
                }
                if appending.failed.is_none() && appending.name.is_some() {
                    return Some(Step::Spool(here));
                }
                let (_, rest) = input.split_at(here);
                *input = rest;
                appending.phase = Phase::Octets(left - u64::try_from(here).unwrap_or(left));
                None
            }
            Phase::Ending => Some(Step::Read),
            Phase::Line => self.append_line(input),
        }
    }

    /// The driver has spooled `octets` octets.
    pub fn spooled(&mut self, octets: usize) {
        if let Running::Append(appending) = &mut self.running
            && let Phase::Octets(left) = &mut appending.phase
        {
            *left = left.saturating_sub(u64::try_from(octets).unwrap_or(u64::MAX));
        }
    }

    /// The spool has answered.
    pub(super) fn append_answer(&mut self, mut appending: Box<Appending>, answer: &Answer) {
        if let Answer::Failed(error) = answer {
            appending.failed = Some(refusal(error, Missing::Target));
        }
        if appending.phase == Phase::Ending {
            appending.phase = Phase::Line;
        }
        self.running = Running::Append(appending);
    }

    fn append_line(&mut self, input: &mut &[u8]) -> Option<Step> {
        if input.is_empty() {
            return Some(Step::Read);
        }
        let bounds = self.bounds();
        let received = self.receiver.receive(input, bounds);
        if received == Received::More {
            return Some(Step::Read);
        }
        let Running::Append(appending) = std::mem::replace(&mut self.running, Running::Command)
        else {
            return None;
        };
        let line = self.receiver.take();
        match received {
            Received::Command if line.trim_ascii().is_empty() => self.append_end(*appending),
            Received::Command | Received::More => {
                self.append_malformed(
                    *appending,
                    "unexpected text after the message",
                    Waiting::Yes,
                );
            }
            Received::TooLong => self.bye("[TOOBIG] the command is too long"),
            Received::Literal(_, waiting) => self.append_next(appending, &line, waiting),
        }
        self.receiver.reuse(line);
        None
    }

    /// `SP append-message` behind a message (RFC 3502 §6.3.11).
    fn append_next(&mut self, appending: Box<Appending>, line: &[u8], waiting: Waiting) {
        let limits = std::sync::Arc::clone(&self.limits);
        let line = line.trim_ascii_end();
        let mut cursor = Cursor::new(line, &limits);
        let next = cursor.space().and_then(|()| append_message(&mut cursor));
        match next {
            Ok(message) => self.announced(appending, message, waiting),
            Err(error) => self.append_malformed(*appending, error.0, waiting),
        }
    }

    fn append_malformed(&mut self, appending: Appending, text: &'static str, waiting: Waiting) {
        self.malformed(Some(&appending.tag), SyntaxError(text));
        if matches!(self.running, Running::Closing) {
            return;
        }
        if waiting == Waiting::No {
            return self.bye("[CLIENTBUG] a literal follows a malformed command");
        }
        let question = Question::Unspool;
        self.question = Some(question);
        self.running = Running::Waiting(Box::new(Pending::Unspooled));
    }

    fn append_end(&mut self, appending: Appending) {
        if let Some(status) = appending.failed.clone() {
            return self.append_failed(appending, status);
        }
        match appending.name {
            Some(name) => {
                let tag = appending.tag;
                let question = Question::Append(name, appending.messages);
                self.ask(question, Pending::Append { tag });
            }
            None => {
                let status = Status::no("[NONEXISTENT] no mailbox can have that name");
                self.append_failed(appending, status);
            }
        }
    }

    fn append_failed(&mut self, appending: Appending, status: Status) {
        let tag = appending.tag;
        self.ask(Question::Unspool, Pending::AppendFailed { tag, status });
    }

    pub(super) fn appended(&mut self, tag: String, answer: Answer) {
        let status = if let Answer::Appended(appended) = answer {
            let uids = uid_set(appended.uids);
            let validity = appended.uid_validity;
            Status::ok(&format!("[APPENDUID {validity} {uids}] APPEND completed"))
        } else {
            unexpected(&answer, Missing::Target)
        };
        self.finish(tag, status, Expunges::Told);
    }
}
