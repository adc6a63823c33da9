//! A rule: conditions, and what follows where all of them hold.

use waxseal_plugin_sdk::glob::Glob;
use waxseal_plugin_sdk::network::Network;
use waxseal_plugin_sdk::{Protocol, Stage};

/// When a rule is judged. Later ones know more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    /// The client's address is known.
    Connect,
    /// Its name.
    Helo,
    /// The sender, the user and TLS.
    Mail,
    /// One recipient.
    Rcpt,
    /// Everything.
    Message,
}

impl At {
    /// The stage of the session.
    const fn stage(self) -> Stage {
        match self {
            Self::Connect => Stage::Connect,
            Self::Helo => Stage::Helo,
            Self::Mail => Stage::Mail,
            Self::Rcpt => Stage::Rcpt,
            Self::Message => Stage::Message,
        }
    }
}

/// The stages at which some of `rules` are judged; that of the message where there are none.
#[must_use]
pub fn stages(rules: &[Rule]) -> Vec<Stage> {
    let all = [At::Connect, At::Helo, At::Mail, At::Rcpt, At::Message];
    let judged = |at: &At| rules.iter().any(|rule| rule.at == *at);
    let mut stages: Vec<_> = all.into_iter().filter(judged).map(At::stage).collect();
    if stages.is_empty() {
        stages.push(Stage::Message);
    }
    stages
}

/// One `[[plugin.config.rule]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its name, in logs and scores.
    pub name: String,
    /// When it is judged.
    pub at: At,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// What follows.
    pub actions: Actions,
}

/// One thing that holds or does not. Lists hold where one of their members does.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// The reverse-path; the empty text for the null reverse-path.
    Sender(Vec<Glob>),
    /// The recipient (at `rcpt`), or one of them (at `message`).
    Recipient(Vec<Glob>),
    /// The client's address.
    Peer(Vec<Network>),
    /// What the client calls itself.
    Helo(Vec<Glob>),
    /// The authenticated user.
    User(Vec<Glob>),
    /// Whether someone is authenticated.
    Authenticated(bool),
    /// Whether TLS is in use.
    Tls(bool),
    /// The protocol.
    Protocol(Vec<Protocol>),
    /// A field of that name has such a text.
    Header(String, Vec<Glob>),
    /// No field of that name is there.
    NoHeader(String),
    /// Octets of the message are more than this.
    SizeOver(u32),
    /// A part has such a file name.
    Attachment(Vec<Glob>),
    /// A part has such a content type.
    ContentType(Vec<Glob>),
    /// An earlier rule or filter gave this tag.
    Tag(Vec<Glob>),
    /// The scores given so far add up to more than this.
    ScoreOver(f64),
    /// Not all of these hold.
    Not(Vec<Self>),
    /// One of these groups holds.
    Any(Vec<Vec<Self>>),
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Actions {
    /// The verdict.
    pub verdict: Option<Verdict>,
    /// Labels.
    pub tags: Vec<String>,
    /// Points, under the name of the rule.
    pub score: Option<f32>,
    /// Changes of the header section, in order.
    pub headers: Vec<HeaderAction>,
    /// Whether later rules are left out.
    pub stop: bool,
}

/// What becomes of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// No later rule, no later filter.
    Accept,
    /// Refuse for good.
    Reject(Reply),
    /// Refuse for now.
    Tempfail(Reply),
    /// Say yes and forget it.
    Discard,
    /// Into Junk, with the reason.
    Quarantine(String),
    /// Into the queue, and wait there.
    Hold(String),
}

/// An SMTP reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// 5yz or 4yz.
    pub code: u16,
    /// Of the same class.
    pub status: String,
    /// One line.
    pub text: String,
}

/// A change of the header section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderAction {
    /// At the end.
    Add(String, String),
    /// On top.
    Insert(String, String),
    /// The first field of that name gets this value; put at the end where there is none.
    Replace(String, String),
    /// All fields of that name.
    Remove(String),
}

impl Condition {
    /// The first stage at which it can be answered.
    #[must_use]
    pub fn at(&self) -> At {
        match self {
            Self::Peer(_) | Self::Protocol(_) => At::Connect,
            Self::Helo(_) => At::Helo,
            Self::Sender(_)
            | Self::User(_)
            | Self::Authenticated(_)
            | Self::Tls(_)
            | Self::Tag(_)
            | Self::ScoreOver(_) => At::Mail,
            Self::Recipient(_) => At::Rcpt,
            Self::Header(..)
            | Self::NoHeader(_)
            | Self::SizeOver(_)
            | Self::Attachment(_)
            | Self::ContentType(_) => At::Message,
            Self::Not(group) => earliest(group),
            Self::Any(groups) => groups
                .iter()
                .map(|group| earliest(group))
                .max()
                .unwrap_or(At::Connect),
        }
    }
}

/// The first stage at which a group can be answered.
#[must_use]
pub fn earliest(group: &[Condition]) -> At {
    group.iter().map(Condition::at).max().unwrap_or(At::Connect)
}

impl Actions {
    /// The first stage at which they are possible.
    #[must_use]
    pub fn at(&self) -> At {
        let verdict = match &self.verdict {
            None | Some(Verdict::Reject(_) | Verdict::Tempfail(_)) => At::Connect,
            Some(
                Verdict::Accept | Verdict::Discard | Verdict::Quarantine(_) | Verdict::Hold(_),
            ) => At::Message,
        };
        let edits = if self.headers.is_empty() {
            At::Connect
        } else {
            At::Message
        };
        let labels = if self.tags.is_empty() && self.score.is_none() {
            At::Connect
        } else {
            At::Mail
        };
        verdict.max(edits).max(labels)
    }
}
