//! `/search`: results, tabs by type, and help when nothing fits.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State as Shared};
use axum::response::IntoResponse;

use super::frame::{PageError, count, show};
use super::{Frame, Site};
use crate::search::{Card, DocKind, Hit, Note, Request};

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    frame: Frame,
    asked: bool,
    kind: &'static str,
    found: String,
    total: usize,
    tabs: Vec<Tab>,
    notes: Vec<String>,
    card: Option<Card>,
    hits: Vec<HitView>,
    page: usize,
    pages: usize,
    before: Option<String>,
    after: Option<String>,
    gaps: Vec<(String, String)>,
}

struct Tab {
    url: String,
    words: &'static str,
    count: usize,
    chosen: bool,
}

struct HitView {
    hit: Hit,
    label: String,
    links: Vec<(String, &'static str)>,
}

/// Shows search results, or the empty search page without a query.
///
/// # Errors
/// When the index or the template fails.
pub async fn page(
    Shared(site): Shared<Arc<Site>>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<impl IntoResponse, PageError> {
    let value = |name: &str| {
        let found = pairs.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    let text = value("q").trim().to_owned();
    let kind = DocKind::parse(value("type"));
    let page = value("page").parse().unwrap_or(1);
    let results = site.index.search(&Request {
        text: text.clone(),
        kind,
        page,
    })?;
    let all: usize = results.counts.iter().map(|(_, count)| count).sum();
    let mut tabs = vec![Tab {
        url: address(&text, None, 1),
        words: "All",
        count: all,
        chosen: kind.is_none(),
    }];
    tabs.extend(
        results
            .counts
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(of, count)| Tab {
                url: address(&text, Some(*of), 1),
                words: of.plural(),
                count: *count,
                chosen: kind == Some(*of),
            }),
    );
    let gaps = if results.total == 0 {
        gaps(&site)
    } else {
        Vec::new()
    };
    let turn = |to: usize| address(&text, kind, to);
    let mut frame = site.frame("search").at(address(&text, kind, results.page));
    frame.searched.clone_from(&text);
    show(&SearchPage {
        frame,
        asked: !text.is_empty(),
        kind: kind.map_or("", DocKind::id),
        found: count(results.total, "result"),
        total: results.total,
        tabs,
        notes: results.notes.iter().map(note).collect(),
        card: results.card,
        page: results.page,
        pages: results.pages,
        before: (results.page > 1).then(|| turn(results.page - 1)),
        after: (results.page < results.pages).then(|| turn(results.page + 1)),
        hits: results
            .hits
            .into_iter()
            .map(|hit| hit_view(&site, hit))
            .collect(),
        gaps,
    })
}

fn hit_view(site: &Site, hit: Hit) -> HitView {
    let label = match hit.kind {
        DocKind::Product => "Product".to_owned(),
        DocKind::Protocol => "Protocol".to_owned(),
        DocKind::Feature => "Feature".to_owned(),
        DocKind::Comparison => "Comparison".to_owned(),
        DocKind::Survey => "Survey".to_owned(),
        DocKind::Term => "Glossary".to_owned(),
        DocKind::Manual => "Manual".to_owned(),
        DocKind::Extension => {
            let id = hit.key.split('/').next().unwrap_or_default();
            let title = site
                .catalog
                .protocols
                .get(id)
                .map_or(id, |p| p.facts.title.as_str());
            format!("{title} extension")
        }
    };
    let links = match hit.kind {
        DocKind::Product => vec![
            (format!("{}#capabilities", hit.url), "Capabilities"),
            (format!("{}/evidence", hit.url), "Evidence"),
        ],
        DocKind::Extension => vec![(format!("{}#support", hit.url), "Who supports it")],
        DocKind::Protocol => vec![
            (format!("{}#extensions", hit.url), "Extensions"),
            (format!("/matrix/{}", hit.key), "Matrix"),
        ],
        DocKind::Feature => vec![(format!("{}#support", hit.url), "Which products have it")],
        DocKind::Comparison => vec![(format!("{}#table", hit.url), "Table")],
        DocKind::Survey | DocKind::Term | DocKind::Manual => Vec::new(),
    };
    HitView { hit, label, links }
}

fn note(note: &Note) -> String {
    match note {
        Note::Forgiven => "Nothing has these exact words; these are near.".to_owned(),
        Note::Dropped(word) => format!("Nothing has all the words; these are without “{word}”."),
        Note::AnyType => "Nothing of this type; these are of other types.".to_owned(),
    }
}

fn gaps(site: &Site) -> Vec<(String, String)> {
    let empty = site
        .catalog
        .protocols
        .values()
        .filter(|entry| site.catalog.extensions_of(&entry.facts.id).is_empty());
    empty
        .map(|e| (format!("/protocols/{}", e.facts.id), e.facts.title.clone()))
        .collect()
}

fn address(text: &str, kind: Option<DocKind>, page: usize) -> String {
    let mut address = format!("/search?q={}", percent(text));
    if let Some(kind) = kind {
        address.push_str("&type=");
        address.push_str(kind.id());
    }
    if page > 1 {
        address.push_str(&format!("&page={page}"));
    }
    address
}

/// Percent-encodes everything but unreserved characters.
fn percent(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
