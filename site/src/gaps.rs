//! What the catalog lacks: unknown, disputed, aged and unverified cells, and thin pages, the most
//! needed first.
//!
//! A cell weighs what hangs on it: the comparisons that show it, the number of products about
//! which the same question is answered (so it is asked often and one answer is missing), and
//! whether the product still changes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::catalog::{Catalog, ProductEntry};
use crate::model::{AppliesTo, Evidence, Feature, Role, Status, Surety};
use crate::resolve::{Cell, State};

/// Words below which the prose of a page is thin.
const THIN_WORDS: usize = 60;
/// Weight of each comparison that shows a cell.
const COMPARISON: u32 = 30;
/// Answers from which on a missing one is a gap: rarer questions are nobody's yet.
const ASKED_MIN: u32 = 3;

/// In what way something is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GapKind {
    /// Nobody has said.
    Unknown,
    /// Checked sources disagree.
    Disputed,
    /// Only the page of 2003 says so.
    LegacyOnly,
    /// Past its date.
    Stale,
    /// Only an unverified note says so.
    Unverified,
    /// A page with too few words or without a source.
    Thin,
}

impl GapKind {
    /// The word used in lists.
    pub fn id(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Disputed => "disputed",
            Self::LegacyOnly => "legacy-only",
            Self::Stale => "stale",
            Self::Unverified => "unverified",
            Self::Thin => "thin",
        }
    }

    /// Tenths of a cell's weight: an unverified answer is better than none.
    fn share(self) -> u32 {
        match self {
            Self::Unknown | Self::Disputed | Self::LegacyOnly => 10,
            Self::Stale => 6,
            Self::Unverified | Self::Thin => 4,
        }
    }
}

/// One gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// How much hangs on it; comparable within one list only.
    pub weight: u32,
    /// In what way it is one.
    pub kind: GapKind,
    /// The product, for cells and products.
    pub product: Option<String>,
    /// The extension or feature, for cells.
    pub subject: Option<String>,
    /// The page that shows it.
    pub page: String,
    /// What is missing, in words.
    pub what: String,
    /// The file to mend, below the content folder.
    pub file: String,
}

impl Gap {
    /// One line.
    pub fn text(&self) -> String {
        let Self {
            weight,
            kind,
            what,
            file,
            ..
        } = self;
        format!("{weight:>5} {:<11} {what} ({file})", kind.id())
    }

    /// One object.
    pub fn json(&self) -> Value {
        json!({
            "weight": self.weight,
            "kind": self.kind.id(),
            "product": self.product,
            "subject": self.subject,
            "page": self.page,
            "what": self.what,
            "file": self.file,
        })
    }
}

/// All gaps, the heaviest first.
pub fn gaps(catalog: &Catalog) -> Vec<Gap> {
    let mut found = Vec::new();
    let asked = Asked::of(catalog);
    for (slug, entry) in &catalog.products {
        for subject in asked.answers.keys() {
            found.extend(cell(catalog, &asked, (slug, entry), subject));
        }
    }
    thin(catalog, &mut found);
    found.sort_by(|one, other| {
        other.weight.cmp(&one.weight).then_with(|| {
            (one.kind, &one.page, &one.subject).cmp(&(other.kind, &other.page, &other.subject))
        })
    });
    found
}

/// How often each question is asked.
struct Asked<'a> {
    /// Products with an answer, by extension or feature.
    answers: BTreeMap<&'a str, u32>,
    /// Comparisons that show a cell.
    shown: BTreeMap<(&'a str, &'a str), u32>,
}

impl<'a> Asked<'a> {
    fn of(catalog: &'a Catalog) -> Self {
        let subjects = catalog.extensions.keys().chain(catalog.features.keys());
        let mut answers: BTreeMap<&str, u32> = subjects.map(|id| (id.as_str(), 0)).collect();
        for entry in catalog.products.values() {
            let known = entry
                .all_cells()
                .filter(|(_, cell)| cell.state != State::Unknown);
            for (id, _) in known {
                *answers.entry(id).or_default() += 1;
            }
        }
        let mut shown = BTreeMap::new();
        for comparison in catalog.comparisons.values() {
            for product in &comparison.facts.products {
                for row in &comparison.facts.rows {
                    *shown.entry((product.as_str(), row.as_str())).or_default() += 1;
                }
            }
        }
        Self { answers, shown }
    }
}

fn cell(
    catalog: &Catalog,
    asked: &Asked<'_>,
    (slug, entry): (&str, &ProductEntry),
    subject: &str,
) -> Option<Gap> {
    let cell = entry.cell(subject);
    let kind = kind_of(cell)?;
    let shown = asked.shown.get(&(slug, subject)).copied().unwrap_or(0);
    let answers = asked.answers.get(subject).copied().unwrap_or(0);
    let speaks = concerns(catalog, entry, subject);
    if shown == 0 && kind == GapKind::Unknown && (!speaks || answers < ASKED_MIN) {
        return None;
    }
    let alive = entry.facts.status != Status::Discontinued;
    let whole = shown * COMPARISON + answers + if alive { 10 } else { 0 };
    let said = match kind {
        GapKind::Unknown => "nobody has said",
        GapKind::Disputed => "checked sources disagree",
        GapKind::LegacyOnly => "only the page of 2003 says so",
        GapKind::Stale => "to be confirmed again",
        GapKind::Unverified | GapKind::Thin => "only an unverified note says so",
    };
    let anchor = if cell.judged.is_empty() {
        format!("/products/{slug}")
    } else {
        format!(
            "/products/{slug}/evidence#{}",
            crate::model::anchor(subject)
        )
    };
    Some(Gap {
        weight: whole * kind.share() / 10,
        kind,
        product: Some(slug.to_owned()),
        subject: Some(subject.to_owned()),
        page: anchor,
        what: format!("{slug}: {subject}: {said}"),
        file: format!("products/{slug}/claims.toml"),
    })
}

