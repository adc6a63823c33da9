//! SELECT, EXAMINE, CLOSE and UNSELECT (RFC 9051 §6.3.2, §6.3.3, §6.4.1 and §6.4.2).

use super::list::put_name;
use super::pending::{Missing, Pending, unexpected};
use super::selection::Selected;
use super::{Session, Status};
use crate::grammar::mailbox::RawName;
use crate::question::{Answer, Question};
use crate::view::{Expunges, count, put_known_flags};
use waxseal_mail::{FLAG_KEYWORDS_MAX, FlagBits, MailboxName};
use waxseal_ports::Snapshot;

impl Session {
    pub(super) fn select(&mut self, tag: String, name: &RawName, read_only: bool, condstore: bool) {
        // A failed SELECT leaves nothing selected, so the former mailbox goes first.
        if self.selected.take().is_some() {
            self.output
                .untagged("OK [CLOSED] the former mailbox is closed");
        }
        match name.name(self.name_form()) {
            Some(name) => {
                let question = Question::Open(name.clone());
                self.ask(
                    question,
                    Pending::Select {
                        tag,
                        name,
                        read_only,
                        condstore,
                    },
                );
            }
            None => {
                let status = Status::no("[NONEXISTENT] there is no such mailbox");
                self.ask(Question::Close, Pending::Closed { tag, status });
            }
        }
    }

    pub(super) fn selected(
        &mut self,
        tag: String,
        name: MailboxName,
        (read_only, condstore): (bool, bool),
        answer: Answer,
    ) {
        let Answer::Opened(snapshot) = answer else {
            return self.tagged(&tag, &unexpected(&answer, Missing::Source));
        };
        self.condstore |= condstore;
        self.put_mailbox(&snapshot, read_only);
        self.selected = Some(Box::new(Selected {
            name,
            read_only,
            view: snapshot,
            saved: Vec::new(),
        }));
        if self.rev2 {
            self.ask(
                Question::Mailboxes,
                Pending::SelectListed { tag, read_only },
            );
        } else {
            self.tagged(&tag, &completed(read_only));
        }
    }

    /// The LIST response that IMAP4rev2 wants, then the end.
    pub(super) fn select_listed(&mut self, tag: &str, read_only: bool, answer: Answer) {
        if let (Answer::Mailboxes(mailboxes, _), Some(selected)) = (answer, &self.selected) {
            let mut flags = Vec::new();
            let found = mailboxes.iter().find(|info| info.name == selected.name);
            if let Some(info) = found {
                if info.subscribed {
                    flags.push("\\Subscribed");
                }
                flags.extend(info.special_use.map(super::list::special_use_name));
            }
            let line = format!("* LIST ({}) \"/\" ", flags.join(" "));
            self.output.put(&line);
            put_name(self.output.buffer(), &selected.name, true);
            self.output.put("\r\n");
        }
        self.tagged(tag, &completed(read_only));
    }

    /// The untagged responses of SELECT.
    fn put_mailbox(&mut self, snapshot: &Snapshot, read_only: bool) {
        put_known_flags(&mut self.output, &snapshot.keywords);
        let mut permanent = String::new();
        if !read_only {
            permanent.push_str("\\Answered \\Flagged \\Deleted \\Seen \\Draft");
            for keyword in snapshot.keywords.keywords() {
                permanent.push(' ');
                permanent.push_str(keyword.as_str());
            }
            if snapshot.keywords.keywords().len() < FLAG_KEYWORDS_MAX {
                permanent.push_str(" \\*");
            }
        }
        let out = &mut self.output;
        out.untagged(&format!(
            "OK [PERMANENTFLAGS ({permanent})] flags that are kept"
        ));
        out.untagged(&format!("{} EXISTS", snapshot.len()));
        if !self.rev2 {
            out.untagged("0 RECENT");
            let unseen = snapshot
                .iter()
                .position(|m| !m.flags.contains(FlagBits::SEEN));
            if let Some(unseen) = unseen {
                out.untagged(&format!(
                    "OK [UNSEEN {}] first unseen message",
                    count(unseen) + 1
                ));
            }
        }
        let validity = snapshot.uid_validity;
        out.untagged(&format!("OK [UIDVALIDITY {validity}] UIDs are valid"));
        out.untagged(&format!("OK [UIDNEXT {}] next UID", snapshot.uid_next));
        let modseq = snapshot.highest_modseq;
        out.untagged(&format!("OK [HIGHESTMODSEQ {modseq}] highest MODSEQ"));
    }

    pub(super) fn unselect(&mut self, tag: String) {
        self.selected = None;
        let status = Status::ok("UNSELECT completed");
        self.ask(Question::Close, Pending::Closed { tag, status });
    }

    /// CLOSE expunges without telling, where the mailbox may be written.
    pub(super) fn close(&mut self, tag: String) {
        match &self.selected {
            Some(selected) if !selected.read_only => {
                let question = Question::Expunge(selected.mailbox(), None);
                self.ask(question, Pending::CloseExpunge { tag });
            }
            _ => self.close_done(tag, Status::ok("CLOSE completed")),
        }
    }

    pub(super) fn close_expunged(&mut self, tag: String, answer: Answer) {
        if let Answer::Expunged(_) = answer {
            self.close_done(tag, Status::ok("CLOSE completed"));
        } else {
            let status = unexpected(&answer, Missing::Source);
            self.finish(tag, status, Expunges::Told);
        }
    }

    fn close_done(&mut self, tag: String, status: Status) {
        self.selected = None;
        self.ask(Question::Close, Pending::Closed { tag, status });
    }
}

fn completed(read_only: bool) -> Status {
    Status::ok(if read_only {
        "[READ-ONLY] EXAMINE completed"
    } else {
        "[READ-WRITE] SELECT completed"
    })
}
