//! `waxseal plugin serve-milter`: one plugin as a milter of Postfix or Sendmail.

mod spool;

use crate::cli::{DEFAULT_CONFIG, ServeMilterArgs};
use crate::config::{Config, Mistakes};
use crate::failure::{Failure, Outcome};
use crate::logging;
use crate::wire::{make_private_folder, plugin_services};
use anyhow::{Context, Result};
use spool::TemporarySpool;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use waxseal_author::plugin_name;
use waxseal_milter::{Listener, Server, ServerPorts};
use waxseal_plugin::{Host, PluginConfig};
use waxseal_ports::clock::SystemClock;

/// Serves until SIGTERM or SIGINT.
pub(crate) async fn serve_milter(config_file: &Path, args: ServeMilterArgs) -> Outcome {
    let mut config = read(config_file)?;
    if let Some(problem) = config.milter_server.problem() {
        return Err(Failure::wrong(problem));
    }
    logging::start(&config.log)?;
    make_private_folder(&config.server.data)?;
    let plugin = choose(&config.plugin, &args.component)?;
    let name = plugin.name.clone();
    config.plugin = vec![plugin];
    let host = Host::start(config.plugin_config(), plugin_services(&config))
        .await
        .context("starting the plugin")?;
    let host = Arc::new(host);
    let ports = ServerPorts {
        filter: host.clone(),
        spool: Arc::new(TemporarySpool::new(std::env::temp_dir())),
        clock: Arc::new(SystemClock),
    };
    let listener = Listener::bind(&args.socket, config.milter_server.mode()).await;
    let listener = listener.with_context(|| format!("cannot listen on {}", args.socket))?;
    let socket = listener.socket().context("asking for the address")?;
    let mut terminate = signal(SignalKind::terminate()).context("watching for signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("watching for signals")?;

    let (stop, sessions) = (CancellationToken::new(), TaskTracker::new());
    let server = Server::new(config.milter_server, args.protocol.into(), ports);
    let serving = tokio::spawn(Arc::new(server).run(listener, stop.clone(), sessions.clone()));
    announce(&format!("{name} listens on {socket}\n"));
    tracing::info!(plugin = name, %socket, version = env!("CARGO_PKG_VERSION"), "ready");
    tokio::select! {
        Some(()) = terminate.recv() => {}
        Some(()) = interrupt.recv() => {}
    }
    tracing::info!(sessions = sessions.len(), "stopping");
    stop.cancel();
    serving.await.context("the listener failed")?;
    sessions.close();
    let patience = Duration::from_secs(config.server.stop_secs);
    if tokio::time::timeout(patience, sessions.wait())
        .await
        .is_err()
    {
        tracing::warn!(sessions = sessions.len(), "sessions are cut off");
    }
    if tokio::time::timeout(patience, host.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("the plugin was not told of everything");
    }
    tracing::info!("stopped");
    Ok(())
}

/// The configuration; where the default file is not there, one that says nothing.
fn read(file: &Path) -> Outcome<Config> {
    let defaults = file == Path::new(DEFAULT_CONFIG) && !file.exists();
    let read: Result<_, Mistakes> = if defaults {
        let data = default_data()?.join("waxseal.toml");
        Config::parse(
            &data,
            "config_version = 1\nserver.hostname = \"localhost\"\nserver.data = \".\"\n",
        )
    } else {
        Config::read(file)
    };
    Ok(read?.0)
}

/// Where the plugin's compiled code is kept when nobody says: `waxseal-milter` in the user's data
/// folder.
fn default_data() -> Outcome<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let data = set("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(set("HOME")?).join(".local/share")));
    let data = data.ok_or_else(|| {
        Failure::wrong("there is no home folder; name a configuration file with server.data")
    })?;
    Ok(data.join("waxseal-milter"))
}

/// The plugin that `component` means: one that the configuration names so, or a file, with the
/// settings of the `[[plugin]]` of its name where there is one.
fn choose(plugins: &[PluginConfig], component: &Path) -> Outcome<PluginConfig> {
    let text = component.to_string_lossy();
    if let Some(named) = plugins.iter().find(|plugin| plugin.name == text) {
        return Ok(named.clone());
    }
    if !component.is_file() {
        let known: Vec<_> = plugins.iter().map(|plugin| plugin.name.as_str()).collect();
        let known = match known.as_slice() {
            [] => "and no [[plugin]] is configured".to_owned(),
            names => format!("and no [[plugin]], which are {}", names.join(", ")),
        };
        return Err(Failure::wrong(format!("{text} is no file {known}")));
    }
    let stem = component.file_stem().unwrap_or_default().to_string_lossy();
    let settings = plugins.iter().find(|plugin| plugin.name == stem);
    let mut plugin = settings
        .cloned()
        .unwrap_or_else(|| PluginConfig::new(plugin_name(component)));
    let file = std::path::absolute(component).context("reading COMPONENT")?;
    plugin.file = Some(file);
    Ok(plugin)
}

/// Says on standard output that mail servers can connect, for whoever started this.
fn announce(line: &str) {
    if let Err(error) = std::io::stdout().write_all(line.as_bytes()) {
        tracing::debug!(%error, "nobody reads");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_by_name_or_file() {
        let folder = std::env::temp_dir().join(format!("waxseal-choose-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("My_Rules.2.wasm");
        std::fs::write(&file, "").unwrap();
        let mut rules = PluginConfig::new("rules");
        rules.trusted = true;
        let plugins = [rules.clone()];
        assert_eq!(choose(&plugins, Path::new("rules")).unwrap(), rules);
        let chosen = choose(&plugins, &file).unwrap();
        assert_eq!(
            (chosen.name.as_str(), chosen.file),
            ("my-rules-2", Some(file))
        );
        let same_name = folder.join("rules.wasm");
        std::fs::write(&same_name, "").unwrap();
        let chosen = choose(&plugins, &same_name).unwrap();
        assert!(chosen.trusted);
        assert_eq!(chosen.file, Some(same_name));
        let missing = choose(&plugins, Path::new("nope.wasm")).unwrap_err();
        assert_eq!(
            missing.to_string(),
            "nope.wasm is no file and no [[plugin]], which are rules"
        );
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
