//! `/manual` and `/manual/{path}`: the chapters of the manual.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State as Shared};
use axum::response::IntoResponse;

use super::book::{Book, Stop, Turn, stops};
use super::frame::{PageError, show};
use super::{Frame, Site};
use crate::model::Section;

#[derive(Template)]
#[template(path = "manual.html")]
struct ManualPage<'a> {
    frame: Frame,
    title: &'a str,
    summary: &'a str,
    section: &'static str,
    file: String,
    prose: &'a str,
    contents: Vec<(&'static str, Vec<Stop>)>,
    book: Book,
    turn: Turn,
}

/// Shows the first page, with the contents of the whole manual.
///
/// # Errors
/// When there is no manual or the template fails.
pub async fn first(Shared(site): Shared<Arc<Site>>) -> Result<impl IntoResponse, PageError> {
    chapter(&site, "")
}

/// Shows one chapter.
///
/// # Errors
/// When there is no such chapter or the template fails.
pub async fn page(
    Shared(site): Shared<Arc<Site>>,
    Path(path): Path<String>,
) -> Result<impl IntoResponse, PageError> {
    if path.is_empty() {
        return Err(PageError::NotFound);
    }
    chapter(&site, &path)
}

fn chapter(site: &Site, path: &str) -> Result<impl IntoResponse + use<>, PageError> {
    let catalog = &site.catalog;
    let entry = catalog.manual.iter().find(|entry| entry.facts.path == path);
    let entry = entry.ok_or(PageError::NotFound)?;
    let facts = &entry.facts;
    let url = facts.url();
    let headings = entry
        .prose
        .headings
        .iter()
        .filter(|heading| heading.level == 2);
    let contents = if path.is_empty() {
        contents(site)
    } else {
        Vec::new()
    };
    show(&ManualPage {
        title: &facts.title,
        summary: &facts.summary,
        section: facts.section.words(),
        file: format!("content/{}", facts.file),
        prose: &entry.prose.html,
        contents,
        book: Book::new(catalog, &url, headings.cloned().collect()),
        turn: Turn::new(catalog, &url),
        frame: site.frame("manual").at(url),
    })
}

/// Every page but the first, by part.
fn contents(site: &Site) -> Vec<(&'static str, Vec<Stop>)> {
    let mut parts: Vec<(&'static str, Vec<Stop>)> = Section::ALL
        .iter()
        .map(|section| (section.words(), Vec::new()))
        .collect();
    for stop in stops(&site.catalog)
        .into_iter()
        .filter(|stop| stop.url != "/manual")
    {
        let part = parts
            .iter_mut()
            .find(|(words, _)| *words == stop.section.words());
        if let Some((_, stops)) = part {
            stops.push(stop);
        }
    }
    parts.retain(|(_, stops)| !stops.is_empty());
    parts
}
