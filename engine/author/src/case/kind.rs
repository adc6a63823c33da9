//! What kind of step a step is, and which tables and expectations make sense for it.

use super::parse::Places;
use super::{BlobCall, Step};
use waxseal_plugin::World;

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A session with a message.
    Session,
    /// A move between mailboxes.
    Move,
    /// A question where a message goes.
    Route,
    /// A handover to the plugin as transport.
    Handover,
    /// A blob through a codec.
    Codec,
    /// A blob at a holder.
    Holder,
}

/// Expectations of every step.
const COMMON: &[&str] = &["log", "kv", "http", "dns", "failure", "refused"];

impl Kind {
    /// What a step does with a plugin of `world`.
    pub(super) const fn of(step: &Step, world: World) -> Self {
        match world {
            World::Learner if step.moved.is_some() => Self::Move,
            World::Filter | World::Learner => Self::Session,
            World::Delivery if step.queued.attempt.is_some() => Self::Handover,
            World::Delivery => Self::Route,
            World::Storage => Self::Codec,
            World::Holder => Self::Holder,
        }
    }

    /// In words, for mistakes.
    const fn words(self) -> &'static str {
        match self {
            Self::Session => "a session",
            Self::Move => "a move between mailboxes",
            Self::Route => "a question for the route",
            Self::Handover => "a handover to a transport",
            Self::Codec => "a blob at a storage plugin",
            Self::Holder => "a blob at a holder",
        }
    }

    /// Its own expectations.
    const fn expectations(self) -> &'static [&'static str] {
        match self {
            Self::Session => &[
                "verdict",
                "stage",
                "reply",
                "reason",
                "header",
                "edits",
                "scores",
                "tags",
                "sender",
                "recipients",
            ],
            Self::Move => &[],
            Self::Route => &["route", "response"],
            Self::Handover => &["result", "reply", "note"],
            Self::Codec => &["same", "stored"],
            Self::Holder => &["same", "key"],
        }
    }

    /// Its own tables.
    const fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Session => &[],
            Self::Move => &["moved"],
            Self::Route | Self::Handover => &["queued"],
            Self::Codec | Self::Holder => &["blob"],
        }
    }

    /// What a step says that makes no sense for it: the key's path, and why.
    pub(super) fn mistake(self, step: &Step, places: &Places) -> Option<(String, String)> {
        let words = self.words();
        let foreign = ["moved", "queued", "blob"].into_iter();
        let mut foreign = foreign.filter(|table| !self.tables().contains(table));
        if let Some(table) = foreign.find(|table| places.has(table)) {
            let text = format!("`{table}` says nothing about a step that is {words}");
            return Some((table.to_owned(), text));
        }
        let known = |name: &str| COMMON.contains(&name) || self.expectations().contains(&name);
        if let Some(name) = places.below("expect").find(|name| !known(name)) {
            let all = self.expectations().iter().chain(COMMON);
            let all = all.copied().collect::<Vec<_>>().join(", ");
            let text = format!("`expect.{name}` says nothing about {words}, which has {all}");
            return Some((format!("expect.{name}"), text));
        }
        let fits = match (self, step.blob.call) {
            (Self::Codec, Some(call)) => matches!(call, BlobCall::Encode | BlobCall::Decode),
            (Self::Holder, Some(call)) => !matches!(call, BlobCall::Encode | BlobCall::Decode),
            _ => true,
        };
        if !fits {
            let text = format!("`blob.call` is none of {words}");
            return Some(("blob.call".to_owned(), text));
        }
        None
    }
}
