//! FETCH (RFC 9051 §6.4.5): which messages, in which batches; one message is rendered in `render`.

use super::pending::{Missing, Pending, unexpected};
use super::render::{Rendering, Trouble};
use super::selection::Positions;
use super::{Running, Session, Status};
use crate::grammar::command::Numbering;
use crate::grammar::fetch::{Fetch, FetchItem};
use crate::grammar::sequence_set::SequenceSet;
use crate::question::{Answer, Question, Reading, Step, Wanted};
use crate::view::{Expected, Expunges, advance};
use std::ops::Range;
use waxseal_mail::{Flag, FlagBits, SeqNum, Uid};
use waxseal_ports::snapshot::MessageState;
use waxseal_ports::store::{FlagChange, FlagMode};

/// A FETCH under way.
pub(super) struct Fetching {
    tag: String,
    set: SequenceSet,
    numbering: Numbering,
    changed_since: Option<u64>,
    wanted: Wanted,
    /// What is left, the next last.
    positions: Positions,
    /// Messages that were read and are not rendered yet.
    batch: std::vec::IntoIter<Reading>,
    /// Messages whose `\Seen` this command set: their FLAGS are told. Ascending.
    seen: Vec<Uid>,
    /// Messages that were asked for and are gone.
    gone: bool,
    /// What went wrong first.
    failed: Option<Status>,
    rendering: Rendering,
}

impl Fetching {
    const fn expunges(&self) -> Expunges {
        match self.numbering {
            Numbering::Seq => Expunges::Withheld,
            Numbering::Uid => Expunges::Told,
        }
    }

    pub(super) fn has_readings(&self) -> bool {
        !self.batch.as_slice().is_empty()
    }

    fn wants(&self, message: &MessageState) -> bool {
        self.changed_since
            .is_none_or(|since| message.modseq.0 > since)
    }
}

impl Session {
    pub(super) fn fetch(&mut self, tag: String, fetch: Fetch, numbering: Numbering) {
        let mut items = fetch.items;
        if numbering == Numbering::Uid && !items.contains(&FetchItem::Uid) {
            items.insert(0, FetchItem::Uid);
        }
        if fetch.changed_since.is_some() && !items.contains(&FetchItem::ModSeq) {
            items.push(FetchItem::ModSeq);
        }
        self.condstore |= items.contains(&FetchItem::ModSeq);
        let fetching = Fetching {
            tag,
            set: fetch.set,
            numbering,
            changed_since: fetch.changed_since,
            wanted: wanted(&items),
            positions: Vec::new(),
            batch: Vec::new().into_iter(),
            seen: Vec::new(),
            gone: false,
            failed: None,
            rendering: Rendering::new(items, self.rev2),
        };
        self.ask(Question::Newest, Pending::FetchStart(Box::new(fetching)));
    }

    /// The view is up to date: messages are chosen, and `\Seen` is set in one change for all.
    pub(super) fn fetch_start(&mut self, mut fetching: Box<Fetching>, answer: Answer) {
        if let Answer::Newest(newest) = answer {
            self.catch_up(newest, fetching.expunges());
        }
        if matches!(self.running, Running::Closing) {
            return;
        }
        match self.positions(&fetching.set, fetching.numbering) {
            Ok(positions) => fetching.positions = positions,
            Err(status) => return self.tagged(&fetching.tag, &status),
        }
        fetching.positions.reverse();
        let Some(selected) = &self.selected else {
            return;
        };
        if !selected.read_only && sets_seen(fetching.rendering.items()) {
            let mut unseen = Vec::new();
            for range in fetching.positions.iter().rev() {
                let messages = selected.view.iter_from(range.start).take(range.len());
                let messages = messages.filter(|m| !m.flags.contains(FlagBits::SEEN));
                unseen.extend(messages.filter(|m| fetching.wants(m)).map(|m| m.uid));
            }
            if !unseen.is_empty() {
                fetching.seen = unseen;
                let change = FlagChange {
                    uids: fetching.seen.clone(),
                    mode: FlagMode::Add,
                    flags: vec![Flag::Seen],
                    unchanged_since: None,
                };
                let question = Question::ChangeFlags(selected.mailbox(), change);
                return self.ask(question, Pending::FetchSeen(fetching));
            }
        }
        self.running = Running::Fetch(fetching);
    }

    /// `\Seen` is set. Where it could not be, the messages are fetched all the same.
    pub(super) fn fetch_seen(&mut self, mut fetching: Box<Fetching>, answer: Answer) {
        if let Answer::FlagsChanged(_) = answer {
            return self.ask(Question::Newest, Pending::FetchSeenNewest(fetching));
        }
        fetching.seen.clear();
        self.running = Running::Fetch(fetching);
    }

    pub(super) fn fetch_seen_newest(&mut self, fetching: Box<Fetching>, answer: Answer) {
        let form = self.flags_form();
        let expected = Expected {
            uids: fetching.seen.clone(),
            change: None,
        };
        if let (Answer::Newest(Some(newest)), Some(selected)) = (answer, &mut self.selected) {
            // Positions are fixed already, so removed messages have to stay for now.
            let told = (form, Some(&expected));
            advance(
                &mut selected.view,
                &newest,
                Expunges::Withheld,
                told,
                &mut self.output,
            );
        }
        self.running = Running::Fetch(fetching);
    }

    pub(super) fn fetch_read(&mut self, mut fetching: Box<Fetching>, answer: Answer) {
        if let Answer::Read(readings) = answer {
            fetching.gone |= readings.len() < fetching.rendering.asked();
            fetching.batch = readings.into_iter();
        } else {
            fetching.failed = Some(unexpected(&answer, Missing::Source));
            fetching.positions.clear();
        }
        self.running = Running::Fetch(fetching);
    }

