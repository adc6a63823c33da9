//! The export `storage-backend`.

/// Makes a component of a type with the trait [`Holder`](crate::holder::Holder). It describes itself
/// with the name and version of the crate. Once a crate.
#[macro_export]
macro_rules! holder {
    ($holder:ty) => {
        const _: () = {
            use $crate::bindings::storage_backend::Guest;
            use $crate::bindings::waxseal::plugin::types::{BlobMeta, PluginError};
            use $crate::glue::{reading, writing};
            use $crate::holder::Holder;

            $crate::__lifecycle!($holder, Holder, $crate::glue::no_stages());

            impl Guest for Component {
                fn put(meta: BlobMeta) -> Result<String, PluginError> {
                    PLUGIN.with(|plugin| {
                        plugin.ask(|p| reading(|input| Holder::put(p, &meta, input)))
                    })
                }
                fn get(key: String) -> Result<(), PluginError> {
                    PLUGIN.with(|plugin| plugin.ask(|p| writing(|out| Holder::get(p, &key, out))))
                }
                fn delete(key: String) -> Result<(), PluginError> {
                    PLUGIN.with(|plugin| plugin.ask(|p| Holder::delete(p, &key)))
                }
            }

            #[cfg(target_family = "wasm")]
            $crate::bindings::storage_backend::export_storage_backend!(
                Component with_types_in $crate::bindings::storage_backend
            );
        };
    };
}
