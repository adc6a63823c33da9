//! LIST and LSUB (RFC 9051 §6.3.9, RFC 3501 §6.3.8 and §6.3.9, RFC 5258, RFC 5819, RFC 6154).

mod pattern;
mod tree;

use super::pending::{Missing, Pending, unexpected};
use super::{Session, Status};
use crate::grammar::list::{List, StatusItem};
use crate::grammar::modified_utf7;
use crate::output::put_string;
use crate::question::{Answer, Question};
use crate::view::Expunges;
use pattern::Pattern;
use tree::{Node, Tree};
use waxseal_mail::MailboxName;
use waxseal_ports::store::SpecialUse;

/// The attribute of a special use (RFC 6154 §2).
pub(super) const fn special_use_name(special_use: SpecialUse) -> &'static str {
    match special_use {
        SpecialUse::Archive => "\\Archive",
        SpecialUse::Drafts => "\\Drafts",
        SpecialUse::Junk => "\\Junk",
        SpecialUse::Sent => "\\Sent",
        SpecialUse::Trash => "\\Trash",
        SpecialUse::Flagged => "\\Flagged",
        SpecialUse::All => "\\All",
    }
}

/// A mailbox name as the client reads it.
pub(super) fn put_name(out: &mut Vec<u8>, name: &MailboxName, utf8: bool) {
    if utf8 {
        put_string(out, name.as_str().as_bytes(), true);
    } else {
        put_string(out, modified_utf7::encode(name.as_str()).as_bytes(), false);
    }
}

impl Session {
    pub(super) fn list(&mut self, tag: String, list: List, lsub: bool) {
        let root = !list.extended && list.patterns.iter().all(|pattern| pattern.0.is_empty());
        if root && !lsub {
            // RFC 9051 §6.3.9: an empty name asks for the delimiter.
            self.output.untagged("LIST (\\Noselect) \"/\" \"\"");
            return self.finish(tag, Status::ok("LIST completed"), Expunges::Told);
        }
        self.ask(Question::Mailboxes, Pending::List { tag, list, lsub });
    }

    pub(super) fn listed(&mut self, tag: String, list: &List, lsub: bool, answer: Answer) {
        let Answer::Mailboxes(mailboxes, subscriptions) = answer else {
            let status = unexpected(&answer, Missing::Source);
            return self.finish(tag, status, Expunges::Told);
        };
        let form = self.name_form();
        let patterns: Vec<_> = list
            .patterns
            .iter()
            .filter_map(|pattern| Pattern::new(&list.reference, pattern, form))
            .collect();
        let tree = Tree::new(&mailboxes, &subscriptions);
        let mut names = Vec::new();
        let mut lines = Vec::new();
        for (name, node) in tree.nodes() {
            if !patterns.iter().any(|pattern| pattern.matches(name)) || !selects(list, lsub, node) {
                continue;
            }
            let Ok(mailbox) = MailboxName::new(name) else {
                continue;
            };
            let mut line = if lsub {
                b"* LSUB (".to_vec()
            } else {
                b"* LIST (".to_vec()
            };
            line.extend_from_slice(self.attributes(list, lsub, node).join(" ").as_bytes());
            line.extend_from_slice(b") \"/\" ");
            put_name(&mut line, &mailbox, self.rev2);
            if list.select.recursive && node.subscribed_below {
                line.extend_from_slice(b" (\"CHILDINFO\" (\"SUBSCRIBED\"))");
            }
            line.extend_from_slice(b"\r\n");
            lines.push(line);
            names.push((mailbox, node.exists));
        }
        self.put_list(tag, list, lsub, (names, lines));
    }

    fn put_list(
        &mut self,
        tag: String,
        list: &List,
        lsub: bool,
        (names, lines): (Vec<(MailboxName, bool)>, Vec<Vec<u8>>),
    ) {
        if let Some(items) = list.returns.status.clone() {
            let names: Vec<_> = names.into_iter().map(|(name, _)| name).collect();
            let question = Question::Glance(names.clone());
            let pending = Pending::ListStatus {
                tag,
                names,
                lines,
                items,
            };
            return self.ask(question, pending);
        }
        for line in &lines {
            self.output.buffer().extend_from_slice(line);
        }
        let done = if lsub {
            "LSUB completed"
        } else {
            "LIST completed"
        };
        self.finish(tag, Status::ok(done), Expunges::Told);
    }

    /// LIST with STATUS (RFC 5819): each line and its STATUS.
    pub(super) fn list_glanced(
        &mut self,
        tag: String,
        names: &[MailboxName],
        (lines, items): (&[Vec<u8>], &[StatusItem]),
        answer: Answer,
    ) {
        let Answer::Glanced(snapshots) = answer else {
            let status = unexpected(&answer, Missing::Source);
            return self.finish(tag, status, Expunges::Told);
        };
        for ((name, line), snapshot) in names.iter().zip(lines).zip(snapshots) {
            self.output.buffer().extend_from_slice(line);
            if let Some(snapshot) = snapshot {
                self.put_status(name, items, &snapshot);
            }
        }
        self.finish(tag, Status::ok("LIST completed"), Expunges::Told);
    }

    /// The attributes of one mailbox.
    fn attributes(&self, list: &List, lsub: bool, node: &Node) -> Vec<&'static str> {
        let mut attributes = Vec::new();
        if lsub {
            // A level that is only on the way to a subscribed name (RFC 3501 §6.3.9).
            if !node.subscribed || !node.exists {
                attributes.push("\\Noselect");
            }
            return attributes;
        }
        if !node.exists {
            let known = list.extended || self.rev2;
            attributes.push(if known { "\\NonExistent" } else { "\\Noselect" });
        }
        let tell_subscribed = list.select.subscribed || list.returns.subscribed;
        if node.subscribed && tell_subscribed {
            attributes.push("\\Subscribed");
        }
        attributes.push(if node.children {
            "\\HasChildren"
        } else {
            "\\HasNoChildren"
        });
        attributes.extend(node.special_use.map(special_use_name));
        attributes
    }
}

/// Whether the selection options take a mailbox in.
fn selects(list: &List, lsub: bool, node: &Node) -> bool {
    if lsub {
        let on_the_way = list
            .patterns
            .iter()
            .any(|pattern| pattern.0.ends_with(b"%"));
        return node.subscribed || (on_the_way && node.subscribed_below);
    }
    if list.select.special_use && node.special_use.is_none() {
        return false;
    }
    if list.select.subscribed {
        return node.subscribed || (list.select.recursive && node.subscribed_below);
    }
    node.exists || node.children
}
