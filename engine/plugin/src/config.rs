//! What the administrator writes about plugins: `[plugins]` for all, `[[plugin]]` for each.

use crate::grants::Grants;
use crate::signature::PublicKey;
use crate::tenant::{TenantConfig, full_name, is_name};
use crate::vault::Vault;
use crate::warm::WARM_MAX;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use waxseal_ports::filter::OnFailure;
use waxseal_settings::Shape;

const MIB: u64 = 1024 * 1024;

/// Everything the host is configured with. The daemon reads the two parts from its own file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Config {
    /// `[plugins]`
    pub host: HostConfig,
    /// `[[plugin]]`, in the order in which filters are asked.
    pub plugins: Vec<PluginConfig>,
    /// `[secrets]` and `[aead_keys]`, read; for plugins of no tenant.
    pub vault: Vault,
    /// `[tenants.NAME]`, by name.
    pub tenants: BTreeMap<String, TenantConfig>,
}

/// Settings of the host itself: the table `[plugins]`. They are read at start; a reload does not
/// change them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, waxseal_settings::Setting)]
#[serde(default, deny_unknown_fields)]
pub struct HostConfig {
    /// Plugin instances alive at once, all plugins and sessions together. Past it the failure
    /// policy of the plugin answers.
    #[setting(min = 1, max = 20_000)]
    pub instances_max: u32,
    /// Calls that run over 10 ms at once, on threads of their own. Others wait for one of these
    /// within their `wall_millis`.
    #[setting(min = 1, max = 64)]
    pub slow_calls_max: u32,
    /// Octets of one component file. A larger one is not loaded.
    pub component_bytes_max: u64,
    /// Whether plugin files and the configuration are looked at every 2 s, and read again when they
    /// changed.
    pub watch: bool,
    /// Calls waiting for an observing plugin, per session. Past it they are dropped and counted.
    #[setting(min = 1)]
    pub observe_queue_max: u32,
    /// Moved messages that wait for learners, all sessions together. Past it those who tell of more
    /// wait, which no client does.
    #[setting(min = 1)]
    pub moved_queue_max: u32,
    /// Octets of memory that instances kept ready hold together; past it no further one is started. 0
    /// keeps none ready.
    pub warm_bytes_max: u64,
    /// Public keys (64 hex digits each, as `waxseal plugin key new` prints them) of which one must
    /// have signed a component before it is loaded; without any, signatures are not looked at.
    pub require_signatures: Vec<PublicKey>,
}

impl Default for HostConfig {
    fn default() -> Self {
        Self {
            instances_max: 1_000,
            slow_calls_max: 2,
            component_bytes_max: 64 * MIB,
            watch: false,
            observe_queue_max: 64,
            moved_queue_max: 256,
            warm_bytes_max: 256 * MIB,
            require_signatures: Vec::new(),
        }
    }
}

/// One plugin: a table `[[plugin]]`.
#[derive(Debug, Clone, PartialEq, Deserialize, waxseal_settings::Setting)]
#[serde(deny_unknown_fields)]
pub struct PluginConfig {
    /// Its name here, in logs, metrics and traces: 1 to 32 of `a-z 0-9 -`, beginning with a letter,
    /// different from all others of the same tenant.
    pub name: String,
    /// The tenant whose mail it is shown, and no other; one of `[tenants]`. If not given, it is shown
    /// all mail.
    #[serde(default)]
    pub tenant: Option<String>,
    /// The component file, relative to the plugin folder; `<name>.wasm` if not given.
    #[serde(default)]
    pub file: Option<PathBuf>,
    /// What a failure of the plugin means for the client.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// Whether its verdict may replace a stricter one of a former filter.
    #[serde(default)]
    pub trusted: bool,
    /// Whether its verdicts are only compared with those of the other filters, and counted: it is
    /// asked after them, off the client's time, about the message as it stood at its place.
    #[serde(default)]
    pub shadow: bool,
    /// Whether it is loaded and asked at all.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// How many instances are kept started and configured for whoever comes next. If not given, two of
    /// a plugin that takes over 150 µs to start, and none of others. They count in
    /// `plugins.instances_max`, and give way where that is reached.
    #[serde(default)]
    #[setting(max = WARM_MAX)]
    pub warm: Option<u32>,
    /// What it may use up. Past a limit the call fails, and `on_failure` answers.
    #[serde(default)]
    pub limits: Limits,
    /// What it may reach beyond the message. What is not granted answers `denied`, and the log says
    /// once which line would grant it.
    #[serde(default)]
    pub grants: Grants,
    /// Its own settings, handed to it as JSON; its own documentation names them.
    #[serde(default)]
    #[setting(shape = own_settings)]
    pub config: toml::Table,
}

