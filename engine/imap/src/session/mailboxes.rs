//! CREATE, DELETE, RENAME, SUBSCRIBE and UNSUBSCRIBE (RFC 9051 §6.3.4 to §6.3.8).

use super::pending::Pending;
use super::{Session, Status};
use crate::grammar::mailbox::RawName;
use crate::question::Question;
use crate::view::Expunges;
use waxseal_mail::MailboxName;
use waxseal_ports::store::SpecialUse;

impl Session {
    /// The name, or the tagged line for one that no mailbox can have.
    pub(super) fn mailbox_name(&mut self, tag: &str, name: &RawName) -> Option<MailboxName> {
        let name = name.name(self.name_form());
        if name.is_none() {
            let status = Status::no("[CANNOT] no mailbox can have that name");
            self.finish(tag.to_owned(), status, Expunges::Told);
        }
        name
    }

    /// As [`Session::mailbox_name`] for a mailbox that must exist: such a name has none.
    pub(super) fn known_name(&mut self, tag: &str, name: &RawName) -> Option<MailboxName> {
        let name = name.name(self.name_form());
        if name.is_none() {
            let status = Status::no("[NONEXISTENT] there is no such mailbox");
            self.finish(tag.to_owned(), status, Expunges::Told);
        }
        name
    }

    fn ask_done(&mut self, tag: String, question: Question, done: &str) {
        let status = Status::ok(done);
        self.ask(question, Pending::Done { tag, status });
    }

    pub(super) fn create(&mut self, tag: String, name: &RawName, special: Option<SpecialUse>) {
        let Some(name) = self.mailbox_name(&tag, name) else {
            return;
        };
        if name.is_inbox() {
            let status = Status::no("[ALREADYEXISTS] INBOX exists always");
            return self.finish(tag, status, Expunges::Told);
        }
        if matches!(special, Some(SpecialUse::All | SpecialUse::Flagged)) {
            // Those are views of other mailboxes, which this server does not have (RFC 6154 §3).
            let status = Status::no("[USEATTR] no mailbox can be used for that");
            return self.finish(tag, status, Expunges::Told);
        }
        self.ask_done(tag, Question::Create(name, special), "CREATE completed");
    }

    pub(super) fn delete(&mut self, tag: String, name: &RawName) {
        let Some(name) = self.known_name(&tag, name) else {
            return;
        };
        if name.is_inbox() {
            let status = Status::no("[CANNOT] INBOX cannot be deleted");
            return self.finish(tag, status, Expunges::Told);
        }
        self.ask_done(tag, Question::Delete(name), "DELETE completed");
    }

    pub(super) fn rename(&mut self, tag: String, from: &RawName, to: &RawName) {
        let Some(from) = self.known_name(&tag, from) else {
            return;
        };
        let Some(to) = self.mailbox_name(&tag, to) else {
            return;
        };
        if to.is_inbox() {
            let status = Status::no("[ALREADYEXISTS] INBOX exists always");
            return self.finish(tag, status, Expunges::Told);
        }
        if to.is_below(&from) {
            let status = Status::no("[CANNOT] a mailbox cannot be moved below itself");
            return self.finish(tag, status, Expunges::Told);
        }
        self.ask_done(tag, Question::Rename { from, to }, "RENAME completed");
    }

    pub(super) fn subscribe(&mut self, tag: String, name: &RawName, subscribed: bool) {
        let Some(name) = self.mailbox_name(&tag, name) else {
            return;
        };
        let done = if subscribed {
            "SUBSCRIBE completed"
        } else {
            "UNSUBSCRIBE completed"
        };
        self.ask_done(tag, Question::Subscribe(name, subscribed), done);
    }
}
