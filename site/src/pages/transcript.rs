//! `/products/{slug}/transcripts/{name}`: what a server said to the prober.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State as Shared};
use axum::response::IntoResponse;

use super::frame::{PageError, show};
use super::{Frame, Site};

#[derive(Template)]
#[template(path = "transcript.html")]
struct TranscriptPage {
    frame: Frame,
    slug: String,
    title: String,
    name: String,
    package: String,
    date: String,
    profile: String,
    protocol: String,
    sha256: String,
    text: String,
}

/// Shows one transcript.
///
/// # Errors
/// When no measured file of the product names it, or the template fails.
pub async fn page(
    Shared(site): Shared<Arc<Site>>,
    Path((slug, name)): Path<(String, String)>,
) -> Result<impl IntoResponse, PageError> {
    let catalog = &site.catalog;
    let entry = catalog.products.get(&slug).ok_or(PageError::NotFound)?;
    let found = entry.measured.iter().find_map(|measurement| {
        let mut sessions = measurement.facts.session.iter();
        let session =
            sessions.find(|session| session.transcript.strip_suffix(".txt") == Some(&name))?;
        Some((measurement, session))
    });
    let (measurement, session) = found.ok_or(PageError::NotFound)?;
    let path = format!("products/{slug}/transcripts/{name}");
    let file = format!("{path}.txt");
    let text = catalog.transcripts.get(&file).ok_or(PageError::NotFound)?;
    let facts = &measurement.facts;
    show(&TranscriptPage {
        frame: site.frame("products").at(format!("/{path}")),
        title: entry.facts.title.clone(),
        slug,
        name,
        package: facts.package.clone(),
        date: facts.run_date.to_string(),
        profile: facts.config_profile.clone(),
        protocol: session.protocol.clone(),
        sha256: session.transcript_sha256.clone(),
        text: text.clone(),
    })
}
