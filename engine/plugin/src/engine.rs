//! The engine that all plugins share: compiler, pool, epoch, cache, and the counts of what runs.

use crate::config::{HostConfig, MEMORY_BYTES_MAX, TABLE_ELEMENTS_MAX};
use crate::error::{CallFailure, StartError};
use crate::guest::Guest;
use crate::lane::Lane;
use crate::metering::{Instruments, Metering};
use crate::versions;
use crate::warm::WarmPools;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::component::Linker;
use wasmtime::{
    Cache, CacheConfig, Enabled, Engine, EngineWeak, InstanceAllocationStrategy,
    PoolingAllocationConfig,
};

/// The unit of CPU limits: how often a running guest is looked at.
pub(crate) const TICK_MILLIS: u32 = 10;
/// Octets of stack a guest may use.
const GUEST_STACK_BYTES: usize = 512 * 1024;
/// Octets of stack of a call: the guest's, and room for the host functions it calls.
const CALL_STACK_BYTES: usize = 1024 * 1024;
/// Octets of a returned memory that are kept mapped and only cleared: what a small guest touches.
const KEEP_RESIDENT_BYTES: usize = 128 * 1024;
/// Octets of address space of one memory: the compiler then needs no bounds checks.
const MEMORY_RESERVATION_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// Core instances and tables for each component instance, in the mean: script guests have eight
/// and more, Rust guests one to three.
const CORE_PER_COMPONENT: u32 = 16;

/// Everything that outlives a reload.
pub(crate) struct Runtime {
    pub(crate) engine: Engine,
    pub(crate) linker: Linker<Guest>,
    pub(crate) instances: Arc<Semaphore>,
    pub(crate) lane: Lane,
    /// Held while a plugin is tried: the pool has one place for that beside those of sessions.
    pub(crate) trial: tokio::sync::Mutex<()>,
    /// Held while an instance is started that nobody waits for.
    pub(crate) filling: tokio::sync::Mutex<()>,
    /// Who holds instances that are ready.
    pub(crate) warm: WarmPools,
    pub(crate) config: HostConfig,
    pub(crate) instruments: Instruments,
}

impl Runtime {
    /// Sets the engine up and starts its ticking thread, which ends with the engine.
    ///
    /// # Errors
    /// [`StartError`].
    pub(crate) fn new(
        config: &HostConfig,
        cache: Option<&Path>,
        instruments: Instruments,
    ) -> Result<Self, StartError> {
        if let Some(problem) = config.problem() {
            return Err(StartError::Config(problem));
        }
        let failed = |error: wasmtime::Error| StartError::Engine(format!("{error:#}"));
        let metering = instruments.metering;
        let settings = engine_config(config, cache, metering).map_err(failed)?;
        let engine = Engine::new(&settings).map_err(failed)?;
        let mut linker = Linker::new(&engine);
        versions::add_to_linker(&mut linker).map_err(failed)?;
        if metering == Metering::Epoch {
            start_ticking(engine.weak()).map_err(|error| StartError::Engine(error.to_string()))?;
        }
        let instances = usize::try_from(config.instances_max).unwrap_or(usize::MAX);
        Ok(Self {
            engine,
            linker,
            instances: Arc::new(Semaphore::new(instances)),
            lane: Lane::new(usize::try_from(config.slow_calls_max).unwrap_or(1)),
            trial: tokio::sync::Mutex::new(()),
            filling: tokio::sync::Mutex::new(()),
            warm: WarmPools::default(),
            config: config.clone(),
            instruments,
        })
    }

    /// A place for one more instance; one that is only kept ready makes room.
    ///
    /// # Errors
    /// [`CallFailure::Busy`].
    pub(crate) fn place(&self) -> Result<OwnedSemaphorePermit, CallFailure> {
        loop {
            if let Ok(permit) = self.instances.clone().try_acquire_owned() {
                return Ok(permit);
            }
            if !self.warm.give_one_up() {
                return Err(CallFailure::Busy(self.config.instances_max));
            }
        }
    }
}

fn engine_config(
    config: &HostConfig,
    cache: Option<&Path>,
    metering: Metering,
) -> wasmtime::Result<wasmtime::Config> {
    let mut engine = wasmtime::Config::new();
    engine
        .wasm_component_model(true)
        .concurrency_support(false)
        .epoch_interruption(metering == Metering::Epoch)
        .consume_fuel(metering == Metering::Fuel)
        .max_wasm_stack(GUEST_STACK_BYTES)
        .async_stack_size(CALL_STACK_BYTES)
        .memory_reservation(MEMORY_RESERVATION_BYTES)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool(config)));
    if let Some(folder) = cache {
        let mut settings = CacheConfig::new();
        settings.with_directory(folder);
        engine.cache(Some(Cache::new(settings)?));
    }
    Ok(engine)
}

fn pool(config: &HostConfig) -> PoolingAllocationConfig {
    let instances = config.instances_max.saturating_add(1);
    let core = instances.saturating_mul(CORE_PER_COMPONENT);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances)
        .total_core_instances(core)
        .total_tables(core)
        .total_memories(instances.saturating_mul(2))
        .total_stacks(instances)
        .table_elements(usize::try_from(TABLE_ELEMENTS_MAX).unwrap_or(usize::MAX))
        .max_memory_size(usize::try_from(MEMORY_BYTES_MAX).unwrap_or(usize::MAX))
        .linear_memory_keep_resident(KEEP_RESIDENT_BYTES)
        .table_keep_resident(KEEP_RESIDENT_BYTES)
        .pagemap_scan(Enabled::Auto);
    pool
}

fn start_ticking(engine: EngineWeak) -> std::io::Result<()> {
    let tick = Duration::from_millis(TICK_MILLIS.into());
    let ticker = std::thread::Builder::new().name("plugin-epoch".to_owned());
    let ticking = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(tick);
        }
    };
    ticker.spawn(ticking).map(drop)
}
