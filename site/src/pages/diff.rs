//! `/products/{slug}/diff?from=&to=`: what one version of a product gained and lost over another.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State as Shared};
use axum::response::IntoResponse;

use super::frame::{PageError, count, show};
use super::mark::detail;
use super::search::percent;
use super::table::{self, Side, Subject, Topic};
use super::{EvidenceMark, Frame, Mark, Site};
use crate::catalog::{Catalog, ProductEntry};
use crate::model::anchor;
use crate::resolve::{Cell, State};
use crate::version::Version;

#[derive(Template)]
#[template(path = "diff.html")]
struct DiffPage {
    frame: Frame,
    slug: String,
    title: String,
    from: String,
    to: String,
    versions: Vec<String>,
    refused: Vec<String>,
    sections: Vec<Section>,
    asked: bool,
    summary: String,
    bounded: usize,
    claims: usize,
    compare: String,
}

/// An id, a heading and its rows.
type Section = (&'static str, &'static str, Vec<Row>);

struct Row {
    url: String,
    name: String,
    is_token: bool,
    group: String,
    before: Mark,
    after: Mark,
    detail: String,
    evidence: Option<EvidenceMark>,
    anchor: String,
}

/// How a cell changed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Gained,
    Lost,
    Other,
}

/// Shows the differences between two versions.
///
/// # Errors
/// When there is no such product or the template fails.
pub async fn page(
    Shared(site): Shared<Arc<Site>>,
    Path(slug): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<impl IntoResponse, PageError> {
    let catalog = &site.catalog;
    let entry = catalog.products.get(&slug).ok_or(PageError::NotFound)?;
    let value = |name: &str| {
        let found = pairs.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.trim())
    };
    let (from, to) = (value("from").to_owned(), value("to").to_owned());
    let side = |text: &str| {
        let side = Side::read(catalog, &format!("{slug}@{text}"));
        side.filter(|_| !text.is_empty())
    };
    let asked: Vec<&String> = [&from, &to]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    let refused = asked.iter().filter(|text| side(text).is_none());
    let refused = refused.map(|text| (*text).clone()).collect();
    let both = side(&from).zip(side(&to));
    let sections = both
        .as_ref()
        .map(|(before, after)| sections(catalog, before, after));
    let sections = sections.unwrap_or_default();
    let number = |id: &str| {
        let section = sections.iter().find(|(known, _, _)| *known == id);
        section.map_or(0, |(_, _, rows)| rows.len())
    };
    let summary = format!(
        "{} gained, {} lost, {} changed otherwise.",
        count(number("gained"), "thing"),
        number("lost"),
        number("changed"),
    );
    let claims = || entry.all_cells().flat_map(|(_, cell)| &cell.judged);
    let bounded = claims().filter(|one| one.claim.since.is_some() || one.claim.until.is_some());
    let keys = format!("{slug}@{from},{slug}@{to}");
    let query = if both.is_some() {
        format!("?from={}&to={}", percent(&from), percent(&to))
    } else {
        String::new()
    };
    show(&DiffPage {
        frame: site
            .frame("products")
            .at(format!("/products/{slug}/diff{query}")),
        title: entry.facts.title.clone(),
        versions: versions(entry),
        refused,
        asked: both.is_some(),
        summary,
        bounded: bounded.count(),
        claims: claims().count(),
        compare: format!("/compare?p={}", percent(&keys)),
        sections,
        slug,
        from,
        to,
    })
}

/// The rows that differ, by how they changed.
fn sections(catalog: &Catalog, before: &Side<'_>, after: &Side<'_>) -> Vec<Section> {
    let (mut gained, mut lost, mut other) = (vec![], vec![], vec![]);
    for topic in Topic::all(catalog) {
        for subject in topic.subjects(catalog) {
            let was = before.cell(catalog, &subject.id);
            let is = after.cell(catalog, &subject.id);
            let rows = match change(&was, &is) {
                None => continue,
                Some(Change::Gained) => &mut gained,
                Some(Change::Lost) => &mut lost,
                Some(Change::Other) => &mut other,
            };
            rows.push(row(&topic.title(catalog), subject, &was, &is));
        }
    }
    vec![
        ("gained", "Gained", gained),
        ("lost", "Lost", lost),
        ("changed", "Changed otherwise", other),
    ]
}

fn change(before: &Cell, after: &Cell) -> Option<Change> {
    let told = |cell: &Cell| (cell.state, cell.value().map(str::to_owned));
    if told(before) == told(after) {
        return None;
    }
    let change = match (before.state.is_supported(), after.state.is_supported()) {
        (false, true) if before.state != State::Unknown => Change::Gained,
        (true, false) if after.state != State::Unknown => Change::Lost,
        _ => Change::Other,
    };
    Some(change)
}

fn row(topic: &str, subject: Subject, before: &Cell, after: &Cell) -> Row {
    let judged = after.shown().or_else(|| before.shown());
    Row {
        is_token: subject.id.contains('/'),
        anchor: anchor(&subject.id),
        url: subject.url,
        name: subject.name,
        group: format!("{topic}: {}", subject.group),
        before: Mark::of(before),
        after: Mark::of(after),
        detail: judged.map(detail).unwrap_or_default(),
        evidence: judged.map(EvidenceMark::of),
    }
}

/// Every version the catalog knows of a product: released ones, those named in claims and those
/// measured, newest first.
pub(super) fn versions(entry: &ProductEntry) -> Vec<String> {
    let released = entry.facts.version.iter().map(|release| release.id.clone());
    let claims = entry.all_cells().flat_map(|(_, cell)| &cell.judged);
    let claimed = claims.flat_map(|judged| {
        let claim = &judged.claim;
        [claim.since.clone(), claim.until.clone(), claim.seen.clone()]
    });
    let all: BTreeSet<String> = released.chain(claimed.flatten()).collect();
    let mut parsed: Vec<(Version, String)> = all
        .into_iter()
        .filter_map(|text| Some((table::version(&text)?, text)))
        .collect();
    parsed.sort_by(|(one, a), (other, b)| other.cmp(one).then_with(|| a.cmp(b)));
    parsed.into_iter().map(|(_, text)| text).collect()
}

/// The address of the page, for products whose claims tell versions apart.
pub(super) fn address(entry: &ProductEntry) -> Option<String> {
    let mut claims = entry.all_cells().flat_map(|(_, cell)| &cell.judged);
    let bounded = claims.any(|one| one.claim.since.is_some() || one.claim.until.is_some());
    bounded.then(|| format!("/products/{}/diff", entry.facts.slug))
}
