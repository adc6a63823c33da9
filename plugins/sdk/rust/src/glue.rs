//! Between the exports of a component and the trait [`Filter`].

use crate::bindings::exports::waxseal::plugin::lifecycle::About;
use crate::bindings::waxseal::plugin::types::{Outcome as WitOutcome, PluginError};
use crate::{Error, Filter, Outcome, log};
use std::cell::RefCell;

/// Where the filter of the instance's session lives. An instance serves one call at a time.
#[doc(hidden)]
pub struct Slot<F>(RefCell<Option<F>>);

impl<F: Filter> Slot<F> {
    /// Empty until `configure`.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it must be const")]
    pub const fn new() -> Self {
        Self(RefCell::new(None))
    }

    /// What the export `describe` answers.
    #[must_use]
    pub fn describe(&self, name: &str, version: &str) -> About {
        log_panics();
        About {
            name: name.to_owned(),
            version: version.to_owned(),
            stages: F::stages()
                .iter()
                .map(|stage| stage.as_str().to_owned())
                .collect(),
        }
    }

    /// What the export `configure` answers.
    ///
    /// # Errors
    /// Those of the filter.
    pub fn configure(&self) -> Result<(), PluginError> {
        log_panics();
        let filter = F::configure()?;
        *self.0.borrow_mut() = Some(filter);
        Ok(())
    }

    /// What the exports of the stages answer.
    ///
    /// # Errors
    /// Those of the filter.
    pub fn ask(
        &self,
        stage: impl FnOnce(&mut F) -> Result<Outcome, Error>,
    ) -> Result<WitOutcome, PluginError> {
        match &mut *self.0.borrow_mut() {
            Some(filter) => Ok(stage(filter)?.into_wit()),
            None => Err(Error::new("not-configured", "a stage came before configure").into()),
        }
    }

    /// What the export `on-disconnect` does.
    pub fn tell(&self, stage: impl FnOnce(&mut F)) {
        if let Some(filter) = &mut *self.0.borrow_mut() {
            stage(filter);
        }
    }
}

/// A trap says nothing of its cause; the message of a panic reaches the log before it.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| log::error(&panic.to_string())));
}

/// Makes a component of a type with the trait [`Filter`](crate::Filter). It describes itself with
/// the name and version of the crate. Once a crate.
#[macro_export]
macro_rules! filter {
    ($filter:ty) => {
        const _: () = {
            use $crate::bindings::exports::waxseal::plugin::{filter_hooks, lifecycle};
            use $crate::bindings::waxseal::plugin::types::{Outcome, Param, PluginError};

            ::std::thread_local! {
                static FILTER: $crate::Slot<$filter> = const { $crate::Slot::new() };
            }

            struct Component;

            impl lifecycle::Guest for Component {
                fn describe() -> lifecycle::About {
                    let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
                    FILTER.with(|filter| filter.describe(name, version))
                }
                fn configure() -> Result<(), PluginError> {
                    FILTER.with(|filter| filter.configure())
                }
            }

            impl filter_hooks::Guest for Component {
                fn on_connect() -> Result<Outcome, PluginError> {
                    FILTER.with(|filter| filter.ask($crate::Filter::on_connect))
                }
                fn on_helo(name: String) -> Result<Outcome, PluginError> {
                    FILTER.with(|filter| filter.ask(|f| $crate::Filter::on_helo(f, &name)))
                }
                fn on_auth(
                    user: String,
                    mechanism: String,
                    success: bool,
                ) -> Result<Outcome, PluginError> {
                    FILTER.with(|filter| {
                        filter.ask(|f| $crate::Filter::on_auth(f, &user, &mechanism, success))
                    })
                }
                fn on_mail(sender: String, params: Vec<Param>) -> Result<Outcome, PluginError> {
                    FILTER
                        .with(|filter| filter.ask(|f| $crate::Filter::on_mail(f, &sender, &params)))
                }
                fn on_rcpt(recipient: String, params: Vec<Param>) -> Result<Outcome, PluginError> {
                    FILTER.with(|filter| {
                        filter.ask(|f| $crate::Filter::on_rcpt(f, &recipient, &params))
                    })
                }
                fn on_headers() -> Result<Outcome, PluginError> {
                    FILTER.with(|filter| filter.ask($crate::Filter::on_headers))
                }
                fn on_message() -> Result<Outcome, PluginError> {
                    FILTER.with(|filter| filter.ask($crate::Filter::on_message))
                }
                fn on_disconnect() {
                    FILTER.with(|filter| filter.tell($crate::Filter::on_disconnect));
                }
            }

            // Native linkers do not know such names; unit tests need no exports.
            #[cfg(target_family = "wasm")]
    $crate::bindings::export!(Component with_types_in $crate::bindings);
        };
    };
}
