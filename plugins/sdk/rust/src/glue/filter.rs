//! The export `filter-hooks`.

/// Makes a component of a type with the trait [`Filter`](crate::Filter). It describes itself with
/// the name and version of the crate. Once a crate.
#[macro_export]
macro_rules! filter {
    ($filter:ty) => {
        const _: () = {
            $crate::__lifecycle!(
                $filter,
                $crate::Filter,
                $crate::glue::filter_stages::<$filter>()
            );
            $crate::__filter_hooks!();
        };
    };
}

/// Implements the stages for `Component`.
#[doc(hidden)]
#[macro_export]
macro_rules! __filter_hooks {
    () => {
        const _: () = {
            use $crate::bindings::waxseal::plugin::types::{Outcome, Param, PluginError};

            impl $crate::bindings::filter_hooks::Guest for Component {
                fn on_connect() -> Result<Outcome, PluginError> {
                    PLUGIN.with(|plugin| plugin.judge($crate::Filter::on_connect))
                }
                fn on_helo(name: String) -> Result<Outcome, PluginError> {
                    PLUGIN.with(|plugin| plugin.judge(|p| $crate::Filter::on_helo(p, &name)))
                }
                fn on_auth(
                    user: String,
                    mechanism: String,
                    success: bool,
                ) -> Result<Outcome, PluginError> {
                    PLUGIN.with(|plugin| {
                        plugin.judge(|p| $crate::Filter::on_auth(p, &user, &mechanism, success))
                    })
                }
                fn on_mail(sender: String, params: Vec<Param>) -> Result<Outcome, PluginError> {
                    PLUGIN.with(|plugin| {
                        plugin.judge(|p| $crate::Filter::on_mail(p, &sender, &params))
                    })
                }
                fn on_rcpt(recipient: String, params: Vec<Param>) -> Result<Outcome, PluginError> {
                    PLUGIN.with(|plugin| {
                        plugin.judge(|p| $crate::Filter::on_rcpt(p, &recipient, &params))
                    })
                }
                fn on_headers() -> Result<Outcome, PluginError> {
                    PLUGIN.with(|plugin| plugin.judge($crate::Filter::on_headers))
                }
                fn on_message() -> Result<Outcome, PluginError> {
                    PLUGIN.with(|plugin| plugin.judge($crate::Filter::on_message))
                }
                fn on_disconnect() {
                    PLUGIN.with(|plugin| plugin.tell($crate::Filter::on_disconnect));
                }
            }

            #[cfg(target_family = "wasm")]
            $crate::bindings::filter_hooks::export_filter_hooks!(
                Component with_types_in $crate::bindings::filter_hooks
            );
        };
    };
}
