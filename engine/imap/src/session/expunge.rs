//! EXPUNGE and UID EXPUNGE (RFC 9051 §6.4.3 and §6.4.9).

use super::pending::{Missing, Pending, unexpected};
use super::{Session, Status};
use crate::grammar::command::Numbering;
use crate::grammar::sequence_set::SequenceSet;
use crate::question::{Answer, Question};
use crate::view::Expunges;

impl Session {
    /// The tagged line for a command that writes, where the mailbox was opened by EXAMINE.
    pub(super) fn refuse_read_only(&mut self, tag: &str) -> bool {
        let refused = self
            .selected
            .as_ref()
            .is_none_or(|selected| selected.read_only);
        if refused {
            let status = Status::no("[CANNOT] the mailbox is selected read-only");
            self.finish(tag.to_owned(), status, Expunges::Told);
        }
        refused
    }

    pub(super) fn expunge(&mut self, tag: String, set: Option<&SequenceSet>) {
        if self.refuse_read_only(&tag) {
            return;
        }
        let Some(selected) = &self.selected else {
            return;
        };
        let mut uids = None;
        if let Some(set) = set {
            match selected.positions(set, Numbering::Uid) {
                Ok(positions) => uids = Some(selected.uids(&positions)),
                Err(status) => return self.tagged(&tag, &status),
            }
        }
        let question = Question::Expunge(selected.mailbox(), uids);
        self.ask(question, Pending::Expunge { tag });
    }

    pub(super) fn expunged(&mut self, tag: String, answer: Answer) {
        let status = if let Answer::Expunged(_) = answer {
            Status::ok("EXPUNGE completed")
        } else {
            unexpected(&answer, Missing::Source)
        };
        self.finish(tag, status, Expunges::Told);
    }
}
