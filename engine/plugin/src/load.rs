//! From a file to a plugin: read, inspected, compiled, linked, tried.

use crate::chain::Trust;
use crate::config::{Config, PluginConfig};
use crate::engine::Runtime;
use crate::error::{CallFailure, LoadError, LoadReason};
use crate::guest::Profile;
use crate::guest_metrics::GuestMetrics;
use crate::host::Services;
use crate::inspect::inspect;
use crate::instance::Mould;
use crate::metering::Metering;
use crate::meters::Meters;
use crate::plugin::Plugin;
use crate::pulse::Pulse;
use crate::reach::Reach;
use crate::signature;
use crate::stage::{Stage, Stages};
use crate::state::State;
use crate::tenant::{Tenant, Tenants};
use crate::vault::Vault;
use crate::versions::{About, Linked};
use crate::warm::{SLOW_START, WarmPool, target};
use crate::world::World;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use wasmtime::component::Component;
use waxseal_ports::filter::Breaker;

/// Octets of the name and of the version that a plugin gives itself.
const ABOUT_BYTES_MAX: usize = 64;
/// Octets of the body of an answer over HTTP.
const RESPONSE_OCTETS_MAX: usize = 1024 * 1024;
const STORAGE_RESPONSE_OCTETS_MAX: usize = 4 * 1024 * 1024;
/// How often a slow start is measured again.
const MEASURED_AGAIN: usize = 4;

/// What the configuration says about one plugin.
#[derive(Clone, Copy)]
pub(crate) struct Papers<'a> {
    plugin: &'a PluginConfig,
    tenant: Option<&'a Arc<Tenant>>,
    /// The secrets and keys of its tenant, or else the server's.
    vault: &'a Vault,
}

impl<'a> Papers<'a> {
    /// Those of `plugin`, whose tenant is known to be there.
    pub(crate) fn of(plugin: &'a PluginConfig, config: &'a Config, tenants: &'a Tenants) -> Self {
        let named = plugin.tenant.as_deref();
        let own = named.and_then(|name| config.tenants.get(name));
        Self {
            plugin,
            tenant: named.and_then(|name| tenants.named(name)),
            vault: own.map_or(&config.vault, |tenant| &tenant.vault),
        }
    }
}

/// Loads one plugin; compiling happens off the reactor.
///
/// # Errors
/// [`LoadError`].
pub(crate) async fn load(
    runtime: &Arc<Runtime>,
    services: &Services,
    papers: Papers<'_>,
) -> Result<Plugin, LoadError> {
    let plugin = load_named(runtime, services, papers).await;
    plugin.map_err(|reason| LoadError {
        plugin: papers.plugin.full_name(),
        reason,
    })
}

async fn load_named(
    runtime: &Arc<Runtime>,
    services: &Services,
    papers: Papers<'_>,
) -> Result<Plugin, LoadReason> {
    let config = papers.plugin;
    let path = services.plugin_dir.join(config.file_name());
    let compiling = runtime.clone();
    let compiled = tokio::task::spawn_blocking(move || compile(&compiling, &path)).await;
    let linked = compiled.map_err(|error| LoadReason::Compile(error.to_string()))??;
    let mut profile = profile(runtime, services, papers)?;
    if let World::Storage | World::Holder = linked.world() {
        profile.response_octets_max = STORAGE_RESPONSE_OCTETS_MAX;
    }
    let mould = Arc::new(Mould {
        engine: runtime.engine.clone(),
        linked,
        profile: Arc::new(profile),
    });
    let (about, start) = trial(runtime, &mould).await?;
    let stages = check_about(&about, mould.linked.world())?;
    check_shadow(config, mould.linked.world())?;
    check_tenant(config, stages)?;
    let name = config.full_name();
    Ok(Plugin {
        actor: format!("{name} {}", about.version),
        name,
        tenant: papers.tenant.cloned(),
        world: mould.linked.world(),
        stages,
        on_failure: config.on_failure,
        shadow: config.shadow,
        trust: Trust::from_setting(config.trusted),
        breaker: Breaker::new(config.limits.breaker_failures_max, Stage::ALL.len()),
        warm: warm_pool(runtime, &mould, (config.warm, start)).await,
        meters: mould.profile.meters.clone(),
        mould,
        busy: AtomicBool::new(false),
    })
}

/// Only verdicts can be compared without being followed.
fn check_shadow(config: &PluginConfig, world: World) -> Result<(), LoadReason> {
    match world {
        World::Filter | World::Learner => Ok(()),
        World::Delivery | World::Storage | World::Holder if !config.shadow => Ok(()),
        World::Delivery | World::Storage | World::Holder => Err(LoadReason::Config(format!(
            "shadow is for filters; this is a plugin of the world {}",
            world.as_str()
        ))),
    }
}

/// A tenant's plugin is asked where it is known whose mail it is.
fn check_tenant(config: &PluginConfig, stages: Stages) -> Result<(), LoadReason> {
    let Some(tenant) = &config.tenant else {
        return Ok(());
    };
    let mut early = [Stage::Connect, Stage::Helo].into_iter();
    early.find(|stage| stages.contains(*stage)).map_or(Ok(()), |stage| {
        let stage = stage.as_str();
        Err(LoadReason::Config(format!(
            "it wants the stage {stage}, and is a plugin of the tenant {tenant}: before somebody logs in \
             or names a recipient, nobody knows whose mail it is; there are auth, mail, rcpt, headers, \
             message and disconnect"
        )))
    })
}

