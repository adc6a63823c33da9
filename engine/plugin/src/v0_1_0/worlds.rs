//! The exports of each world. The imports are those of [`super::bindings`].

/// Judges mail while the client waits.
pub(super) mod filter {
    wasmtime::component::bindgen!({
        path: "../../schemas/wit/waxseal-plugin/0.1.0",
        world: "filter",
        exports: { default: async },
        with: {
            "waxseal:plugin/types": crate::v0_1_0::bindings::waxseal::plugin::types,
            "waxseal:plugin/log": crate::v0_1_0::bindings::waxseal::plugin::log,
            "waxseal:plugin/metrics": crate::v0_1_0::bindings::waxseal::plugin::metrics,
            "waxseal:plugin/config": crate::v0_1_0::bindings::waxseal::plugin::config,
            "waxseal:plugin/clock": crate::v0_1_0::bindings::waxseal::plugin::clock,
            "waxseal:plugin/random": crate::v0_1_0::bindings::waxseal::plugin::random,
            "waxseal:plugin/session": crate::v0_1_0::bindings::waxseal::plugin::session,
            "waxseal:plugin/transaction": crate::v0_1_0::bindings::waxseal::plugin::transaction,
            "waxseal:plugin/notes": crate::v0_1_0::bindings::waxseal::plugin::notes,
            "waxseal:plugin/mime": crate::v0_1_0::bindings::waxseal::plugin::mime,
            "waxseal:plugin/kv": crate::v0_1_0::bindings::waxseal::plugin::kv,
            "waxseal:plugin/dns": crate::v0_1_0::bindings::waxseal::plugin::dns,
            "waxseal:plugin/http": crate::v0_1_0::bindings::waxseal::plugin::http,
        },
    });
}

/// A filter that learns from what users do with their messages.
pub(super) mod learner {
    wasmtime::component::bindgen!({
        path: "../../schemas/wit/waxseal-plugin/0.1.0",
        world: "learner",
        exports: { default: async },
        with: {
            "waxseal:plugin/types": crate::v0_1_0::bindings::waxseal::plugin::types,
            "waxseal:plugin/log": crate::v0_1_0::bindings::waxseal::plugin::log,
            "waxseal:plugin/metrics": crate::v0_1_0::bindings::waxseal::plugin::metrics,
            "waxseal:plugin/config": crate::v0_1_0::bindings::waxseal::plugin::config,
            "waxseal:plugin/clock": crate::v0_1_0::bindings::waxseal::plugin::clock,
            "waxseal:plugin/random": crate::v0_1_0::bindings::waxseal::plugin::random,
            "waxseal:plugin/session": crate::v0_1_0::bindings::waxseal::plugin::session,
            "waxseal:plugin/transaction": crate::v0_1_0::bindings::waxseal::plugin::transaction,
            "waxseal:plugin/notes": crate::v0_1_0::bindings::waxseal::plugin::notes,
            "waxseal:plugin/mime": crate::v0_1_0::bindings::waxseal::plugin::mime,
            "waxseal:plugin/kv": crate::v0_1_0::bindings::waxseal::plugin::kv,
            "waxseal:plugin/dns": crate::v0_1_0::bindings::waxseal::plugin::dns,
            "waxseal:plugin/http": crate::v0_1_0::bindings::waxseal::plugin::http,
        },
    });
}

/// Decides where an accepted message goes, or takes it there.
pub(super) mod delivery {
    wasmtime::component::bindgen!({
        path: "../../schemas/wit/waxseal-plugin/0.1.0",
        world: "delivery",
        exports: { default: async },
        with: {
            "waxseal:plugin/types": crate::v0_1_0::bindings::waxseal::plugin::types,
            "waxseal:plugin/log": crate::v0_1_0::bindings::waxseal::plugin::log,
            "waxseal:plugin/metrics": crate::v0_1_0::bindings::waxseal::plugin::metrics,
            "waxseal:plugin/config": crate::v0_1_0::bindings::waxseal::plugin::config,
            "waxseal:plugin/clock": crate::v0_1_0::bindings::waxseal::plugin::clock,
            "waxseal:plugin/random": crate::v0_1_0::bindings::waxseal::plugin::random,
            "waxseal:plugin/transaction": crate::v0_1_0::bindings::waxseal::plugin::transaction,
            "waxseal:plugin/notes": crate::v0_1_0::bindings::waxseal::plugin::notes,
            "waxseal:plugin/mime": crate::v0_1_0::bindings::waxseal::plugin::mime,
            "waxseal:plugin/kv": crate::v0_1_0::bindings::waxseal::plugin::kv,
            "waxseal:plugin/dns": crate::v0_1_0::bindings::waxseal::plugin::dns,
            "waxseal:plugin/http": crate::v0_1_0::bindings::waxseal::plugin::http,
        },
    });
}

/// Transforms blobs on their way to and from the disk.
pub(super) mod storage {
    wasmtime::component::bindgen!({
        path: "../../schemas/wit/waxseal-plugin/0.1.0",
        world: "storage",
        exports: { default: async },
        with: {
            "waxseal:plugin/types": crate::v0_1_0::bindings::waxseal::plugin::types,
            "waxseal:plugin/log": crate::v0_1_0::bindings::waxseal::plugin::log,
            "waxseal:plugin/metrics": crate::v0_1_0::bindings::waxseal::plugin::metrics,
            "waxseal:plugin/config": crate::v0_1_0::bindings::waxseal::plugin::config,
            "waxseal:plugin/clock": crate::v0_1_0::bindings::waxseal::plugin::clock,
            "waxseal:plugin/random": crate::v0_1_0::bindings::waxseal::plugin::random,
            "waxseal:plugin/blob-io": crate::v0_1_0::bindings::waxseal::plugin::blob_io,
            "waxseal:plugin/aead": crate::v0_1_0::bindings::waxseal::plugin::aead,
            "waxseal:plugin/kv": crate::v0_1_0::bindings::waxseal::plugin::kv,
            "waxseal:plugin/http": crate::v0_1_0::bindings::waxseal::plugin::http,
        },
    });
}

/// Keeps blobs itself.
pub(super) mod storage_holder {
    wasmtime::component::bindgen!({
        path: "../../schemas/wit/waxseal-plugin/0.1.0",
        world: "storage-holder",
        exports: { default: async },
        with: {
            "waxseal:plugin/types": crate::v0_1_0::bindings::waxseal::plugin::types,
            "waxseal:plugin/log": crate::v0_1_0::bindings::waxseal::plugin::log,
            "waxseal:plugin/metrics": crate::v0_1_0::bindings::waxseal::plugin::metrics,
            "waxseal:plugin/config": crate::v0_1_0::bindings::waxseal::plugin::config,
            "waxseal:plugin/clock": crate::v0_1_0::bindings::waxseal::plugin::clock,
            "waxseal:plugin/random": crate::v0_1_0::bindings::waxseal::plugin::random,
            "waxseal:plugin/blob-io": crate::v0_1_0::bindings::waxseal::plugin::blob_io,
            "waxseal:plugin/aead": crate::v0_1_0::bindings::waxseal::plugin::aead,
            "waxseal:plugin/kv": crate::v0_1_0::bindings::waxseal::plugin::kv,
            "waxseal:plugin/http": crate::v0_1_0::bindings::waxseal::plugin::http,
        },
    });
}
