//! `/products/{slug}/evidence`: every claim with why it is shown or not.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State as Shared};
use axum::response::IntoResponse;

use super::frame::{PageError, show};
use super::mark::detail;
use super::table::Subject;
use super::{EvidenceMark, Frame, Mark, Site};
use crate::catalog::Catalog;
use crate::model::anchor;
use crate::resolve::Judged;

#[derive(Template)]
#[template(path = "evidence.html")]
struct EvidencePage {
    frame: Frame,
    slug: String,
    title: String,
    sections: Vec<Section>,
}

struct Section {
    title: String,
    rows: Vec<Row>,
}

struct Row {
    anchor: String,
    is_token: bool,
    url: String,
    name: String,
    mark: Mark,
    claims: Vec<ClaimRow>,
}

struct ClaimRow {
    said: String,
    detail: String,
    evidence: EvidenceMark,
    source: String,
    host: String,
    quote: Option<String>,
    reason: &'static str,
    shown: bool,
}

/// Shows the evidence about one product.
///
/// # Errors
/// When there is no such product or the template fails.
pub async fn page(
    Shared(site): Shared<Arc<Site>>,
    Path(slug): Path<String>,
) -> Result<impl IntoResponse, PageError> {
    let catalog = &site.catalog;
    let entry = catalog.products.get(&slug).ok_or(PageError::NotFound)?;
    let mut sections: Vec<Section> = Vec::new();
    for (id, cell) in entry.all_cells() {
        let Some((section, subject)) = subject(catalog, id) else {
            continue;
        };
        let row = Row {
            anchor: anchor(id),
            is_token: id.contains('/'),
            url: subject.url,
            name: subject.name,
            mark: Mark::of(cell),
            claims: cell.judged.iter().map(claim).collect(),
        };
        match sections.last_mut().filter(|known| known.title == section) {
            Some(known) => known.rows.push(row),
            None => sections.push(Section {
                title: section,
                rows: vec![row],
            }),
        }
    }
    show(&EvidencePage {
        frame: site
            .frame("products")
            .at(format!("/products/{slug}/evidence")),
        title: entry.facts.title.clone(),
        slug,
        sections,
    })
}

/// The heading under which an extension or feature stands, and its links.
fn subject(catalog: &Catalog, id: &str) -> Option<(String, Subject)> {
    if let Some(feature) = catalog.features.get(id) {
        return Some(("Features".to_owned(), Subject::feature(feature)));
    }
    let extension = catalog.extensions.get(id)?;
    let protocol = catalog.protocols.get(&extension.facts.protocol)?;
    Some((protocol.facts.title.clone(), Subject::extension(extension)))
}

fn claim(judged: &Judged) -> ClaimRow {
    let claim = &judged.claim;
    let mut said = claim
        .support
        .id()
        .replace("not-applicable", "does not apply");
    if let Some(value) = &claim.value {
        said = format!("{said}: {value}");
    }
    let host = match claim.source.strip_prefix("repository:") {
        Some(path) => path,
        None => claim.source.split('/').nth(2).unwrap_or(&claim.source),
    };
    ClaimRow {
        said,
        detail: detail(judged),
        evidence: EvidenceMark::of(judged),
        source: claim.source.clone(),
        host: host.trim_start_matches("www.").to_owned(),
        quote: claim.quote.clone(),
        reason: judged.reason.words(),
        shown: judged.reason.is_shown(),
    }
}