fn compile(runtime: &Runtime, path: &Path) -> Result<Linked, LoadReason> {
    let bytes = read(path, runtime.config.component_bytes_max)?;
    let keys = &runtime.config.require_signatures;
    signature::check(keys, &bytes).map_err(LoadReason::Signature)?;
    let (version, world) = inspect(path, &bytes)?;
    let failed = |error: wasmtime::Error| LoadReason::Compile(format!("{error:#}"));
    let component = Component::from_binary(&runtime.engine, &bytes).map_err(failed)?;
    let pre = runtime.linker.instantiate_pre(&component).map_err(failed)?;
    version.link(world, pre).map_err(failed)
}

fn read(path: &Path, max: u64) -> Result<Vec<u8>, LoadReason> {
    let unreadable = |source| LoadReason::File {
        path: path.to_owned(),
        source,
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let octets = file.metadata().map_err(unreadable)?.len();
    let mut bytes = Vec::new();
    if octets <= max {
        let within = file.take(max.saturating_add(1)).read_to_end(&mut bytes);
        within.map_err(unreadable)?;
    }
    let octets = octets.max(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    if octets > max {
        return Err(LoadReason::TooLarge {
            path: path.to_owned(),
            octets,
            max,
        });
    }
    Ok(bytes)
}

fn profile(
    runtime: &Runtime,
    services: &Services,
    papers: Papers<'_>,
) -> Result<Profile, LoadReason> {
    let config = papers.plugin;
    let meters = Meters::new(
        (config.tenant.as_deref(), &config.name),
        services.clock.clone(),
    );
    let json = serde_json::to_value(&config.config);
    let json = json.map_err(|error| LoadReason::Config(error.to_string()))?;
    Ok(Profile {
        name: config.full_name(),
        tenant: papers.tenant.cloned(),
        limits: config.limits.clone(),
        config_json: json.to_string(),
        config: json,
        parser: services.parser.clone(),
        clock: services.clock.clone(),
        started: services.clock.monotonic(),
        metrics: GuestMetrics::new(config.tenant.as_deref(), &config.name),
        instruments: runtime.instruments.clone(),
        meters: Arc::new(meters),
        reach: Reach::new(services, config, papers.vault),
        response_octets_max: RESPONSE_OCTETS_MAX,
    })
}

/// Keeps instances ready as configured. What takes long to start is measured again, lest a busy machine
/// make a quick plugin look slow.
async fn warm_pool(
    runtime: &Arc<Runtime>,
    mould: &Arc<Mould>,
    (warm, mut start): (Option<u32>, Duration),
) -> Arc<WarmPool> {
    let profile = &mould.profile;
    // Whoever watches wants to see the start of each.
    let watched = profile.instruments.watch.is_some();
    let warm = match watched || profile.instruments.metering == Metering::Fuel {
        true => Some(0),
        false => warm,
    };
    for _ in 0..MEASURED_AGAIN {
        if warm.is_none()
            && start > SLOW_START
            && let Ok((_, again)) = trial(runtime, mould).await
        {
            start = start.min(again);
        }
    }
    let parts = (mould.clone(), profile.meters.clone());
    WarmPool::new(target(warm, start), parts, runtime)
}

/// Starts an instance outside any session and lets it read its configuration; answers also how long that
/// took.
async fn trial(runtime: &Runtime, mould: &Arc<Mould>) -> Result<(About, Duration), LoadReason> {
    let _one_at_a_time = runtime.trial.lock().await;
    let state = Arc::new(Mutex::new(State::outside_sessions()));
    let profile = mould.profile.clone();
    let pulse = Arc::new(Pulse::new());
    let (mould, own) = (mould.clone(), pulse.clone());
    let clock = profile.clock.clone();
    let run = Box::pin(async move {
        let began = clock.monotonic();
        let mut instance = mould.start(state, None, own).await?;
        let started = clock.monotonic().saturating_duration_since(began);
        let about = instance.describe().await?;
        let began = clock.monotonic();
        instance.configure().await?;
        let configured = clock.monotonic().saturating_duration_since(began);
        Ok((about, started + configured))
    });
    let ended = runtime.lane.drive(run, pulse, profile.limits.wall()).await;
    let about = match ended {
        Ok(about) => about,
        Err(lost) => Err(lost.failure(&profile.limits)),
    };
    about.map_err(|failure| match failure {
        CallFailure::Own { code, message } => {
            let message = profile.reach.mask(&message).into_owned();
            LoadReason::Configure { code, message }
        }
        failure @ (CallFailure::Trap(_)
        | CallFailure::Cpu { .. }
        | CallFailure::Wall(_)
        | CallFailure::Memory(_)
        | CallFailure::Outcome(_)
        | CallFailure::TooLarge
        | CallFailure::Busy(_)
        | CallFailure::Breaker) => LoadReason::Trial(failure),
    })
}

fn check_about(about: &About, world: World) -> Result<Stages, LoadReason> {
    for (what, text) in [("name", &about.name), ("version", &about.version)] {
        let plain = text.bytes().all(|b| b.is_ascii_graphic());
        if !plain || !(1..=ABOUT_BYTES_MAX).contains(&text.len()) {
            let problem = format!("its {what} is not 1 to 64 printable ASCII characters");
            return Err(LoadReason::About(problem));
        }
    }
    Stages::parse(&about.stages, world).map_err(LoadReason::About)
}
