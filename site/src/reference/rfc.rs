//! What the project says about each RFC, from `schemas/rfc-status.toml`.

use anyhow::Context as _;
use serde::Deserialize;

const LIST: &str = include_str!("../../../schemas/rfc-status.toml");

/// How much of an RFC is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RfcSupport {
    /// All that concerns a server.
    Yes,
    /// A part; `missing` says what is not there.
    Partial,
    /// To come.
    Planned,
    /// Nothing.
    No,
}

/// One RFC.
#[derive(Debug, Clone, Deserialize)]
pub struct RfcEntry {
    /// Its number.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// How much of it is there.
    pub support: RfcSupport,
    /// The test that shows it.
    pub test: Option<String>,
    /// What the servers announce for it, as protocol and token.
    #[serde(default)]
    pub announces: Vec<String>,
    /// What is not there.
    pub missing: Option<String>,
}

#[derive(Deserialize)]
struct List {
    rfc: Vec<RfcEntry>,
}

/// All RFCs in order of number.
///
/// # Errors
/// When the list is not well formed.
pub(super) fn list() -> anyhow::Result<Vec<RfcEntry>> {
    let mut list: List = toml::from_str(LIST).context("reading schemas/rfc-status.toml")?;
    list.rfc.sort_by_key(|entry| entry.number);
    Ok(list.rfc)
}
