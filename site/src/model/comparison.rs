//! A curated comparison: a question, the products and rows that answer it, and a verdict.

use serde::Deserialize;

use crate::date::Date;

/// Front matter of `comparisons/<slug>.md`. Cells come from claims and are never written here.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// Name in addresses.
    pub slug: String,
    /// Name shown.
    pub title: String,
    /// The question it answers.
    pub question: String,
    /// One sentence, at most 160 characters.
    pub summary: String,
    /// Products by slug, in the order of the columns.
    pub products: Vec<String>,
    /// Extensions as `protocol/slug` and features by slug.
    pub rows: Vec<String>,
    /// Further words a search should find it by.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Where the prose was read, beyond the claims.
    #[serde(default)]
    pub sources: Vec<String>,
    /// When a person last read the page through.
    pub reviewed: Date,
    /// Prose after the front matter.
    #[serde(skip)]
    pub prose: String,
}
