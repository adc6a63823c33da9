//! How often hand-written claims and measured ones agree: the catalog's own error rate.
//!
//! A hand-written claim is compared with what the prober saw in the version it measured. Announced or
//! working against "yes" agrees; announced nowhere against "no" agrees. Announced nowhere against
//! "yes" only disagrees where the claim says "by default": what a configuration may switch on proves
//! nothing by its absence, and such pairs are counted apart as open.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, ProductEntry};
use crate::date::Date;
use crate::model::{CheckResult, Claim, Enabled, Evidence, Profile, Status};
use crate::resolve::{State, resolve};

/// Counts of one protocol, or of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Pairs that say the same.
    pub agree: usize,
    /// Pairs that do not.
    pub disagree: usize,
    /// Pairs that cannot be compared.
    pub open: usize,
}

impl Counts {
    /// Of a hundred comparable pairs so many agree, with one decimal; `None` without any.
    pub fn rate(&self) -> Option<String> {
        let compared = self.agree + self.disagree;
        let tenths = (self.agree * 1_000 + compared / 2).checked_div(compared)?;
        Some(format!("{}.{} %", tenths / 10, tenths % 10))
    }
}

/// A pair that says two things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// The product's slug.
    pub product: String,
    /// The extension's id.
    pub extension: String,
    /// What is written.
    pub written: String,
    /// How that is known.
    pub evidence: Evidence,
    /// What was seen.
    pub seen: String,
}

/// The whole comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agreement {
    /// All protocols together.
    pub all: Counts,
    /// By protocol.
    pub protocols: BTreeMap<String, Counts>,
    /// Every pair that disagrees, by product and extension.
    pub disagreements: Vec<Disagreement>,
    /// Products measured.
    pub products: usize,
    /// Measured claims: extensions that were announced or worked, once a product.
    pub measured: usize,
}

/// What the prober saw of one extension, over all configurations of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Works,
    Announced,
    Failed,
    Nowhere,
}

impl Seen {
    fn words(self, version: &str) -> String {
        match self {
            Self::Works => format!("{version} announces it and it works"),
            Self::Announced => format!("{version} announces it"),
            Self::Failed => format!("{version} announces it, and using it failed"),
            Self::Nowhere => format!("{version} announces it in neither configuration"),
        }
    }
}

/// Compares all products that were measured.
pub fn agreement(catalog: &Catalog) -> Agreement {
    let mut found = Agreement::default();
    for (slug, entry) in &catalog.products {
        let seen = seen(entry);
        if seen.is_empty() {
            continue;
        }
        found.products += 1;
        let here = seen.values().filter(|seen| **seen != Seen::Nowhere);
        found.measured += here.count();
        let version = entry.measured.first();
        let version = version.map_or("", |one| one.facts.package_version.as_str());
        for (extension, seen) in seen {
            let Some(written) = written(entry, extension, &catalog.content_date) else {
                continue;
            };
            let protocol = extension.split('/').next().unwrap_or_default();
            let counts = found.protocols.entry(protocol.to_owned()).or_default();
            let outcome = compare(&written, seen, version);
            for counts in [counts, &mut found.all] {
                match outcome {
                    Some(true) => counts.agree += 1,
                    Some(false) => counts.disagree += 1,
                    None => counts.open += 1,
                }
            }
            if outcome == Some(false) {
                let how = written.claim.enabled.map_or("", Enabled::words);
                let word = written.state.word().to_lowercase();
                found.disagreements.push(Disagreement {
                    product: slug.clone(),
                    extension: extension.to_owned(),
                    written: format!("{word} {how}").trim_end().to_owned(),
                    evidence: written.claim.evidence,
                    seen: seen.words(version),
                });
            }
        }
    }
    found
}

/// What the prober saw, by extension.
fn seen(entry: &ProductEntry) -> BTreeMap<&str, Seen> {
    let mut seen: BTreeMap<&str, Seen> = BTreeMap::new();
    for check in entry.measured.iter().flat_map(|one| &one.facts.check) {
        let now = match check.result {
            CheckResult::Exercised => Seen::Works,
            CheckResult::Advertised => Seen::Announced,
            CheckResult::AdvertisedButFailed => Seen::Failed,
        };
        let known = seen.entry(check.extension.as_str()).or_insert(now);
        if now == Seen::Works || (*known == Seen::Announced && now == Seen::Failed) {
            *known = now;
        }
    }
    // Nowhere means in no configuration, so both must have been looked at.
    let lists = |profile: Profile| -> BTreeSet<&str> {
        let of = entry
            .measured
            .iter()
            .filter(|one| one.facts.profile == Some(profile));
        of.flat_map(|one| &one.facts.not_announced.extensions)
            .map(String::as_str)
            .collect()
    };
    let (stock, tuned) = (lists(Profile::Stock), lists(Profile::Tuned));
    for extension in stock.intersection(&tuned) {
        seen.entry(extension).or_insert(Seen::Nowhere);
    }
    seen
}

