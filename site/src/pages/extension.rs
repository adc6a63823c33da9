//! `/extensions/{protocol}/{slug}`: one extension and who supports it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State as Shared};
use axum::response::IntoResponse;

use super::frame::{PageError, show};
use super::links::{self, LinkList};
use super::support::{SupportRow, rows};
use super::{Frame, Site};
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
    links: Vec<LinkList>,
    rows: Vec<SupportRow>,
    supported: usize,
    unknown: Vec<(String, String)>,
    unverified_page: bool,
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
        links: link_lists(catalog, facts),
        supported: rows
            .iter()
            .filter(|row| row.mark.state.is_supported())
            .count(),
        rows,
        unknown,
        unverified_page: facts.surety == Surety::Memory,
    })
}

fn link_lists(catalog: &Catalog, facts: &Extension) -> Vec<LinkList> {
    let lists = [
        ("Needs", &facts.requires),
        ("Part of", &facts.implied_by),
        ("Replaced by", &facts.replaced_by),
        ("See also", &facts.related),
    ];
    links::filled(lists.map(|(title, ids)| (title, links::extensions(catalog, ids))))
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
