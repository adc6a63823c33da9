//! `/features/{slug}`: one feature and which products have it.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State as Shared};
use axum::response::IntoResponse;

use super::frame::{PageError, show};
use super::links::{self, LinkList};
use super::support::{SupportRow, rows};
use super::{Frame, Site};
use crate::model::{Feature, Surety, ValueType};

#[derive(Template)]
#[template(path = "feature.html")]
struct FeaturePage<'a> {
    frame: Frame,
    feature: &'a Feature,
    prose: &'a str,
    values: Vec<(String, usize)>,
    links: Vec<LinkList>,
    rows: Vec<SupportRow>,
    supported: usize,
    unknown: usize,
    unverified_page: bool,
}

/// Shows one feature.
///
/// # Errors
/// When there is no such feature or the template fails.
pub async fn page(
    Shared(site): Shared<Arc<Site>>,
    Path(slug): Path<String>,
) -> Result<impl IntoResponse, PageError> {
    let catalog = &site.catalog;
    let entry = catalog.features.get(&slug).ok_or(PageError::NotFound)?;
    let facts = &entry.facts;
    let rows = rows(catalog, &slug);
    let supported = rows.iter().filter(|row| row.mark.state.is_supported());
    show(&FeaturePage {
        frame: site.frame("features").at(format!("/features/{slug}")),
        feature: facts,
        prose: &entry.prose.html,
        values: spread(facts, &rows),
        links: links::filled([
            ("Extensions", links::extensions(catalog, &facts.extensions)),
            ("Protocols", links::protocols(catalog, &facts.protocols)),
        ]),
        supported: supported.count(),
        unknown: catalog.products.len() - rows.len(),
        rows,
        unverified_page: facts.surety == Surety::Memory,
    })
}

/// How many products have each value of a list, in the list's order.
fn spread(facts: &Feature, rows: &[SupportRow]) -> Vec<(String, usize)> {
    if facts.value_type != ValueType::Enum {
        return Vec::new();
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for value in rows.iter().filter_map(|row| row.mark.value.as_deref()) {
        *counts.entry(value).or_default() += 1;
    }
    let counted = facts.values.iter().filter_map(|value| {
        let count = counts.get(value.as_str())?;
        Some((value.clone(), *count))
    });
    counted.collect()
}