/// `[plugin.config]`: the plugin knows what may stand there.
const fn own_settings() -> Shape {
    Shape::Free
}

const fn yes() -> bool {
    true
}

/// What one plugin may use up: the table `[plugin.limits]`. Past a limit the call fails.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, waxseal_settings::Setting)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Memory of one instance, summed over its memories. Past it the plugin is told that there is
    /// none.
    #[setting(min = 65_536, max = 1_073_741_824)]
    pub memory_bytes_max: u64,
    /// Elements of all tables of one instance.
    #[setting(max = TABLE_ELEMENTS_MAX)]
    pub table_elements_max: u32,
    /// CPU time of one call before the message stage, in steps of 10 ms.
    #[setting(min = 1)]
    pub envelope_cpu_millis: u32,
    /// CPU time of one call at the message stage, in steps of 10 ms.
    #[setting(min = 1)]
    pub message_cpu_millis: u32,
    /// CPU time of one call of a delivery plugin, in steps of 10 ms.
    #[setting(min = 1)]
    pub delivery_cpu_millis: u32,
    /// CPU time of one call of a storage plugin, for each 10 MB begun.
    #[setting(min = 1)]
    pub storage_cpu_millis: u32,
    /// Time one call may take with all waiting; of a storage plugin for each 10 MB begun.
    #[setting(min = 1)]
    pub wall_millis: u32,
    /// Questions to the DNS a message. More are answered `budget`.
    pub dns_questions_max: u32,
    /// Requests over HTTP a message. More are answered `budget`.
    pub http_requests_max: u32,
    /// Attributes that a storage plugin keeps beside a blob.
    pub attributes_max: u32,
    /// Octets of the attributes of one blob, names and values together.
    pub attribute_bytes_max: u32,
    /// Edits a message.
    pub edits_max: u32,
    /// Octets of edits a message.
    pub edit_bytes_max: u32,
    /// Log lines a message. More are dropped.
    pub log_lines_max: u32,
    /// Octets of log lines a message. More are dropped.
    pub log_bytes_max: u32,
    /// Failures in a row after which the plugin is not called for 1, 2, 4 … 60 s; 0 for never.
    /// Meanwhile `on_failure` answers.
    pub breaker_failures_max: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes_max: 64 * MIB,
            table_elements_max: TABLE_ELEMENTS_MAX,
            envelope_cpu_millis: 50,
            message_cpu_millis: 500,
            delivery_cpu_millis: 5_000,
            storage_cpu_millis: 5_000,
            wall_millis: 10_000,
            dns_questions_max: 20,
            http_requests_max: 5,
            attributes_max: 32,
            attribute_bytes_max: 4 * 1024,
            edits_max: 100,
            edit_bytes_max: 256 * 1024,
            log_lines_max: 1_000,
            log_bytes_max: 64 * 1024,
            breaker_failures_max: 10,
        }
    }
}

/// What the pool sets aside for one table; no plugin can have more.
pub(crate) const TABLE_ELEMENTS_MAX: u32 = 20_000;
/// What the pool sets aside for one memory; no plugin can have more.
pub(crate) const MEMORY_BYTES_MAX: u64 = 1024 * MIB;

impl Limits {
    /// `wall_millis` as a duration.
    pub(crate) fn wall(&self) -> Duration {
        Duration::from_millis(u64::from(self.wall_millis))
    }

    /// What is wrong with the values, naming the setting.
    fn problem(&self) -> Option<String> {
        let memory = 64 * 1024..=MEMORY_BYTES_MAX;
        if !memory.contains(&self.memory_bytes_max) {
            return Some(format!(
                "limits.memory_bytes_max is {}, not {} to {}",
                self.memory_bytes_max,
                memory.start(),
                memory.end()
            ));
        }
        if self.table_elements_max > TABLE_ELEMENTS_MAX {
            return Some(format!(
                "limits.table_elements_max is {}, over {TABLE_ELEMENTS_MAX}",
                self.table_elements_max
            ));
        }
        let times = [
            ("envelope_cpu_millis", self.envelope_cpu_millis),
            ("message_cpu_millis", self.message_cpu_millis),
            ("delivery_cpu_millis", self.delivery_cpu_millis),
            ("storage_cpu_millis", self.storage_cpu_millis),
            ("wall_millis", self.wall_millis),
        ];
        let zero = times.iter().find(|(_, millis)| *millis == 0);
        zero.map(|(name, _)| format!("limits.{name} is 0"))
    }
}

