//! `/protocols`: all protocols by kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::IntoResponse;

use super::frame::{PageError, count, show};
use super::{Frame, Site};

#[derive(Template)]
#[template(path = "protocols.html")]
struct Protocols {
    frame: Frame,
    groups: Vec<(String, Vec<Row>)>,
}

struct Row {
    url: String,
    title: String,
    full_name: String,
    summary: String,
    counts: String,
}

/// Shows the list.
///
/// # Errors
/// When the template fails.
pub async fn page(Shared(site): Shared<Arc<Site>>) -> Result<impl IntoResponse, PageError> {
    let catalog = &site.catalog;
    let mut groups: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for entry in catalog.protocols.values() {
        let facts = &entry.facts;
        let extensions = count(catalog.extensions_of(&facts.id).len(), "extension");
        let products = count(catalog.products_of(&facts.id).len(), "product");
        groups
            .entry(facts.kind.replace('-', " "))
            .or_default()
            .push(Row {
                url: format!("/protocols/{}", facts.id),
                title: facts.title.clone(),
                full_name: facts.full_name.clone(),
                summary: facts.summary.clone(),
                counts: format!("{extensions}, {products}"),
            });
    }
    let groups = groups.into_iter().collect();
    show(&Protocols {
        frame: site.frame("protocols").at("/protocols"),
        groups,
    })
}
