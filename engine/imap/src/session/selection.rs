//! The selected mailbox, and which of its messages a set means.

use super::{Session, Status};
use crate::grammar::command::Numbering;
use crate::grammar::sequence_set::SequenceSet;
use std::ops::Range;
use std::sync::Arc;
use waxseal_mail::{MailboxId, MailboxName, Uid};
use waxseal_ports::Snapshot;

/// The selected mailbox.
pub(super) struct Selected {
    pub(super) name: MailboxName,
    pub(super) read_only: bool,
    /// As the client knows it.
    pub(super) view: Arc<Snapshot>,
    /// What `$` means (RFC 5182), ascending.
    pub(super) saved: Vec<Uid>,
}

/// Positions in the view, counted from zero, ascending, without overlap.
pub(super) type Positions = Vec<Range<usize>>;

impl Selected {
    pub(super) fn mailbox(&self) -> MailboxId {
        self.view.mailbox
    }

    /// The positions of the messages in a set; UIDs that are not there are skipped.
    ///
    /// # Errors
    /// BAD for a sequence number past the last message (RFC 9051 §9 `seq-number`).
    pub(super) fn positions(
        &self,
        set: &SequenceSet,
        numbering: Numbering,
    ) -> Result<Positions, Status> {
        let ranges = match (set, numbering) {
            (SequenceSet::Saved, _) => self
                .saved
                .iter()
                .filter_map(|uid| self.place(*uid))
                .collect(),
            (SequenceSet::Ranges(_), Numbering::Seq) => {
                let last = u32::try_from(self.view.len()).unwrap_or(u32::MAX);
                if last == 0 || set.largest(last).is_some_and(|largest| largest > last) {
                    return Err(Status::bad("there is no message with that number"));
                }
                let ranges = set.resolve(last).into_iter();
                ranges
                    .map(|r| index(*r.start() - 1)..index(*r.end()))
                    .collect()
            }
            (SequenceSet::Ranges(_), Numbering::Uid) => {
                let last = self.view.iter().next_back();
                let last = last.map_or(self.view.uid_next, |message| message.uid);
                let ranges = set.resolve(last.get()).into_iter();
                ranges
                    .map(|r| self.uid_range(*r.start(), *r.end()))
                    .collect()
            }
        };
        Ok(merge(ranges))
    }

    fn place(&self, uid: Uid) -> Option<Range<usize>> {
        let (seq, _) = self.view.find(uid)?;
        Some(seq.index()..seq.index() + 1)
    }

    fn uid_range(&self, low: u32, high: u32) -> Range<usize> {
        let from = |number| Uid::new(number).map_or(0, |uid| self.view.index_from(uid));
        let end = high.checked_add(1).map_or(self.view.len(), from);
        from(low)..end
    }

    /// The UIDs at positions.
    pub(super) fn uids(&self, positions: &[Range<usize>]) -> Vec<Uid> {
        let total = positions.iter().map(Range::len).sum();
        let mut uids = Vec::with_capacity(total);
        for range in positions {
            let messages = self.view.iter_from(range.start).take(range.len());
            uids.extend(messages.map(|message| message.uid));
        }
        uids
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Drops empty ranges and joins those that touch.
fn merge(ranges: Vec<Range<usize>>) -> Positions {
    let mut merged: Positions = Vec::with_capacity(ranges.len());
    for range in ranges.into_iter().filter(|range| !range.is_empty()) {
        match merged.last_mut() {
            Some(before) if before.end >= range.start => before.end = before.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

impl Session {
    /// The positions of a set in the selected mailbox.
    pub(super) fn positions(
        &self,
        set: &SequenceSet,
        numbering: Numbering,
    ) -> Result<Positions, Status> {
        match &self.selected {
            Some(selected) => selected.positions(set, numbering),
            None => Err(Status::bad("no mailbox is selected")),
        }
    }
}
