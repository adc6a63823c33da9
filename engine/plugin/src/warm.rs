//! Instances that are ready before anybody asks, for plugins that are slow to start.
//!
//! They hold a place of `plugins.instances_max` each, and give it up as soon as somebody needs it. What
//! is taken is replaced off the client's time, one instance after the other for all plugins together.

use crate::engine::Runtime;
use crate::error::CallFailure;
use crate::instance::Mould;
use crate::meters::Meters;
use crate::pulse::Pulse;
use crate::state::State;
use crate::used::{Start, Used};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

/// The most instances of one plugin that are kept ready.
pub(crate) const WARM_MAX: u32 = 64;
/// How many are kept ready of a plugin that is slow to start, where nothing else is said.
const WARM_AUTO: usize = 2;
/// What is slow: guests in Rust and C take a fifth of that, script guests more.
pub(crate) const SLOW_START: Duration = Duration::from_micros(150);

/// How many instances are kept ready of a plugin that starts in `start`, where `configured` says so or
/// nothing.
pub(crate) fn target(configured: Option<u32>, start: Duration) -> usize {
    match configured {
        None if start > SLOW_START => WARM_AUTO,
        None => 0,
        Some(number) => usize::try_from(number.min(WARM_MAX)).unwrap_or(0),
    }
}

/// The ready instances of one plugin.
pub(crate) struct WarmPool {
    target: usize,
    mould: Arc<Mould>,
    meters: Arc<Meters>,
    runtime: Arc<Runtime>,
    idle: Mutex<Idle>,
}

#[derive(Default)]
struct Idle {
    ready: Vec<Used>,
    /// Somebody starts more.
    filling: bool,
    /// The plugin was replaced.
    closed: bool,
}

/// The pools of all plugins, for who needs a place.
#[derive(Default)]
pub(crate) struct WarmPools(Mutex<Vec<Weak<WarmPool>>>);

impl WarmPools {
    fn all(&self) -> Vec<Arc<WarmPool>> {
        let mut pools = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pools.retain(|pool| pool.strong_count() > 0);
        pools.iter().filter_map(Weak::upgrade).collect()
    }

    fn enter(&self, pool: &Arc<WarmPool>) {
        let mut pools = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pools.push(Arc::downgrade(pool));
    }

    /// Ends one ready instance, of the plugin that has the most; `false` where there is none.
    pub(crate) fn give_one_up(&self) -> bool {
        let pools = self.all();
        let largest = pools.iter().max_by_key(|pool| pool.count());
        largest.is_some_and(|pool| pool.pop().is_some())
    }

    /// Octets of memory that all ready instances hold.
    fn octets(&self) -> usize {
        self.all().iter().map(|pool| pool.octets()).sum()
    }
}

impl WarmPool {
    /// A pool that is still empty.
    pub(crate) fn new(
        target: usize,
        (mould, meters): (Arc<Mould>, Arc<Meters>),
        runtime: &Arc<Runtime>,
    ) -> Arc<Self> {
        let pool = Arc::new(Self {
            target,
            mould,
            meters,
            runtime: runtime.clone(),
            idle: Mutex::default(),
        });
        if target > 0 {
            runtime.warm.enter(&pool);
        }
        pool
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many are ready.
    pub(crate) fn count(&self) -> usize {
        self.idle().ready.len()
    }

    fn octets(&self) -> usize {
        let idle = self.idle();
        idle.ready.iter().map(|used| used.instance.memory()).sum()
    }

    fn pop(&self) -> Option<Used> {
        let mut idle = self.idle();
        let used = idle.ready.pop();
        self.meters.warm(idle.ready.len());
        used
    }

    /// Whether an instance is ready.
    pub(crate) fn has_ready(&self) -> bool {
        self.target > 0 && self.count() > 0
    }

    /// A ready instance for this session or message, if there is one; another is started in its place.
    pub(crate) fn take(self: &Arc<Self>, state: &Arc<Mutex<State>>) -> Option<Used> {
        if self.target == 0 {
            return None;
        }
        let mut used = self.pop();
        self.fill();
        self.meters
            .started_from(if used.is_some() { "warm" } else { "cold" });
        if let Some(used) = &mut used {
            used.enter(state.clone());
        }
        used
    }

    /// Starts what is missing, in the background.
    pub(crate) fn fill(self: &Arc<Self>) {
        let mut idle = self.idle();
        if idle.filling || idle.closed || idle.ready.len() >= self.target {
            return;
        }
        idle.filling = true;
        drop(idle);
        tokio::spawn(self.clone().fill_up());
    }

    /// Ends all, and starts no more.
    pub(crate) fn close(&self) {
        let mut idle = self.idle();
        idle.closed = true;
        let ready = std::mem::take(&mut idle.ready);
        drop(idle);
        drop(ready);
        if self.target > 0 {
            self.meters.warm(0);
        }
    }

    async fn fill_up(self: Arc<Self>) {
        let _one_after_the_other = self.runtime.filling.lock().await;
        while self.wants_more() {
            let started = self.start_one().await;
            let mut idle = self.idle();
            match started {
                Ok(used) if !idle.closed => {
                    idle.ready.push(used);
                    self.meters.warm(idle.ready.len());
                }
                Ok(_) => break,
                Err(failure) => {
                    let plugin = self.mould.profile.name.as_str();
                    tracing::debug!(plugin, %failure, "no instance is kept ready");
                    break;
                }
            }
        }
        self.idle().filling = false;
    }

    /// Whether there is need and room for one more.
    fn wants_more(&self) -> bool {
        let max = self.runtime.config.warm_bytes_max;
        let held = u64::try_from(self.runtime.warm.octets()).unwrap_or(u64::MAX);
        let idle = self.idle();
        !idle.closed && idle.ready.len() < self.target && held < max
    }

    async fn start_one(&self) -> Result<Used, CallFailure> {
        let free = self.runtime.instances.clone().try_acquire_owned();
        let busy = CallFailure::Busy(self.runtime.config.instances_max);
        let pulse = Arc::new(Pulse::new());
        let start = Start {
            mould: self.mould.clone(),
            meters: self.meters.clone(),
            state: Arc::new(Mutex::new(State::outside_sessions())),
            permit: free.map_err(|_| busy)?,
            pulse: pulse.clone(),
        };
        let limits = &self.mould.profile.limits;
        let run = Box::pin(Used::start(start));
        let started = self.runtime.lane.drive(run, pulse, limits.wall()).await;
        started.map_err(|lost| lost.failure(limits))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_ones_are_kept_ready() {
        let slow = SLOW_START * 2;
        assert_eq!(target(None, slow), WARM_AUTO);
        assert_eq!(target(None, SLOW_START), 0);
        assert_eq!(target(Some(5), Duration::ZERO), 5);
        assert_eq!(target(Some(0), slow), 0);
        assert_eq!(target(Some(u32::MAX), slow), 64);
    }
}
