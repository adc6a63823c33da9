//! The export `storage-hooks`.

/// Makes a component of a type with the trait [`Storage`](crate::storage::Storage). It describes
/// itself with the name and version of the crate. Once a crate.
#[macro_export]
macro_rules! storage {
    ($storage:ty) => {
        const _: () = {
            use $crate::bindings::storage_hooks::Guest;
            use $crate::bindings::waxseal::plugin::types::{BlobMeta, PluginError};
            use $crate::glue::{reading, writing};
            use $crate::storage::{Attributes, Storage};

            $crate::__lifecycle!($storage, Storage, $crate::glue::no_stages());

            impl Guest for Component {
                fn encode(meta: BlobMeta) -> Result<Attributes, PluginError> {
                    PLUGIN.with(|plugin| {
                        plugin.ask(|p| {
                            writing(|out| reading(|input| Storage::encode(p, &meta, input, out)))
                        })
                    })
                }
                fn decode(meta: BlobMeta) -> Result<(), PluginError> {
                    PLUGIN.with(|plugin| {
                        plugin.ask(|p| {
                            writing(|out| reading(|input| Storage::decode(p, &meta, input, out)))
                        })
                    })
                }
            }

            #[cfg(target_family = "wasm")]
            $crate::bindings::storage_hooks::export_storage_hooks!(
                Component with_types_in $crate::bindings::storage_hooks
            );
        };
    };
}
