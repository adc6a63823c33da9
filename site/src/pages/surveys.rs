//! `/surveys`: all surveys, the newest first, by protocol.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::IntoResponse;

use super::frame::{PageError, show};
use super::{Frame, Site};
use crate::model::Survey;

#[derive(Template)]
#[template(path = "surveys.html")]
struct Surveys<'a> {
    frame: Frame,
    groups: Vec<(String, Vec<&'a Survey>)>,
}

/// Shows the list.
///
/// # Errors
/// When the template fails.
pub async fn page(Shared(site): Shared<Arc<Site>>) -> Result<impl IntoResponse, PageError> {
    let catalog = &site.catalog;
    let mut groups: BTreeMap<String, Vec<&Survey>> = BTreeMap::new();
    for entry in catalog.surveys.values() {
        let facts = &entry.facts;
        let protocol = catalog.protocols.get(&facts.protocol);
        let title = protocol.map_or(&facts.protocol, |one| &one.facts.title);
        groups.entry(title.clone()).or_default().push(facts);
    }
    for surveys in groups.values_mut() {
        surveys.sort_by(|one, other| other.date.cmp(&one.date));
    }
    show(&Surveys {
        frame: site.frame("surveys").at("/surveys"),
        groups: groups.into_iter().collect(),
    })
}
