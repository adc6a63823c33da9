//! COPY and MOVE (RFC 9051 §6.4.7 and §6.4.8).

use super::pending::{Missing, Pending, unexpected};
use super::{Session, Status};
use crate::grammar::command::Numbering;
use crate::grammar::mailbox::RawName;
use crate::grammar::sequence_set::SequenceSet;
use crate::output::uid_set;
use crate::question::{Answer, Question};
use crate::view::Expunges;
use waxseal_ports::store::Transfer;

impl Session {
    pub(super) fn copy(
        &mut self,
        tag: String,
        (set, numbering): (&SequenceSet, Numbering),
        target: &RawName,
        transfer: Transfer,
    ) {
        if transfer == Transfer::Move && self.refuse_read_only(&tag) {
            return;
        }
        let Some(target) = self.mailbox_name(&tag, target) else {
            return;
        };
        let positions = match self.positions(set, numbering) {
            Ok(positions) => positions,
            Err(status) => return self.tagged(&tag, &status),
        };
        let Some(selected) = &self.selected else {
            return;
        };
        let uids = selected.uids(&positions);
        if uids.is_empty() {
            let status = Status::ok("nothing to copy");
            return self.finish(tag, status, Expunges::Told);
        }
        let question = Question::Copy {
            mailbox: selected.mailbox(),
            uids,
            target,
            transfer,
        };
        self.ask(question, Pending::Copy { tag, transfer });
    }

    pub(super) fn copied(&mut self, tag: String, transfer: Transfer, answer: Answer) {
        let Answer::Copied(copied) = answer else {
            let status = unexpected(&answer, Missing::Target);
            return self.finish(tag, status, Expunges::Told);
        };
        if copied.pairs.is_empty() {
            let status = Status::no("[EXPUNGEISSUED] the messages are gone");
            return self.finish(tag, status, Expunges::Told);
        }
        let code = format!(
            "[COPYUID {} {} {}]",
            copied.uid_validity,
            uid_set(copied.pairs.iter().map(|(from, _)| *from)),
            uid_set(copied.pairs.iter().map(|(_, to)| *to)),
        );
        let status = match transfer {
            Transfer::Copy => Status::ok(&format!("{code} COPY completed")),
            Transfer::Move => {
                // Before the EXPUNGE responses, so that the client knows where they went.
                self.output.untagged(&format!("OK {code} moved"));
                Status::ok("MOVE completed")
            }
        };
        self.finish(tag, status, Expunges::Told);
    }
}
