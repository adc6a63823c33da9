//! The answer to an address that leads nowhere.

use std::sync::Arc;

use askama::Template;
use axum::extract::State as Shared;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use super::frame::{PageError, show};
use super::{Frame, Site};
use crate::search::{Hit, Request};

#[derive(Template)]
#[template(path = "not_found.html")]
struct NotFound {
    frame: Frame,
    near: Vec<Hit>,
}

/// Shows the 404 page with the nearest entries.
pub async fn page(Shared(site): Shared<Arc<Site>>, uri: Uri) -> Response {
    match body(&site, uri.path()) {
        Ok(body) => (StatusCode::NOT_FOUND, body).into_response(),
        Err(error) => error.into_response(),
    }
}

fn body(site: &Site, path: &str) -> Result<impl IntoResponse + use<>, PageError> {
    let last = path
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let results = site.index.search(&Request {
        text: last.to_owned(),
        ..Request::default()
    })?;
    let near = results.hits.into_iter().take(5).collect();
    show(&NotFound {
        frame: site.frame("none"),
        near,
    })
}
