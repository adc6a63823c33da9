//! The TRANSACTION state (RFC 1939 §5 and §7).

use super::{Listing, Session, State};
use crate::command::Command;
use crate::transfer::Transfer;
use crate::{Answer, Maildrop, Question, Refusal, Step};
use std::num::NonZeroU32;

const NO_SUCH_MESSAGE: &str = "no such message";

impl Session {
    /// The commands that need a maildrop.
    pub(super) fn transaction(&mut self, command: Command) -> Option<Step> {
        let State::Transaction(mut maildrop) =
            std::mem::replace(&mut self.state, State::Authorization(None))
        else {
            self.err("log in first");
            return None;
        };
        match command {
            Command::Retr(number) => return self.retrieve(maildrop, number, None),
            Command::Top(number, lines) => return self.retrieve(maildrop, number, Some(lines)),
            Command::List(None) => {
                let (messages, octets) = maildrop.totals();
                self.ok(&format!("{messages} messages ({octets} octets)"));
                self.state = State::Listing(maildrop, Listing::Octets, 1);
                return None;
            }
            Command::Uidl(None) => {
                self.ok("unique-ids follow");
                self.state = State::Listing(maildrop, Listing::UniqueIds, 1);
                return None;
            }
            Command::List(Some(number)) => {
                let line = maildrop
                    .get(number)
                    .map(|entry| format!("{number} {}", entry.octets));
                self.ok_or_no_such(line);
            }
            Command::Uidl(Some(number)) => {
                let line = maildrop
                    .get(number)
                    .map(|entry| format!("{number} {}", maildrop.unique_id(entry)));
                self.ok_or_no_such(line);
            }
            Command::Stat => {
                let (messages, octets) = maildrop.totals();
                self.ok(&format!("{messages} {octets}"));
            }
            Command::Dele(number) => {
                let deleted = maildrop.delete(number);
                self.ok_or_no_such(deleted.then(|| format!("message {number} deleted")));
            }
            Command::Rset => {
                maildrop.reset();
                let (messages, octets) = maildrop.totals();
                self.ok(&format!(
                    "maildrop has {messages} messages ({octets} octets)"
                ));
            }
            Command::Noop => self.ok("still here"),
            Command::Auth(_)
            | Command::Capa
            | Command::Pass(_)
            | Command::Quit
            | Command::Stls
            | Command::User(_) => self.err("not now"),
        }
        self.state = State::Transaction(maildrop);
        None
    }

    fn ok_or_no_such(&mut self, line: Option<String>) {
        match line {
            Some(line) => self.ok(&line),
            None => self.err(NO_SUCH_MESSAGE),
        }
    }

    fn retrieve(
        &mut self,
        maildrop: Maildrop,
        number: NonZeroU32,
        lines: Option<u64>,
    ) -> Option<Step> {
        let Some(uid) = maildrop.get(number).map(|entry| entry.uid) else {
            self.err(NO_SUCH_MESSAGE);
            self.state = State::Transaction(maildrop);
            return None;
        };
        let question = Question::Retrieve(maildrop.mailbox(), uid);
        self.state = State::Retrieving(maildrop, lines);
        Some(Step::Ask(question))
    }

    pub(super) fn retrieved(&mut self, maildrop: Maildrop, lines: Option<u64>, answer: Answer) {
        match answer {
            Answer::Message(Some(message)) => {
                match lines {
                    Some(_) => self.ok("top of the message follows"),
                    None => self.ok(&format!("{} octets", message.octets())),
                }
                self.state = State::Sending(maildrop, Transfer::new(message, lines));
                return;
            }
            Answer::Message(None) => self.err("the message is gone"),
            Answer::Refused(refusal) => self.err(&refusal.text()),
            Answer::Maildrop(_) | Answer::Removed => self.err(&Refusal::Unavailable.text()),
        }
        self.state = State::Transaction(maildrop);
    }

    /// Writes lines until the output is full or the listing done.
    pub(super) fn write_listing(&mut self, maildrop: Maildrop, listing: Listing, from: usize) {
        let mut rest = None;
        for (number, entry) in maildrop.list(from) {
            if self.output.len() >= self.limits.output_octets_max {
                rest = Some(number);
                break;
            }
            let line = match listing {
                Listing::Octets => format!("{number} {}\r\n", entry.octets),
                Listing::UniqueIds => format!("{number} {}\r\n", maildrop.unique_id(entry)),
            };
            self.output.extend_from_slice(line.as_bytes());
        }
        self.state = if let Some(number) = rest {
            State::Listing(maildrop, listing, number)
        } else {
            self.output.extend_from_slice(b".\r\n");
            State::Transaction(maildrop)
        };
    }
}
