//! `/`: the way in.

use std::sync::Arc;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::IntoResponse;

use super::frame::{PageError, show};
use super::{Bar, Frame, Site};
use crate::catalog::Catalog;
use crate::model::Evidence;
use crate::resolve::Judged;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
    quality: Bar,
    protocols: Vec<ProtocolCard>,
    shelves: Vec<Shelf>,
    gaps: Vec<(String, String)>,
    comparisons: Vec<(String, String, String)>,
}

struct ProtocolCard {
    url: String,
    title: String,
    full_name: String,
    extensions: usize,
    products: usize,
}

struct Shelf {
    title: &'static str,
    text: &'static str,
    products: Vec<ShelfProduct>,
}

struct ShelfProduct {
    url: String,
    title: String,
    summary: String,
}

/// Shelves of the home page: title, text, products.
const SHELVES: [(&str, &str, &[&str]); 3] = [
    (
        "The five classic transfer agents",
        "What nearly every comparison of the last thirty years put side by side.",
        &["sendmail", "qmail", "postfix", "exim", "courier"],
    ),
    (
        "Mailbox servers",
        "Where mail rests and clients read it.",
        &["dovecot", "cyrus-imap", "courier", "uw-imap", "dbmail"],
    ),
    (
        "Whole servers in one program",
        "Transfer, mailboxes and filters together.",
        &["stalwart", "mox", "maddy", "james", "hmailserver"],
    ),
];

/// Shows the page.
///
/// # Errors
/// When the template fails.
pub async fn page(Shared(site): Shared<Arc<Site>>) -> Result<impl IntoResponse, PageError> {
    let catalog = &site.catalog;
    let cards = catalog.protocols.values().map(|entry| ProtocolCard {
        url: format!("/protocols/{}", entry.facts.id),
        title: entry.facts.title.clone(),
        full_name: entry.facts.full_name.clone(),
        extensions: catalog.extensions_of(&entry.facts.id).len(),
        products: catalog.products_of(&entry.facts.id).len(),
    });
    let mut protocols: Vec<ProtocolCard> = cards.filter(|card| card.extensions > 0).collect();
    protocols.sort_by_key(|card| std::cmp::Reverse(card.products));
    let gaps = catalog
        .protocols
        .values()
        .filter(|entry| catalog.extensions_of(&entry.facts.id).is_empty())
        .map(|entry| {
            (
                format!("/protocols/{}", entry.facts.id),
                entry.facts.title.clone(),
            )
        })
        .collect();
    let comparisons = catalog.comparisons.values().map(|entry| {
        let facts = &entry.facts;
        (
            format!("/compare/{}", facts.slug),
            facts.title.clone(),
            facts.question.clone(),
        )
    });
    show(&Home {
        comparisons: comparisons.collect(),
        frame: site.frame("home").at("/"),
        quality: quality(catalog),
        protocols,
        shelves: SHELVES
            .iter()
            .map(|shelf| self::shelf(catalog, shelf))
            .collect(),
        gaps,
    })
}

fn shelf(catalog: &Catalog, shelf: &(&'static str, &'static str, &[&str])) -> Shelf {
    let products = shelf
        .2
        .iter()
        .filter_map(|slug| catalog.products.get(*slug));
    Shelf {
        title: shelf.0,
        text: shelf.1,
        products: products
            .map(|entry| ShelfProduct {
                url: format!("/products/{}", entry.facts.slug),
                title: entry.facts.title.clone(),
                summary: entry.facts.summary.clone(),
            })
            .collect(),
    }
}

fn quality(catalog: &Catalog) -> Bar {
    let cells = || {
        catalog
            .products
            .values()
            .flat_map(|entry| entry.all_cells().map(|(_, cell)| cell))
    };
    let count = |wanted: &dyn Fn(&Judged) -> bool| {
        cells()
            .filter_map(|cell| cell.shown())
            .filter(|judged| wanted(judged))
            .count()
    };
    let fresh = |judged: &Judged| judged.stale_months.is_none();
    let source = count(&|j| fresh(j) && j.claim.evidence <= Evidence::MeasuredAdvertised);
    let docs = count(&|j| fresh(j) && j.claim.evidence == Evidence::Docs);
    let said =
        count(&|j| fresh(j) && matches!(j.claim.evidence, Evidence::Vendor | Evidence::ThirdParty));
    let notes = count(&|j| fresh(j) && j.claim.evidence == Evidence::Memory);
    let stale = count(&|j| !fresh(j));
    Bar::new(
        "How the claims are known",
        &[
            ("measured, or read in source code", source, "q1"),
            ("read in documentation", docs, "q2"),
            ("said by the vendor", said, "q3"),
            ("unverified note", notes, "q4"),
            ("past its date", stale, "q5"),
        ],
    )
}
