//! The configuration file: one TOML file, a struct per room in that room, nested here.

mod bounds;
mod check;
mod document;
mod json;
mod layout;
#[cfg(test)]
mod manual_tests;
mod mistake;
mod schema;
#[cfg(test)]
mod schema_tests;
mod tenants;
#[cfg(test)]
mod tests;
mod vault;

pub(crate) use check::{Ground, check};
pub(crate) use layout::plugin_folder;
pub(crate) use mistake::{Mistake, Mistakes};
pub(crate) use schema::schema;
pub(crate) use tenants::TenantTable;
pub(crate) use vault::Keeping;

use document::Document;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use waxseal_net::{ListenerConfig, Throttling, TlsConfig};

/// The version of the file's form that this program reads.
pub(crate) const CONFIG_VERSION: u32 = 1;

/// Everything that is configured.
#[derive(Debug, Clone, Deserialize, waxseal_settings::Setting)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The version of the file's form: 1.
    pub config_version: u32,
    /// The server itself. Relative paths of the whole file start at the file's own folder.
    pub server: ServerConfig,
    /// The ports that are listened on, one table each; without any the server would serve nobody.
    #[serde(default, rename = "listener")]
    pub listeners: Vec<ListenerConfig>,
    /// The certificate; needed as soon as a listener uses TLS.
    pub tls: Option<TlsConfig>,
    /// How guessing at passwords is slowed down, without locking anybody out: accounts and networks
    /// that failed too often may try once in an interval. An account that succeeded from a network
    /// lately is exempt there.
    #[serde(default)]
    pub auth: Throttling,
    /// Limits of the parser of messages. Where one stops it, the message is kept as it is, and what
    /// was understood so far is served to clients.
    #[serde(default)]
    pub mime: waxseal_mime::Limits,
    /// Questions to the DNS.
    #[serde(default)]
    pub dns: waxseal_dns::Config,
    /// SMTP, submission and LMTP.
    #[serde(default)]
    pub smtp: waxseal_intake::Config,
    /// How users reach their mailboxes.
    #[serde(default)]
    pub access: waxseal_access::Config,
    /// From the queue to mailboxes and other hosts: batches, retries, reports.
    #[serde(default)]
    pub delivery: waxseal_delivery::Config,
    /// How mail for other hosts leaves.
    #[serde(default)]
    pub relay: waxseal_delivery::config::RelayConfig,
    /// Where mail is kept and how much of everything there may be.
    #[serde(default)]
    pub storage: waxseal_storage::Config,
    /// The host of plugins, for all of them together.
    #[serde(default)]
    pub plugins: waxseal_plugin::HostConfig,
    /// One plugin; they are asked in the order in which they stand in the file.
    #[serde(default, rename = "plugin")]
    #[setting(reload)]
    pub plugin: Vec<waxseal_plugin::PluginConfig>,
    /// One existing milter, such as rspamd or opendkim, as a filter; they are asked in the order in
    /// which they stand in the file.
    #[serde(default, rename = "milter")]
    pub milters: Vec<waxseal_milter::MilterConfig>,
    /// `waxseal plugin serve-milter`, which lets one plugin filter for Postfix or Sendmail.
    #[serde(default)]
    pub milter_server: waxseal_milter::ServerConfig,
    /// Texts that plugins may be granted, by name. Give either `file` or `value`.
    #[serde(default)]
    #[setting(reload)]
    pub secrets: BTreeMap<String, Keeping>,
    /// Keys that plugins may be granted to encrypt with, by name: 64 hexadecimal digits, such as
    /// `openssl rand -hex 32` gives. Give either `file` or `value`.
    #[serde(default)]
    #[setting(reload)]
    pub aead_keys: BTreeMap<String, Keeping>,
    /// Tenants, by name (1 to 32 of `a-z 0-9 -`, beginning with a letter): organisations whose domains
    /// are hosted here, and whose plugins are shown their mail and no other.
    #[serde(default)]
    #[setting(reload)]
    pub tenants: BTreeMap<String, TenantTable>,
    /// The port for observation.
    #[serde(default)]
    pub admin: waxseal_admin::AdminConfig,
    /// What is written to the log, and where.
    #[serde(default)]
    pub log: LogConfig,
}

