//! `/extensions/{protocol}/{slug}`: one extension and who supports it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State as Shared};
use axum::response::IntoResponse;

use super::frame::{PageError, show};
use super::mark::detail;
use super::{EvidenceMark, Frame, Mark, Site};
use crate::catalog::Catalog;
use crate::model::{Extension, Surety};
use crate::resolve::State;

#[derive(Template)]
#[template(path = "extension.html")]
struct ExtensionPage<'a> {
    frame: Frame,
    extension: &'a Extension,
    protocol: String,
    prose: &'a str,
    example: Vec<(&'static str, &'a str)>,
    links: Vec<(&'static str, Vec<(String, String)>)>,
    rows: Vec<Row>,
    supported: usize,
    unknown: Vec<(String, String)>,
    unverified_page: bool,
}

struct Row {
    product: String,
    title: String,
    mark: Mark,
    detail: String,
    evidence: EvidenceMark,
    source: String,
    anchor: String,
    order: (State, bool, crate::model::Evidence),
}

/// Shows one extension.
///
/// # Errors
/// When there is no such extension or the template fails.
pub async fn page(
    Shared(site): Shared<Arc<Site>>,
    Path((protocol, slug)): Path<(String, String)>,
) -> Result<impl IntoResponse, PageError> {
    let catalog = &site.catalog;
    let id = format!("{protocol}/{slug}");
    let entry = catalog.extensions.get(&id).ok_or(PageError::NotFound)?;
    let facts = &entry.facts;
    let protocol_title = catalog
        .protocols
        .get(&protocol)
        .map_or_else(String::new, |p| p.facts.title.clone());
    let rows = rows(catalog, &id);
    let unknown = catalog
        .products_of(&protocol)
        .into_iter()
        .filter(|product| product.cell(&id).state == State::Unknown)
        .map(|p| (format!("/products/{}", p.facts.slug), p.facts.title.clone()))
        .collect();
    show(&ExtensionPage {
        frame: site.frame("protocols").at(format!("/extensions/{id}")),
        extension: facts,
        protocol: protocol_title,
        prose: &entry.prose.html,
        example: facts.example.as_deref().map(lanes).unwrap_or_default(),
        links: links(catalog, facts),
        supported: rows
            .iter()
            .filter(|row| row.mark.state.is_supported())
            .count(),
        rows,
        unknown,
        unverified_page: facts.surety == Surety::Memory,
    })
}

fn rows(catalog: &Catalog, id: &str) -> Vec<Row> {
    let rows = catalog.products.values().filter_map(|product| {
        let cell = product.cell(id);
        let judged = cell.shown()?;
        Some(Row {
            product: format!("/products/{}", product.facts.slug),
            title: product.facts.title.clone(),
            mark: Mark::of(cell),
            detail: detail(judged),
            evidence: EvidenceMark::of(judged),
            source: judged.claim.source.clone(),
            anchor: id.replace('/', "-"),
            order: (cell.state, cell.is_stale(), judged.claim.evidence),
        })
    });
    let mut rows: Vec<Row> = rows.collect();
    rows.sort_by(|one, other| {
        one.order
            .cmp(&other.order)
            .then_with(|| one.title.to_lowercase().cmp(&other.title.to_lowercase()))
    });
    rows
}

fn links(catalog: &Catalog, facts: &Extension) -> Vec<(&'static str, Vec<(String, String)>)> {
    let lists = [
        ("Needs", &facts.requires),
        ("Part of", &facts.implied_by),
        ("Replaced by", &facts.replaced_by),
        ("See also", &facts.related),
    ];
    let lists = lists.into_iter().map(|(title, ids)| {
        let links = ids.iter().filter_map(|id| {
            let other = catalog.extensions.get(id)?;
            Some((format!("/extensions/{id}"), other.facts.name().to_owned()))
        });
        (title, links.collect::<Vec<_>>())
    });
    lists.filter(|(_, links)| !links.is_empty()).collect()
}

/// Lines of an exchange with the class of their speaker.
fn lanes(example: &str) -> Vec<(&'static str, &str)> {
    let class = |line: &str| {
        if line.starts_with("C:") {
            "client"
        } else if line.starts_with("S:") {
            "server"
        } else {
            "plain"
        }
    };
    example
        .trim_end()
        .lines()
        .map(|line| (class(line), line))
        .collect()
}
