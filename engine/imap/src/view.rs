//! The mailbox as the client knows it: the base of its sequence numbers.

use crate::output::{Output, put_flags};
use std::sync::Arc;
use waxseal_mail::{Flag, FlagBits, KeywordTable, SeqNum, Uid};
use waxseal_ports::Snapshot;
use waxseal_ports::snapshot::MessageState;
use waxseal_ports::store::FlagMode;

/// Whether removed messages may be told now (RFC 9051 §7.5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expunges {
    /// As EXPUNGE responses.
    Told,
    /// Not yet: they keep their sequence numbers.
    Withheld,
}

/// What a FETCH response about flags holds besides.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FlagsForm {
    pub(crate) uid: bool,
    pub(crate) modseq: bool,
}

/// A change of flags by this very client: what it knows already need not be told.
pub(crate) struct Expected {
    /// Ascending.
    pub(crate) uids: Vec<Uid>,
    /// How and which flags; `None` where the new flags are told in another way.
    pub(crate) change: Option<(FlagMode, Vec<Flag>)>,
}

impl Expected {
    /// Whether the client can work out these flags itself or hears of them anyway.
    fn covers(&self, before: Option<&MessageState>, after: &MessageState, known: FlagBits) -> bool {
        let Some(before) = before.filter(|m| self.uids.binary_search(&m.uid).is_ok()) else {
            return false;
        };
        let flags = match self.change.as_ref().map(|(mode, _)| mode) {
            None => return true,
            Some(FlagMode::Replace) => known,
            Some(FlagMode::Add) => before.flags.with(known),
            Some(FlagMode::Remove) => before.flags.without(known),
        };
        flags == after.flags
    }

    /// The flags of the change as bits.
    fn bits(&self, keywords: &KeywordTable) -> FlagBits {
        let flags = self.change.iter().flat_map(|(_, flags)| flags);
        flags
            .filter_map(|flag| keywords.bit(flag))
            .fold(FlagBits::NONE, FlagBits::with)
    }
}

/// Moves `view` to `newest` and tells the client what happened, except for expunges where they are
/// withheld: then the view becomes one that never was, with the messages that are gone still in it.
pub(crate) fn advance(
    view: &mut Arc<Snapshot>,
    newest: &Arc<Snapshot>,
    expunges: Expunges,
    (form, expected): (FlagsForm, Option<&Expected>),
    output: &mut Output,
) {
    if Arc::ptr_eq(view, newest) {
        return;
    }
    let changes = view.changes_to(newest);
    let before = Arc::clone(view);
    let hold = expunges == Expunges::Withheld && !changes.expunged.is_empty();
    if hold {
        let flags: Vec<_> = changes
            .changed
            .iter()
            .map(|(_, message)| (message.uid, message.modseq, message.flags))
            .collect();
        let mut held = Snapshot::clone(view)
            .with_flags(&flags)
            .with_appended(changes.appended.iter().copied());
        held.keywords = Arc::clone(&newest.keywords);
        held.uid_next = newest.uid_next;
        held.highest_modseq = newest.highest_modseq;
        *view = Arc::new(held);
    } else {
        for seq in changes.expunged.iter().rev() {
            output.put("* ");
            output.number(seq.get().into());
            output.put(" EXPUNGE\r\n");
        }
        *view = Arc::clone(newest);
    }
    if !changes.appended.is_empty() {
        output.put("* ");
        output.number(count(view.len()));
        output.put(" EXISTS\r\n");
    }
    if before.keywords.keywords().len() != view.keywords.keywords().len() {
        put_known_flags(output, &view.keywords);
    }
    let bits = expected.map_or(FlagBits::NONE, |expected| expected.bits(&view.keywords));
    for (seq, after) in &changes.changed {
        let known = before.at(*seq);
        let same = known.is_some_and(|known| known.flags == after.flags);
        let covered = expected.is_some_and(|expected| expected.covers(known, after, bits));
        let told = expected.is_some_and(|expected| covered && expected.change.is_none());
        // Under CONDSTORE even a silent change tells the new MODSEQ (RFC 7162 §3.1.3).
        if told || ((same || covered) && !form.modseq) {
            continue;
        }
        let now = if hold {
            Some(*seq)
        } else {
            view.find(after.uid).map(|(seq, _)| seq)
        };
        if let Some(now) = now {
            put_flags_fetch(output, now, after, &view.keywords, form);
        }
    }
}

/// `* n FETCH (FLAGS (…))`
pub(crate) fn put_flags_fetch(
    output: &mut Output,
    seq: SeqNum,
    message: &MessageState,
    keywords: &KeywordTable,
    form: FlagsForm,
) {
    output.put("* ");
    output.number(seq.get().into());
    output.put(" FETCH (");
    if form.uid {
        output.put("UID ");
        output.number(message.uid.get().into());
        output.put(" ");
    }
    if form.modseq {
        output.put("MODSEQ (");
        output.number(message.modseq.0);
        output.put(") ");
    }
    output.put("FLAGS ");
    put_flags(output.buffer(), message.flags, keywords);
    output.put(")\r\n");
}

/// `* FLAGS (…)`: the system flags and the keywords of the mailbox.
pub(crate) fn put_known_flags(output: &mut Output, keywords: &KeywordTable) {
    output.put("* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft");
    for keyword in keywords.keywords() {
        output.put(" ");
        output.put(keyword.as_str());
    }
    output.put(")\r\n");
}

/// A number of messages.
pub(crate) fn count(messages: usize) -> u64 {
    u64::try_from(messages).unwrap_or(u64::MAX)
}
