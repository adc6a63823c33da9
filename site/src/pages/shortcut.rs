//! Short addresses: `/rfc/{number}` and `/token/{protocol}/{token}`.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::response::{IntoResponse, Redirect};

use super::{PageError, Site};

/// Leads to the one page about an RFC, or to a search for it.
///
/// # Errors
/// Never; an unknown number leads to the search.
pub async fn rfc(
    Shared(site): Shared<Arc<Site>>,
    Path(number): Path<u32>,
) -> Result<impl IntoResponse, PageError> {
    let about = site.catalog.extensions.iter().filter(|(_, entry)| {
        entry
            .facts
            .specs
            .iter()
            .any(|spec| spec.rfc == number && spec.current)
    });
    let pages: Vec<&String> = about.map(|(id, _)| id).collect();
    Ok(match pages.as_slice() {
        [only] => Redirect::to(&format!("/extensions/{only}")),
        _ => Redirect::to(&format!("/search?q=rfc{number}")),
    })
}

/// Leads to the extension behind a wire token.
///
/// # Errors
/// When no extension of the protocol has the token.
pub async fn token(
    Shared(site): Shared<Arc<Site>>,
    Path((protocol, token)): Path<(String, String)>,
) -> Result<impl IntoResponse, PageError> {
    let found = site.catalog.by_token(&protocol, &token);
    let id = found.ok_or(PageError::NotFound)?;
    Ok(Redirect::to(&format!("/extensions/{id}")))
}
