//! The contents of the manual, as they stand beside each of its pages.

use askama::Template;

use crate::catalog::Catalog;
use crate::markdown::Heading;
use crate::model::Section;

/// A page of the manual, written or generated.
#[derive(Debug, Clone)]
pub struct Stop {
    /// Part of the manual.
    pub section: Section,
    /// Address.
    pub url: String,
    /// Name shown.
    pub title: String,
    /// One sentence.
    pub summary: String,
}

/// All pages of the manual in reading order; generated ones end the last part.
pub fn stops(catalog: &Catalog) -> Vec<Stop> {
    let written = catalog.manual.iter().map(|entry| Stop {
        section: entry.facts.section,
        url: entry.facts.url(),
        title: entry.facts.title.clone(),
        summary: entry.facts.summary.clone(),
    });
    let generated = [
        (
            "/manual/configuration",
            "Configuration reference",
            super::configuration::SUMMARY,
        ),
        ("/manual/wit", "WIT reference", super::wit::SUMMARY),
        (
            "/manual/rfc-status",
            "RFC status",
            super::rfc_status::SUMMARY,
        ),
    ];
    let generated = generated.map(|(url, title, summary)| Stop {
        section: Section::Reference,
        url: url.to_owned(),
        title: title.to_owned(),
        summary: summary.to_owned(),
    });
    written.chain(generated).collect()
}

/// The list of all pages, the current one with its headings.
#[derive(Debug, Template)]
#[template(path = "book.html")]
pub(super) struct Book {
    parts: Vec<(&'static str, Vec<Stop>)>,
    current: String,
    headings: Vec<Heading>,
}

impl Book {
    /// The contents with `current` as the page that is open.
    pub(super) fn new(catalog: &Catalog, current: &str, headings: Vec<Heading>) -> Self {
        let stops = stops(catalog);
        let parts = Section::ALL.iter().map(|section| {
            let among = stops.iter().filter(|stop| stop.section == *section);
            (section.words(), among.cloned().collect::<Vec<_>>())
        });
        Self {
            parts: parts.filter(|(_, stops)| !stops.is_empty()).collect(),
            current: current.to_owned(),
            headings,
        }
    }
}

/// The ways back and on from a page of the manual.
#[derive(Debug, Template)]
#[template(path = "turn.html")]
pub(super) struct Turn {
    before: Option<Stop>,
    after: Option<Stop>,
}

impl Turn {
    /// The neighbours of the page at `current`.
    pub(super) fn new(catalog: &Catalog, current: &str) -> Self {
        let stops = stops(catalog);
        let at = stops.iter().position(|stop| stop.url == current);
        let near = |step: fn(usize) -> Option<usize>| {
            at.and_then(step).and_then(|at| stops.get(at)).cloned()
        };
        Self {
            before: near(|at| at.checked_sub(1)),
            after: near(|at| at.checked_add(1)),
        }
    }
}
