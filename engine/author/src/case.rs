//! Cases: what a plugin is asked, what the world around it answers, and what is expected of it.
//!
//! A case file is TOML. What stands above the first `[[case]]` holds for all its cases; a file without
//! `[[case]]` is one case. `[[case.step]]` makes a case several steps one after another, with the same
//! keys and values, the same blobs, and a clock that moves. Nothing real is asked: DNS, HTTP, time,
//! randomness, keys and secrets are what the case says.
//!
//! What a step does depends on the plugin's world. A filter sees one session with one message; a learner
//! too, or with `[moved]` a move between mailboxes. A delivery plugin is asked where a queued message
//! goes, or with `queued.attempt` takes it there. A storage plugin encodes a blob and decodes it again; a
//! holder keeps it and gives it back.

mod act;
mod compare;
mod expect;
mod given;
mod kind;
mod parse;
mod report;
mod run;
mod stubs;

pub use expect::{Expect, ExpectedResponse, ExpectedRoute, ExpectedStored, Presence};
pub use given::{
    BlobCall, BlobTable, EnvelopeTable, MovedTable, PlaceName, QueuedTable, SessionTable, StubTable,
};
pub use parse::{CaseFile, Spot, find_cases, read_cases};
pub use report::{CaseResult, Difference, Summary};
pub use run::run_case;

use serde::Deserialize;
use std::path::PathBuf;

/// Octets of keys and values that a case grants unless it says otherwise.
const KV_BYTES: i64 = 1024 * 1024;

/// One step of a case with everything that holds for it. All tables and keys are optional but
/// `[expect]`; an empty one says that nothing fails.
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
    /// A move of the message between mailboxes, instead of a session.
    pub moved: Option<MovedTable>,
    /// What the queue knows of the message.
    pub queued: QueuedTable,
    /// A blob, and what is done with it.
    pub blob: BlobTable,
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
            moved: None,
            queued: QueuedTable::default(),
            blob: BlobTable::default(),
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
