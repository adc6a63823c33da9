//! Lists of all entries of a kind.

use std::sync::Arc;

use axum::extract::{Query, State as Shared};
use axum::response::IntoResponse;

use super::{Pairs, Site, claim_rows, entry, page_of};

/// `/api/v1/products`: all products.
pub async fn products(Shared(site): Shared<Arc<Site>>, Query(pairs): Pairs) -> impl IntoResponse {
    let all = site.catalog.products.iter();
    let all = all.map(|(key, one)| (key.clone(), entry::short(one)));
    page_of(&site.catalog, &pairs, all)
}

/// `/api/v1/extensions`: all extensions.
pub async fn extensions(Shared(site): Shared<Arc<Site>>, Query(pairs): Pairs) -> impl IntoResponse {
    let all = site.catalog.extensions.iter();
    let all = all.map(|(key, one)| (key.clone(), entry::extension(one)));
    page_of(&site.catalog, &pairs, all)
}

/// `/api/v1/features`: all features.
pub async fn features(Shared(site): Shared<Arc<Site>>, Query(pairs): Pairs) -> impl IntoResponse {
    let all = site.catalog.features.iter();
    let all = all.map(|(key, one)| (key.clone(), entry::feature(one)));
    page_of(&site.catalog, &pairs, all)
}

/// `/api/v1/protocols`: all protocols.
pub async fn protocols(Shared(site): Shared<Arc<Site>>, Query(pairs): Pairs) -> impl IntoResponse {
    let all = site.catalog.protocols.iter();
    let all = all.map(|(key, one)| (key.clone(), entry::protocol(one)));
    page_of(&site.catalog, &pairs, all)
}

/// `/api/v1/comparisons`: the curated comparisons.
pub async fn comparisons(
    Shared(site): Shared<Arc<Site>>,
    Query(pairs): Pairs,
) -> impl IntoResponse {
    let all = site.catalog.comparisons.iter();
    let all = all.map(|(key, one)| (key.clone(), entry::comparison(one)));
    page_of(&site.catalog, &pairs, all)
}

/// `/api/v1/terms`: the glossary.
pub async fn terms(Shared(site): Shared<Arc<Site>>, Query(pairs): Pairs) -> impl IntoResponse {
    let all = site.catalog.terms.iter();
    let all = all.map(|(key, one)| (key.clone(), entry::term(one)));
    page_of(&site.catalog, &pairs, all)
}

/// `/api/v1/surveys`: all surveys with their shares.
pub async fn surveys(Shared(site): Shared<Arc<Site>>, Query(pairs): Pairs) -> impl IntoResponse {
    let all = site.catalog.surveys.iter();
    let all = all.map(|(key, one)| (key.clone(), entry::survey(one)));
    page_of(&site.catalog, &pairs, all)
}

/// `/api/v1/claims`: every claim, shown or not.
pub async fn claims(Shared(site): Shared<Arc<Site>>, Query(pairs): Pairs) -> impl IntoResponse {
    let numbered = claim_rows(&site.catalog).enumerate();
    let all = numbered.map(|(at, row)| (format!("{at:07}"), row));
    page_of(&site.catalog, &pairs, all)
}
