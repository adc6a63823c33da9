//! Cases: what a plugin is asked, what the world around it answers, and what is expected of it.
//!
//! A case file is TOML. What stands above the first `[[case]]` holds for all its cases; a file without
//! `[[case]]` is one case. `[[case.step]]` makes a case several sessions one after another, with the
//! same keys and values and a clock that moves. Nothing real is asked: DNS, HTTP, time, randomness,
//! keys and secrets are what the case says.

mod compare;
mod parse;
mod report;
mod run;
mod session;

pub use parse::{CaseFile, find_cases, read_cases};
pub use report::{CaseResult, Difference, Summary};
pub use run::run_case;

use crate::stub::{DnsAnswer, HttpAnswer};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Octets of keys and values that a case grants unless it says otherwise.
const KV_BYTES: i64 = 1024 * 1024;

/// One step of a case with everything that holds for it. All tables and keys are optional but
/// `[expect]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Step {
    /// What the case is about; by default the file's name.
    pub name: String,
    /// The plugin's settings, as `[plugin.config]`.
    pub config: toml::Table,
    /// As `[plugin.limits]`. CPU times are counted in fuel, 2,000,000 a millisecond.
    pub limits: toml::Table,
    /// As `plugin.on_failure`.
    pub on_failure: Option<String>,
    /// As `plugin.trusted`.
    pub trusted: bool,
    /// What the plugin is granted; by default all that is stubbed.
    pub grants: Option<toml::Table>,
    /// The client.
    pub session: SessionTable,
    /// The transaction.
    pub envelope: EnvelopeTable,
    /// The message; lines may end in LF. By default a short one.
    pub message: Option<String>,
    /// The message in a file, relative to the case file.
    pub message_file: Option<PathBuf>,
    /// What the world answers.
    pub stub: StubTable,
    /// Seconds that pass before the step.
    pub after_secs: u64,
    /// How often the step is made; what is expected is expected of the last time.
    pub repeat: u32,
    /// What is expected.
    pub expect: Expect,
}

impl Default for Step {
    fn default() -> Self {
        Self {
            name: String::new(),
            config: toml::Table::new(),
            limits: toml::Table::new(),
            on_failure: None,
            trusted: false,
            grants: None,
            session: SessionTable::default(),
            envelope: EnvelopeTable::default(),
            message: None,
            message_file: None,
            stub: StubTable::default(),
            after_secs: 0,
            repeat: 1,
            expect: Expect::default(),
        }
    }
}

impl Step {
    /// Its part of `[[plugin]]`.
    pub(crate) fn plugin_table(&self) -> toml::Table {
        let mut table = toml::Table::new();
        table.insert("config".to_owned(), self.config.clone().into());
        table.insert("limits".to_owned(), self.limits.clone().into());
        table.insert("trusted".to_owned(), self.trusted.into());
        if let Some(on_failure) = &self.on_failure {
            table.insert("on_failure".to_owned(), on_failure.clone().into());
        }
        let grants = self.grants.clone().unwrap_or_else(|| self.stubbed_grants());
        table.insert("grants".to_owned(), grants.into());
        table
    }

    /// Grants for all that is stubbed.
    fn stubbed_grants(&self) -> toml::Table {
        let mut grants = toml::Table::new();
        let stub = &self.stub;
        let names = |names: Vec<String>| toml::Value::from(names);
        grants.insert("dns".to_owned(), true.into());
        grants.insert("kv_bytes".to_owned(), KV_BYTES.into());
        let urls = stub.http.iter().filter_map(|answer| answer.prefix());
        grants.insert("http".to_owned(), names(urls.collect()));
        let secrets = stub.secrets.keys().cloned().collect();
        grants.insert("secrets".to_owned(), names(secrets));
        let keys = stub.aead_keys.keys().cloned().collect();
        grants.insert("aead_keys".to_owned(), names(keys));
        grants
    }
}

/// `[session]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionTable {
    /// `smtp` (default), `submission`, `lmtp`, `imap` or `pop3`. The last two know no transaction.
    pub protocol: String,
    /// The client's address, with or without `:port`. Default `192.0.2.1:4000`.
    pub peer: String,
    /// What it calls itself. Default `client.example.org`.
    pub helo: String,
    /// Protocol and cipher suite where TLS is in use.
    pub tls: Option<String>,
    /// The user that authenticates.
    pub user: Option<String>,
    /// The mechanism. Default `PLAIN`.
    pub mechanism: String,
    /// Whether authentication works. Default yes.
    pub authenticated: bool,
}

impl Default for SessionTable {
    fn default() -> Self {
        Self {
            protocol: "smtp".to_owned(),
            peer: "192.0.2.1:4000".to_owned(),
            helo: "client.example.org".to_owned(),
            tls: None,
            user: None,
            mechanism: "PLAIN".to_owned(),
            authenticated: true,
        }
    }
}

/// `[envelope]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EnvelopeTable {
    /// The reverse-path; empty for the null reverse-path. Default `sender@example.org`.
    pub sender: String,
    /// ESMTP parameters of MAIL, for example `SIZE=1000`.
    pub sender_params: Vec<String>,
    /// The recipients. Default `alice@example.test`.
    pub recipients: Vec<String>,
    /// ESMTP parameters of each RCPT.
    pub recipient_params: Vec<String>,
}

impl Default for EnvelopeTable {
    fn default() -> Self {
        Self {
            sender: "sender@example.org".to_owned(),
            sender_params: Vec::new(),
            recipients: vec!["alice@example.test".to_owned()],
            recipient_params: Vec::new(),
        }
    }
}

/// `[stub]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StubTable {
    /// The time at the start, as RFC 3339. Default `2026-11-24T05:29:34Z`. It stands still but for
    /// `after_secs`.
    pub now: Option<String>,
    /// Where randomness begins: the same number gives the same octets.
    pub random: u64,
    /// Answers by question, `"example.org TXT" = ["v=spf1 -all"]`, or `nxdomain`, `no-data`,
    /// `servfail`, `timeout`. What is not named does not exist.
    pub dns: BTreeMap<String, DnsAnswer>,
    /// Answers to requests; the first that fits is given. What fits none fails to connect.
    pub http: Vec<HttpAnswer>,
    /// Keys and values at the start.
    pub kv: BTreeMap<String, String>,
    /// Secrets by name.
    pub secrets: BTreeMap<String, String>,
    /// Keys for `aead` by name, each 64 hex digits.
    pub aead_keys: BTreeMap<String, String>,
}

/// `[expect]`: what is named is compared, what is not named may be anything.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    /// `next`, `accept`, `reject`, `defer`, `discard`, `quarantine` or `hold`.
    pub verdict: Option<String>,
    /// The stage that decided, for example `rcpt`.
    pub stage: Option<String>,
    /// The reply of a `reject` or `defer`: `550 5.7.1 no`.
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
