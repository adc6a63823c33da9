//! The host: what the daemon starts, reloads and hands to the services as a [`Filter`].

use crate::chain::Chain;
use crate::config::{Config, PluginConfig};
use crate::engine::Runtime;
use crate::error::{LoadError, LoadReason, StartError};
use crate::learners::Learners;
use crate::load::{Papers, load};
use crate::metering::Instruments;
use crate::meters;
use crate::session::{Session, Shared};
use crate::statistics::PluginStatistics;
use crate::tenant::Tenants;
use crate::world::World;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use tokio_util::task::TaskTracker;
use waxseal_ports::entropy::SystemEntropy;
use waxseal_ports::filter::SessionInfo;
use waxseal_ports::trace::{LateTrace, NoLateTrace};
use waxseal_ports::{
    Clock, Entropy, Filter, FilterSession, HttpClient, KeyValue, MessageParser, Resolver,
    Unreachable,
};

/// What the host needs from the rest of the server.
#[derive(Clone)]
pub struct Services {
    /// Where component files are looked for.
    pub plugin_dir: PathBuf,
    /// Where compiled code is kept; a folder that only the server can write, absolute. `None` keeps
    /// nothing.
    pub cache_dir: Option<PathBuf>,
    /// Reads MIME structure.
    pub parser: Arc<dyn MessageParser>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// What plugins keep for themselves.
    pub key_value: Arc<dyn KeyValue>,
    /// Questions to the DNS.
    pub resolver: Arc<dyn Resolver>,
    /// Requests over HTTP.
    pub http: Arc<dyn HttpClient>,
    /// Takes what shadows say of a message.
    pub late_trace: Arc<dyn LateTrace>,
}

impl Services {
    /// No cache, no way out: every question beyond the message is answered with a failure. Fields
    /// are then set as needed.
    #[must_use]
    pub fn new(plugin_dir: PathBuf, parser: Arc<dyn MessageParser>, clock: Arc<dyn Clock>) -> Self {
        Self {
            plugin_dir,
            cache_dir: None,
            parser,
            clock,
            entropy: Arc::new(SystemEntropy),
            key_value: Arc::new(Unreachable),
            resolver: Arc::new(Unreachable),
            http: Arc::new(Unreachable),
            late_trace: Arc::new(NoLateTrace),
        }
    }
}

/// Runs the configured plugins. Give it to the services as `Arc<dyn Filter>`.
pub struct Host {
    services: Services,
    shared: Shared,
    chain: RwLock<Arc<Chain>>,
    learners: Learners,
}

/// One running plugin, for lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginInfo {
    /// Its name in the configuration, with its tenant: `TENANT/NAME`, or the name alone.
    pub name: String,
    /// That name with the version it gives itself.
    pub actor: String,
    /// What kind of plugin it is.
    pub world: World,
    /// Whether it only observes.
    pub observes: bool,
    /// Whether its verdicts are only compared.
    pub shadow: bool,
    /// The stages at which it is asked.
    pub stages: Vec<String>,
}

impl Host {
    /// Loads all plugins of `config`; needs a tokio runtime.
    ///
    /// # Errors
    /// [`StartError`] names every plugin that could not be loaded.
    pub async fn start(config: Config, services: Services) -> Result<Self, StartError> {
        Self::start_with(config, services, Instruments::default()).await
    }

    /// The same with what the tools of plugin authors measure and watch with.
    ///
    /// # Errors
    /// As [`Host::start`].
    pub async fn start_with(
        config: Config,
        services: Services,
        instruments: Instruments,
    ) -> Result<Self, StartError> {
        meters::describe();
        let cache = services.cache_dir.as_deref();
        let runtime = Arc::new(Runtime::new(&config.host, cache, instruments)?);
        let chain = load_all(&runtime, &services, &config).await?;
        chain.warm_up();
        let tasks = TaskTracker::new();
        Ok(Self {
            learners: Learners::start(&runtime, &tasks),
            shared: Shared {
                runtime,
                clock: services.clock.clone(),
                tasks,
                late_trace: services.late_trace.clone(),
            },
            services,
            chain: RwLock::new(Arc::new(chain)),
        })
    }

