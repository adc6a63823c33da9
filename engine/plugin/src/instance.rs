//! One instance of a plugin: started with its limits, called, and never called again after a trap.

use crate::answer::Answer;
use crate::call::Call;
use crate::config::Limits;
use crate::delivery::{SaidAction, SaidHanded};
use crate::error::CallFailure;
use crate::guest::{CpuTime, Guest, Profile, Stopped, on_tick};
use crate::metering::{FUEL_PER_MILLI, Metering};
use crate::pulse::Pulse;
use crate::stage::Stage;
use crate::state::State;
use crate::storage::{StorageAnswer, StorageCall, Streams};
use crate::v0_1_0::BODY_OCTETS_MAX;
use crate::versions::{About, Exports, Linked};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use wasmtime::{Engine, Store, Trap};
use waxseal_ports::mailbox_events::Moved;

/// Octets of a trap's text that are kept.
const TRAP_BYTES_MAX: usize = 400;
/// Octets that one call of a guest may make the host allocate.
const HOSTCALL_BYTES_MAX: usize = 2 * 1024 * 1024;

/// A started and configured instance.
pub(crate) struct Instance {
    store: Store<Guest>,
    exports: Exports,
    _permit: Option<OwnedSemaphorePermit>,
}

/// A CPU limit and its name.
#[derive(Clone, Copy)]
struct Cpu {
    setting: &'static str,
    millis: u32,
}

impl Cpu {
    const fn message(limits: &Limits) -> Self {
        Self {
            setting: "message_cpu_millis",
            millis: limits.message_cpu_millis,
        }
    }

    const fn at(stage: Stage, limits: &Limits) -> Self {
        match stage {
            Stage::Message | Stage::Moved => Self::message(limits),
            Stage::Connect
            | Stage::Helo
            | Stage::Auth
            | Stage::Mail
            | Stage::Rcpt
            | Stage::Headers
            | Stage::Disconnect => Self {
                setting: "envelope_cpu_millis",
                millis: limits.envelope_cpu_millis,
            },
            Stage::Route | Stage::Transport => Self {
                setting: "delivery_cpu_millis",
                millis: limits.delivery_cpu_millis,
            },
            Stage::Encode | Stage::Decode | Stage::Put | Stage::Get | Stage::Delete => Self {
                setting: "storage_cpu_millis",
                millis: limits.storage_cpu_millis,
            },
        }
    }
}

/// What an instance is made of.
pub(crate) struct Mould {
    pub(crate) engine: Engine,
    pub(crate) linked: Linked,
    pub(crate) profile: Arc<Profile>,
}

impl Mould {
    /// Starts an instance; it is not configured yet. It holds its `permit` while it lives.
    ///
    /// # Errors
    /// [`CallFailure`].
    pub(crate) async fn start(
        &self,
        state: Arc<Mutex<State>>,
        permit: Option<OwnedSemaphorePermit>,
        pulse: Arc<Pulse>,
    ) -> Result<Instance, CallFailure> {
        let guest = Guest::new(self.profile.clone(), state, pulse);
        let mut store = Store::new(&self.engine, guest);
        store.limiter(|guest| &mut guest.limiter);
        if self.profile.instruments.metering == Metering::Epoch {
            store.epoch_deadline_callback(on_tick);
        }
        let bodies = if self.profile.reach.has_http() {
            BODY_OCTETS_MAX
        } else {
            0
        };
        store.set_hostcall_fuel(HOSTCALL_BYTES_MAX + bodies);
        let cpu = Cpu::message(&self.profile.limits);
        arm(&mut store, cpu);
        let exports = self.linked.instantiate(&mut store).await;
        Ok(Instance {
            exports: ended(store.data_mut(), cpu, exports)?,
            store,
            _permit: permit,
        })
    }
}

impl Instance {
    /// Asks who the plugin is.
    ///
    /// # Errors
    /// [`CallFailure`].
    pub(crate) async fn describe(&mut self) -> Result<About, CallFailure> {
        let cpu = Cpu::message(&self.store.data().profile.limits);
        arm(&mut self.store, cpu);
        let about = self.exports.describe(&mut self.store).await;
        ended(self.store.data_mut(), cpu, about)
    }

    /// Lets the plugin read its configuration; must come before the first call.
    ///
    /// # Errors
    /// [`CallFailure`].
    pub(crate) async fn configure(&mut self) -> Result<(), CallFailure> {
        let cpu = Cpu::message(&self.store.data().profile.limits);
        arm(&mut self.store, cpu);
        let answer = self.exports.configure(&mut self.store).await;
        ended(self.store.data_mut(), cpu, answer)?
    }

    /// Asks the plugin. After any failure but [`CallFailure::Own`] the instance must be dropped.
    ///
    /// # Errors
    /// [`CallFailure`].
    pub(crate) async fn call(&mut self, call: &Call) -> Result<Answer, CallFailure> {
        let cpu = Cpu::at(call.stage(), &self.store.data().profile.limits);
        self.store.data_mut().enter_transaction();
        arm(&mut self.store, cpu);
        let answer = self.exports.call(&mut self.store, call).await;
        ended(self.store.data_mut(), cpu, answer)?
    }

