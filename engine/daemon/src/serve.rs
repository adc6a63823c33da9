//! The life of a server: start in order, run until a signal, stop in order.

use crate::config::{Config, Ground, Mistakes, check};
use crate::failure::Outcome;
use crate::logging;
use crate::watch::FileWatch;
use crate::wire::{Parts, plugin_services};
use anyhow::{Context, Result};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use waxseal_admin::{ListenerView, Plugins, Readiness, Status, serve_commands, serve_observation};
use waxseal_net::{Descriptors, Gate, Listener, TlsAcceptor, TlsMode};

/// Upper bounds of histogram buckets for durations, in seconds.
const SECONDS_BUCKETS: [f64; 12] = [
    0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0, 300.0,
];

/// Runs a server until SIGTERM or SIGINT. `ready` is called once, when everything listens.
pub(crate) async fn serve(config_file: &Path, ready: impl FnOnce(&Config)) -> Outcome {
    let (config, document) = Config::read(config_file)?;
    let mistakes = check(&config, &document, Ground::Values, plugin_services(&config)).await;
    if !mistakes.is_empty() {
        return Err(Mistakes(mistakes).into());
    }
    logging::start(&config.log)?;
    let mut server = Server::start(config_file, &config).await?;
    ready(&config);
    server.until_signal().await?;
    server
        .stop(Duration::from_secs(config.server.stop_secs))
        .await;
    Ok(())
}

/// Everything that runs.
struct Server {
    parts: PartsLeft,
    tls: Option<TlsAcceptor>,
    sessions: TaskTracker,
    stop: CancellationToken,
    stop_admin: CancellationToken,
    runner: JoinHandle<()>,
    admin: Vec<JoinHandle<()>>,
    signals: Signals,
    watch: Option<FileWatch>,
}

