//! `/features`: all features by group.

use std::sync::Arc;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::IntoResponse;

use super::frame::{PageError, show};
use super::{Frame, Site};

#[derive(Template)]
#[template(path = "features.html")]
struct Features {
    frame: Frame,
    groups: Vec<(&'static str, Vec<Row>)>,
}

struct Row {
    url: String,
    title: String,
    summary: String,
    known: usize,
}

/// Shows the list.
///
/// # Errors
/// When the template fails.
pub async fn page(Shared(site): Shared<Arc<Site>>) -> Result<impl IntoResponse, PageError> {
    let catalog = &site.catalog;
    let mut groups: Vec<(&'static str, Vec<Row>)> = Vec::new();
    for entry in catalog.features_in_order() {
        let facts = &entry.facts;
        let products = catalog.products.values();
        let known = products.filter(|product| product.features.contains_key(&facts.slug));
        let row = Row {
            url: format!("/features/{}", facts.slug),
            title: facts.title.clone(),
            summary: facts.summary.clone(),
            known: known.count(),
        };
        let group = facts.group.words();
        match groups.last_mut().filter(|(words, _)| *words == group) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((group, vec![row])),
        }
    }
    show(&Features {
        frame: site.frame("features").at("/features"),
        groups,
    })
}
