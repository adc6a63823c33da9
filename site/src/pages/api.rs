//! `/api/v1`: the catalog as JSON, with the same cells as the pages.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State as Shared};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::table::cell_json;
use super::{PageError, Site};
use crate::catalog::{Catalog, ProductEntry};
use crate::model::Claim;
use crate::resolve::{Cell, Judged};
use crate::search::{DocKind, Request};

/// Most entries of one answer of a list.
const PAGE_MAX: usize = 500;

/// The description of the interface, kept beside the code.
const OPENAPI: &str = include_str!("../../assets/openapi.json");

/// Any site may read the catalog.
const OPEN: (axum::http::HeaderName, &str) = (ACCESS_CONTROL_ALLOW_ORIGIN, "*");

/// What every address answers.
type Answer = ([(axum::http::HeaderName, &'static str); 1], Json<Value>);

/// What the address asks of a list.
type Pairs = Query<Vec<(String, String)>>;

/// `/api/v1/openapi.json`.
pub async fn openapi() -> impl IntoResponse {
    ([OPEN, (CONTENT_TYPE, "application/json")], OPENAPI)
}

/// `/api/v1`: what there is.
pub async fn index(Shared(site): Shared<Arc<Site>>) -> impl IntoResponse {
    let catalog = &site.catalog;
    answer(
        catalog,
        json!({
            "content_hash": catalog.content_hash,
            "products": catalog.products.len(),
            "protocols": catalog.protocols.len(),
            "extensions": catalog.extensions.len(),
            "features": catalog.features.len(),
            "comparisons": catalog.comparisons.len(),
            "surveys": catalog.surveys.len(),
            "terms": catalog.terms.len(),
            "claims": catalog.claim_count(),
            "openapi": "/api/v1/openapi.json",
        }),
    )
}

/// `/api/v1/products`: all products.
pub async fn products(Shared(site): Shared<Arc<Site>>, Query(pairs): Pairs) -> impl IntoResponse {
    let all = site.catalog.products.iter();
    list(
        &site.catalog,
        &pairs,
        all.map(|(slug, entry)| (slug.clone(), short(entry))),
    )
}

/// `/api/v1/products/{slug}`: one product with all its cells and claims.
///
/// # Errors
/// When there is no such product.
pub async fn product(
    Shared(site): Shared<Arc<Site>>,
    Path(slug): Path<String>,
) -> Result<impl IntoResponse, PageError> {
    let entry = site
        .catalog
        .products
        .get(&slug)
        .ok_or(PageError::NotFound)?;
    let cells = entry
        .all_cells()
        .map(|(id, cell)| (id.clone(), with_claims(cell)));
    let mut body = short(entry);
    if let Value::Object(body) = &mut body {
        body.insert("cells".to_owned(), Value::Object(cells.collect()));
    }
    Ok(answer(&site.catalog, body))
}

/// `/api/v1/extensions`: all extensions.
pub async fn extensions(Shared(site): Shared<Arc<Site>>, Query(pairs): Pairs) -> impl IntoResponse {
    let all = site.catalog.extensions.iter().map(|(id, entry)| {
        let facts = &entry.facts;
        let tokens: Vec<&str> = facts
            .tokens
            .iter()
            .map(|token| token.text.as_str())
            .collect();
        let rfcs: Vec<u32> = facts.specs.iter().map(|spec| spec.rfc).collect();
        let body = json!({
            "id": id,
            "title": facts.title,
            "summary": facts.summary,
            "protocol": facts.protocol,
            "category": facts.category,
            "tokens": tokens,
            "rfcs": rfcs,
            "page": format!("/extensions/{id}"),
        });
        (id.clone(), body)
    });
    list(&site.catalog, &pairs, all)
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
    let entry = site
        .catalog
        .extensions
        .get(&id)
        .ok_or(PageError::NotFound)?;
    Ok(answer(
        &site.catalog,
        subject(&site.catalog, &id, &entry.facts.title),
    ))
}

/// `/api/v1/features`: all features.
pub async fn features(Shared(site): Shared<Arc<Site>>, Query(pairs): Pairs) -> impl IntoResponse {
    let all = site.catalog.features.iter().map(|(slug, entry)| {
        let facts = &entry.facts;
        let body = json!({
            "id": slug,
            "title": facts.title,
            "summary": facts.summary,
            "group": facts.group.id(),
            "value_type": facts.value_type.id(),
            "values": facts.values,
            "page": format!("/features/{slug}"),
        });
        (slug.clone(), body)
    });
    list(&site.catalog, &pairs, all)
}

/// `/api/v1/features/{slug}`: one feature and every product's cell.
///
/// # Errors
/// When there is no such feature.
pub async fn feature(
    Shared(site): Shared<Arc<Site>>,
    Path(slug): Path<String>,
) -> Result<impl IntoResponse, PageError> {
    let entry = site
        .catalog
        .features
        .get(&slug)
        .ok_or(PageError::NotFound)?;
    Ok(answer(
        &site.catalog,
        subject(&site.catalog, &slug, &entry.facts.title),
    ))
}

/// `/api/v1/protocols`: all protocols.
pub async fn protocols(Shared(site): Shared<Arc<Site>>, Query(pairs): Pairs) -> impl IntoResponse {
    let all = site.catalog.protocols.iter().map(|(id, entry)| {
        let facts = &entry.facts;
        let ports: Vec<u16> = facts.ports.iter().map(|port| port.port).collect();
        let rfcs: Vec<u32> = facts.specs.iter().map(|spec| spec.rfc).collect();
        let body = json!({
            "id": id,
            "title": facts.title,
            "full_name": facts.full_name,
            "summary": facts.summary,
            "kind": facts.kind,
            "ports": ports,
            "rfcs": rfcs,
            "page": format!("/protocols/{id}"),
        });
        (id.clone(), body)
    });
    list(&site.catalog, &pairs, all)
}

/// `/api/v1/comparisons`: the curated comparisons.
pub async fn comparisons(
    Shared(site): Shared<Arc<Site>>,
    Query(pairs): Pairs,
) -> impl IntoResponse {
    let all = site.catalog.comparisons.iter().map(|(slug, entry)| {
        let facts = &entry.facts;
        let body = json!({
            "id": slug,
            "title": facts.title,
            "question": facts.question,
            "summary": facts.summary,
            "products": facts.products,
            "rows": facts.rows,
            "table": format!("/compare.json?set={slug}"),
            "page": format!("/compare/{slug}"),
        });
        (slug.clone(), body)
    });
    list(&site.catalog, &pairs, all)
}

/// `/api/v1/terms`: the glossary.
pub async fn terms(Shared(site): Shared<Arc<Site>>, Query(pairs): Pairs) -> impl IntoResponse {
    let all = site.catalog.terms.iter().map(|(slug, entry)| {
        let facts = &entry.facts;
        let body = json!({
            "id": slug,
            "term": facts.term,
            "expansion": facts.expansion,
            "short": facts.short,
            "text": entry.prose.plain.trim(),
            "page": format!("/glossary/{slug}"),
        });
        (slug.clone(), body)
    });
    list(&site.catalog, &pairs, all)
}

/// `/api/v1/claims`: every claim, shown or not.
pub async fn claims(Shared(site): Shared<Arc<Site>>, Query(pairs): Pairs) -> impl IntoResponse {
    let catalog = &site.catalog;
    let numbered = claim_rows(catalog).enumerate();
    let all = numbered.map(|(at, row)| (format!("{at:07}"), row));
    list(catalog, &pairs, all)
}

/// `/api/v1/surveys`: all surveys with their shares.
pub async fn surveys(Shared(site): Shared<Arc<Site>>, Query(pairs): Pairs) -> impl IntoResponse {
    let all = site.catalog.surveys.iter().map(|(slug, entry)| {
        let facts = &entry.facts;
        let shares = facts.share.iter().map(|share| {
            json!({
                "label": share.label,
                "product": share.product,
                "count": share.count,
                "percent": share.percent,
                "remainder": share.remainder,
            })
        });
        let body = json!({
            "id": slug,
            "title": facts.title,
            "summary": facts.summary,
            "protocol": facts.protocol,
            "series": facts.series,
            "date": facts.date.as_str(),
            "asked": facts.asked,
            "answered": facts.answered,
            "identified": facts.identified,
            "primary": facts.primary,
            "shares": shares.collect::<Vec<_>>(),
            "page": format!("/surveys/{slug}"),
        });
        (slug.clone(), body)
    });
    list(&site.catalog, &pairs, all)
}

/// `/api/v1/search?q=&type=`: the first page of results.
///
/// # Errors
/// When the index fails.
pub async fn search(
    Shared(site): Shared<Arc<Site>>,
    Query(pairs): Pairs,
) -> Result<impl IntoResponse, PageError> {
    let results = site.index.search(&Request {
        text: value(&pairs, "q").to_owned(),
        kind: DocKind::parse(value(&pairs, "type")),
        page: value(&pairs, "page").parse().unwrap_or(1),
    })?;
    let hits = results.hits.iter().map(|hit| {
        let title: String = hit.title.iter().map(|piece| piece.text.as_str()).collect();
        json!({ "type": hit.kind.id(), "id": hit.key, "title": title, "page": hit.url })
    });
    let body = json!({
        "total": results.total,
        "page": results.page,
        "pages": results.pages,
        "results": hits.collect::<Vec<_>>(),
    });
    Ok(answer(&site.catalog, body))
}

fn value<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    let found = pairs.iter().find(|(key, _)| key == name);
    found.map_or("", |(_, value)| value.as_str())
}

/// A page of a list, from the entry after `after`.
fn list(
    catalog: &Catalog,
    pairs: &[(String, String)],
    all: impl Iterator<Item = (String, Value)>,
) -> Answer {
    let after = value(pairs, "after");
    let limit = value(pairs, "limit")
        .parse()
        .unwrap_or(PAGE_MAX)
        .clamp(1, PAGE_MAX);
    let mut rest = all.filter(|(key, _)| key.as_str() > after);
    let page: Vec<(String, Value)> = rest.by_ref().take(limit).collect();
    let more = rest.next().is_some();
    let next = page.last().filter(|_| more).map(|(key, _)| key.clone());
    let items: Vec<Value> = page.into_iter().map(|(_, item)| item).collect();
    answer(catalog, json!({ "items": items, "next": next }))
}

/// Wraps an answer in what every answer says.
fn answer(catalog: &Catalog, mut body: Value) -> Answer {
    if let Value::Object(body) = &mut body {
        body.insert("schema_version".to_owned(), json!(1));
        body.insert(
            "generated_at".to_owned(),
            json!(catalog.content_date.as_str()),
        );
    }
    ([OPEN], Json(body))
}

/// Every claim with its product and subject, in a fixed order.
pub(crate) fn claim_rows(catalog: &Catalog) -> impl Iterator<Item = Value> {
    catalog.products.iter().flat_map(|(slug, entry)| {
        entry.all_cells().flat_map(move |(id, cell)| {
            cell.judged.iter().map(move |judged| {
                let mut body = claim_json(judged);
                if let Value::Object(body) = &mut body {
                    body.insert("product".to_owned(), json!(slug));
                    body.insert("subject".to_owned(), json!(id));
                }
                body
            })
        })
    })
}

pub(crate) fn short(entry: &ProductEntry) -> Value {
    let facts = &entry.facts;
    let roles: Vec<String> = facts.roles.iter().map(|role| role.id()).collect();
    json!({
        "id": facts.slug,
        "title": facts.title,
        "summary": facts.summary,
        "kind": facts.kind.id(),
        "roles": roles,
        "protocols": facts.protocols,
        "licence": facts.licence,
        "status": facts.status.id(),
        "homepage": facts.homepage,
        "repository": facts.repository,
        "reviewed": facts.reviewed.as_str(),
        "page": format!("/products/{}", facts.slug),
    })
}

fn subject(catalog: &Catalog, id: &str, title: &str) -> Value {
    let products = catalog.products.iter();
    let cells = products.map(|(slug, entry)| (slug.clone(), cell_json(entry.cell(id))));
    json!({ "id": id, "title": title, "products": cells.collect::<serde_json::Map<_, _>>() })
}

fn with_claims(cell: &Cell) -> Value {
    let mut body = cell_json(cell);
    if let Value::Object(body) = &mut body {
        let claims: Vec<Value> = cell.judged.iter().map(claim_json).collect();
        body.insert("claims".to_owned(), Value::Array(claims));
    }
    body
}

fn claim_json(judged: &Judged) -> Value {
    let Claim {
        support,
        enabled,
        value,
        since,
        until,
        evidence,
        source,
        quote,
        date,
        note,
        ..
    } = &judged.claim;
    json!({
        "support": support.id(),
        "enabled": enabled.map(|enabled| enabled.id()),
        "value": value,
        "since": since,
        "until": until,
        "evidence": evidence.id(),
        "source": source,
        "quote": quote,
        "date": date.as_str(),
        "note": note,
        "shown": judged.reason.is_shown(),
        "reason": judged.reason.words(),
    })
}
