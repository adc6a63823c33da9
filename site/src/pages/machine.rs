//! Addresses for programs: health, stylesheet, schemas, robots and the site map.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;

use super::{PageError, Site, book, diff};
use crate::content::schema::TEXTS;
use crate::reference::CONFIG_SCHEMA;
use crate::reference::Package;

/// The stylesheet.
const STYLESHEET: &str = include_str!("../../assets/site.css");
/// The script.
const SCRIPT: &str = include_str!("../../assets/site.js");
/// The mark of the site as a picture.
const ICON: &str = include_str!("../../assets/seal.svg");
/// For files whose address changes with them.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// `/healthz`: the program runs and holds a catalog.
pub async fn healthz() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], "ok\n")
}

/// The stylesheet under the address of this build.
pub async fn stylesheet() -> impl IntoResponse {
    (
        [
            (CONTENT_TYPE, "text/css; charset=utf-8"),
            (CACHE_CONTROL, FOREVER),
        ],
        STYLESHEET,
    )
}

/// The script under the address of this build.
pub async fn script() -> impl IntoResponse {
    (
        [
            (CONTENT_TYPE, "text/javascript; charset=utf-8"),
            (CACHE_CONTROL, FOREVER),
        ],
        SCRIPT,
    )
}

/// `/assets/seal.svg`.
pub async fn icon() -> impl IntoResponse {
    (
        [
            (CONTENT_TYPE, "image/svg+xml"),
            (CACHE_CONTROL, "public, max-age=86400"),
        ],
        ICON,
    )
}

/// `/robots.txt`.
pub async fn robots() -> impl IntoResponse {
    let text = "User-agent: *\nDisallow: /search?\nDisallow: /suggest\nAllow: /\n";
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text)
}

/// `/schemas/{name}`: the JSON Schemas that content is checked against, and that of the server's
/// configuration.
///
/// # Errors
/// When there is no such schema.
pub async fn schema(Path(name): Path<String>) -> Result<impl IntoResponse, PageError> {
    let wanted = name
        .strip_suffix(".schema.json")
        .ok_or(PageError::NotFound)?;
    let mut known = TEXTS.iter().map(|(_, name, text)| (*name, *text));
    let found = known.find(|(name, _)| *name == wanted);
    let configuration = (wanted == "waxseal").then_some(("waxseal", CONFIG_SCHEMA));
    let (_, text) = found.or(configuration).ok_or(PageError::NotFound)?;
    Ok(([(CONTENT_TYPE, "application/schema+json")], text))
}

/// `/sitemap.txt`: every page, one address a line, as paths of this site.
pub async fn sitemap(Shared(site): Shared<Arc<Site>>) -> impl IntoResponse {
    let mut text = String::new();
    for path in paths(&site) {
        writeln!(text, "{path}").unwrap_or_default();
    }
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text)
}

/// The path of every page that has one address.
pub fn paths(site: &Site) -> Vec<String> {
    let catalog = &site.catalog;
    let mut paths: Vec<String> = [
        "/",
        "/products",
        "/protocols",
        "/features",
        "/matrix/features",
        "/compare",
        "/surveys",
        "/glossary",
        "/about/method",
        "/search/help",
        "/choose",
        "/check",
        "/contribute",
        "/health/content",
        "/data",
    ]
    .map(str::to_owned)
    .into();
    for slug in catalog.products.keys() {
        paths.push(format!("/products/{slug}"));
        paths.push(format!("/products/{slug}/evidence"));
    }
    for measurement in catalog.products.values().flat_map(|entry| &entry.measured) {
        let sessions = measurement.facts.session.iter();
        paths.extend(sessions.map(|one| measurement.transcript_url(&one.transcript)));
    }
    let versioned = catalog.products.values().filter_map(diff::address);
    paths.extend(versioned);
    for id in catalog.protocols.keys() {
        paths.push(format!("/protocols/{id}"));
        paths.push(format!("/matrix/{id}"));
    }
    paths.extend(
        catalog
            .extensions
            .keys()
            .map(|id| format!("/extensions/{id}")),
    );
    let below = |folder: &str, slug: &String| format!("/{folder}/{slug}");
    paths.extend(catalog.features.keys().map(|slug| below("features", slug)));
    paths.extend(
        catalog
            .comparisons
            .keys()
            .map(|slug| below("compare", slug)),
    );
    paths.extend(catalog.surveys.keys().map(|slug| below("surveys", slug)));
    paths.extend(catalog.terms.keys().map(|slug| below("glossary", slug)));
    let stops = book::stops(catalog).into_iter();
    paths.extend(stops.map(|stop| stop.url));
    let older = catalog.reference.packages.iter().skip(1);
    paths.extend(older.map(Package::url));
    paths
}
