//! `/search`: results, tabs by type, facets, and help when nothing fits; `/suggest` while a reader
//! types.

use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::extract::{Query, State as Shared};
use axum::response::IntoResponse;
use serde_json::json;

use super::frame::{PageError, count, show};
use super::{Frame, Site};
use crate::search::{
    Card, Chosen, DocKind, Facet, FacetGroup, Hit, Note, Request, Results, Taken, Without,
};

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    frame: Frame,
    asked: bool,
    kind: &'static str,
    found: String,
    total: usize,
    tabs: Vec<Tab>,
    facets: Vec<FacetGroup>,
    chosen: Vec<(String, String)>,
    notes: Vec<String>,
    meant: Option<(String, String)>,
    without: Vec<(String, String, String)>,
    card: Option<Card>,
    hits: Vec<HitView>,
    page: usize,
    pages: usize,
    before: Option<String>,
    after: Option<String>,
    gaps: Vec<(String, String)>,
    stub: Option<String>,
    explain: bool,
    explained: String,
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

/// What the address asks for.
#[derive(Clone, Default)]
struct View {
    text: String,
    kind: Option<DocKind>,
    chosen: Vec<Chosen>,
    page: usize,
    explain: bool,
}

impl View {
    fn read(pairs: &[(String, String)]) -> Self {
        let value = |name: &str| {
            let found = pairs.iter().find(|(key, _)| key == name);
            found.map_or("", |(_, value)| value.as_str())
        };
        let chosen = pairs.iter().filter(|(_, value)| !value.is_empty());
        let chosen = chosen.filter_map(|(name, value)| Some((Facet::parse(name)?, value.clone())));
        let mut chosen: Vec<Chosen> = chosen.collect();
        chosen.sort();
        chosen.dedup();
        Self {
            text: value("q").trim().to_owned(),
            kind: DocKind::parse(value("type")),
            chosen,
            page: value("page").parse().unwrap_or(1),
            explain: value("explain") == "1",
        }
    }

    /// The one address of the view.
    fn address(&self) -> String {
        let mut address = format!("/search?q={}", percent(&self.text));
        let mut add = |name: &str, value: &str| {
            address.push_str(&format!("&{name}={}", percent(value)));
        };
        if let Some(kind) = self.kind {
            add("type", kind.id());
        }
        for (facet, value) in &self.chosen {
            add(facet.id(), value);
        }
        if self.page > 1 {
            add("page", &self.page.to_string());
        }
        if self.explain {
            add("explain", "1");
        }
        address
    }

    fn turned_to(&self, page: usize) -> String {
        Self {
            page,
            ..self.clone()
        }
        .address()
    }

    /// The view without one filter, and the words for it.
    fn without(&self, site: &Site, without: &Without) -> (String, String) {
        let mut wider = Self {
            page: 1,
            ..self.clone()
        };
        let words = match &without.filter {
            Taken::Kind(kind) => {
                wider.kind = None;
                format!("type {}", kind.plural())
            }
            Taken::Choice(facet, value) => {
                wider
                    .chosen
                    .retain(|one| (&one.0, &one.1) != (facet, value));
                format!(
                    "{} {}",
                    facet.words().to_lowercase(),
                    choice_words(site, *facet, value)
                )
            }
            Taken::Typed(field, value) => {
                let typed = |word: &&str| {
                    word.split_once(':').is_none_or(|(name, said)| {
                        let name = name.to_lowercase().replace("license", "licence");
                        name != field.word() || said.to_lowercase() != *value
                    })
                };
                let rest: Vec<&str> = self.text.split_whitespace().filter(typed).collect();
                wider.text = rest.join(" ");
                format!("{}:{value}", field.word())
            }
        };
        (wider.address(), words)
    }
}

fn choice_words(site: &Site, facet: Facet, value: &str) -> String {
    let protocol = site.catalog.protocols.get(value);
    match protocol.filter(|_| facet == Facet::Protocol) {
        Some(protocol) => protocol.facts.title.clone(),
        None => value.replace('-', " "),
    }
}

