//! STORE (RFC 9051 §6.4.6, RFC 7162 §3.1.3).

use super::pending::{Missing, Pending, unexpected};
use super::{Session, Status};
use crate::grammar::command::Numbering;
use crate::grammar::store::Store;
use crate::output::{put_set, uid_set};
use crate::question::{Answer, Question};
use crate::view::{Expected, Expunges, FlagsForm, advance, put_flags_fetch};
use waxseal_mail::{ModSeq, Uid};
use waxseal_ports::store::{FlagChange, FlagsChanged};

/// A STORE under way.
pub(super) struct Storing {
    store: Store,
    numbering: Numbering,
    /// Ascending.
    uids: Vec<Uid>,
}

impl Storing {
    fn expunges(&self) -> Expunges {
        match self.numbering {
            Numbering::Seq => Expunges::Withheld,
            Numbering::Uid => Expunges::Told,
        }
    }
}

impl Session {
    pub(super) fn store(&mut self, tag: String, store: Store, numbering: Numbering) {
        let positions = match self.positions(&store.set, numbering) {
            Ok(positions) => positions,
            Err(status) => return self.tagged(&tag, &status),
        };
        if self.refuse_read_only(&tag) {
            return;
        }
        let Some(selected) = &self.selected else {
            return;
        };
        self.condstore |= store.unchanged_since.is_some();
        let uids = selected.uids(&positions);
        let change = FlagChange {
            uids: uids.clone(),
            mode: store.mode,
            flags: store.flags.clone(),
            unchanged_since: store.unchanged_since.map(ModSeq),
        };
        let question = Question::ChangeFlags(selected.mailbox(), change);
        let store = Storing {
            store,
            numbering,
            uids,
        };
        self.ask(question, Pending::Store { tag, store });
    }

    pub(super) fn stored(&mut self, tag: String, mut store: Storing, answer: Answer) {
        let Answer::FlagsChanged(changed) = answer else {
            let status = unexpected(&answer, Missing::Source);
            return self.finish(tag, status, store.expunges());
        };
        let status = self.store_status(&store, &changed);
        store
            .uids
            .retain(|uid| changed.modified.binary_search(uid).is_err());
        self.ask(
            Question::Newest,
            Pending::StoreNewest { tag, status, store },
        );
    }

    fn store_status(&self, store: &Storing, changed: &FlagsChanged) -> Status {
        if !changed.modified.is_empty() {
            let set = match (store.numbering, &self.selected) {
                (Numbering::Seq, Some(selected)) => {
                    let places = changed
                        .modified
                        .iter()
                        .filter_map(|uid| selected.view.find(*uid));
                    let mut set = Vec::new();
                    put_set(&mut set, places.map(|(seq, _)| seq.get()));
                    String::from_utf8(set).unwrap_or_default()
                }
                _ => uid_set(changed.modified.iter().copied()),
            };
            return Status::ok(&format!("[MODIFIED {set}] some flags had changed"));
        }
        if !changed.missing.is_empty() && store.numbering == Numbering::Seq {
            return Status::no("[EXPUNGEISSUED] some of the messages are gone");
        }
        Status::ok("STORE completed")
    }

    /// Tells the new flags, unless the client wanted silence.
    pub(super) fn store_newest(
        &mut self,
        tag: &str,
        status: &Status,
        store: Storing,
        answer: Answer,
    ) {
        let form = FlagsForm {
            uid: self.rev2 || store.numbering == Numbering::Uid,
            modseq: self.condstore,
        };
        let expunges = store.expunges();
        let silent = store.store.silent;
        let expected = Expected {
            uids: store.uids,
            change: silent.then_some((store.store.mode, store.store.flags)),
        };
        if let (Answer::Newest(Some(newest)), Some(selected)) = (answer, &mut self.selected) {
            let told = (form, Some(&expected));
            advance(
                &mut selected.view,
                &newest,
                expunges,
                told,
                &mut self.output,
            );
            let uids = if silent { &[][..] } else { &expected.uids };
            for uid in uids {
                if let Some((seq, message)) = selected.view.find(*uid) {
                    let keywords = &selected.view.keywords;
                    put_flags_fetch(&mut self.output, seq, message, keywords, form);
                }
            }
        } else {
            self.bye("[UNAVAILABLE] the selected mailbox was deleted");
        }
        self.tagged(tag, status);
    }
}
