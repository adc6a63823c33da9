//! `/health/content`: how much the catalog knows, how well, and how its search ranks.

use std::sync::Arc;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::IntoResponse;

use super::frame::{PageError, show};
use super::table::Subject;
use super::{Bar, Frame, Site};
use crate::catalog::Catalog;
use crate::health::{Health, Place};
use crate::model::{Evidence, anchor};
use crate::search::{Class, Figures, Set, evaluate};

#[derive(Template)]
#[template(path = "health.html")]
struct HealthPage {
    frame: Frame,
    counts: Vec<(&'static str, usize, &'static str)>,
    evidence: Bar,
    coverage: Vec<CoverageRow>,
    cells: usize,
    stale: String,
    unverified: String,
    pages: (usize, usize),
    legacy: Vec<(String, String)>,
    disputed: Vec<(String, String)>,
    silent: Vec<(String, String)>,
    agreement: Vec<(String, usize, usize, String)>,
    search: Vec<(String, Figures)>,
    missed: Vec<(String, String, String)>,
}

struct CoverageRow {
    title: String,
    url: String,
    products: usize,
    subjects: usize,
    possible: usize,
    known: String,
    checked: String,
    stale: usize,
}

/// Shows the page.
///
/// # Errors
/// When the index cannot be read or the template fails.
pub async fn page(Shared(site): Shared<Arc<Site>>) -> Result<impl IntoResponse, PageError> {
    let catalog = &site.catalog;
    let health = Health::of(catalog);
    let outcomes = evaluate(&site.index, &catalog.evaluation)?;
    let of = |wanted: &dyn Fn(&crate::search::Outcome) -> bool| {
        Figures::over(outcomes.iter().filter(|one| wanted(one)))
    };
    let sets = Set::ALL.map(|set| (set.words().to_owned(), of(&|one| one.asked.set == set)));
    let classes =
        Class::ALL.map(|class| (class.word().to_owned(), of(&|one| one.asked.class == class)));
    let search = sets.into_iter().chain(classes);
    let missed = outcomes
        .iter()
        .filter(|one| one.rank != Some(1))
        .map(|one| {
            let url = format!("/search?q={}", super::search::percent(&one.asked.text));
            let rank = one.rank.map_or("not among the first ten".into(), |rank| {
                format!("place {rank}")
            });
            (url, one.asked.text.clone(), rank)
        });
    show(&HealthPage {
        frame: site.frame("health").at("/health/content"),
        counts: counts(catalog),
        evidence: evidence(&health),
        coverage: coverage(catalog, &health),
        cells: health.cells,
        stale: share(health.stale, health.cells),
        unverified: share(health.unverified, health.cells),
        pages: health.unverified_pages,
        legacy: places(catalog, &health.legacy_only),
        disputed: places(catalog, &health.disputed),
        silent: health
            .silent
            .iter()
            .map(|entry| {
                (
                    format!("/products/{}", entry.facts.slug),
                    entry.facts.title.clone(),
                )
            })
            .collect(),
        agreement: health
            .agreement
            .iter()
            .map(|(id, one)| {
                let rate = share(one.agree, one.both);
                (protocol_title(catalog, id), one.agree, one.both, rate)
            })
            .collect(),
        search: search
            .filter_map(|(name, figures)| Some((name, figures?)))
            .collect(),
        missed: missed.collect(),
    })
}

/// The claims by evidence; both kinds of measurement stand together.
fn evidence(health: &Health<'_>) -> Bar {
    let count = |wanted: &[Evidence]| {
        let found = health
            .evidence
            .iter()
            .filter(|(kind, _)| wanted.contains(kind));
        found.map(|(_, count)| count).sum::<usize>()
    };
    let measured = count(&[Evidence::Measured, Evidence::MeasuredAdvertised]);
    let said = count(&[Evidence::Vendor, Evidence::ThirdParty]);
    Bar::new(
        "Claims by evidence",
        &[
            ("measured", measured, "q7"),
            ("read in source code", count(&[Evidence::Source]), "q1"),
            ("read in documentation", count(&[Evidence::Docs]), "q2"),
            ("said by vendors and others", said, "q3"),
            ("unverified notes", count(&[Evidence::Memory]), "q4"),
            ("notes of 2003", count(&[Evidence::Legacy]), "q6"),
        ],
    )
}

fn counts(catalog: &Catalog) -> Vec<(&'static str, usize, &'static str)> {
    vec![
        ("products", catalog.products.len(), "/products"),
        ("extensions", catalog.extensions.len(), "/protocols"),
        ("protocols", catalog.protocols.len(), "/protocols"),
        ("features", catalog.features.len(), "/features"),
        ("terms", catalog.terms.len(), "/glossary"),
        ("comparisons", catalog.comparisons.len(), "/compare"),
        ("surveys", catalog.surveys.len(), "/surveys"),
        ("claims", catalog.claim_count(), "/data"),
    ]
}

/// A part as a percentage.
fn share(part: usize, whole: usize) -> String {
    match whole {
        0 => "none".to_owned(),
        whole => format!("{} %", (part * 100 + whole / 2) / whole),
    }
}

fn protocol_title(catalog: &Catalog, id: &str) -> String {
    let entry = catalog.protocols.get(id);
    entry.map_or_else(|| "Features".to_owned(), |entry| entry.facts.title.clone())
}

fn coverage(catalog: &Catalog, health: &Health<'_>) -> Vec<CoverageRow> {
    let rows = health.coverage.iter().map(|(id, one)| CoverageRow {
        title: protocol_title(catalog, id),
        url: match id.as_str() {
            "" => "/matrix/features".to_owned(),
            id => format!("/matrix/{id}"),
        },
        products: one.products,
        subjects: one.subjects,
        possible: one.possible(),
        known: share(one.known, one.possible()),
        checked: share(one.checked, one.known),
        stale: one.stale,
    });
    rows.collect()
}

/// Links to cells on evidence pages.
fn places(catalog: &Catalog, places: &[Place<'_>]) -> Vec<(String, String)> {
    let links = places.iter().map(|(entry, id)| {
        let subject = catalog.extensions.get(*id).map(Subject::extension);
        let subject = subject.or_else(|| catalog.features.get(*id).map(Subject::feature));
        let name = subject.map_or_else(|| (*id).to_owned(), |subject| subject.name);
        let slug = &entry.facts.slug;
        let url = format!("/products/{slug}/evidence#{}", anchor(id));
        (url, format!("{}: {name}", entry.facts.title))
    });
    links.collect()
}