/// Shows search results, or the empty search page without a query.
///
/// # Errors
/// When the index or the template fails.
pub async fn page(
    Shared(site): Shared<Arc<Site>>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<impl IntoResponse, PageError> {
    let mut view = View::read(&pairs);
    let results = site.index.search(&Request {
        text: view.text.clone(),
        kind: view.kind,
        chosen: view.chosen.clone(),
        page: view.page,
        explain: view.explain,
    })?;
    view.page = results.page;
    let nothing = results.total == 0;
    let help = &results.help;
    let meant = help.meant.as_ref().map(|text| {
        let text = text.clone();
        let url = View {
            text: text.clone(),
            ..View::default()
        };
        (url.address(), text)
    });
    let without = help.without.iter().map(|one| {
        let (url, words) = view.without(&site, one);
        (url, words, count(one.count, "result"))
    });
    let mut frame = site.frame("search").at(view.address());
    frame.searched.clone_from(&view.text);
    show(&SearchPage {
        frame,
        asked: !view.text.is_empty(),
        kind: view.kind.map_or("", DocKind::id),
        found: count(results.total, "result"),
        total: results.total,
        tabs: tabs(&view, &results),
        chosen: view
            .chosen
            .iter()
            .map(|(facet, value)| (facet.id().to_owned(), value.clone()))
            .collect(),
        notes: results.notes.iter().map(note).collect(),
        meant,
        without: without.collect(),
        gaps: if nothing { gaps(&site) } else { Vec::new() },
        stub: nothing.then(|| stub(&view.text)),
        card: results.card,
        facets: results.facets,
        page: results.page,
        pages: results.pages,
        before: (results.page > 1).then(|| view.turned_to(results.page - 1)),
        after: (results.page < results.pages).then(|| view.turned_to(results.page + 1)),
        hits: results
            .hits
            .into_iter()
            .map(|hit| hit_view(&site, hit))
            .collect(),
        explain: view.explain,
        explained: View {
            explain: !view.explain,
            ..view
        }
        .address(),
    })
}

fn tabs(view: &View, results: &Results) -> Vec<Tab> {
    let tab = |kind: Option<DocKind>, words, count| {
        let wanted = View {
            kind,
            page: 1,
            ..view.clone()
        };
        Tab {
            url: wanted.address(),
            words,
            count,
            chosen: view.kind == kind,
        }
    };
    let all = results.counts.iter().map(|(_, count)| count).sum();
    let filled = results.counts.iter().filter(|(_, count)| *count > 0);
    let by_kind = filled.map(|(kind, count)| tab(Some(*kind), kind.plural(), *count));
    std::iter::once(tab(None, "All", all))
        .chain(by_kind)
        .collect()
}

/// `/suggest?q=`: up to eight names that begin with the text, grouped by type.
pub async fn suggest(
    Shared(site): Shared<Arc<Site>>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> impl IntoResponse {
    let text = pairs.iter().find(|(name, _)| name == "q");
    let text = text.map_or("", |(_, value)| value.as_str());
    let mut groups: Vec<(DocKind, Vec<serde_json::Value>)> = Vec::new();
    for one in site.index.suggest(text) {
        let item = json!({ "title": one.title, "name": one.name, "url": one.url });
        match groups.last_mut().filter(|(kind, _)| *kind == one.kind) {
            Some((_, items)) => items.push(item),
            None => groups.push((one.kind, vec![item])),
        }
    }
    let groups = groups
        .into_iter()
        .map(|(kind, items)| json!({ "type": kind.plural(), "items": items }));
    Json(json!({ "q": text, "groups": groups.collect::<Vec<_>>() }))
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
        Note::Unfiltered => "Nothing passes the filters; these are without them.".to_owned(),
    }
}

/// Protocols the catalog describes without knowing their extensions.
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

/// The beginning of an entry about what was looked for.
fn stub(text: &str) -> String {
    let title: String = text
        .chars()
        .filter(|c| !c.is_control() && !"\"\\".contains(*c))
        .collect();
    let slug: String = title
        .to_lowercase()
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '-'
            }
        })
        .collect();
    let parts: Vec<&str> = slug.split('-').filter(|part| !part.is_empty()).collect();
    let slug = if parts.is_empty() {
        "name".to_owned()
    } else {
        parts.join("-")
    };
    format!(
        "# content/products/{slug}/index.md\n+++\nslug = \"{slug}\"\ntitle = \"{title}\"\n\
         summary = \"What it is, in at most 160 characters.\"\nkind = \"component\"\nroles = []\n\
         licence = \"\"\nstatus = \"active\"\nsurety = \"checked\"\nsources = []\nreviewed = \"{}\"\n+++\n",
        "YYYY-MM-DD",
    )
}

/// Percent-encodes everything but unreserved characters.
pub(super) fn percent(text: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn an_address_reads_back_as_its_view(
            text in "[^\\s]{0,20}( [^\\s]{1,20})?",
            values in proptest::collection::vec("[a-z-]{1,9}", 0..4),
            page in 1..50_usize,
        ) {
            let chosen = values.into_iter().zip(Facet::ALL).map(|(value, facet)| (facet, value));
            let view = View {
                text: text.trim().to_owned(),
                kind: Some(DocKind::Survey),
                chosen: chosen.collect(),
                page,
                explain: page % 2 == 0,
            };
            let uri: axum::http::Uri = view.address().parse().unwrap();
            let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&uri).unwrap();
            proptest::prop_assert_eq!(View::read(&pairs).address(), view.address());
        }
    }

    #[test]
    fn a_stub_has_a_slug_whatever_was_typed() {
        assert!(stub("Foo \"Bar\" 2").contains("slug = \"foo-bar-2\"\ntitle = \"Foo Bar 2\""));
        assert!(stub("ßß").contains("slug = \"name\""));
    }
}
