//! A whole message: told to the milter piece by piece, and changed as it says.

use super::edits::{Bounds, Edits, Made};
use super::facts::Path;
use super::failure::CallFailure;
use super::link::{Link, Wait};
use super::said::Said;
use super::session::{MilterSession, Outcome, Telling, hear};
use super::stage::Stage;
use crate::wire::{CHUNK_OCTETS_MAX, Command, Response, Steps};
use bytes::Bytes;
use std::sync::Arc;
use waxseal_mail::{Envelope, HeaderField};
use waxseal_ports::filter::Verdict;
use waxseal_ports::read_at::read_range;
use waxseal_ports::{Draft, ReadAt};

/// Octets of body that are read from the spool at once.
const READ_OCTETS: u64 = 16 * 65_535;

impl MilterSession {
    /// Tells the message and makes the changes that the milter answers with.
    pub(super) async fn content(
        &mut self,
        envelope: &mut Envelope,
        draft: &mut Draft,
    ) -> Result<Outcome, CallFailure> {
        let mut said = self.recipients_left_out(envelope).await?;
        if said == Said::Continue {
            said = self.start().await?;
        }
        if said == Said::Continue {
            said = self.header_section(draft).await?;
        }
        if said == Said::Continue {
            said = self.body(&draft.body).await?;
        }
        if said != Said::Continue {
            self.heed(Stage::Message, &said);
            return Ok(Outcome::of(&said));
        }
        self.end_of_message(envelope, draft).await
    }

    /// Recipients the milter did not hear of when they were given: those that a former filter accepted
    /// or added. It is too late to refuse one of them; where it refuses all, it refuses the message.
    async fn recipients_left_out(&mut self, envelope: &Envelope) -> Result<Said, CallFailure> {
        let mut refusal = None;
        for recipient in &envelope.recipients {
            let address = recipient.forward_path.to_string();
            if self.told.recipients.contains(&address) {
                continue;
            }
            self.facts.recipient = Some(Path::new(address, &[]));
            match self.tell_recipient().await? {
                Said::Continue | Said::Skip => {}
                refused @ Said::Refuse(_) => refusal = Some(refused),
                said @ (Said::Accept | Said::Discard) => return Ok(said),
            }
        }
        Ok(refusal
            .filter(|_| !self.told.has_recipient)
            .unwrap_or(Said::Continue))
    }

    async fn start(&mut self) -> Result<Said, CallFailure> {
        let version = self.link.as_ref().map_or(0, |link| link.terms.version);
        if version < 4 {
            return Ok(Said::Continue);
        }
        let telling = Telling {
            command: Command::Data,
            left_out: Steps::NO_DATA,
            unanswered: Steps::DATA_UNANSWERED,
        };
        self.tell(telling, Stage::Message).await
    }

    async fn header_section(&mut self, draft: &Draft) -> Result<Said, CallFailure> {
        let steps = self.link.as_ref().ok_or(CallFailure::Closed)?.terms.steps;
        let leading_space = steps.contains(Steps::LEADING_SPACE);
        let fields = draft.header.fields().iter();
        for field in fields.filter(|field| !field.name().is_empty()) {
            let telling = Telling {
                command: header_command(field, leading_space),
                left_out: Steps::NO_HEADERS,
                unanswered: Steps::HEADERS_UNANSWERED,
            };
            match self.tell(telling, Stage::Message).await? {
                Said::Continue => {}
                Said::Skip => break,
                said @ (Said::Accept | Said::Discard | Said::Refuse(_)) => return Ok(said),
            }
        }
        let telling = Telling {
            command: Command::EndOfHeaders,
            left_out: Steps::NO_END_OF_HEADERS,
            unanswered: Steps::END_OF_HEADERS_UNANSWERED,
        };
        let said = self.tell(telling, Stage::Message).await?;
        Ok(if said == Said::Skip {
            Said::Continue
        } else {
            said
        })
    }

    async fn body(&mut self, body: &Arc<dyn ReadAt>) -> Result<Said, CallFailure> {
        let link = self.link.as_ref().ok_or(CallFailure::Closed)?;
        if link.terms.steps.contains(Steps::NO_BODY) {
            return Ok(Said::Continue);
        }
        let mut offset = 0;
        while offset < body.octets() {
            let mut piece = read(body, offset).await?;
            if piece.is_empty() {
                return Err(CallFailure::Spool("the body is cut short".to_owned()));
            }
            offset += piece.octets();
            while !piece.is_empty() {
                let chunk = piece.split_to(piece.len().min(CHUNK_OCTETS_MAX));
                let telling = Telling {
                    command: Command::Body(chunk),
                    left_out: Steps::NO_BODY,
                    unanswered: Steps::BODY_UNANSWERED,
                };
                match self.tell(telling, Stage::Message).await? {
                    Said::Continue => {}
                    Said::Skip => return Ok(Said::Continue),
                    said @ (Said::Accept | Said::Discard | Said::Refuse(_)) => return Ok(said),
                }
            }
        }
        Ok(Said::Continue)
    }

