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
use crate::model::{Measurement, Profile, anchor};
use crate::resolve::Judged;

#[derive(Template)]
#[template(path = "evidence.html")]
struct EvidencePage {
    frame: Frame,
    slug: String,
    title: String,
    sections: Vec<Section>,
    measured: Vec<Measured>,
}

/// One run of the prober.
struct Measured {
    version: String,
    package: String,
    profile: &'static str,
    words: String,
    prober: String,
    date: String,
    sessions: Vec<SessionRow>,
}

struct SessionRow {
    protocol: String,
    tls: &'static str,
    announced: usize,
    url: String,
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
    transcript: Option<String>,
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
        measured: entry.measured.iter().map(measured).collect(),
    })
}

fn measured(measurement: &Measurement) -> Measured {
    let facts = &measurement.facts;
    let sessions = facts.session.iter().map(|session| SessionRow {
        protocol: session.protocol.clone(),
        tls: match session.tls.as_str() {
            "starttls" => "STARTTLS",
            "implicit" => "implicit TLS",
            _ => "without TLS",
        },
        announced: session.announced.len(),
        url: measurement.transcript_url(&session.transcript),
    });
    Measured {
        version: facts.package_version.clone(),
        package: facts.package.clone(),
        profile: match facts.profile {
            Some(Profile::Stock) => "As packaged",
            Some(Profile::Tuned) => "Configured for its extensions",
            None => "One configuration",
        },
        words: facts.config_profile.clone(),
        prober: facts.prober.clone(),
        date: facts.run_date.to_string(),
        sessions: sessions.collect(),
    }
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
        transcript: claim.transcript.clone(),
        reason: judged.reason.words(),
        shown: judged.reason.is_shown(),
    }
}