/// The `[server]` section. Relative paths of the whole file start at the file's own folder.
#[derive(Debug, Clone, Deserialize, waxseal_settings::Setting)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerConfig {
    /// The name of this host in the DNS: in greetings, in Received, in reports.
    pub hostname: String,
    /// The data folder: queue, mailboxes, accounts. Made if missing, used by one process at a time.
    #[serde(default = "data_folder")]
    pub data: PathBuf,
    /// Where plugin files lie; by default `plugins` beside the program or one folder up.
    #[serde(default)]
    pub plugin_dir: Option<PathBuf>,
    /// Seconds that a stop waits for sessions and deliveries under way. Past it they are cut off;
    /// what was accepted is delivered after the next start.
    #[serde(default = "stop_secs")]
    pub stop_secs: u64,
}

fn data_folder() -> PathBuf {
    PathBuf::from("data")
}

const fn stop_secs() -> u64 {
    10
}

/// The `[log]` section.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, waxseal_settings::Setting)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LogConfig {
    /// How lines look.
    pub format: LogFormat,
    /// The least important lines that are written.
    pub level: LogLevel,
    /// Append to this file instead of standard error; rotate it by copy and truncate.
    pub file: Option<PathBuf>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, waxseal_settings::Setting)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// The least important lines that are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, waxseal_settings::Setting)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogLevel {
    /// Only what somebody must act on.
    Error,
    /// And what may become that.
    Warn,
    /// And the life of the server.
    #[default]
    Info,
    /// And the steps of sessions.
    Debug,
    /// Everything.
    Trace,
}

impl Config {
    /// Reads and parses a file; paths in it become absolute, and what several rooms have to know
    /// (host name, data folder) is handed down from `[server]`.
    pub(crate) fn read(file: &Path) -> Result<(Self, Document), Mistakes> {
        let text =
            std::fs::read_to_string(file).map_err(|error| Mistakes::unreadable(file, &error))?;
        Self::parse(file, &text)
    }

    /// As [`Config::read`], for text that was read already.
    pub(crate) fn parse(file: &Path, text: &str) -> Result<(Self, Document), Mistakes> {
        let document = Document::parse(file, text)?;
        let mut config: Self = document.to_config()?;
        config.hand_down(file);
        Ok((config, document))
    }

    /// The admin socket of the server that uses this file.
    pub(crate) fn socket(&self) -> PathBuf {
        self.server.data.join("admin.sock")
    }

    fn hand_down(&mut self, file: &Path) {
        let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        let folder = absolute.parent().unwrap_or(Path::new("/"));
        self.server.data = folder.join(&self.server.data);
        if let Some(plugins) = &mut self.server.plugin_dir {
            *plugins = folder.join(&plugins);
        }
        if let Some(tls) = &mut self.tls {
            tls.certificate = folder.join(&tls.certificate);
            tls.key = folder.join(&tls.key);
        }
        if let Some(anchors) = &mut self.relay.trust_anchors {
            *anchors = folder.join(&anchors);
        }
        if let Some(log) = &mut self.log.file {
            *log = folder.join(&log);
        }
        let tenants = self.tenants.values_mut();
        let kept = (self.secrets.values_mut())
            .chain(self.aead_keys.values_mut())
            .chain(tenants.flat_map(TenantTable::kept_mut));
        for file in kept.filter_map(|keeping| keeping.file.as_mut()) {
            *file = folder.join(&file);
        }
        self.storage.folder = self.server.data.clone();
        self.smtp.hostname = self.server.hostname.clone();
        self.delivery.stop_secs_max = self.server.stop_secs;
    }
}
