//! Which filter, and which way it runs.

use crate::hosted;
use crate::milter::Served;
use crate::native::{Judge, NativeBayes, NativeFilter, NativeNothing, NativeRules};
use crate::training;
use anyhow::{Context, Result};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use waxseal_plugin::World;
use waxseal_plugin_sdk::testing::Server;
use waxseal_ports::Filter;

/// The rules that are benched: conditions on header, parts and size as administrators write them, and
/// one edit that every message gets.
const RULES: &str = r#"
[[config.rule]]
name = "no programs by mail"
if = { attachment = ["*.exe", "*.scr", "*.js"], authenticated = false }
then = { reject = "programs are not accepted by mail" }

[[config.rule]]
name = "newsletters"
if = { header = { "List-Unsubscribe" = "*" } }
then = { tag = "bulk", add-header = { "X-Bulk" = "yes" } }

[[config.rule]]
name = "seen"
if = { header = { Subject = "*week*" }, not = { sender = ["*@example.com", "*@partner.example"] } }
then = { add-header = { "X-Checked" = "yes" } }
"#;

/// `bayes` with what decides written into the message.
const BAYES: &str = r#"
grants = { kv_bytes = 268435456 }
[config]
scope = "global"
header = true
"#;

/// A filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Does nothing, at every stage.
    Empty,
    /// Three rules.
    Rules,
    /// The statistical filter, with 60 messages of each kind learned.
    Bayes,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Empty, Self::Rules, Self::Bayes];

    const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Rules => "rules",
            Self::Bayes => "bayes",
        }
    }

    fn table(self) -> Result<toml::Table> {
        let mut table: toml::Table = toml::from_str(match self {
            Self::Empty => "",
            Self::Rules => RULES,
            Self::Bayes => BAYES,
        })?;
        table.insert("name".to_owned(), self.name().into());
        Ok(table)
    }

    /// What judges natively, and what it has learned on this thread.
    pub(crate) fn native(self) -> Result<(Arc<dyn Judge>, Option<Server>)> {
        Ok(match self {
            Self::Empty => (Arc::new(NativeNothing), None),
            Self::Rules => {
                let table = self.table()?;
                let settings = table.get("config").and_then(toml::Value::as_table);
                let rules = NativeRules::new(settings.context("no rules")?)?;
                (Arc::new(rules), None)
            }
            Self::Bayes => (Arc::new(NativeBayes::new()), Some(training::learn()?)),
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One filter the four ways.
pub struct Ways {
    /// As a component in the host.
    pub plugin: Box<dyn Filter>,
    /// As plain Rust.
    pub native: Box<dyn Filter>,
    /// Behind a Unix socket, a connection for each session, as Postfix asks milters.
    pub milter: Box<dyn Filter>,
    /// The same over a connection that is kept from session to session.
    pub milter_kept: Box<dyn Filter>,
    // What they stand on; dropped after them.
    _served: Served,
    _learned: Option<Server>,
}

impl Ways {
    /// Starts them. `plugins` is the folder of components, `folder` a writable one for sockets and the
    /// empty component. What runs natively runs on the calling thread only.
    ///
    /// # Errors
    /// When a component is missing or does not load, or a socket cannot be had.
    pub async fn start(kind: Kind, plugins: &Path, folder: &Path) -> Result<Self> {
        let file = if kind == Kind::Empty {
            let file = folder.join("empty.wasm");
            std::fs::write(&file, waxseal_author::empty_component(World::Filter, &[])?)?;
            file
        } else {
            plugins.join(format!("{kind}.wasm"))
        };
        let (judge, learned) = kind.native()?;
        let stored = learned.as_ref().map(training::learned).unwrap_or_default();
        let host = hosted::host(&file, kind.table()?, stored).await?;
        let served = Served::start(kind, folder)?;
        Ok(Self {
            plugin: Box::new(host),
            native: Box::new(NativeFilter(judge)),
            milter: Box::new(served.client(0)),
            milter_kept: Box::new(served.client(1)),
            _served: served,
            _learned: learned,
        })
    }
}

/// The tutorial's plugin in one of the four languages, as a component in the host.
///
/// # Errors
/// When the component is missing or does not load.
pub async fn tutorial(file: &Path) -> Result<Box<dyn Filter>> {
    let table = toml::from_str(
        "name = \"subject-guard\"\n[config]\nreject = \"lottery\"\nbody = \"click here, act now\"",
    )?;
    Ok(Box::new(hosted::host(file, table, Vec::new()).await?))
}
