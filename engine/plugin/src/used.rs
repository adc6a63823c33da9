//! A started and configured instance of a plugin, ready for calls.

use crate::error::CallFailure;
use crate::instance::{Instance, Mould};
use crate::meters::Meters;
use crate::pulse::Pulse;
use crate::state::State;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// An instance in use, or ready to be.
pub(crate) struct Used {
    pub(crate) instance: Instance,
    meters: Arc<Meters>,
    /// How long starting and configuring it took, until somebody asks.
    started: Option<Duration>,
}

/// What a call cost, for whoever watches; zeros where the instance is gone.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Figures {
    pub(crate) fuel: Option<u64>,
    pub(crate) memory_bytes: usize,
    pub(crate) started: Option<Duration>,
}

/// A question to an instance, under way.
pub(crate) type Asking<'a, T> = Pin<Box<dyn Future<Output = Result<T, CallFailure>> + Send + 'a>>;

/// Where an instance for a call comes from.
#[expect(
    clippy::large_enum_variant,
    reason = "made and taken apart once a call, never kept"
)]
pub(crate) enum Source {
    /// It is there.
    Ready(Used),
    /// It is started first.
    Fresh(Start),
}

impl Source {
    /// What ends the call.
    pub(crate) fn pulse(&self) -> Arc<Pulse> {
        match self {
            Self::Ready(used) => used.instance.pulse(),
            Self::Fresh(start) => start.pulse.clone(),
        }
    }

    /// The instance, started and configured.
    ///
    /// # Errors
    /// [`CallFailure`].
    pub(crate) async fn start(self) -> Result<Used, CallFailure> {
        match self {
            Self::Ready(used) => Ok(used),
            Self::Fresh(start) => Used::start(start).await,
        }
    }
}

/// What one start needs.
pub(crate) struct Start {
    pub(crate) mould: Arc<Mould>,
    pub(crate) meters: Arc<Meters>,
    pub(crate) state: Arc<Mutex<State>>,
    pub(crate) permit: OwnedSemaphorePermit,
    pub(crate) pulse: Arc<Pulse>,
}

impl Used {
    /// Starts and configures one.
    ///
    /// # Errors
    /// [`CallFailure`].
    pub(crate) async fn start(start: Start) -> Result<Self, CallFailure> {
        let Start {
            mould,
            meters,
            state,
            permit,
            pulse,
        } = start;
        let clock = mould.profile.clock.clone();
        let began = clock.monotonic();
        let mut instance = mould.start(state, Some(permit), pulse).await?;
        instance.configure().await?;
        meters.instance_started();
        Ok(Self {
            instance,
            meters,
            started: Some(clock.monotonic().saturating_duration_since(began)),
        })
    }

    /// Fuel of the last call, memory now, and how long starting took if nobody asked before.
    pub(crate) fn figures(&mut self) -> Figures {
        Figures {
            fuel: self.instance.fuel_used(),
            memory_bytes: self.instance.memory(),
            started: self.started.take(),
        }
    }

    /// One that waited begins to be about this session or message.
    pub(crate) fn enter(&mut self, state: Arc<Mutex<State>>) {
        self.instance.enter(state);
        self.started = None;
    }
}

impl Drop for Used {
    fn drop(&mut self) {
        self.meters.instance_ended(self.instance.memory());
    }
}