struct Written {
    state: State,
    claim: Claim,
}

/// The best hand-written claim.
fn written(entry: &ProductEntry, extension: &str, content_date: &Date) -> Option<Written> {
    let judged = &entry.cell(extension).judged;
    let measured = [Evidence::Measured, Evidence::MeasuredAdvertised];
    let by_hand = judged
        .iter()
        .map(|one| one.claim.clone())
        .filter(|claim| !measured.contains(&claim.evidence))
        .collect();
    let changes = entry.facts.status != Status::Discontinued;
    let cell = resolve(by_hand, content_date, changes);
    let claim = cell.shown()?.claim.clone();
    Some(Written {
        state: cell.state,
        claim,
    })
}

/// Whether the two say the same; `None` where they cannot be compared.
fn compare(written: &Written, seen: Seen, version: &str) -> Option<bool> {
    let later = |bound: &Option<String>| {
        let bound = bound.as_deref();
        bound.is_some_and(|bound| versions(bound, version) == Ordering::Greater)
    };
    // Written of a version that came after the one that was measured.
    let not_yet = later(&written.claim.since);
    let supported = written.state.is_supported() && !not_yet;
    match (written.state, seen) {
        (State::Disputed | State::Unknown | State::Planned | State::NotApplicable, _) => None,
        (State::Removed, _) if later(&written.claim.until) => None,
        (State::Partial, Seen::Failed) => Some(true),
        (_, Seen::Works | Seen::Announced) => Some(supported),
        (_, Seen::Failed) => Some(!supported),
        (_, Seen::Nowhere) if !supported => Some(true),
        (_, Seen::Nowhere) if written.claim.enabled == Some(Enabled::Default) => Some(false),
        (_, Seen::Nowhere) => None,
    }
}

/// Compares dotted numbers part by part; what is no number counts as 0.
fn versions(one: &str, other: &str) -> Ordering {
    let parts = |version: &str| -> Vec<u64> {
        version
            .split(|letter: char| !letter.is_ascii_digit())
            .filter(|part| !part.is_empty())
            .map(|part| part.parse().unwrap_or(0))
            .collect()
    };
    parts(one).cmp(&parts(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(support: &str, enabled: Option<&str>, since: Option<&str>) -> Written {
        let claim: Claim = serde_json::from_value(serde_json::json!({
            "extension": "imap/idle", "support": support, "enabled": enabled, "since": since,
            "evidence": "docs", "date": "2026-11-01", "source": "https://example.org/",
        }))
        .unwrap();
        let date = Date::parse("2026-11-24").unwrap();
        let state = resolve(vec![claim.clone()], &date, true).state;
        Written { state, claim }
    }

    #[test]
    fn pairs_are_compared() {
        let cases = [
            ("yes", None, None, Seen::Works, Some(true)),
            ("partial", None, None, Seen::Announced, Some(true)),
            ("no", None, None, Seen::Works, Some(false)),
            ("no", None, None, Seen::Nowhere, Some(true)),
            ("yes", None, None, Seen::Nowhere, None),
            ("yes", Some("config"), None, Seen::Nowhere, None),
            ("yes", Some("default"), None, Seen::Nowhere, Some(false)),
            (
                "yes",
                Some("default"),
                Some("2.4.2"),
                Seen::Nowhere,
                Some(true),
            ),
            ("yes", None, Some("2.4.2"), Seen::Works, Some(false)),
            ("yes", None, Some("2.3"), Seen::Works, Some(true)),
            ("yes", None, None, Seen::Failed, Some(false)),
            ("unknown", None, None, Seen::Works, None),
        ];
        for (support, enabled, since, seen, expected) in cases {
            let one = written(support, enabled, since);
            let found = compare(&one, seen, "2.3.19.1");
            assert_eq!(found, expected, "{support} {enabled:?} {since:?} {seen:?}");
        }
    }

    #[test]
    fn a_rate_is_rounded() {
        let counts = Counts {
            agree: 2,
            disagree: 1,
            open: 9,
        };
        assert_eq!(counts.rate().as_deref(), Some("66.7 %"));
        assert_eq!(Counts::default().rate(), None);
    }

    #[test]
    fn the_real_content_was_measured() {
        let site = crate::fixture::real_site();
        let found = agreement(&site.catalog);
        assert!(found.products >= 4, "{found:?}");
        let listed = found.disagreements.len();
        assert_eq!(listed, found.all.disagree);
    }
}
