//! What stands behind one instance while it runs: its limits, its usage, and what it may ask about.

use crate::config::Limits;
use crate::guest_metrics::GuestMetrics;
use crate::metering::Instruments;
use crate::meters::Meters;
use crate::pulse::Pulse;
use crate::reach::Reach;
use crate::state::State;
use crate::storage::Blob;
use crate::tenant::Tenant;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};
use wasmtime::{ResourceLimiter, StoreContextMut, UpdateDeadline};
use waxseal_ports::MessageParser;
use waxseal_ports::clock::{Clock, SystemClock};

/// What is the same for all instances of a plugin.
pub(crate) struct Profile {
    /// With its tenant, as [`crate::PluginConfig::full_name`].
    pub(crate) name: String,
    pub(crate) tenant: Option<Arc<Tenant>>,
    pub(crate) limits: Limits,
    pub(crate) config: serde_json::Value,
    pub(crate) config_json: String,
    pub(crate) parser: Arc<dyn MessageParser>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Where the guest's monotonic clock begins.
    pub(crate) started: Instant,
    pub(crate) metrics: GuestMetrics,
    pub(crate) instruments: Instruments,
    pub(crate) meters: Arc<Meters>,
    pub(crate) reach: Reach,
    /// Octets of the body of an answer over HTTP.
    pub(crate) response_octets_max: usize,
}

/// The data of an instance's store.
pub(crate) struct Guest {
    pub(crate) profile: Arc<Profile>,
    pub(crate) state: Arc<Mutex<State>>,
    pub(crate) limiter: Limiter,
    pub(crate) logged: Logged,
    pub(crate) spent: Spent,
    /// The transaction that `logged` and `spent` belong to.
    transaction: u64,
    /// CPU time of the running call.
    pub(crate) cpu: CpuTime,
    pub(crate) pulse: Arc<Pulse>,
    /// Fuel that the running call was given, where fuel is what counts.
    pub(crate) fuel_given: u64,
    /// Why the epoch ended the call.
    pub(crate) stopped: Option<Stopped>,
    /// The streams of a running storage call.
    pub(crate) blob: Blob,
}

/// Why a running call was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stopped {
    Cpu,
    Wall,
}

/// What was asked of others for the current message.
#[derive(Debug, Default)]
pub(crate) struct Spent {
    pub(crate) dns: u32,
    pub(crate) http: u32,
}

/// CPU time of one call: the time for which it was polled, without that for which the host waited.
#[derive(Debug)]
pub(crate) struct CpuTime {
    pub(crate) used: Duration,
    max: Duration,
    /// Up to when it is counted.
    counted: Instant,
}

impl CpuTime {
    /// A call begins that may use `max`.
    pub(crate) fn new(max: Duration) -> Self {
        Self {
            used: Duration::ZERO,
            max,
            counted: SystemClock.monotonic(),
        }
    }

    /// Adds what the poll under way took so far.
    pub(crate) fn count(&mut self, pulse: &Pulse) {
        let now = SystemClock.monotonic();
        let since = self.counted.max(pulse.polled_since());
        self.used += now.saturating_duration_since(since);
        self.counted = now;
    }
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
    pub(crate) fn new(profile: Arc<Profile>, state: Arc<Mutex<State>>, pulse: Arc<Pulse>) -> Self {
        let limiter = Limiter::new(&profile.limits);
        Self {
            profile,
            state,
            limiter,
            logged: Logged::default(),
            spent: Spent::default(),
            transaction: 0,
            cpu: CpuTime::new(Duration::ZERO),
            pulse,
            fuel_given: 0,
            stopped: None,
            blob: Blob::default(),
        }
    }

    /// Before a call: what was used up is counted anew for each transaction, whichever of its stages
    /// is the first that this plugin wants.
    pub(crate) fn enter_transaction(&mut self) {
        let transaction = self.state().transactions;
        if self.transaction != transaction {
            self.transaction = transaction;
            self.logged = Logged::default();
            self.spent = Spent::default();
        }
    }

    /// Who looks at session and message, where it is a tenant.
    pub(crate) fn viewer(&self) -> Option<&Tenant> {
        self.profile.tenant.as_deref()
    }

    /// The session and message; a guard must not live across an `await`.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the rest of the server. That is no CPU time of the guest, and holds no thread.
    pub(crate) async fn wait<T>(&mut self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        let pulse = self.pulse.clone();
        let mut waited = false;
        let cpu = &mut self.cpu;
        let answer = std::future::poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(answer) => Poll::Ready(answer),
            Poll::Pending => {
                if !waited {
                    waited = true;
                    cpu.count(&pulse);
                }
                pulse.wait();
                Poll::Pending
            }
        });
        let answer = answer.await;
        if waited {
            self.cpu.counted = SystemClock.monotonic();
        }
        answer
    }
}

/// Called at every tick of the epoch while a guest runs: yields to the others, or ends the call.
pub(crate) fn on_tick(mut store: StoreContextMut<'_, Guest>) -> wasmtime::Result<UpdateDeadline> {
    let guest = store.data_mut();
    if guest.pulse.is_cancelled() {
        guest.stopped = Some(Stopped::Wall);
        return Ok(UpdateDeadline::Interrupt);
    }
    guest.cpu.count(&guest.pulse);
    if guest.cpu.used >= guest.cpu.max {
        guest.stopped = Some(Stopped::Cpu);
        return Ok(UpdateDeadline::Interrupt);
    }
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
