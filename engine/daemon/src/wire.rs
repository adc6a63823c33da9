//! Wiring: the one place where adapters meet services.

mod filters;
mod plugins;
mod recording;
mod storage_check;

use crate::config::Config;
use anyhow::{Context, Result};
use plugins::RunningPlugins;
use recording::RunningRecorder;
use std::path::Path;
use std::sync::Arc;
use storage_check::StorageCheck;
use waxseal_access::Access;
use waxseal_admin::{Check, NoPlugins, NoRecording, Operations};
use waxseal_author::record::Recorder;
use waxseal_delivery::{DirectoryRouter, Runner, Settings};
use waxseal_dns::DnsResolver;
use waxseal_fetch::Fetch;
use waxseal_intake::Intake;
use waxseal_mail::Domain;
use waxseal_mime::Parser;
use waxseal_net::{AuthThrottle, Handler};
use waxseal_plugin::{Host, PluginRouter, Services};
use waxseal_ports::Router;
use waxseal_ports::clock::SystemClock;
use waxseal_ports::filter::Protocol;
use waxseal_ports::{Clock, Filter, MessageParser, Resolver, Unreachable};
use waxseal_storage::{KeyValueStore, Storage};

/// Every part of a running server that has no socket.
pub(crate) struct Parts {
    pub storage: Arc<Storage>,
    pub key_value: Arc<KeyValueStore>,
    pub host: Arc<Host>,
    pub runner: Runner,
    pub operations: Operations,
    intake: Arc<Intake>,
    pub access: Arc<Access>,
}

impl Parts {
    /// Opens the storage (which takes its lock), loads the plugins and builds the services.
    pub(crate) async fn build(config_file: &Path, config: &Config) -> Result<Self> {
        let storage = open_storage(config).await?;
        let mut services = plugin_services(config);
        let key_value = KeyValueStore::open(&config.server.data, services.clock.clone());
        let key_value = key_value.await.context("opening kv.db")?;
        services.key_value = key_value.clone();
        services.late_trace = storage.clone();
        let (parser, clock) = (services.parser.clone(), services.clock.clone());
        let host = Host::start(config.plugin_config(), services)
            .await
            .context("starting the plugins")?;
        let host = Arc::new(host);
        storage
            .use_codecs(host.clone())
            .context("reading [storage]")?;
        let filter = filters::chain(config, &host, &storage, &clock);
        let recorder = Arc::new(Recorder::new(filter, clock.clone()));
        let filter: Arc<dyn Filter> = recorder.clone();
        let throttle = AuthThrottle::new(config.auth.clone());
        let intake = waxseal_intake::Ports {
            directory: storage.clone(),
            queue: storage.clone(),
            spool: storage.clone(),
            filter: filter.clone(),
            clock: clock.clone(),
            throttle: throttle.clone(),
        };
        let intake = Intake::new(&config.smtp, intake).context("reading [smtp]")?;
        let access = waxseal_access::Ports {
            directory: storage.clone(),
            store: storage.clone(),
            spool: storage.clone(),
            parser: parser.clone(),
            filter,
            events: host.clone(),
            clock: clock.clone(),
        };
        let access = Access::new(config.access.clone(), access, throttle);
        let operations = Operations {
            plugins: Arc::new(RunningPlugins::new(config_file, config, host.clone())),
            recording: Arc::new(RunningRecorder(recorder)),
            ..operations_without_server(&storage)
        };
        Ok(Self {
            runner: runner(config, (&storage, &host), parser, clock)?,
            operations,
            intake: Arc::new(intake),
            access: Arc::new(access),
            storage,
            key_value,
            host,
        })
    }

    /// Who speaks a protocol.
    pub(crate) fn handler(&self, protocol: Protocol) -> Arc<dyn Handler> {
        match protocol {
            Protocol::Smtp | Protocol::Submission | Protocol::Lmtp => self.intake.clone(),
            Protocol::Imap | Protocol::Pop3 => self.access.clone(),
        }
    }

    /// What `/readyz` asks.
    pub(crate) fn checks(&self) -> Vec<Arc<dyn Check>> {
        vec![Arc::new(StorageCheck(self.storage.clone()))]
    }
}

/// Opens the data folder; its owner alone may look into it.
pub(crate) async fn open_storage(config: &Config) -> Result<Arc<Storage>> {
    let folder = &config.server.data;
    make_private_folder(folder)?;
    let storage = Storage::open(&config.storage, Arc::new(SystemClock)).await;
    storage.with_context(|| format!("opening the data folder {}", folder.display()))
}

/// The operations of a storage that no server has open.
pub(crate) fn operations_without_server(storage: &Arc<Storage>) -> Operations {
    Operations {
        directory: storage.clone(),
        queue: storage.clone(),
        plugins: Arc::new(NoPlugins),
        recording: Arc::new(NoRecording),
    }
}

/// What the plugin host stands on, without the keys and values, which a running server opens.
pub(crate) fn plugin_services(config: &Config) -> Services {
    let parser = Arc::new(Parser::new(config.mime));
    let resolver: Arc<dyn Resolver> = match DnsResolver::new(&config.dns) {
        Ok(resolver) => Arc::new(resolver),
        // A mistake in [dns] is told where the configuration is checked.
        Err(_) => Arc::new(Unreachable),
    };
    Services {
        cache_dir: Some(config.server.data.join("plugin-cache")),
        http: Arc::new(Fetch::new(resolver.clone())),
        resolver,
        ..Services::new(config.plugin_dir(), parser, Arc::new(SystemClock))
    }
}

/// Makes a folder with mode 0700 where there is none.
pub(crate) fn make_private_folder(folder: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("making the folder {}", folder.display()))
}

fn runner(
    config: &Config,
    (storage, host): (&Arc<Storage>, &Arc<Host>),
    parser: Arc<dyn MessageParser>,
    clock: Arc<dyn Clock>,
) -> Result<Runner> {
    let hostname = Domain::parse(&config.server.hostname).context("reading server.hostname")?;
    let router = DirectoryRouter::new(storage.clone(), &hostname, &config.delivery)
        .context("reading [delivery]")?;
    let router: Arc<dyn Router> = Arc::new(router);
    let ports = waxseal_delivery::Ports {
        queue: storage.clone(),
        deciders: vec![Arc::new(PluginRouter::new(host.clone(), router.clone()))],
        router,
        transport: host.clone(),
        parser,
        resolver: Arc::new(DnsResolver::new(&config.dns).context("reading [dns]")?),
        clock,
    };
    let settings = Settings {
        hostname,
        config: config.delivery.clone(),
        relay: config.relay.clone(),
    };
    Runner::new(settings, ports).context("reading [delivery] and [relay]")
}