    /// Loads the plugins of `config` beside the running ones, tries them, and swaps. Sessions in
    /// progress keep the old ones. On failure the old ones stay. `config.host` is not read again.
    ///
    /// # Errors
    /// [`StartError::Plugins`].
    pub async fn reload(&self, config: Config) -> Result<(), StartError> {
        let chain = load_all(&self.shared.runtime, &self.services, &config).await?;
        let chain = Arc::new(chain);
        let mut running = self.chain.write().unwrap_or_else(PoisonError::into_inner);
        let former = std::mem::replace(&mut *running, chain.clone());
        drop(running);
        former.cool_down();
        chain.warm_up();
        Ok(())
    }

    /// The running plugins: filters that decide in their order, those that observe, the other worlds.
    #[must_use]
    pub fn plugins(&self) -> Vec<PluginInfo> {
        let chain = self.chain();
        let all = chain.all();
        all.map(|plugin| PluginInfo {
            name: plugin.name.clone(),
            actor: plugin.actor.clone(),
            world: plugin.world,
            observes: plugin.stages.observes,
            shadow: plugin.shadow,
            stages: plugin.stages.names(),
        })
        .collect()
    }

    /// What each plugin did in the last hour, in the order of [`Host::plugins`], then those that are
    /// switched off. A reload begins anew.
    #[must_use]
    pub fn statistics(&self) -> Vec<PluginStatistics> {
        let chain = self.chain();
        let running = chain.all().map(|plugin| plugin.statistics());
        let disabled = chain.disabled.iter();
        running
            .chain(disabled.map(|name| PluginStatistics::disabled(name)))
            .collect()
    }

    /// Waits until observing and learning plugins have been told of everything; call it after the last session
    /// ended, under a deadline.
    pub async fn shutdown(&self) {
        self.learners.close();
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
        self.chain().cool_down();
    }

    /// The way to the learners.
    pub(crate) const fn learners(&self) -> &Learners {
        &self.learners
    }

    pub(crate) fn runtime(&self) -> &Arc<Runtime> {
        &self.shared.runtime
    }

    pub(crate) fn chain(&self) -> Arc<Chain> {
        let chain = self.chain.read().unwrap_or_else(PoisonError::into_inner);
        chain.clone()
    }
}

impl Filter for Host {
    fn session(&self, session: SessionInfo) -> Box<dyn FilterSession> {
        Box::new(Session::new(self.shared.clone(), self.chain(), session))
    }
}

/// Whether [`Host::start`] would take `config`: the same work, thrown away.
///
/// # Errors
/// As [`Host::start`].
pub async fn check(mut config: Config, services: Services) -> Result<(), StartError> {
    if let Some(problem) = config.host.problem() {
        return Err(StartError::Config(problem));
    }
    config.host.instances_max = 1;
    let cache = services.cache_dir.as_deref();
    let runtime = Arc::new(Runtime::new(&config.host, cache, Instruments::default())?);
    load_all(&runtime, &services, &config).await.map(drop)
}

/// All plugins, or every reason why not.
async fn load_all(
    runtime: &Arc<Runtime>,
    services: &Services,
    config: &Config,
) -> Result<Chain, StartError> {
    let tenants = Tenants::read(&config.tenants).map_err(StartError::Config)?;
    let problems = config.problems().into_iter();
    let mut errors: Vec<_> = problems
        .map(|(plugin, problem)| LoadError {
            plugin,
            reason: LoadReason::Config(problem),
        })
        .collect();
    let mut plugins = Vec::new();
    for plugin in config.plugins.iter().filter(|plugin| plugin.enabled) {
        let sound = |plugin: &PluginConfig| {
            let name = plugin.full_name();
            errors.iter().all(|error| error.plugin != name)
        };
        if sound(plugin) {
            match load(runtime, services, Papers::of(plugin, config, &tenants)).await {
                Ok(plugin) => plugins.push(Arc::new(plugin)),
                Err(error) => errors.push(error),
            }
        }
    }
    if errors.is_empty() {
        let disabled = config.plugins.iter().filter(|plugin| !plugin.enabled);
        let disabled = disabled.map(PluginConfig::full_name).collect();
        Ok(Chain::new(plugins, disabled, tenants))
    } else {
        Err(StartError::Plugins(errors))
    }
}
