//! What a step is expected to lead to.

use serde::Deserialize;
use std::collections::BTreeMap;

/// `[expect]`: what is named is compared, what is not named may be anything.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    /// `next`, `accept`, `reject`, `defer`, `discard`, `quarantine` or `hold`.
    pub verdict: Option<String>,
    /// The stage that decided, for example `rcpt`.
    pub stage: Option<String>,
    /// The reply of a `reject` or `defer`, or of a transport that failed: `550 5.7.1 no`.
    pub reply: Option<String>,
    /// The reason of a `quarantine` or `hold`.
    pub reason: Option<String>,
    /// Header fields afterwards: the value without folds, `true` for any, `false` for none.
    pub header: BTreeMap<String, Presence>,
    /// All edits in order, as in `add-header X-Spam: yes`, `remove-recipient a@b`.
    pub edits: Option<Vec<String>>,
    /// All scores by symbol, added up.
    pub scores: Option<BTreeMap<String, f64>>,
    /// All tags in order.
    pub tags: Option<Vec<String>>,
    /// The reverse-path afterwards.
    pub sender: Option<String>,
    /// The recipients afterwards, in order.
    pub recipients: Option<Vec<String>>,
    /// Log lines in order; each is a part of a line, with its level in front: `warn: too many`.
    /// There may be others between them.
    pub log: Vec<String>,
    /// Keys and values afterwards: the value, `true` for any, `false` for none.
    pub kv: BTreeMap<String, Presence>,
    /// All requests in order, as in `GET https://api.example.com/v1/x`.
    pub http: Option<Vec<String>>,
    /// All questions to the DNS in order, as in `example.org TXT`.
    pub dns: Option<Vec<String>>,
    /// The kind of failure of a call: `trap`, `cpu`, `wall`, `memory`, `outcome`, `own`; or a part
    /// of its text. Without this every failure is a difference.
    pub failure: Option<String>,
    /// What is to be done with the message, in order: `as-planned`, `keep in Lists/dev`, `forward a@b.test`,
    /// `respond to a@b.test`, `transport tickets`, `bounce 550 5.1.1 no`, `discard`, `retry-after 60`. Of
    /// several recipients a table with the list of each. An empty list is no opinion.
    pub route: Option<ExpectedRoute>,
    /// The first message that the plugin sends.
    pub response: Option<ExpectedResponse>,
    /// What came of a handover: `delivered`, `permanent` or `temporary`.
    pub result: Option<String>,
    /// The words of a transport that delivered.
    pub note: Option<String>,
    /// What rests on the disk.
    pub stored: Option<ExpectedStored>,
    /// The key under which a holder keeps it.
    pub key: Option<String>,
    /// Whether what comes back is what was given. What does not come back so is a failure of the kind
    /// `digest`.
    pub same: Option<bool>,
    /// The plugin refuses its configuration with a text that holds this.
    pub refused: Option<String>,
}

/// An expected value, or whether there is one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Presence {
    /// There is one, or none.
    Is(bool),
    /// This one.
    Value(String),
}

/// `expect.route`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum ExpectedRoute {
    /// Of the only recipient.
    One(Vec<String>),
    /// By recipient.
    Each(BTreeMap<String, Vec<String>>),
}

/// `[expect.response]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExpectedResponse {
    /// Its reverse-path; empty for the null reverse-path.
    pub sender: Option<String>,
    /// Who gets it.
    pub recipient: Option<String>,
    /// Its header fields, as `expect.header`.
    pub header: BTreeMap<String, Presence>,
    /// Texts that it holds, encoded text parts decoded; lines end in LF.
    pub holds: Vec<String>,
    /// Texts that it does not hold.
    pub lacks: Vec<String>,
}

/// `[expect.stored]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExpectedStored {
    /// So many octets.
    pub octets: Option<u64>,
    /// At most so many octets.
    pub octets_max: Option<u64>,
    /// As hex digits.
    pub hex: Option<String>,
    /// Texts that it holds.
    pub holds: Vec<String>,
    /// Texts that it does not hold.
    pub lacks: Vec<String>,
    /// What is kept beside it: the value, `true` for any, `false` for none.
    pub attributes: BTreeMap<String, Presence>,
}
