//! `/about/method`: what the marks mean and where the claims come from.

use std::sync::Arc;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::IntoResponse;

use super::frame::{PageError, show};
use super::{Frame, Mark, Site};
use crate::agreement::{Agreement, agreement};
use crate::model::Evidence;
use crate::resolve::State;

#[derive(Template)]
#[template(path = "method.html")]
struct Method {
    frame: Frame,
    states: Vec<(Mark, &'static str)>,
    evidence: Vec<(Evidence, String, &'static str)>,
    agreement: Agreement,
}

const STATES: [(State, &str); 9] = [
    (State::Yes, "The product does it."),
    (
        State::AddOn,
        "It does it with a plugin, patch or companion product.",
    ),
    (State::Partial, "It does a part; the note says which."),
    (
        State::No,
        "It does not. For many servers this means: it does not announce it.",
    ),
    (State::Planned, "Announced for a later version."),
    (State::Removed, "It did once and no longer does."),
    (
        State::NotApplicable,
        "The question makes no sense for this product.",
    ),
    (
        State::Disputed,
        "Two fresh, checked sources disagree; the evidence page shows both.",
    ),
    (
        State::Unknown,
        "Nobody has said. This is never counted as no.",
    ),
];

const EVIDENCE: [(Evidence, &str); 8] = [
    (Evidence::Measured, "A probe used it on a running server."),
    (
        Evidence::Source,
        "Read in the program's code or in a captured server reply.",
    ),
    (
        Evidence::MeasuredAdvertised,
        "A running server announced it to our probe, in one version and configuration.",
    ),
    (Evidence::Docs, "Read in the project's own documentation."),
    (Evidence::Vendor, "Said by the vendor, not checked by us."),
    (
        Evidence::ThirdParty,
        "Said by someone else, not checked by us.",
    ),
    (
        Evidence::Memory,
        "Written down from general knowledge. The link is where you could check it; we have not.",
    ),
    (
        Evidence::Legacy,
        "Taken from a wiki page of August 2003; never stands alone.",
    ),
];

/// Shows the page.
///
/// # Errors
/// When the template fails.
pub async fn page(Shared(site): Shared<Arc<Site>>) -> Result<impl IntoResponse, PageError> {
    let states = STATES.map(|(state, text)| (Mark::plain(state), text));
    let evidence = EVIDENCE.map(|(evidence, text)| {
        let fresh = evidence.fresh_days();
        let fresh = fresh.map_or_else(|| "always stale".into(), |days| format!("{days} days"));
        (evidence, fresh, text)
    });
    show(&Method {
        frame: site.frame("method").at("/about/method"),
        states: states.into(),
        evidence: evidence.into(),
        agreement: agreement(&site.catalog),
    })
}