    /// The end, and the changes that come before its answer.
    async fn end_of_message(
        &mut self,
        envelope: &mut Envelope,
        draft: &mut Draft,
    ) -> Result<Outcome, CallFailure> {
        let wait = self.shared.message_wait();
        let spool = self.shared.spool.clone();
        let limits = &self.shared.config.limits;
        let bounds = Bounds {
            changes_max: limits.changes_max,
            body_bytes_max: limits.body_bytes_max,
        };
        let link = self.link.as_mut().ok_or(CallFailure::Closed)?;
        let macros = self.facts.macros(b'E', &link.terms.macros);
        let command = Command::Macros { kind: b'E', macros };
        link.say(&command, wait).await?;
        link.say(&Command::EndOfMessage(Bytes::new()), wait).await?;
        let actions = link.terms.actions;
        let mut edits = Edits::new(&*spool, bounds, actions, (&*envelope, &*draft));
        let said = changes(link, wait, &mut edits).await?;
        // The milter's transaction is over with its answer, whatever that is.
        self.told.mail = false;
        self.heed(Stage::Message, &said);
        let mut outcome = Outcome::of(&said);
        if outcome.verdict == Verdict::Next {
            let made = edits.finish(envelope, draft)?;
            outcome.take(made);
        }
        Ok(outcome)
    }
}

/// Gathers changes until the answer.
async fn changes(link: &mut Link, wait: Wait, edits: &mut Edits<'_>) -> Result<Said, CallFailure> {
    loop {
        let response = hear(link, wait).await?;
        let Response::Change(change) = response else {
            return Said::from_response(&response, Stage::Message);
        };
        edits.make(change)?;
    }
}

impl Outcome {
    fn take(&mut self, made: Made) {
        if made.changes > 0 {
            self.notes.push_str(&format!("; {} changes", made.changes));
        }
        if let Some(why) = made.quarantine {
            self.verdict = Verdict::Hold(why);
        }
        self.added = made.added;
    }
}

/// A part of the body; read away from the reactor where it does not lie in memory.
async fn read(body: &Arc<dyn ReadAt>, offset: u64) -> Result<Bytes, CallFailure> {
    let failed = |error: std::io::Error| CallFailure::Spool(error.to_string());
    if body.as_bytes().is_some() {
        return read_range(&**body, offset, READ_OCTETS).map_err(failed);
    }
    let body = body.clone();
    let read = tokio::task::spawn_blocking(move || read_range(&*body, offset, READ_OCTETS)).await;
    read.map_err(|error| CallFailure::Spool(error.to_string()))?
        .map_err(failed)
}

/// A field as milters hear it: folds as LF, without the space after the colon where the milter does
/// not ask for it, cut to what a packet holds everywhere.
fn header_command(field: &HeaderField, leading_space: bool) -> Command {
    let value = field.value();
    let value = match value.strip_prefix(b" ") {
        Some(rest) if !leading_space => rest,
        _ => value,
    };
    let room = CHUNK_OCTETS_MAX.saturating_sub(field.name().len() + 2);
    let mut wire = Vec::with_capacity(value.len());
    let mut octets = value.iter().peekable();
    while let Some(octet) = octets.next() {
        let ends_line = *octet == b'\r' && octets.peek() == Some(&&b'\n');
        if !ends_line {
            wire.push(*octet);
        }
    }
    wire.truncate(room);
    Command::Header {
        name: Bytes::copy_from_slice(field.name()),
        value: wire.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_mail::HeaderSection;

    #[track_caller]
    fn check(field: &'static str, leading_space: bool, expected: &str) {
        let (section, _) = HeaderSection::split(&Bytes::from_static(field.as_bytes()));
        let Command::Header { value, .. } = header_command(&section.fields()[0], leading_space)
        else {
            panic!("not a header");
        };
        assert_eq!(value, expected.as_bytes());
    }

    #[test]
    fn fields_as_milters_hear_them() {
        check("Subject: a\r\n b\r\n", false, "a\n b");
        check("Subject: a\r\n b\r\n", true, " a\n b");
        check("Subject:  a\r\n", false, " a");
        check("Subject:a\r\n", true, "a");
        check("Subject:\r\n\ta\r\n", true, "\n\ta");
        check("Subject: a\rb\r\n", false, "a\rb");
    }

    #[test]
    fn long_fields_are_cut_to_a_packet() {
        let text = Bytes::from(format!("X: {}\r\n", "y".repeat(70_000)));
        let (section, _) = HeaderSection::split(&text);
        let mut wire = bytes::BytesMut::new();
        header_command(&section.fields()[0], false).put(&mut wire);
        assert_eq!(wire.len(), CHUNK_OCTETS_MAX + 5);
    }
}
