//! Whether a message matches search keys (RFC 9051 §6.4.4).

mod content;

use super::Status;
use super::selection::{Positions, Selected};
use crate::grammar::command::Numbering;
use crate::grammar::date::{Day, local_day};
use crate::grammar::search::SearchKey;
pub(super) use content::Content;
use std::io;
use waxseal_mail::FlagBits;
use waxseal_ports::snapshot::MessageState;

/// Search keys with everything resolved that hangs on the mailbox.
pub(super) enum Matcher {
    Always,
    Never,
    Positions(Positions),
    Flag(FlagBits),
    Larger(u64),
    Smaller(u64),
    /// Internal date: from the first day to the day before the second.
    Arrived(Day, Day),
    /// Date field, likewise.
    Sent(Day, Day),
    ModSeq(u64),
    Header {
        name: String,
        text: String,
    },
    Body(String),
    Text(String),
    Not(Box<Matcher>),
    Or(Box<(Matcher, Matcher)>),
    And(Vec<Matcher>),
}

impl Matcher {
    /// # Errors
    /// BAD for sequence numbers that do not exist.
    pub(super) fn new(key: &SearchKey, selected: &Selected) -> Result<Self, Status> {
        let next = |day: Day| day.saturating_add(1);
        Ok(match key {
            SearchKey::All => Self::Always,
            SearchKey::Seq(set) => Self::Positions(selected.positions(set, Numbering::Seq)?),
            SearchKey::Uid(set) => Self::Positions(selected.positions(set, Numbering::Uid)?),
            SearchKey::Flag(flag) => match selected.view.keywords.bit(flag) {
                Some(bit) => Self::Flag(bit),
                None => Self::Never,
            },
            SearchKey::Larger(octets) => Self::Larger(*octets),
            SearchKey::Smaller(octets) => Self::Smaller(*octets),
            SearchKey::Before(day) => Self::Arrived(Day::MIN, *day),
            SearchKey::On(day) => Self::Arrived(*day, next(*day)),
            SearchKey::Since(day) => Self::Arrived(*day, Day::MAX),
            SearchKey::SentBefore(day) => Self::Sent(Day::MIN, *day),
            SearchKey::SentOn(day) => Self::Sent(*day, next(*day)),
            SearchKey::SentSince(day) => Self::Sent(*day, Day::MAX),
            SearchKey::ModSeq(modseq) => Self::ModSeq(*modseq),
            SearchKey::Header { name, text } => Self::Header {
                name: name.clone(),
                text: text.clone(),
            },
            SearchKey::Body(text) => Self::Body(text.clone()),
            SearchKey::Text(text) => Self::Text(text.clone()),
            SearchKey::Not(inner) => Self::Not(Box::new(Self::new(inner, selected)?)),
            SearchKey::Or(pair) => Self::Or(Box::new((
                Self::new(&pair.0, selected)?,
                Self::new(&pair.1, selected)?,
            ))),
            SearchKey::And(keys) => {
                let keys = keys.iter().map(|key| Self::new(key, selected));
                Self::And(keys.collect::<Result<_, _>>()?)
            }
        })
    }

    /// What the snapshot alone says; `None` where the message has to be read.
    pub(super) fn by_state(&self, index: usize, state: &MessageState) -> Option<bool> {
        Some(match self {
            Self::Always => true,
            Self::Never => false,
            Self::Positions(ranges) => {
                let at = ranges.partition_point(|range| range.end <= index);
                ranges.get(at).is_some_and(|range| range.contains(&index))
            }
            Self::Flag(bit) => state.flags.contains(*bit),
            Self::Larger(octets) => u64::from(state.size) > *octets,
            Self::Smaller(octets) => u64::from(state.size) < *octets,
            Self::Arrived(from, to) => (*from..*to).contains(&local_day(state.internal_date())),
            Self::ModSeq(modseq) => state.modseq.0 >= *modseq,
            Self::Sent(..) | Self::Header { .. } | Self::Body(_) | Self::Text(_) => return None,
            Self::Not(inner) => !inner.by_state(index, state)?,
            Self::Or(pair) => {
                match (pair.0.by_state(index, state), pair.1.by_state(index, state)) {
                    (Some(true), _) | (_, Some(true)) => true,
                    (Some(false), Some(false)) => false,
                    (None, _) | (_, None) => return None,
                }
            }
            Self::And(keys) => {
                let mut decided = Some(true);
                for key in keys {
                    match key.by_state(index, state) {
                        Some(false) => return Some(false),
                        None => decided = None,
                        Some(true) => {}
                    }
                }
                decided?
            }
        })
    }

    /// The verdict with the message at hand.
    pub(super) fn full(
        &self,
        index: usize,
        state: &MessageState,
        content: &mut Content<'_>,
    ) -> io::Result<bool> {
        if let Some(matches) = self.by_state(index, state) {
            return Ok(matches);
        }
        Ok(match self {
            Self::Sent(from, to) => content
                .sent_day()?
                .is_some_and(|day| (*from..*to).contains(&day)),
            Self::Header { name, text } => content.header_holds(name, text)?,
            Self::Body(text) => content.body_holds(text)?,
            Self::Text(text) => content.text_holds(text)?,
            Self::Not(inner) => !inner.full(index, state, content)?,
            Self::Or(pair) => {
                pair.0.full(index, state, content)? || pair.1.full(index, state, content)?
            }
            Self::And(keys) => {
                for key in keys {
                    if !key.full(index, state, content)? {
                        return Ok(false);
                    }
                }
                true
            }
            Self::Always
            | Self::Never
            | Self::Positions(_)
            | Self::Flag(_)
            | Self::Larger(_)
            | Self::Smaller(_)
            | Self::Arrived(..)
            | Self::ModSeq(_) => false,
        })
    }

    /// Whether parts are needed, and so the index.
    pub(super) fn reads_bodies(&self) -> bool {
        match self {
            Self::Body(_) | Self::Text(_) => true,
            Self::Not(inner) => inner.reads_bodies(),
            Self::Or(pair) => pair.0.reads_bodies() || pair.1.reads_bodies(),
            Self::And(keys) => keys.iter().any(Self::reads_bodies),
            Self::Always
            | Self::Never
            | Self::Positions(_)
            | Self::Flag(_)
            | Self::Larger(_)
            | Self::Smaller(_)
            | Self::Arrived(..)
            | Self::Sent(..)
            | Self::ModSeq(_)
            | Self::Header { .. } => false,
        }
    }
}
