//! The plugin host as administration sees it.

use crate::config::Config;
use crate::plugin_log;
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use waxseal_admin::{LogPage, MinuteReport, PluginReport, PluginView, Plugins, Problem};
use waxseal_plugin::{
    Host, Latencies, Minute, PluginInfo, PluginState, PluginStatistics, Role, World,
};

/// Lists and reloads the plugins of the running server.
pub(super) struct RunningPlugins {
    config_file: PathBuf,
    /// Names that the storage was started with and cannot do without.
    stored_with: Vec<String>,
    host: Arc<Host>,
}

impl RunningPlugins {
    pub(super) fn new(config_file: &Path, config: &Config, host: Arc<Host>) -> Self {
        let storage = &config.storage;
        Self {
            config_file: config_file.to_owned(),
            stored_with: storage
                .plugins
                .iter()
                .chain(&storage.holder)
                .cloned()
                .collect(),
            host,
        }
    }

    fn view(&self) -> Vec<PluginView> {
        self.host.plugins().iter().map(plugin_view).collect()
    }

    /// Whether a plugin has this name, asked or switched off.
    fn has(&self, name: &str) -> bool {
        let plugins = self.host.statistics();
        plugins.iter().any(|plugin| plugin.name == name)
    }
}

#[async_trait]
impl Plugins for RunningPlugins {
    async fn list(&self) -> Vec<PluginView> {
        self.view()
    }

    async fn log(&self, name: &str, after: u64, wait: bool) -> Result<LogPage, Problem> {
        // One that was taken out of the configuration may have left lines.
        if !self.has(name) && !plugin_log::has(name) {
            return Err(Problem::not_found(format!(
                "no plugin has the name {name:?}"
            )));
        }
        Ok(plugin_log::lines(name, after, wait).await)
    }

    fn report(&self) -> Vec<PluginReport> {
        self.host.statistics().iter().map(plugin_report).collect()
    }

    /// Reads `[[plugin]]` of the configuration file again.
    async fn reload(&self) -> Result<Vec<PluginView>, Problem> {
        let (config, _) =
            Config::read(&self.config_file).map_err(|error| Problem::invalid(error.to_string()))?;
        let unreadable = [config.vault().1, config.tenants().1].concat();
        if let Some(problem) = unreadable.first() {
            return Err(Problem::invalid(problem.to_string()));
        }
        let has = |name: &String| {
            config
                .plugin
                .iter()
                .any(|plugin| plugin.full_name() == *name)
        };
        if let Some(name) = self.stored_with.iter().find(|name| !has(name)) {
            let message =
                format!("[storage] uses the plugin {name:?}; it cannot go while the server runs");
            return Err(Problem::invalid(message));
        }
        let loaded = self.host.reload(config.plugin_config()).await;
        loaded.map_err(|error| Problem::invalid(error.to_string()))?;
        Ok(self.view())
    }
}

fn plugin_report(plugin: &PluginStatistics) -> PluginReport {
    let mut hour = Latencies::default();
    plugin
        .minutes
        .iter()
        .for_each(|minute| hour.merge(&minute.latencies));
    let cpu: Duration = plugin.minutes.iter().map(|minute| minute.cpu).sum();
    let memory = plugin.minutes.iter().map(|minute| minute.memory_octets_max);
    PluginReport {
        name: plugin.name.clone(),
        version: plugin.version.clone(),
        world: plugin.world.map_or("", World::as_str).to_owned(),
        role: match plugin.role {
            Role::Decides => "decides",
            Role::Observes => "observes",
            Role::Shadows => "shadows",
        }
        .to_owned(),
        state: match plugin.state {
            PluginState::Works => "works",
            PluginState::BreakerOpen => "breaker open",
            PluginState::Disabled => "disabled",
        }
        .to_owned(),
        p50_micros: micros(&hour, 0.5),
        p99_micros: micros(&hour, 0.99),
        cpu_micros: cpu.as_secs_f64() * 1e6,
        memory_octets_max: memory.max().unwrap_or(0),
        minutes: plugin.minutes.iter().map(minute_report).collect(),
    }
}

fn minute_report(minute: &Minute) -> MinuteReport {
    let list = |counts: &BTreeMap<&'static str, u64>| {
        counts.iter().map(|(name, count)| (*name, *count)).collect()
    };
    MinuteReport {
        calls: minute.calls,
        verdicts: list(&minute.verdicts),
        failures: list(&minute.failures),
        agreement: list(&minute.agreement),
        p50_micros: micros(&minute.latencies, 0.5),
        p99_micros: micros(&minute.latencies, 0.99),
    }
}

fn micros(latencies: &Latencies, share: f64) -> Option<f64> {
    Some(latencies.quantile(share)?.as_secs_f64() * 1e6)
}

fn plugin_view(plugin: &PluginInfo) -> PluginView {
    let version = plugin.actor.strip_prefix(&plugin.name).map(str::trim);
    PluginView {
        name: plugin.name.clone(),
        version: version.unwrap_or(&plugin.actor).to_owned(),
        role: if plugin.observes {
            "observes"
        } else if plugin.shadow {
            "shadows"
        } else {
            "decides"
        }
        .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_plugin::{HostConfig, PluginConfig, Services};
    use waxseal_ports::clock::SystemClock;

    #[tokio::test]
    async fn logs_are_of_plugins_that_are_known() {
        let parser = waxseal_mime::Parser::new(waxseal_mime::Limits::default());
        let services = Services::new(PathBuf::new(), Arc::new(parser), Arc::new(SystemClock));
        let mut off = PluginConfig::new("off");
        off.enabled = false;
        let config = waxseal_plugin::Config {
            host: HostConfig {
                instances_max: 1,
                ..HostConfig::default()
            },
            plugins: vec![off],
            ..waxseal_plugin::Config::default()
        };
        let running = RunningPlugins {
            config_file: PathBuf::new(),
            stored_with: Vec::new(),
            host: Arc::new(Host::start(config, services).await.unwrap()),
        };
        assert!(running.log("off", 0, false).await.unwrap().lines.is_empty());
        let unknown = running.log("nobody", 0, true).await.unwrap_err();
        assert_eq!(
            (unknown.status, unknown.detail.as_str()),
            (404, "no plugin has the name \"nobody\"")
        );
    }
}
