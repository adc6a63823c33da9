//! Who supports one extension or feature: the table on its page.

use super::mark::detail;
use super::{EvidenceMark, Mark};
use crate::catalog::Catalog;
use crate::model::{Evidence, anchor};
use crate::resolve::State;

/// One product with a claim.
pub(super) struct SupportRow {
    pub(super) product: String,
    pub(super) title: String,
    pub(super) mark: Mark,
    pub(super) detail: String,
    pub(super) evidence: EvidenceMark,
    pub(super) source: String,
    pub(super) anchor: String,
    order: (State, bool, Evidence),
}

/// Every product with a claim about the subject, supporters with the best evidence first.
pub(super) fn rows(catalog: &Catalog, subject: &str) -> Vec<SupportRow> {
    let rows = catalog.products.values().filter_map(|product| {
        let cell = product.cell(subject);
        let judged = cell.shown()?;
        Some(SupportRow {
            product: format!("/products/{}", product.facts.slug),
            title: product.facts.title.clone(),
            mark: Mark::of(cell),
            detail: detail(judged),
            evidence: EvidenceMark::of(judged),
            source: judged.claim.source.clone(),
            anchor: anchor(subject),
            order: (cell.state, cell.is_stale(), judged.claim.evidence),
        })
    });
    let mut rows: Vec<SupportRow> = rows.collect();
    rows.sort_by(|one, other| {
        one.order
            .cmp(&other.order)
            .then_with(|| one.title.to_lowercase().cmp(&other.title.to_lowercase()))
    });
    rows
}
