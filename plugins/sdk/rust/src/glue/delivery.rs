//! The export `delivery-hooks`.

/// Makes a component of a type with the trait [`Delivery`](crate::delivery::Delivery). It describes
/// itself with the name and version of the crate. Once a crate.
#[macro_export]
macro_rules! delivery {
    ($delivery:ty) => {
        const _: () = {
            use $crate::bindings::delivery_hooks::{Action, Guest, TransportResult};
            use $crate::bindings::waxseal::plugin::types::PluginError;
            use $crate::delivery::Delivery;

            $crate::__lifecycle!(
                $delivery,
                Delivery,
                $crate::glue::delivery_stages::<$delivery>()
            );

            impl Guest for Component {
                fn route(recipient: String) -> Result<Vec<Action>, PluginError> {
                    PLUGIN.with(|plugin| plugin.ask(|p| Delivery::route(p, &recipient)))
                }
                fn deliver(
                    recipient: String,
                    attempt: u32,
                ) -> Result<TransportResult, PluginError> {
                    PLUGIN.with(|plugin| plugin.ask(|p| Delivery::deliver(p, &recipient, attempt)))
                }
            }

            #[cfg(target_family = "wasm")]
            $crate::bindings::delivery_hooks::export_delivery_hooks!(
                Component with_types_in $crate::bindings::delivery_hooks
            );
        };
    };
}
