//! Between the exports of a component and the traits.

mod delivery;
mod filter;
mod holder;
mod learner;
mod lifecycle;
mod storage;

use crate::bindings::lifecycle::About;
use crate::bindings::waxseal::plugin::types::{Outcome as WitOutcome, PluginError};
use crate::blob::{Reader, Writer};
use crate::delivery::Delivery;
use crate::learner::Learner;
use crate::{Error, Filter, Outcome, Stage};
use std::cell::RefCell;

/// Where the plugin of the instance lives. An instance serves one call at a time.
#[doc(hidden)]
pub struct Slot<T>(RefCell<Option<T>>);

impl<T> Slot<T> {
    /// Empty until `configure`.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it must be const")]
    pub const fn new() -> Self {
        Self(RefCell::new(None))
    }

    /// What the export `configure` answers.
    ///
    /// # Errors
    /// Those of the plugin.
    pub fn configure(&self, make: fn() -> Result<T, Error>) -> Result<(), PluginError> {
        log_panics();
        let made = make()?;
        *self.0.borrow_mut() = Some(made);
        Ok(())
    }

    /// What the other exports answer.
    ///
    /// # Errors
    /// Those of the plugin.
    pub fn ask<A>(&self, call: impl FnOnce(&mut T) -> Result<A, Error>) -> Result<A, PluginError> {
        match &mut *self.0.borrow_mut() {
            Some(plugin) => Ok(call(plugin)?),
            None => Err(Error::new("not-configured", "a call came before configure").into()),
        }
    }

    /// The same for the stages of a filter.
    ///
    /// # Errors
    /// Those of the plugin.
    pub fn judge(
        &self,
        stage: impl FnOnce(&mut T) -> Result<Outcome, Error>,
    ) -> Result<WitOutcome, PluginError> {
        self.ask(stage).map(Outcome::into_wit)
    }

    /// The same for the stage that answers nothing.
    pub fn tell(&self, stage: impl FnOnce(&mut T)) {
        if let Some(plugin) = &mut *self.0.borrow_mut() {
            stage(plugin);
        }
    }
}

/// What the export `describe` answers.
#[doc(hidden)]
#[must_use]
pub fn about(name: &str, version: &str, stages: &[Stage]) -> About {
    log_panics();
    let stages = stages.iter().map(|stage| stage.as_str().to_owned());
    About {
        name: name.to_owned(),
        version: version.to_owned(),
        stages: stages.collect(),
    }
}

/// The stages of a filter with its present configuration.
#[doc(hidden)]
#[must_use]
pub fn filter_stages<F: Filter>() -> Vec<Stage> {
    F::stages()
}

/// The same of a learner.
#[doc(hidden)]
#[must_use]
pub fn learner_stages<L: Learner>() -> Vec<Stage> {
    let mut stages = L::stages();
    if !stages.contains(&Stage::Moved) {
        stages.push(Stage::Moved);
    }
    stages
}

/// Those of a delivery plugin.
#[doc(hidden)]
#[must_use]
pub fn delivery_stages<D: Delivery>() -> Vec<Stage> {
    D::STAGES.to_vec()
}

/// Those of storage plugins and holders, which are always asked.
#[doc(hidden)]
#[must_use]
pub const fn no_stages() -> Vec<Stage> {
    Vec::new()
}

/// Runs `call` with the blob as it comes in.
#[doc(hidden)]
pub fn reading<A>(call: impl FnOnce(&mut Reader) -> Result<A, Error>) -> Result<A, Error> {
    call(&mut Reader::new())
}

/// Runs `call` with the blob as it goes out.
#[doc(hidden)]
pub fn writing<A>(call: impl FnOnce(&mut Writer) -> Result<A, Error>) -> Result<A, Error> {
    let mut writer = Writer::new();
    let answer = call(&mut writer)?;
    writer.send();
    Ok(answer)
}

/// A trap says nothing of its cause; the message of a panic reaches the log before it.
fn log_panics() {
    #[cfg(target_family = "wasm")]
    std::panic::set_hook(Box::new(|panic| crate::log::error(&panic.to_string())));
}
