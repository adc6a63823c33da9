//! The bindings as generated, for what this crate does not dress up: [`waxseal`] holds the types and
//! imports of all worlds, the other modules one exported interface each. A world is made of those it
//! exports: the linker puts the descriptions of all that a component uses together.

#![allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated"
)]

wit_bindgen::generate!({
    path: "../../../schemas/wit/waxseal-plugin/0.1.0",
    inline: "
        package waxseal:sdk;
        world imports {
            import waxseal:plugin/types@0.1.0;
            import waxseal:plugin/log@0.1.0;
            import waxseal:plugin/metrics@0.1.0;
            import waxseal:plugin/config@0.1.0;
            import waxseal:plugin/clock@0.1.0;
            import waxseal:plugin/random@0.1.0;
            import waxseal:plugin/session@0.1.0;
            import waxseal:plugin/transaction@0.1.0;
            import waxseal:plugin/notes@0.1.0;
            import waxseal:plugin/mime@0.1.0;
            import waxseal:plugin/kv@0.1.0;
            import waxseal:plugin/dns@0.1.0;
            import waxseal:plugin/http@0.1.0;
            import waxseal:plugin/aead@0.1.0;
            import waxseal:plugin/blob-io@0.1.0;
        }
    ",
    world: "waxseal:sdk/imports",
    generate_all,
    generate_unused_types: true,
    additional_derives: [PartialEq],
});

/// What every plugin exports.
pub mod lifecycle {
    wit_bindgen::generate!({
        path: "../../../schemas/wit/waxseal-plugin/0.1.0",
        inline: "
            package waxseal:sdk;
            world lifecycle {
                export waxseal:plugin/lifecycle@0.1.0;
            }
        ",
        world: "waxseal:sdk/lifecycle",
        with: {
            "waxseal:plugin/types@0.1.0": crate::bindings::waxseal::plugin::types,
        },
        pub_export_macro: true,
        export_macro_name: "export_lifecycle",
        additional_derives: [PartialEq],
    });
    pub use exports::waxseal::plugin::lifecycle::*;
}

/// The stages of a session.
pub mod filter_hooks {
    wit_bindgen::generate!({
        path: "../../../schemas/wit/waxseal-plugin/0.1.0",
        inline: "
            package waxseal:sdk;
            world filter-hooks {
                export waxseal:plugin/filter-hooks@0.1.0;
            }
        ",
        world: "waxseal:sdk/filter-hooks",
        with: {
            "waxseal:plugin/types@0.1.0": crate::bindings::waxseal::plugin::types,
        },
        pub_export_macro: true,
        export_macro_name: "export_filter_hooks",
        additional_derives: [PartialEq],
    });
    pub use exports::waxseal::plugin::filter_hooks::*;
}

/// What users do with their messages.
pub mod mailbox_hooks {
    wit_bindgen::generate!({
        path: "../../../schemas/wit/waxseal-plugin/0.1.0",
        inline: "
            package waxseal:sdk;
            world mailbox-hooks {
                export waxseal:plugin/mailbox-hooks@0.1.0;
            }
        ",
        world: "waxseal:sdk/mailbox-hooks",
        with: {
            "waxseal:plugin/types@0.1.0": crate::bindings::waxseal::plugin::types,
        },
        pub_export_macro: true,
        export_macro_name: "export_mailbox_hooks",
        additional_derives: [PartialEq],
    });
    pub use exports::waxseal::plugin::mailbox_hooks::*;
}

/// Where accepted messages go.
pub mod delivery_hooks {
    wit_bindgen::generate!({
        path: "../../../schemas/wit/waxseal-plugin/0.1.0",
        inline: "
            package waxseal:sdk;
            world delivery-hooks {
                export waxseal:plugin/delivery-hooks@0.1.0;
            }
        ",
        world: "waxseal:sdk/delivery-hooks",
        with: {
            "waxseal:plugin/types@0.1.0": crate::bindings::waxseal::plugin::types,
        },
        pub_export_macro: true,
        export_macro_name: "export_delivery_hooks",
        additional_derives: [PartialEq],
    });
    pub use exports::waxseal::plugin::delivery_hooks::*;
}

/// Octets on their way to the disk and back.
pub mod storage_hooks {
    wit_bindgen::generate!({
        path: "../../../schemas/wit/waxseal-plugin/0.1.0",
        inline: "
            package waxseal:sdk;
            world storage-hooks {
                export waxseal:plugin/storage-hooks@0.1.0;
            }
        ",
        world: "waxseal:sdk/storage-hooks",
        with: {
            "waxseal:plugin/types@0.1.0": crate::bindings::waxseal::plugin::types,
        },
        pub_export_macro: true,
        export_macro_name: "export_storage_hooks",
        additional_derives: [PartialEq],
    });
    pub use exports::waxseal::plugin::storage_hooks::*;
}

/// Keeping blobs.
pub mod storage_backend {
    wit_bindgen::generate!({
        path: "../../../schemas/wit/waxseal-plugin/0.1.0",
        inline: "
            package waxseal:sdk;
            world storage-backend {
                export waxseal:plugin/storage-backend@0.1.0;
            }
        ",
        world: "waxseal:sdk/storage-backend",
        with: {
            "waxseal:plugin/types@0.1.0": crate::bindings::waxseal::plugin::types,
        },
        pub_export_macro: true,
        export_macro_name: "export_storage_backend",
        additional_derives: [PartialEq],
    });
    pub use exports::waxseal::plugin::storage_backend::*;
}
