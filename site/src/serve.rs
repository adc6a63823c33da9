//! The router, and the headers every answer carries.

mod cache;
pub mod dev;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State as Shared};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, ETAG, HeaderName, IF_NONE_MATCH, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get};
use tower_http::compression::CompressionLayer;

use crate::pages::{self, Site};

/// What a browser may do with our pages: show them, with our style, pictures, forms and our one
/// script, which asks nobody but us.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// Headers on every answer.
const HEADERS: [(HeaderName, &str); 3] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
];

/// All addresses of the site.
pub fn router(site: Arc<Site>) -> Router {
    Router::new()
        .route("/", get(pages::home::page))
        .route("/products", get(pages::products::page))
        .route("/products/{slug}", get(pages::product::page))
        .route("/products/{slug}/evidence", get(pages::evidence::page))
        .route(
            "/products/{slug}/transcripts/{name}",
            get(pages::transcript::page),
        )
        .route("/protocols", get(pages::protocols::page))
        .route("/protocols/{id}", get(pages::protocol::page))
        .route("/extensions/{protocol}/{slug}", get(pages::extension::page))
        .route("/matrix/{id}", get(pages::matrix::page))
        .merge(tools())
        .route("/about/method", get(pages::method::page))
        .route("/features", get(pages::features::page))
        .route("/features/{slug}", get(pages::feature::page))
        .route("/surveys", get(pages::surveys::page))
        .route("/surveys/{slug}", get(pages::survey::page))
        .route("/glossary", get(pages::glossary::list))
        .route("/glossary/{slug}", get(pages::glossary::page))
        .route("/compare", get(pages::compare::page))
        .route("/compare.csv", get(pages::compare::csv))
        .route("/compare.json", get(pages::compare::json))
        .route("/compare/{slug}", get(pages::compare::comparison))
        .merge(manual())
        .merge(interface())
        .route("/data", get(pages::data::page))
        .route("/feed.atom", get(pages::feed::atom))
        .route("/opensearch.xml", get(pages::feed::opensearch))
        .route("/rfc/{number}", get(pages::shortcut::rfc))
        .route("/token/{protocol}/{token}", get(pages::shortcut::token))
        .route("/schemas/{name}", get(pages::machine::schema))
        .route("/sitemap.txt", get(pages::machine::sitemap))
        .route("/robots.txt", get(pages::machine::robots))
        .route("/assets/{build}/site.css", get(pages::machine::stylesheet))
        .route("/assets/{build}/site.js", get(pages::machine::script))
        .route("/assets/seal.svg", get(pages::machine::icon))
        .fallback(pages::not_found::page)
        .layer(from_fn_with_state(Arc::clone(&site), missing))
        .layer(from_fn_with_state(Arc::clone(&site), validate))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(
            Arc::<cache::Cache>::default(),
            cache::answer,
        ))
        .route("/healthz", get(pages::machine::healthz))
        .layer(from_fn(secure))
        .with_state(site)
}

/// Addresses for programs: the interface and the badges.
fn interface() -> Router<Arc<Site>> {
    Router::new()
        .route("/api/v1", get(pages::api::index))
        .route("/api/v1/openapi.json", get(pages::api::openapi))
        .route("/api/v1/products", get(pages::api::products))
        .route("/api/v1/products/{slug}", get(pages::api::product))
        .route("/api/v1/extensions", get(pages::api::extensions))
        .route(
            "/api/v1/extensions/{protocol}/{slug}",
            get(pages::api::extension),
        )
        .route("/api/v1/features", get(pages::api::features))
        .route("/api/v1/features/{slug}", get(pages::api::feature))
        .route("/api/v1/protocols", get(pages::api::protocols))
        .route("/api/v1/protocols/{id}", get(pages::api::protocol))
        .route("/api/v1/comparisons", get(pages::api::comparisons))
        .route("/api/v1/comparisons/{slug}", get(pages::api::comparison))
        .route("/api/v1/terms", get(pages::api::terms))
        .route("/api/v1/terms/{slug}", get(pages::api::term))
        .route("/api/v1/claims", get(pages::api::claims))
        .route("/api/v1/surveys", get(pages::api::surveys))
        .route("/api/v1/surveys/{slug}", get(pages::api::survey))
        .route("/api/v1/search", get(pages::api::search))
        .route("/badge/{product}/{file}", get(pages::badge::feature))
        .route(
            "/badge/{product}/{protocol}/{file}",
            get(pages::badge::extension),
        )
}

/// The manual of the engine and of its plugins.
fn manual() -> Router<Arc<Site>> {
    Router::new()
        .route("/manual", get(pages::manual::first))
        .route("/manual/wit", get(pages::wit::newest))
        .route("/manual/wit/{version}", get(pages::wit::version))
        .route("/manual/configuration", get(pages::configuration::page))
        .route("/manual/rfc-status", get(pages::rfc_status::page))
        .route("/manual/{*path}", get(pages::manual::page))
}

/// What helps readers to find, choose, check and contribute.
fn tools() -> Router<Arc<Site>> {
    Router::new()
        .route("/search", get(pages::search::page))
        .route("/search/help", get(pages::search_help::page))
        .route("/suggest", get(pages::search::suggest))
        .route("/choose", get(pages::choose::page))
        .route("/check", check_form())
        .route("/health/content", get(pages::health::page))
        .route("/contribute", get(pages::contribute::page))
        .route("/products/{slug}/diff", get(pages::diff::page))
}

/// The check page, which alone takes a form by POST.
fn check_form() -> MethodRouter<Arc<Site>> {
    let limit = DefaultBodyLimit::max(pages::check::FORM_BYTES_MAX);
    get(pages::check::page)
        .post(pages::check::read_text)
        .layer(limit)
}

/// Answers 304 before anything is rendered: content, program and address decide every page.
async fn validate(Shared(site): Shared<Arc<Site>>, request: Request, next: Next) -> Response {
    let reading = request.method() == Method::GET || request.method() == Method::HEAD;
    let tag = tag(
        &site,
        request
            .uri()
            .path_and_query()
            .map_or("", |both| both.as_str()),
    );
    let Ok(tag) = HeaderValue::from_str(&tag) else {
        return next.run(request).await;
    };
    if reading && knows(request.headers(), &tag) {
        return (StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response();
    }
    let mut response = next.run(request).await;
    if reading && response.status() == StatusCode::OK {
        let headers = response.headers_mut();
        headers.insert(ETAG, tag);
        headers
            .entry(CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("public, no-cache"));
    }
    response
}

/// Weak, since compression changes the bytes but not what they say.
fn tag(site: &Site, address: &str) -> String {
    let digest = blake3::hash(format!("{} {address}", site.version()).as_bytes());
    format!("W/\"{}\"", &digest.to_hex()[..20])
}

fn knows(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let strong = |value: &str| value.trim().trim_start_matches("W/").to_owned();
    let Ok(tag) = tag.to_str().map(strong) else {
        return false;
    };
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| strong(known) == tag)
}

/// Puts the 404 page in place of a bare 404.
async fn missing(Shared(site): Shared<Arc<Site>>, request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    let response = next.run(request).await;
    let bare = !response
        .headers()
        .contains_key(axum::http::header::CONTENT_TYPE);
    if response.status() == StatusCode::NOT_FOUND
        && let Some(to) = site.catalog.redirects.get(uri.path())
    {
        return Redirect::permanent(to).into_response();
    }
    if response.status() == StatusCode::NOT_FOUND && bare {
        return pages::not_found::page(Shared(site), uri).await;
    }
    response
}

async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests;
