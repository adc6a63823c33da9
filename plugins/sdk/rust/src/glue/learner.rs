//! The export `mailbox-hooks`.

/// Makes a component of a type with the trait [`Learner`](crate::learner::Learner). It describes
/// itself with the name and version of the crate. Once a crate.
#[macro_export]
macro_rules! learner {
    ($learner:ty) => {
        const _: () = {
            use $crate::bindings::mailbox_hooks;
            use $crate::bindings::waxseal::plugin::types::PluginError;

            $crate::__lifecycle!(
                $learner,
                $crate::Filter,
                $crate::glue::learner_stages::<$learner>()
            );
            $crate::__filter_hooks!();

            impl mailbox_hooks::Guest for Component {
                fn on_moved(event: mailbox_hooks::Moved) -> Result<(), PluginError> {
                    PLUGIN.with(|plugin| {
                        plugin.ask(|p| $crate::learner::Learner::on_moved(p, &event))
                    })
                }
            }

            #[cfg(target_family = "wasm")]
            mailbox_hooks::export_mailbox_hooks!(
                Component with_types_in $crate::bindings::mailbox_hooks
            );
        };
    };
}
