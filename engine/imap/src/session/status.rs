//! STATUS (RFC 9051 §6.3.11, RFC 8438, RFC 7889).

use super::list::put_name;
use super::pending::{Missing, Pending, unexpected};
use super::{Session, Status};
use crate::grammar::list::StatusItem;
use crate::grammar::mailbox::RawName;
use crate::question::{Answer, Question};
use crate::view::Expunges;
use waxseal_mail::{FlagBits, MailboxName};
use waxseal_ports::Snapshot;

impl Session {
    pub(super) fn status(&mut self, tag: String, name: &RawName, items: Vec<StatusItem>) {
        let Some(name) = self.known_name(&tag, name) else {
            return;
        };
        self.condstore |= items.contains(&StatusItem::HighestModSeq);
        let question = Question::Glance(vec![name.clone()]);
        self.ask(question, Pending::Status { tag, name, items });
    }

    pub(super) fn glanced(
        &mut self,
        tag: String,
        name: &MailboxName,
        items: &[StatusItem],
        answer: Answer,
    ) {
        let Answer::Glanced(snapshots) = answer else {
            let status = unexpected(&answer, Missing::Source);
            return self.finish(tag, status, Expunges::Told);
        };
        let status = match snapshots.into_iter().next().flatten() {
            Some(snapshot) => {
                self.put_status(name, items, &snapshot);
                Status::ok("STATUS completed")
            }
            None => Status::no("[NONEXISTENT] there is no such mailbox"),
        };
        self.finish(tag, status, Expunges::Told);
    }

    /// `* STATUS name (…)`
    pub(super) fn put_status(
        &mut self,
        name: &MailboxName,
        items: &[StatusItem],
        snapshot: &Snapshot,
    ) {
        let without = |bits| snapshot.iter().filter(|m| !m.flags.contains(bits)).count();
        let values = items.iter().map(|item| match item {
            StatusItem::Messages => format!("MESSAGES {}", snapshot.len()),
            StatusItem::Recent => "RECENT 0".to_owned(),
            StatusItem::UidNext => format!("UIDNEXT {}", snapshot.uid_next),
            StatusItem::UidValidity => format!("UIDVALIDITY {}", snapshot.uid_validity),
            StatusItem::Unseen => format!("UNSEEN {}", without(FlagBits::SEEN)),
            StatusItem::Deleted => {
                let deleted = snapshot.len() - without(FlagBits::DELETED);
                format!("DELETED {deleted}")
            }
            StatusItem::Size => {
                let size: u64 = snapshot.iter().map(|m| u64::from(m.size)).sum();
                format!("SIZE {size}")
            }
            StatusItem::HighestModSeq => format!("HIGHESTMODSEQ {}", snapshot.highest_modseq),
            StatusItem::AppendLimit => {
                format!("APPENDLIMIT {}", self.limits.message_octets_max)
            }
        });
        let values = values.collect::<Vec<_>>().join(" ");
        self.output.put("* STATUS ");
        put_name(self.output.buffer(), name, self.rev2);
        self.output.put(&format!(" ({values})\r\n"));
    }
}
