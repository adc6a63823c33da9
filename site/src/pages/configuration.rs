//! `/manual/configuration`: every table and key of the server's configuration, made from
//! `schemas/waxseal.schema.json`.

use std::sync::Arc;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::IntoResponse;

use super::book::{Book, Turn};
use super::frame::{PageError, show};
use super::{Frame, Site};
use crate::markdown::Heading;
use crate::reference::ConfigTable;

/// What the page is, in one sentence.
pub const SUMMARY: &str = "Every table and key of the server's configuration file: type, bounds, \
                           default, meaning, and what happens past each limit.";

#[derive(Template)]
#[template(path = "configuration.html")]
struct Configuration<'a> {
    frame: Frame,
    summary: &'static str,
    tables: &'a [ConfigTable],
    keys: usize,
    book: Book,
    turn: Turn,
}

/// Shows the reference.
///
/// # Errors
/// When the template fails.
pub async fn page(Shared(site): Shared<Arc<Site>>) -> Result<impl IntoResponse, PageError> {
    let tables = &site.catalog.reference.configuration;
    let titled = tables.iter().filter(|table| !table.title.is_empty());
    let headings = titled.map(|table| Heading {
        level: 2,
        id: table.anchor.clone(),
        text: table.title.clone(),
    });
    show(&Configuration {
        summary: SUMMARY,
        tables,
        keys: tables.iter().map(|table| table.keys.len()).sum(),
        book: Book::new(&site.catalog, "/manual/configuration", headings.collect()),
        turn: Turn::new(&site.catalog, "/manual/configuration"),
        frame: site.frame("manual").at("/manual/configuration"),
    })
}
