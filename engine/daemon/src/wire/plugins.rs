//! The plugin host as administration sees it.

use crate::config::Config;
use async_trait::async_trait;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use waxseal_admin::{PluginView, Plugins, Problem};
use waxseal_plugin::{Host, PluginInfo};

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
}

#[async_trait]
impl Plugins for RunningPlugins {
    async fn list(&self) -> Vec<PluginView> {
        self.view()
    }

    /// Reads `[[plugin]]` of the configuration file again.
    async fn reload(&self) -> Result<Vec<PluginView>, Problem> {
        let (config, _) =
            Config::read(&self.config_file).map_err(|error| Problem::invalid(error.to_string()))?;
        let has = |name: &String| config.plugin.iter().any(|plugin| plugin.name == *name);
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

fn plugin_view(plugin: &PluginInfo) -> PluginView {
    let version = plugin.actor.strip_prefix(&plugin.name).map(str::trim);
    PluginView {
        name: plugin.name.clone(),
        version: version.unwrap_or(&plugin.actor).to_owned(),
        role: if plugin.observes {
            "observes"
        } else {
            "decides"
        }
        .to_owned(),
    }
}
