//! A term of the glossary.

use serde::Deserialize;

use super::Surety;
use crate::date::Date;

/// Front matter of `glossary/<slug>.md`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Name in addresses.
    pub slug: String,
    /// The term as written.
    pub term: String,
    /// What an abbreviation stands for, or a fuller form.
    pub expansion: Option<String>,
    /// The meaning in one sentence, at most 160 characters.
    pub short: String,
    /// Further words a search should find it by.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Other terms a reader may want, by slug.
    #[serde(default)]
    pub see: Vec<String>,
    /// Extensions a reader may want, as `protocol/slug`.
    #[serde(default)]
    pub extensions: Vec<String>,
    /// Protocols a reader may want, by id.
    #[serde(default)]
    pub protocols: Vec<String>,
    /// How sure the page is.
    pub surety: Surety,
    /// Where it was read.
    #[serde(default)]
    pub sources: Vec<String>,
    /// When a person last read the page through.
    pub reviewed: Date,
    /// Prose after the front matter.
    #[serde(skip)]
    pub prose: String,
}