/// What is needed of the parts until the end.
struct PartsLeft {
    storage: Arc<waxseal_storage::Storage>,
    key_value: Arc<waxseal_storage::KeyValueStore>,
    access: Arc<waxseal_access::Access>,
    host: Arc<waxseal_plugin::Host>,
    plugins: Arc<dyn Plugins>,
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Server {
    async fn start(config_file: &Path, config: &Config) -> Result<Self> {
        let signals = Signals::new().context("watching for signals")?;
        let metrics = install_metrics()?;
        let descriptors = Descriptors::of_process();
        let parts = Parts::build(config_file, config).await?;
        let tls = config.tls.as_ref().map(TlsAcceptor::load).transpose()?;
        let listeners = bind(config)?;
        let observation = TcpListener::bind(config.admin.address)
            .await
            .with_context(|| format!("cannot listen on {} for admin", config.admin.address))?;

        let (stop, stop_admin) = (CancellationToken::new(), CancellationToken::new());
        let readiness = Readiness::new(parts.checks(), stop.clone());
        let socket = config.socket();
        let commands = serve_commands(&socket, parts.operations.clone(), stop_admin.clone());
        let commands = commands.with_context(|| format!("making {}", socket.display()))?;
        let status = Arc::new(Status {
            hostname: config.server.hostname.clone(),
            version: env!("CARGO_PKG_VERSION"),
            listeners: listeners.iter().map(|(view, _)| view.clone()).collect(),
            readiness: readiness.clone(),
            metrics,
            operations: parts.operations.clone(),
        });
        let observed = serve_observation(observation, status, stop_admin.clone());
        let gate = Gate {
            tls: tls.clone(),
            descriptors,
            tracker: TaskTracker::new(),
            stop: stop.clone(),
        };
        for (_, (protocol, listener)) in listeners {
            let handler = parts.handler(protocol);
            tokio::spawn(listener.run(handler, gate.clone()));
        }
        let upkeep = waxseal_storage::Storage::upkeep(Arc::downgrade(&parts.storage));
        tokio::spawn(stop.clone().run_until_cancelled_owned(upkeep));
        readiness.set_listening();
        tracing::info!(hostname = %config.server.hostname, version = env!("CARGO_PKG_VERSION"),
            descriptors = gate.descriptors.total(), "ready");
        Ok(Self {
            runner: tokio::spawn(parts.runner.run(stop.clone())),
            admin: vec![tokio::spawn(commands), tokio::spawn(observed)],
            parts: PartsLeft {
                storage: parts.storage,
                access: parts.access,
                key_value: parts.key_value,
                host: parts.host,
                plugins: parts.operations.plugins,
            },
            tls,
            sessions: gate.tracker,
            stop,
            stop_admin,
            signals,
            watch: config
                .plugins
                .watch
                .then(|| FileWatch::new(config_file, &config.plugin_dir())),
        })
    }

    /// Waits for SIGTERM or SIGINT; reloads on SIGHUP.
    async fn until_signal(&mut self) -> Result<()> {
        loop {
            tokio::select! {
                Some(()) = self.signals.terminate.recv() => break,
                Some(()) = self.signals.interrupt.recv() => break,
                Some(()) = self.signals.hang_up.recv() => self.reload().await,
                () = changed(&mut self.watch) => {
                    tracing::info!("plugins or configuration changed");
                    self.reload().await;
                }
            }
        }
        Ok(())
    }

    /// Certificates and plugins; what cannot be read leaves the former in use.
    async fn reload(&self) {
        match self.tls.as_ref().map(TlsAcceptor::reload) {
            None | Some(Ok(())) => tracing::info!("certificate read again"),
            Some(Err(error)) => tracing::error!(%error, "the former certificate stays in use"),
        }
        match self.parts.plugins.reload().await {
            Ok(plugins) => tracing::info!(plugins = plugins.len(), "plugins read again"),
            Err(problem) => tracing::error!(%problem, "the former plugins stay in use"),
        }
    }

    /// Takes no more connections, lets sessions and deliveries finish what is under way for at most
    /// `patience`, then closes the storage.
    async fn stop(self, patience: Duration) {
        tracing::info!(sessions = self.sessions.len(), "stopping");
        self.stop.cancel();
        self.sessions.close();
        if tokio::time::timeout(patience, self.sessions.wait())
            .await
            .is_err()
        {
            tracing::warn!(sessions = self.sessions.len(), "sessions are cut off");
        }
        // The runner has its own patience, the same, and began to wait at the same moment.
        let slack = Duration::from_secs(2);
        if tokio::time::timeout(patience + slack, self.runner)
            .await
            .is_err()
        {
            tracing::warn!("deliveries are cut off; they are tried again after the next start");
        }
        let told = async {
            self.parts.access.finish().await;
            self.parts.host.shutdown().await;
        };
        if tokio::time::timeout(slack, told).await.is_err() {
            tracing::warn!("observing and learning plugins were not told of everything");
        }
        self.stop_admin.cancel();
        for task in self.admin {
            if tokio::time::timeout(slack, task).await.is_err() {
                tracing::warn!("an administrator's request is cut off");
            }
        }
        self.parts.key_value.close().await;
        self.parts.storage.close().await;
        tracing::info!("stopped");
    }
}

/// Resolves when what is watched has changed; never where nothing is.
async fn changed(watch: &mut Option<FileWatch>) {
    match watch {
        Some(watch) => watch.changed().await,
        None => std::future::pending().await,
    }
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }
}

type Bound = (waxseal_ports::filter::Protocol, Listener);

/// Binds every listener before any of them accepts.
fn bind(config: &Config) -> Result<Vec<(ListenerView, Bound)>> {
    let listeners = config.listeners.iter().map(|section| {
        let listener = Listener::bind(section.clone())?;
        let view = ListenerView {
            protocol: section.protocol.as_str(),
            address: listener.address()?,
            tls: match section.tls {
                TlsMode::None => "none",
                TlsMode::Starttls => "starttls",
                TlsMode::Implicit => "implicit",
            },
        };
        Ok((view, (section.protocol, listener)))
    });
    listeners.collect()
}

fn install_metrics() -> Result<PrometheusHandle> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS_BUCKETS)
        .and_then(PrometheusBuilder::install_recorder)
        .context("starting the metrics")
}
