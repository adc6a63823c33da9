//! The export `lifecycle`, which every world has.

/// Implements it for `Component`, with the plugin in `PLUGIN`.
#[doc(hidden)]
#[macro_export]
macro_rules! __lifecycle {
    ($plugin:ty, $plugin_trait:path, $stages:expr) => {
        ::std::thread_local! {
            static PLUGIN: $crate::glue::Slot<$plugin> = const { $crate::glue::Slot::new() };
        }

        struct Component;

        impl $crate::bindings::lifecycle::Guest for Component {
            fn describe() -> $crate::bindings::lifecycle::About {
                let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
                $crate::glue::about(name, version, &$stages)
            }
            fn configure() -> Result<(), $crate::bindings::waxseal::plugin::types::PluginError> {
                PLUGIN.with(|plugin| plugin.configure(<$plugin as $plugin_trait>::configure))
            }
        }

        // Native linkers do not know such names; unit tests need no exports.
        #[cfg(target_family = "wasm")]
        $crate::bindings::lifecycle::export_lifecycle!(
            Component with_types_in $crate::bindings::lifecycle
        );
    };
}