impl PluginConfig {
    /// A plugin with all defaults.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            tenant: None,
            file: None,
            on_failure: OnFailure::default(),
            trusted: false,
            shadow: false,
            enabled: true,
            warm: None,
            limits: Limits::default(),
            grants: Grants::default(),
            config: toml::Table::new(),
        }
    }

    /// Its name among those of all tenants: `TENANT/NAME`, or the name alone.
    #[must_use]
    pub fn full_name(&self) -> String {
        full_name(self.tenant.as_deref(), &self.name)
    }

    /// The component file, relative to the plugin folder or absolute.
    #[must_use]
    pub fn file_name(&self) -> PathBuf {
        let default = || PathBuf::from(format!("{}.wasm", self.name));
        self.file.clone().unwrap_or_else(default)
    }
}

impl Config {
    /// What is wrong with the values themselves, each with the plugin's full name; reads no file.
    pub(crate) fn problems(&self) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        for (index, plugin) in self.plugins.iter().enumerate() {
            let name = plugin.full_name();
            let mut report = |problem: String| problems.push((name.clone(), problem));
            if !is_name(&plugin.name) {
                report("a plugin name is 1 to 32 of a-z 0-9 - and begins with a letter".to_owned());
            }
            let former = self.plugins.iter().take(index);
            if former.into_iter().any(|other| other.full_name() == name) {
                report("two plugins have this name".to_owned());
            }
            if let Some(tenant) = &plugin.tenant
                && !self.tenants.contains_key(tenant)
            {
                report(format!("there is no table [tenants.{tenant}]"));
            }
            if plugin.warm.is_some_and(|warm| warm > WARM_MAX) {
                report(format!("warm is over {WARM_MAX}"));
            }
            if let Some(problem) = plugin.limits.problem() {
                report(problem);
            }
            if let Some(problem) = plugin.grants.problem() {
                report(problem);
            }
        }
        problems
    }
}

impl HostConfig {
    /// What is wrong with the values, naming the setting.
    pub(crate) fn problem(&self) -> Option<String> {
        if !(1..=20_000).contains(&self.instances_max) {
            return Some(format!(
                "plugins.instances_max is {}, not 1 to 20000",
                self.instances_max
            ));
        }
        if !(1..=64).contains(&self.slow_calls_max) {
            return Some(format!(
                "plugins.slow_calls_max is {}, not 1 to 64",
                self.slow_calls_max
            ));
        }
        let queues = [
            ("observe_queue_max", self.observe_queue_max),
            ("moved_queue_max", self.moved_queue_max),
        ];
        let empty = queues.iter().find(|(_, max)| *max == 0);
        empty.map(|(name, _)| format!("plugins.{name} is 0"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[serde(default)]
        plugins: HostConfig,
        plugin: Vec<PluginConfig>,
    }

    #[test]
    fn reads_the_documented_form() {
        let text = r#"
            [plugins]
            instances_max = 10
            [[plugin]]
            name = "rules"
            on_failure = "reject"
            limits.message_cpu_millis = 100
            [[plugin.config.rule]]
            name = "no exe"
            if = { attachment = "*.exe" }
            [[plugin]]
            name = "other"
            file = "sub/o.wasm"
            trusted = true
        "#;
        let file: File = toml::from_str(text).unwrap();
        assert_eq!(file.plugins.instances_max, 10);
        let rules = &file.plugin[0];
        assert_eq!(rules.file_name(), PathBuf::from("rules.wasm"));
        assert_eq!(rules.limits.message_cpu_millis, 100);
        assert_eq!(rules.limits.envelope_cpu_millis, 50);
        assert_eq!(rules.config["rule"][0]["name"].as_str(), Some("no exe"));
        assert_eq!(file.plugin[1].file_name(), PathBuf::from("sub/o.wasm"));
        let wrong = toml::from_str::<File>("[[plugin]]\nname = \"a\"\non_fail = \"skip\"");
        assert!(wrong.is_err());
    }

    #[test]
    fn names_what_is_wrong() {
        let mut config = Config::default();
        for name in ["rules", "rules", "Bad", "rules"] {
            config.plugins.push(PluginConfig::new(name));
        }
        config.plugins[3].tenant = Some("acme".to_owned());
        config.plugins[0].limits.memory_bytes_max = 1;
        config.plugins[0].limits.wall_millis = 0;
        let problems: Vec<_> = config
            .problems()
            .into_iter()
            .map(|(n, p)| n + ": " + &p)
            .collect();
        expect_test::expect![[r#"
            [
                "rules: limits.memory_bytes_max is 1, not 65536 to 1073741824",
                "rules: two plugins have this name",
                "Bad: a plugin name is 1 to 32 of a-z 0-9 - and begins with a letter",
                "acme/rules: there is no table [tenants.acme]",
            ]
        "#]]
        .assert_debug_eq(&problems);
    }
}