fn kind_of(cell: &Cell) -> Option<GapKind> {
    let Some(shown) = cell.shown() else {
        return Some(if cell.judged.is_empty() {
            GapKind::Unknown
        } else {
            GapKind::LegacyOnly
        });
    };
    if cell.state == State::Disputed {
        Some(GapKind::Disputed)
    } else if cell.state == State::Unknown {
        Some(GapKind::Unknown)
    } else if cell.is_stale() {
        Some(GapKind::Stale)
    } else {
        let unverified = shown.claim.evidence == Evidence::Memory;
        unverified.then_some(GapKind::Unverified)
    }
}

/// Whether the question makes sense for the product.
fn concerns(catalog: &Catalog, entry: &ProductEntry, subject: &str) -> bool {
    if let Some((protocol, _)) = subject.split_once('/') {
        return entry.facts.protocols.iter().any(|id| id == protocol);
    }
    let feature = catalog.features.get(subject);
    feature.is_some_and(|feature| applies(&feature.facts, &entry.facts.roles))
}

fn applies(feature: &Feature, roles: &[Role]) -> bool {
    let mta = roles.contains(&Role::Mta);
    let mailbox = roles.contains(&Role::Imap) || roles.contains(&Role::Pop3);
    match feature.applies_to {
        AppliesTo::Mta => mta,
        AppliesTo::Mailbox => mailbox,
        AppliesTo::Both => mta || mailbox,
    }
}

/// Pages with too few words, or that name no source.
fn thin(catalog: &Catalog, found: &mut Vec<Gap>) {
    let mut look = |page: String, file: String, plain: &str, (surety, sources): (Surety, usize)| {
        let words = plain.split_whitespace().count();
        let product = page.strip_prefix("/products/").map(str::to_owned);
        let what = if words < THIN_WORDS {
            format!("{page}: {words} words")
        } else if surety != Surety::Memory && sources == 0 {
            format!("{page}: names no source")
        } else {
            return;
        };
        let missing = u32::try_from(THIN_WORDS.saturating_sub(words)).unwrap_or(0);
        let weight = 5 + missing / 4 + if product.is_some() { 20 } else { 0 };
        let kind = GapKind::Thin;
        found.push(Gap {
            weight,
            kind,
            product,
            subject: None,
            page,
            what,
            file,
        });
    };
    for (slug, entry) in &catalog.products {
        let facts = (entry.facts.surety, entry.facts.sources.len());
        let file = format!("products/{slug}/index.md");
        look(format!("/products/{slug}"), file, &entry.prose.plain, facts);
    }
    for (id, entry) in &catalog.protocols {
        let facts = (entry.facts.surety, entry.facts.sources.len());
        look(
            format!("/protocols/{id}"),
            format!("protocols/{id}.md"),
            &entry.prose.plain,
            facts,
        );
    }
    for (id, entry) in &catalog.extensions {
        let facts = (entry.facts.surety, entry.facts.sources.len());
        look(
            format!("/extensions/{id}"),
            format!("extensions/{id}.md"),
            &entry.prose.plain,
            facts,
        );
    }
    for (slug, entry) in &catalog.features {
        let facts = (entry.facts.surety, entry.facts.sources.len());
        look(
            format!("/features/{slug}"),
            format!("features/{slug}.md"),
            &entry.prose.plain,
            facts,
        );
    }
    for (slug, entry) in &catalog.surveys {
        let facts = (entry.facts.surety, entry.facts.sources.len());
        look(
            format!("/surveys/{slug}"),
            format!("surveys/{slug}.md"),
            &entry.prose.plain,
            facts,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::real_site;

    #[test]
    fn gaps_are_real_and_the_heaviest_comes_first() {
        let catalog = &real_site().catalog;
        let found = gaps(catalog);
        assert!(
            found
                .windows(2)
                .all(|pair| pair[0].weight >= pair[1].weight)
        );
        assert!(found.iter().any(|gap| gap.kind == GapKind::Unverified));
        for gap in &found {
            let (Some(product), Some(subject)) = (&gap.product, &gap.subject) else {
                continue;
            };
            let cell = catalog.products[product].cell(subject);
            assert_eq!(kind_of(cell), Some(gap.kind), "{}", gap.what);
        }
        let unknown = |gap: &&Gap| gap.kind == GapKind::Unknown;
        let first = found.iter().find(unknown).unwrap();
        let shown = catalog.comparisons.values().any(|comparison| {
            let product = first.product.as_ref().unwrap();
            comparison.facts.products.contains(product)
                && comparison
                    .facts
                    .rows
                    .contains(first.subject.as_ref().unwrap())
        });
        assert!(shown, "{}", first.what);
    }
}
