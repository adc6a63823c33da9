//! `/data`: the catalog for programs.

use std::sync::Arc;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::IntoResponse;

use super::frame::{PageError, show};
use super::{Frame, Site};
use crate::content::schema::TEXTS;

#[derive(Template)]
#[template(path = "data.html")]
struct Data {
    frame: Frame,
    hash: String,
    addresses: &'static [(&'static str, &'static str)],
    schemas: Vec<&'static str>,
}

/// Addresses that can be tried as they stand, and what they answer.
pub(crate) const ADDRESSES: &[(&str, &str)] = &[
    ("/api/v1", "what there is, and the digest of the content"),
    ("/api/v1/products?limit=3", "products, three at a time"),
    (
        "/api/v1/products/dovecot",
        "one product with all its cells and claims",
    ),
    (
        "/api/v1/extensions?limit=3",
        "extensions with tokens and RFCs",
    ),
    (
        "/api/v1/extensions/imap/idle",
        "one extension and every product's cell",
    ),
    (
        "/api/v1/features?limit=3",
        "features and the values they allow",
    ),
    (
        "/api/v1/features/virtual-hosting",
        "one feature and every product's cell",
    ),
    ("/api/v1/protocols?limit=3", "protocols with ports and RFCs"),
    ("/api/v1/comparisons", "comparisons with a verdict"),
    ("/api/v1/terms?limit=3", "the glossary"),
    (
        "/api/v1/claims?limit=3",
        "claims, shown or not, with the reason",
    ),
    ("/api/v1/surveys?limit=3", "surveys with their shares"),
    ("/api/v1/search?q=imap%20idle", "search results"),
    ("/api/v1/openapi.json", "the description of all this"),
    (
        "/compare.csv?p=exim%2Cpostfix&rows=smtp&only=diff",
        "any comparison as CSV",
    ),
    (
        "/compare.json?p=exim%2Cpostfix&rows=smtp&only=diff",
        "any comparison as JSON",
    ),
    ("/badge/dovecot/imap/idle.svg", "one cell as a picture"),
    (
        "/badge/dovecot/sieve-filtering.svg",
        "one answer about a feature as a picture",
    ),
    ("/feed.atom", "what was confirmed last"),
];

/// Shows the page.
///
/// # Errors
/// When the template fails.
pub async fn page(Shared(site): Shared<Arc<Site>>) -> Result<impl IntoResponse, PageError> {
    show(&Data {
        frame: site.frame("data").at("/data"),
        hash: site.catalog.content_hash.clone(),
        addresses: ADDRESSES,
        schemas: TEXTS.iter().map(|(_, name, _)| *name).collect(),
    })
}
