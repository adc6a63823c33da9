//! What stands behind one instance while it runs: its limits, its usage, and what it may ask about.

use crate::config::Limits;
use crate::guest_metrics::GuestMetrics;
use crate::state::State;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use wasmtime::{ResourceLimiter, StoreContextMut, UpdateDeadline};
use waxseal_ports::{Clock, MessageParser};

/// What is the same for all instances of a plugin.
pub(crate) struct Profile {
    pub(crate) name: String,
    pub(crate) limits: Limits,
    pub(crate) config: serde_json::Value,
    pub(crate) config_json: String,
    pub(crate) parser: Arc<dyn MessageParser>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Where the guest's monotonic clock begins.
    pub(crate) started: Instant,
    pub(crate) metrics: GuestMetrics,
}

/// The data of an instance's store.
pub(crate) struct Guest {
    pub(crate) profile: Arc<Profile>,
    pub(crate) state: Arc<Mutex<State>>,
    pub(crate) limiter: Limiter,
    pub(crate) logged: Logged,
    /// Epoch ticks left of the running call's CPU time.
    pub(crate) ticks_left: u32,
    /// Set from outside to end the running call at its next tick.
    pub(crate) cancel: Arc<AtomicBool>,
    /// Why the epoch ended the call.
    pub(crate) stopped: Option<Stopped>,
}

/// Why a running call was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stopped {
    Cpu,
    Wall,
}

/// What was logged of the current message.
#[derive(Debug, Default)]
pub(crate) struct Logged {
    pub(crate) lines: u32,
    pub(crate) bytes: u32,
    /// Whether the limit was hit and said so.
    pub(crate) past: bool,
}

impl Guest {
    pub(crate) fn new(profile: Arc<Profile>, state: Arc<Mutex<State>>) -> Self {
        let limiter = Limiter::new(&profile.limits);
        Self {
            profile,
            state,
            limiter,
            logged: Logged::default(),
            ticks_left: 0,
            cancel: Arc::new(AtomicBool::new(false)),
            stopped: None,
        }
    }

    /// The session and message; a guard must not live across an `await`.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Called at every tick of the epoch while a guest runs: yields to the others, or ends the call.
pub(crate) fn on_tick(mut store: StoreContextMut<'_, Guest>) -> wasmtime::Result<UpdateDeadline> {
    let guest = store.data_mut();
    if guest.cancel.load(Ordering::Relaxed) {
        guest.stopped = Some(Stopped::Wall);
        return Ok(UpdateDeadline::Interrupt);
    }
    let Some(left) = guest.ticks_left.checked_sub(1) else {
        guest.stopped = Some(Stopped::Cpu);
        return Ok(UpdateDeadline::Interrupt);
    };
    guest.ticks_left = left;
    Ok(UpdateDeadline::Yield(1))
}

/// Limits memory and tables over all of an instance's. Past a limit it gives an error with its name,
/// which ends the call at once: a guest that is told -1 would end in a trap without a name.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory_max: usize,
    table_max: usize,
    pub(crate) memory: usize,
    table: usize,
    /// The text of the limit that was hit.
    pub(crate) refused: Option<String>,
}

impl Limiter {
    fn new(limits: &Limits) -> Self {
        Self {
            memory_max: usize::try_from(limits.memory_bytes_max).unwrap_or(usize::MAX),
            table_max: usize::try_from(limits.table_elements_max).unwrap_or(usize::MAX),
            memory: 0,
            table: 0,
            refused: None,
        }
    }

    fn refuse(&mut self, text: String) -> wasmtime::Error {
        self.refused = Some(text.clone());
        wasmtime::Error::msg(text)
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let wanted = self.memory.saturating_add(desired.saturating_sub(current));
        if wanted > self.memory_max {
            let max = self.memory_max;
            let text = format!("it wanted {wanted} octets, over limits.memory_bytes_max = {max}");
            return Err(self.refuse(text));
        }
        self.memory = wanted;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let wanted = self.table.saturating_add(desired.saturating_sub(current));
        if wanted > self.table_max {
            let max = self.table_max;
            let text = format!(
                "it wanted {wanted} table elements, over limits.table_elements_max = {max}"
            );
            return Err(self.refuse(text));
        }
        self.table = wanted;
        Ok(true)
    }
}