    /// Asks a storage plugin or a holder; the limit of CPU time holds `times` times. After any failure
    /// but [`CallFailure::Own`] the instance must be dropped. Gives the streams back as they are then.
    pub(crate) async fn store(
        &mut self,
        call: &StorageCall,
        streams: Streams,
        times: u32,
    ) -> (Result<StorageAnswer, CallFailure>, Option<Streams>) {
        let cpu = Cpu::at(call.stage(), &self.store.data().profile.limits);
        self.store.data_mut().blob.replace(Some(streams));
        let millis = cpu.millis.saturating_mul(times);
        arm(&mut self.store, Cpu { millis, ..cpu });
        let answer = self.exports.store(&mut self.store, call).await;
        let answer = ended(self.store.data_mut(), cpu, answer);
        let streams = self.store.data_mut().blob.replace(None);
        (answer.and_then(|answer| answer), streams)
    }

    /// Asks a delivery plugin where its message goes.
    ///
    /// # Errors
    /// [`CallFailure`].
    pub(crate) async fn route(&mut self, recipient: &str) -> Result<Vec<SaidAction>, CallFailure> {
        let cpu = self.begin(Stage::Route);
        let answer = self.exports.route(&mut self.store, recipient).await;
        ended(self.store.data_mut(), cpu, answer)?
    }

    /// Has a delivery plugin take its message to a recipient.
    ///
    /// # Errors
    /// [`CallFailure`].
    pub(crate) async fn deliver(
        &mut self,
        recipient: &str,
        attempt: u32,
    ) -> Result<SaidHanded, CallFailure> {
        let cpu = self.begin(Stage::Transport);
        let exports = &self.exports;
        let answer = exports.deliver(&mut self.store, recipient, attempt).await;
        ended(self.store.data_mut(), cpu, answer)?
    }

    /// Tells a learner of a moved message.
    ///
    /// # Errors
    /// [`CallFailure`].
    pub(crate) async fn moved(&mut self, moved: &Moved) -> Result<(), CallFailure> {
        let cpu = self.begin(Stage::Moved);
        let answer = self.exports.moved(&mut self.store, moved).await;
        ended(self.store.data_mut(), cpu, answer)?
    }

    fn begin(&mut self, stage: Stage) -> Cpu {
        let cpu = Cpu::at(stage, &self.store.data().profile.limits);
        arm(&mut self.store, cpu);
        cpu
    }

    /// From now on the instance is about this session or message.
    pub(crate) fn enter(&mut self, state: Arc<Mutex<State>>) {
        self.store.data_mut().state = state;
    }

    /// What ends the running call.
    pub(crate) fn pulse(&self) -> Arc<Pulse> {
        self.store.data().pulse.clone()
    }

    /// Fuel that the last call used, where fuel is what counts.
    pub(crate) fn fuel_used(&self) -> Option<u64> {
        let left = self.store.get_fuel().ok()?;
        Some(self.store.data().fuel_given.saturating_sub(left))
    }

    /// Octets of memory the instance holds.
    pub(crate) fn memory(&self) -> usize {
        self.store.data().limiter.memory
    }
}

/// Sets the CPU time of the next call. A call ends between its limit and one tick past it.
fn arm(store: &mut Store<Guest>, cpu: Cpu) {
    let guest = store.data_mut();
    guest.cpu = CpuTime::new(Duration::from_millis(cpu.millis.into()));
    guest.stopped = None;
    match guest.profile.instruments.metering {
        Metering::Epoch => store.set_epoch_deadline(1),
        Metering::Fuel => {
            let fuel = FUEL_PER_MILLI.saturating_mul(cpu.millis.into());
            guest.fuel_given = fuel;
            if let Err(error) = store.set_fuel(fuel) {
                tracing::error!(%error, "fuel cannot be given");
            }
        }
    }
}

/// Counts the CPU time of a call, and says why it failed.
fn ended<T>(guest: &mut Guest, cpu: Cpu, outcome: wasmtime::Result<T>) -> Result<T, CallFailure> {
    guest.cpu.count(&guest.pulse);
    guest.profile.meters.ran(guest.cpu.used);
    outcome.map_err(|error| failure(guest, cpu, &error))
}

fn failure(guest: &mut Guest, cpu: Cpu, error: &wasmtime::Error) -> CallFailure {
    if let Some(text) = guest.limiter.refused.take() {
        return CallFailure::Memory(text);
    }
    match guest.stopped {
        Some(Stopped::Cpu) => CallFailure::Cpu {
            setting: cpu.setting,
            millis: cpu.millis,
        },
        Some(Stopped::Wall) => CallFailure::Wall(guest.profile.limits.wall_millis),
        None if error.downcast_ref::<Trap>() == Some(&Trap::OutOfFuel) => CallFailure::Cpu {
            setting: cpu.setting,
            millis: cpu.millis,
        },
        None => CallFailure::Trap(trap_text(error)),
    }
}

/// The cause without the frames, as one line.
fn trap_text(error: &wasmtime::Error) -> String {
    let mut text = String::new();
    for c in error.root_cause().to_string().chars() {
        if text.len() + c.len_utf8() > TRAP_BYTES_MAX {
            break;
        }
        text.push(if c.is_control() { ' ' } else { c });
    }
    text
}
