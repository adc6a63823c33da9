//! `redirects.toml` and `addresses.lock.toml`: published addresses go on leading somewhere.

use std::collections::BTreeSet;

use serde::Deserialize;

/// An address that moved.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redirect {
    /// The old address.
    pub from: String,
    /// The new one.
    pub to: String,
}

/// A `redirects.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedirectsFile {
    /// The addresses that moved.
    #[serde(default)]
    pub redirect: Vec<Redirect>,
}

/// An `addresses.lock.toml`: every address that was ever published.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressesFile {
    /// The addresses.
    #[serde(default)]
    pub address: BTreeSet<String>,
}