    /// Renders until the output is full or messages have to be read.
    pub(super) fn render_some(&mut self) -> Option<Step> {
        let Running::Fetch(mut fetching) = std::mem::replace(&mut self.running, Running::Command)
        else {
            return None;
        };
        let more = if fetching.wanted == Wanted::default() {
            self.render_states(&mut fetching)
        } else {
            self.render_batch(&mut fetching)
        };
        if more {
            self.running = Running::Fetch(fetching);
            return None;
        }
        if let Some(uids) = self.next_batch(&mut fetching) {
            let mailbox = self.selected.as_ref().map(|selected| selected.mailbox());
            if let Some(mailbox) = mailbox {
                fetching.rendering.asking(uids.len());
                let wanted = fetching.wanted;
                let question = Question::Read {
                    mailbox,
                    uids,
                    wanted,
                };
                self.ask(question, Pending::FetchRead(fetching));
                return None;
            }
        }
        let status = match fetching.failed.take() {
            Some(failed) => failed,
            None if fetching.gone && fetching.numbering == Numbering::Seq => {
                Status::no("[EXPUNGEISSUED] some of the messages are gone")
            }
            None => Status::ok("FETCH completed"),
        };
        let expunges = fetching.expunges();
        self.finish(fetching.tag, status, expunges);
        None
    }

    /// Messages whose answer is in the snapshot; whether any are left.
    fn render_states(&mut self, fetching: &mut Fetching) -> bool {
        let Some(selected) = &self.selected else {
            return false;
        };
        let view = std::sync::Arc::clone(&selected.view);
        while let Some(range) = fetching.positions.pop() {
            let mut index = range.start;
            for message in view.iter_from(range.start).take(range.len()) {
                if self.output.len() >= self.limits.output_octets {
                    fetching.positions.push(Range {
                        start: index,
                        end: range.end,
                    });
                    return true;
                }
                index += 1;
                if fetching.wants(message)
                    && let Some(seq) = SeqNum::new(u32::try_from(index).unwrap_or(0))
                {
                    let keywords = &view.keywords;
                    fetching
                        .rendering
                        .state(&mut self.output, seq, message, keywords);
                }
            }
        }
        false
    }

    /// Messages that were read; whether any are left of the batch.
    fn render_batch(&mut self, fetching: &mut Fetching) -> bool {
        let Some(selected) = &self.selected else {
            return false;
        };
        let view = std::sync::Arc::clone(&selected.view);
        for reading in fetching.batch.by_ref() {
            let Some((seq, message)) = view.find(reading.uid) else {
                continue;
            };
            let tell_flags = fetching.seen.binary_search(&reading.uid).is_ok();
            let mark = self.output.mark();
            let result = fetching.rendering.message(
                (&mut self.output, &*self.parser, &self.limits),
                (seq, message, &view.keywords),
                &reading,
                tell_flags,
            );
            if let Err(trouble) = result {
                self.output.rewind(mark);
                fetching.failed.get_or_insert(trouble_status(&trouble));
            }
            if self.output.len() >= self.limits.output_octets {
                return true;
            }
        }
        false
    }

    /// The UIDs of the next batch; `None` at the end.
    fn next_batch(&self, fetching: &mut Fetching) -> Option<Vec<Uid>> {
        let selected = self.selected.as_ref()?;
        let mut uids = Vec::new();
        while uids.len() < self.limits.batch_messages.max(1) {
            let Some(range) = fetching.positions.pop() else {
                break;
            };
            let room = self.limits.batch_messages.max(1) - uids.len();
            let end = range.end.min(range.start + room);
            let messages = selected.view.iter_from(range.start).take(end - range.start);
            uids.extend(messages.filter(|m| fetching.wants(m)).map(|m| m.uid));
            if end < range.end {
                fetching.positions.push(end..range.end);
            }
        }
        (!uids.is_empty()).then_some(uids)
    }
}

fn trouble_status(trouble: &Trouble) -> Status {
    match trouble {
        Trouble::Io => Status::no("[UNAVAILABLE] some of the messages cannot be read"),
        Trouble::TooLong => Status::no("[LIMIT] a part is too long to be decoded"),
    }
}

/// What has to be read for these items.
fn wanted(items: &[FetchItem]) -> Wanted {
    let mut wanted = Wanted::default();
    for item in items {
        match item {
            FetchItem::Envelope | FetchItem::Body | FetchItem::BodyStructure => wanted.index = true,
            FetchItem::Section(section) => {
                wanted.message = true;
                wanted.index |= !section.part.is_empty();
            }
            FetchItem::Binary(_) | FetchItem::BinarySize(_) => {
                wanted.message = true;
                wanted.index = true;
            }
            FetchItem::Flags
            | FetchItem::InternalDate
            | FetchItem::Size
            | FetchItem::Uid
            | FetchItem::ModSeq => {}
        }
    }
    wanted
}

/// Whether an item sets `\Seen`.
fn sets_seen(items: &[FetchItem]) -> bool {
    items.iter().any(|item| match item {
        FetchItem::Section(section) => !section.peek,
        FetchItem::Binary(binary) => !binary.peek,
        FetchItem::Envelope
        | FetchItem::Flags
        | FetchItem::InternalDate
        | FetchItem::Size
        | FetchItem::Body
        | FetchItem::BodyStructure
        | FetchItem::Uid
        | FetchItem::ModSeq
        | FetchItem::BinarySize(_) => false,
    })
}
