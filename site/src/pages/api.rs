//! `/api/v1`: the catalog as JSON, with the same cells as the pages.

mod entry;
mod list;
mod single;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State as Shared};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::table::cell_json;
use super::{PageError, Site};
use crate::catalog::Catalog;
use crate::model::Claim;
use crate::resolve::{Cell, Judged};
use crate::search::{DocKind, Request};

pub(crate) use entry::{
    comparison as comparison_json, extension as extension_json, feature as feature_json,
    protocol as protocol_json, short, survey as survey_json, term as term_json,
};
pub use list::{claims, comparisons, extensions, features, products, protocols, surveys, terms};
pub use single::{comparison, extension, feature, product, protocol, survey, term};

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
        ..Request::default()
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
fn page_of(
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
