//! `/protocols/{id}`: one protocol with its extensions and products.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State as Shared};
use axum::response::IntoResponse;

use super::frame::{PageError, show};
use super::{Frame, Site};
use crate::model::{Protocol, Surety};

#[derive(Template)]
#[template(path = "protocol.html")]
struct ProtocolPage<'a> {
    frame: Frame,
    protocol: &'a Protocol,
    prose: &'a str,
    extensions: usize,
    groups: Vec<(String, Vec<Row>)>,
    products: Vec<(String, String)>,
    related: Vec<(String, String)>,
    unverified_page: bool,
}

struct Row {
    url: String,
    name: String,
    title: String,
    status: &'static str,
    supported: usize,
}

/// Shows one protocol.
///
/// # Errors
/// When there is no such protocol or the template fails.
pub async fn page(
    Shared(site): Shared<Arc<Site>>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, PageError> {
    let catalog = &site.catalog;
    let entry = catalog.protocols.get(&id).ok_or(PageError::NotFound)?;
    let extensions = catalog.extensions_of(&id);
    let mut groups: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for extension in &extensions {
        let facts = &extension.facts;
        let extension_id = facts.id();
        let supported = catalog
            .products
            .values()
            .filter(|product| product.cell(&extension_id).state.is_supported())
            .count();
        groups
            .entry(facts.category.replace('-', " "))
            .or_default()
            .push(Row {
                url: format!("/extensions/{extension_id}"),
                name: facts.name().to_owned(),
                title: facts.title.clone(),
                status: facts.status.words(),
                supported,
            });
    }
    let products = catalog.products_of(&id);
    let related = entry.facts.related.iter().filter_map(|other| {
        let title = catalog.protocols.get(other)?.facts.title.clone();
        Some((format!("/protocols/{other}"), title))
    });
    show(&ProtocolPage {
        frame: site.frame("protocols").at(format!("/protocols/{id}")),
        protocol: &entry.facts,
        prose: &entry.prose.html,
        extensions: extensions.len(),
        groups: groups.into_iter().collect(),
        products: products
            .iter()
            .map(|p| (format!("/products/{}", p.facts.slug), p.facts.title.clone()))
            .collect(),
        related: related.collect(),
        unverified_page: entry.facts.surety == Surety::Memory,
    })
}
