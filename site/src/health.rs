//! How much the catalog knows and how well: the figures of the content-health page.

use std::collections::BTreeMap;

use crate::catalog::{Catalog, ProductEntry};
use crate::model::{Evidence, Support, Surety};
use crate::resolve::{Cell, State};

/// Cells of one protocol, or of the features.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Products that speak the protocol.
    pub products: usize,
    /// Extensions or features.
    pub subjects: usize,
    /// Cells about which something is known.
    pub known: usize,
    /// Known cells that rest on checked, fresh evidence.
    pub checked: usize,
    /// Known cells past their date.
    pub stale: usize,
}

impl Coverage {
    /// Cells there could be.
    pub fn possible(&self) -> usize {
        self.products * self.subjects
    }

    fn add(&mut self, cell: &Cell) {
        self.known += usize::from(cell.state != State::Unknown);
        self.stale += usize::from(cell.is_stale());
        let checked = cell
            .shown()
            .is_some_and(|shown| shown.claim.evidence.is_checked());
        self.checked += usize::from(checked && !cell.is_stale());
    }
}

/// Hand-written claims beside measured ones about the same cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Cells with both.
    pub both: usize,
    /// Those in which they say the same.
    pub agree: usize,
}

/// A cell whose claims disagree, or have nothing better than a note of 2003.
pub type Place<'a> = (&'a ProductEntry, &'a str);

/// All figures.
#[derive(Debug, Default)]
pub struct Health<'a> {
    /// Claims by evidence, best first.
    pub evidence: Vec<(Evidence, usize)>,
    /// Coverage by protocol id, and of the features under an empty id.
    pub coverage: BTreeMap<String, Coverage>,
    /// Cells with a state other than unknown.
    pub cells: usize,
    /// Those past their date.
    pub stale: usize,
    /// Those that rest on an unverified note.
    pub unverified: usize,
    /// Cells that only a note of 2003 speaks about.
    pub legacy_only: Vec<Place<'a>>,
    /// Cells whose checked claims disagree.
    pub disputed: Vec<Place<'a>>,
    /// Products without any claim.
    pub silent: Vec<&'a ProductEntry>,
    /// Pages whose facts were not looked up, of all pages that say so.
    pub unverified_pages: (usize, usize),
    /// Hand-written against measured, by protocol id.
    pub agreement: BTreeMap<String, Agreement>,
}

impl<'a> Health<'a> {
    /// Counts everything.
    pub fn of(catalog: &'a Catalog) -> Self {
        let mut health = Self {
            unverified_pages: unverified_pages(catalog),
            ..Self::default()
        };
        let mut evidence: BTreeMap<Evidence, usize> = BTreeMap::new();
        for entry in catalog.products.values() {
            if entry.all_cells().next().is_none() {
                health.silent.push(entry);
            }
            for (id, cell) in entry.all_cells() {
                for judged in &cell.judged {
                    *evidence.entry(judged.claim.evidence).or_insert(0) += 1;
                }
                health.cell(entry, id, cell);
            }
        }
        health.evidence = evidence.into_iter().collect();
        for id in catalog.protocols.keys() {
            let subjects = catalog.extensions_of(id).len();
            if subjects > 0 {
                let coverage = health.coverage.entry(id.clone()).or_default();
                coverage.subjects = subjects;
                coverage.products = catalog.products_of(id).len();
            }
        }
        let features = health.coverage.entry(String::new()).or_default();
        features.subjects = catalog.features.len();
        features.products = catalog.products.len();
        health
    }

    fn cell(&mut self, entry: &'a ProductEntry, id: &'a str, cell: &Cell) {
        let protocol = id.split_once('/').map_or("", |(protocol, _)| protocol);
        self.coverage
            .entry(protocol.to_owned())
            .or_default()
            .add(cell);
        self.cells += usize::from(cell.state != State::Unknown);
        self.stale += usize::from(cell.is_stale());
        self.unverified += usize::from(cell.is_unverified());
        if cell.state == State::Disputed {
            self.disputed.push((entry, id));
        }
        let legacy = |one: &crate::resolve::Judged| one.claim.evidence == Evidence::Legacy;
        if !cell.judged.is_empty() && cell.judged.iter().all(legacy) {
            self.legacy_only.push((entry, id));
        }
        let claims = || cell.judged.iter().map(|judged| &judged.claim);
        let measured = [Evidence::Measured, Evidence::MeasuredAdvertised];
        let is_measured = |evidence: &Evidence| measured.contains(evidence);
        let hand =
            claims().filter(|claim| claim.evidence.is_checked() && !is_measured(&claim.evidence));
        let best = hand.min_by_key(|claim| claim.evidence);
        if let (Some(hand), true) = (best, claims().any(|claim| is_measured(&claim.evidence))) {
            let agreement = self.agreement.entry(protocol.to_owned()).or_default();
            agreement.both += 1;
            let says_yes = matches!(hand.support, Support::Yes | Support::Partial);
            agreement.agree += usize::from(says_yes);
        }
    }
}

fn unverified_pages(catalog: &Catalog) -> (usize, usize) {
    let products = catalog.products.values().map(|one| one.facts.surety);
    let protocols = catalog.protocols.values().map(|one| one.facts.surety);
    let extensions = catalog.extensions.values().map(|one| one.facts.surety);
    let features = catalog.features.values().map(|one| one.facts.surety);
    let all: Vec<Surety> = products
        .chain(protocols)
        .chain(extensions)
        .chain(features)
        .collect();
    let unverified = all
        .iter()
        .filter(|surety| **surety == Surety::Memory)
        .count();
    (unverified, all.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::real_site;

    #[test]
    fn the_figures_add_up() {
        let site = real_site();
        let health = Health::of(&site.catalog);
        let claims: usize = health.evidence.iter().map(|(_, count)| count).sum();
        assert_eq!(claims, site.catalog.claim_count());
        let known: usize = health.coverage.values().map(|one| one.known).sum();
        assert_eq!(known, health.cells);
        for (id, coverage) in &health.coverage {
            assert!(
                coverage.checked + coverage.stale <= coverage.known + coverage.stale,
                "{id}"
            );
            assert!(coverage.known <= coverage.possible(), "{id}: {coverage:?}");
        }
        for agreement in health.agreement.values() {
            assert!(agreement.agree <= agreement.both && agreement.both > 0);
        }
    }
}
