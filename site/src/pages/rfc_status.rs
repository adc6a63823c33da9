//! `/manual/rfc-status`: what the server does about each RFC, made from `schemas/rfc-status.toml`.

use std::sync::Arc;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::IntoResponse;

use super::book::{Book, Turn};
use super::frame::{PageError, show};
use super::{Bar, Frame, Mark, Site};
use crate::catalog::Catalog;
use crate::reference::{RfcEntry, RfcSupport};
use crate::resolve::State;

/// What the page is, in one sentence.
pub const SUMMARY: &str = "Which RFCs the server implements, what is missing, and the test that \
                           shows it.";

#[derive(Template)]
#[template(path = "rfc_status.html")]
struct RfcStatus<'a> {
    frame: Frame,
    summary: &'static str,
    counts: Bar,
    rows: Vec<Row<'a>>,
    book: Book,
    turn: Turn,
}

struct Row<'a> {
    entry: &'a RfcEntry,
    mark: Mark,
    tokens: Vec<(String, Option<String>)>,
}

/// Shows the table.
///
/// # Errors
/// When the template fails.
pub async fn page(Shared(site): Shared<Arc<Site>>) -> Result<impl IntoResponse, PageError> {
    let rfcs = &site.catalog.reference.rfcs;
    let count = |wanted| rfcs.iter().filter(|entry| entry.support == wanted).count();
    let counts = Bar::new(
        "RFCs by how much of them is there",
        &[
            ("yes", count(RfcSupport::Yes), "q1"),
            ("in part", count(RfcSupport::Partial), "q4"),
            ("planned", count(RfcSupport::Planned), "q3"),
            ("no", count(RfcSupport::No), "q6"),
        ],
    );
    show(&RfcStatus {
        frame: site.frame("manual").at("/manual/rfc-status"),
        summary: SUMMARY,
        counts,
        rows: rfcs.iter().map(|entry| row(&site.catalog, entry)).collect(),
        book: Book::new(&site.catalog, "/manual/rfc-status", Vec::new()),
        turn: Turn::new(&site.catalog, "/manual/rfc-status"),
    })
}

fn row<'a>(catalog: &Catalog, entry: &'a RfcEntry) -> Row<'a> {
    let state = match entry.support {
        RfcSupport::Yes => State::Yes,
        RfcSupport::Partial => State::Partial,
        RfcSupport::Planned => State::Planned,
        RfcSupport::No => State::No,
    };
    let tokens = entry.announces.iter().map(|announced| {
        let url = announced.split_once(' ').and_then(|(protocol, token)| {
            let page = catalog.by_token(protocol, token)?;
            Some(format!("/extensions/{page}"))
        });
        (announced.clone(), url)
    });
    Row {
        entry,
        mark: Mark::plain(state),
        tokens: tokens.collect(),
    }
}
