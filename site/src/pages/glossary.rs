//! `/glossary` and `/glossary/{slug}`: the words of mail.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State as Shared};
use axum::response::IntoResponse;

use super::frame::{PageError, show};
use super::links::{self, LinkList};
use super::{Frame, Site};
use crate::model::{Surety, Term};

#[derive(Template)]
#[template(path = "glossary.html")]
struct Glossary<'a> {
    frame: Frame,
    letters: Vec<(String, Vec<&'a Term>)>,
}

#[derive(Template)]
#[template(path = "term.html")]
struct TermPage<'a> {
    frame: Frame,
    term: &'a Term,
    prose: &'a str,
    links: Vec<LinkList>,
    unverified_page: bool,
}

impl TermPage<'_> {
    /// `RFC 5321` for an address of the RFC editor, else the host.
    #[expect(clippy::unused_self, reason = "called by the template")]
    fn host(&self, url: &str) -> String {
        match url.strip_prefix("https://www.rfc-editor.org/rfc/rfc") {
            Some(number) => format!("RFC {number}"),
            None => url.split('/').nth(2).unwrap_or(url).to_owned(),
        }
    }
}

/// Shows all terms by their first letter.
///
/// # Errors
/// When the template fails.
pub async fn list(Shared(site): Shared<Arc<Site>>) -> Result<impl IntoResponse, PageError> {
    let terms = site.catalog.terms.values();
    let mut terms: Vec<&Term> = terms.map(|entry| &entry.facts).collect();
    terms.sort_by_key(|term| term.term.to_lowercase());
    let mut letters: Vec<(String, Vec<&Term>)> = Vec::new();
    for term in terms {
        let first = term.term.chars().find(|letter| letter.is_alphanumeric());
        let letter: String = first.into_iter().flat_map(char::to_lowercase).collect();
        match letters.last_mut().filter(|(known, _)| *known == letter) {
            Some((_, terms)) => terms.push(term),
            None => letters.push((letter, vec![term])),
        }
    }
    show(&Glossary {
        frame: site.frame("glossary").at("/glossary"),
        letters,
    })
}

/// Shows one term.
///
/// # Errors
/// When there is no such term or the template fails.
pub async fn page(
    Shared(site): Shared<Arc<Site>>,
    Path(slug): Path<String>,
) -> Result<impl IntoResponse, PageError> {
    let catalog = &site.catalog;
    let entry = catalog.terms.get(&slug).ok_or(PageError::NotFound)?;
    let facts = &entry.facts;
    show(&TermPage {
        frame: site.frame("glossary").at(format!("/glossary/{slug}")),
        term: facts,
        prose: &entry.prose.html,
        links: links::filled([
            ("See also", links::terms(catalog, &facts.see)),
            ("Extensions", links::extensions(catalog, &facts.extensions)),
            ("Protocols", links::protocols(catalog, &facts.protocols)),
        ]),
        unverified_page: facts.surety == Surety::Memory,
    })
}
