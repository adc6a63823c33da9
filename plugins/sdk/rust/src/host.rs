//! The server as this crate calls it: the imports of the component, or natively the stand-in of
//! [`testing`](crate::testing).

#[cfg(target_family = "wasm")]
pub(crate) use crate::bindings::waxseal::plugin::{
    aead, blob_io, clock, config, dns, http, kv, log, metrics, mime, notes, random, session,
    transaction,
};

#[cfg(not(target_family = "wasm"))]
pub(crate) use crate::testing::host::{
    aead, blob_io, clock, config, dns, http, kv, log, metrics, mime, notes, random, session,
    transaction,
};
