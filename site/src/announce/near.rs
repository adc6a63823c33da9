//! Which known servers announce nearly the same.

use std::collections::{BTreeMap, BTreeSet};

use super::parse::Announced;
use super::reading::Reading;
use crate::catalog::{Catalog, ProductEntry};
use crate::model::Evidence;

/// Servers named at most.
const NEAR_MAX: usize = 4;
/// What a server's own name adds to its likeness, which lies between 0 and 1.
const NAMED: f64 = 0.5;
/// Servers less alike than this are not named.
const LIKENESS_MIN: f64 = 0.25;

/// A known server.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    /// Product.
    pub product: String,
    /// Its title.
    pub title: String,
    /// Where its announcement comes from: a measured version, or claims of all kinds.
    pub basis: String,
    /// How alike, in percent; rare extensions count for more than common ones.
    pub percent: u32,
    /// Whether it names itself in the text.
    pub named: bool,
    /// Announced by both.
    pub shared: usize,
    /// Announced in the text only.
    pub only_here: Vec<String>,
    /// Announced by the known server only.
    pub only_there: Vec<String>,
}

/// One announcement the catalog knows.
struct Candidate<'a> {
    entry: &'a ProductEntry,
    basis: String,
    measured: bool,
    ids: BTreeSet<&'a str>,
}

/// The servers most like an announcement in one protocol, best first.
pub fn nearest(
    catalog: &Catalog,
    announced: &Announced,
    reading: &Reading,
    protocol: &str,
) -> Vec<Near> {
    let here: BTreeSet<&str> = reading.of_protocol(protocol).into_iter().collect();
    let candidates = candidates(catalog, protocol);
    let weights = weights(&candidates, &here);
    let weigh = |ids: &mut dyn Iterator<Item = &&str>| -> f64 {
        ids.map(|id| weights.get(*id).copied().unwrap_or(1.0)).sum()
    };
    let mut found: Vec<(f64, bool, Near)> = Vec::new();
    for candidate in &candidates {
        let all = weigh(&mut here.union(&candidate.ids));
        let alike = weigh(&mut here.intersection(&candidate.ids)) / all.max(f64::MIN_POSITIVE);
        let named = names_itself(announced, candidate.entry);
        let score = alike + if named { NAMED } else { 0.0 };
        if alike < LIKENESS_MIN && !named {
            continue;
        }
        let list = |ids: &mut dyn Iterator<Item = &&str>| ids.map(|id| (*id).to_owned()).collect();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 100"
        )]
        let percent = (alike * 100.0).round() as u32;
        let near = Near {
            product: candidate.entry.facts.slug.clone(),
            title: candidate.entry.facts.title.clone(),
            basis: candidate.basis.clone(),
            percent,
            named,
            shared: here.intersection(&candidate.ids).count(),
            only_here: list(&mut here.difference(&candidate.ids)),
            only_there: list(&mut candidate.ids.difference(&here)),
        };
        found.push((score, candidate.measured, near));
    }
    found.sort_by(|one, other| {
        other.0.total_cmp(&one.0).then_with(|| {
            let key = |found: &(f64, bool, Near)| (!found.1, found.2.product.clone());
            key(one).cmp(&key(other))
        })
    });
    let mut near: Vec<Near> = Vec::new();
    for (_, _, one) in found {
        if near.len() < NEAR_MAX && !near.iter().any(|known| known.product == one.product) {
            near.push(one);
        }
    }
    near
}

/// Every measured file is a candidate, and the supported extensions of every product.
fn candidates<'a>(catalog: &'a Catalog, protocol: &str) -> Vec<Candidate<'a>> {
    let mut found = Vec::new();
    for entry in catalog.products.values() {
        let mut files: BTreeMap<&str, (Option<&str>, BTreeSet<&str>)> = BTreeMap::new();
        let mut supported = BTreeSet::new();
        for (id, cell) in &entry.cells {
            if id.split('/').next() != Some(protocol) {
                continue;
            }
            if cell.state.is_supported() {
                supported.insert(id.as_str());
            }
            for judged in &cell.judged {
                let claim = &judged.claim;
                let measured = [Evidence::Measured, Evidence::MeasuredAdvertised];
                if measured.contains(&claim.evidence) {
                    let file = files.entry(claim.source.as_str()).or_default();
                    file.0 = file.0.or(claim.seen.as_deref());
                    file.1.insert(id.as_str());
                }
            }
        }
        for (_, (version, ids)) in files {
            found.push(Candidate {
                entry,
                basis: version.map_or("measured".into(), |version| format!("measured {version}")),
                measured: true,
                ids,
            });
        }
        if supported.len() > 1 {
            found.push(Candidate {
                entry,
                basis: "all claims".to_owned(),
                measured: false,
                ids: supported,
            });
        }
    }
    found
}

/// What an extension tells: the fewer servers announce it, the more.
fn weights<'a>(candidates: &[Candidate<'a>], here: &BTreeSet<&'a str>) -> BTreeMap<&'a str, f64> {
    let mut counts: BTreeMap<&str, u32> = here.iter().map(|id| (*id, 0)).collect();
    for candidate in candidates {
        for id in &candidate.ids {
            *counts.entry(id).or_insert(0) += 1;
        }
    }
    let all = f64::from(u32::try_from(candidates.len()).unwrap_or(u32::MAX).max(1));
    let weigh = |count: u32| (1.0 + all / (1.0 + f64::from(count))).ln();
    counts
        .into_iter()
        .map(|(id, count)| (id, weigh(count)))
        .collect()
}

/// Whether the product's name stands in a line in which the server names itself.
fn names_itself(announced: &Announced, entry: &ProductEntry) -> bool {
    let facts = &entry.facts;
    let names = std::iter::once(&facts.title).chain(std::iter::once(&facts.slug));
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|letter: char| !letter.is_alphanumeric());
        words
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let mut names = names.map(|name| words(name));
    names.any(|name| {
        announced.names.iter().any(|line| {
            let line = words(line);
            !name.is_empty() && line.windows(name.len()).any(|part| *part == name)
        })
    })
}
