//! Single entries.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};

use super::{PageError, Site, answer, entry, with_claims};
use crate::catalog::Catalog;
use crate::pages::cell_json;

/// `/api/v1/products/{slug}`: one product with all its cells and claims.
///
/// # Errors
/// When there is no such product.
pub async fn product(
    Shared(site): Shared<Arc<Site>>,
    Path(slug): Path<String>,
) -> Result<impl IntoResponse, PageError> {
    let found = site.catalog.products.get(&slug);
    let found = found.ok_or(PageError::NotFound)?;
    let cells = found
        .all_cells()
        .map(|(id, cell)| (id.clone(), with_claims(cell)));
    let cells = json!({ "cells": cells.collect::<Map<_, _>>() });
    let body = joined([entry::short(found), entry::more(found), cells]);
    Ok(answer(&site.catalog, body))
}

/// `/api/v1/extensions/{protocol}/{slug}`: one extension and every product's cell.
///
/// # Errors
/// When there is no such extension.
pub async fn extension(
    Shared(site): Shared<Arc<Site>>,
    Path((protocol, slug)): Path<(String, String)>,
) -> Result<impl IntoResponse, PageError> {
    let id = format!("{protocol}/{slug}");
    let found = site.catalog.extensions.get(&id);
    let found = found.ok_or(PageError::NotFound)?;
    let more = json!({
        "text": found.prose.plain.trim(),
        "sources": found.facts.sources,
        "products": products(&site.catalog, &id),
    });
    Ok(answer(
        &site.catalog,
        joined([entry::extension(found), more]),
    ))
}

/// `/api/v1/features/{slug}`: one feature and every product's cell.
///
/// # Errors
/// When there is no such feature.
pub async fn feature(
    Shared(site): Shared<Arc<Site>>,
    Path(slug): Path<String>,
) -> Result<impl IntoResponse, PageError> {
    let found = site.catalog.features.get(&slug);
    let found = found.ok_or(PageError::NotFound)?;
    let more = json!({
        "text": found.prose.plain.trim(),
        "sources": found.facts.sources,
        "products": products(&site.catalog, &slug),
    });
    Ok(answer(&site.catalog, joined([entry::feature(found), more])))
}

/// `/api/v1/protocols/{id}`: one protocol with its extensions and products.
///
/// # Errors
/// When there is no such protocol.
pub async fn protocol(
    Shared(site): Shared<Arc<Site>>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, PageError> {
    let catalog = &site.catalog;
    let found = catalog.protocols.get(&id).ok_or(PageError::NotFound)?;
    let extensions = catalog.extensions_of(&id).into_iter();
    let products = catalog.products_of(&id).into_iter();
    let more = json!({
        "aliases": found.facts.aliases,
        "related": found.facts.related,
        "extensions": extensions.map(|one| one.facts.id()).collect::<Vec<_>>(),
        "products": products.map(|one| one.facts.slug.clone()).collect::<Vec<_>>(),
        "text": found.prose.plain.trim(),
        "sources": found.facts.sources,
    });
    Ok(answer(catalog, joined([entry::protocol(found), more])))
}

/// `/api/v1/comparisons/{slug}`: one comparison with its cells.
///
/// # Errors
/// When there is no such comparison.
pub async fn comparison(
    Shared(site): Shared<Arc<Site>>,
    Path(slug): Path<String>,
) -> Result<impl IntoResponse, PageError> {
    let catalog = &site.catalog;
    let found = catalog.comparisons.get(&slug).ok_or(PageError::NotFound)?;
    let facts = &found.facts;
    let row = |id: &String| {
        let columns = facts.products.iter().filter_map(|slug| {
            let product = catalog.products.get(slug)?;
            Some((slug.clone(), cell_json(product.cell(id))))
        });
        (id.clone(), Value::Object(columns.collect()))
    };
    let more = json!({
        "cells": facts.rows.iter().map(row).collect::<Map<_, _>>(),
        "text": found.prose.plain.trim(),
        "sources": facts.sources,
    });
    Ok(answer(catalog, joined([entry::comparison(found), more])))
}

/// `/api/v1/terms/{slug}`: one term.
///
/// # Errors
/// When there is no such term.
pub async fn term(
    Shared(site): Shared<Arc<Site>>,
    Path(slug): Path<String>,
) -> Result<impl IntoResponse, PageError> {
    let found = site.catalog.terms.get(&slug);
    let found = found.ok_or(PageError::NotFound)?;
    let more = json!({
        "extensions": found.facts.extensions,
        "protocols": found.facts.protocols,
        "sources": found.facts.sources,
    });
    Ok(answer(&site.catalog, joined([entry::term(found), more])))
}

/// `/api/v1/surveys/{slug}`: one survey with its method, caveats and corrections.
///
/// # Errors
/// When there is no such survey.
pub async fn survey(
    Shared(site): Shared<Arc<Site>>,
    Path(slug): Path<String>,
) -> Result<impl IntoResponse, PageError> {
    let found = site.catalog.surveys.get(&slug);
    let found = found.ok_or(PageError::NotFound)?;
    let corrections = found.facts.correction.iter();
    let corrections = corrections
        .map(|one| json!({ "said": one.said, "right": one.right, "source": one.source }));
    let more = json!({
        "caveats": found.facts.caveats,
        "corrections": corrections.collect::<Vec<_>>(),
        "text": found.prose.plain.trim(),
        "sources": found.facts.sources,
    });
    Ok(answer(&site.catalog, joined([entry::survey(found), more])))
}

/// The cells of all products, unknown ones too.
fn products(catalog: &Catalog, subject: &str) -> Value {
    let products = catalog.products.iter();
    let cells = products.map(|(slug, entry)| (slug.clone(), cell_json(entry.cell(subject))));
    Value::Object(cells.collect())
}

/// Several objects as one.
fn joined<const N: usize>(parts: [Value; N]) -> Value {
    let objects = parts.into_iter().filter_map(|part| match part {
        Value::Object(fields) => Some(fields),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            None
        }
    });
    Value::Object(objects.flatten().collect())
}
