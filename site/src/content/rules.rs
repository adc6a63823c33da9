//! Rules that no schema can say: between files, between dates, in the prose.

mod addresses;
mod agree;
mod claims;
mod dates;
mod links;
mod manual;
mod measured;
mod names;
mod open;
mod places;
mod prose;
mod references;
mod surveys;
mod transcripts;

use std::collections::BTreeSet;

use serde_json::Value;

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::load::Page;
use super::schema::Kind;
use super::source::SourceFile;
use super::tidy;
use crate::date::Date;
use crate::markdown::{Rendered, render};
use crate::reference::Reference;

/// Everything a rule may look at.
pub struct Content<'a> {
    /// All files with TOML.
    pub pages: &'a [Page],
    /// What the prober recorded.
    pub transcripts: &'a [SourceFile],
    /// The generated part of the manual.
    pub reference: &'a Reference,
    /// The day after which a date lies in the future.
    pub today: &'a Date,
}

/// Runs every rule over all content.
pub fn all(content: &Content<'_>, out: &mut Vec<Diagnostic>) {
    let (pages, today) = (content.pages, content.today);
    let rendered: Vec<Rendered> = pages.iter().map(|page| render(page.prose())).collect();
    let known = prose::known(pages, &rendered, content.reference);
    places::check(pages, out);
    references::check(pages, out);
    names::check(pages, out);
    claims::check(pages, today, out);
    agree::check(pages, today, out);
    dates::check(pages, today, out);
    manual::check(pages, out);
    surveys::check(pages, out);
    open::check(pages, out);
    prose::check(pages, &rendered, &known, out);
    addresses::check(pages, &known, out);
    links::check(pages, &rendered, out);
    transcripts::check(content.transcripts, out);
    measured::check(pages, content.transcripts, out);
    for page in pages {
        tidy::check(page, out);
    }
}

/// The addresses of all pages that content makes, and of those that are always there.
pub(super) fn addresses(pages: &[Page], reference: &Reference) -> BTreeSet<String> {
    let rendered: Vec<Rendered> = pages.iter().map(|page| render(page.prose())).collect();
    prose::known(pages, &rendered, reference)
        .into_keys()
        .collect()
}

pub(super) use links::used as used_links;

impl Page {
    /// The Markdown after the front matter.
    pub(super) fn prose(&self) -> &str {
        self.file.text.get(self.prose.clone()).unwrap_or_default()
    }

    /// The text at a JSON pointer.
    pub(super) fn text(&self, pointer: &str) -> Option<&str> {
        self.document.value.pointer(pointer).and_then(Value::as_str)
    }

    /// The texts of a list, or the single text, each with its own pointer.
    pub(super) fn texts(&self, pointer: &str) -> Vec<(String, &str)> {
        match self.document.value.pointer(pointer) {
            Some(Value::String(one)) => vec![(pointer.to_owned(), one)],
            Some(Value::Array(items)) => items
                .iter()
                .enumerate()
                .filter_map(|(at, item)| Some((format!("{pointer}/{at}"), item.as_str()?)))
                .collect(),
            Some(_) | None => Vec::new(),
        }
    }

    /// Pointers to the tables of a list of tables.
    pub(super) fn tables(&self, pointer: &str) -> Vec<String> {
        let items = self
            .document
            .value
            .pointer(pointer)
            .and_then(Value::as_array);
        (0..items.map_or(0, Vec::len))
            .map(|at| format!("{pointer}/{at}"))
            .collect()
    }

    /// A mistake at the value of a JSON pointer.
    pub(super) fn flaw(&self, pointer: &str, code: Code, message: String) -> Diagnostic {
        Diagnostic::at(
            &self.file,
            self.document.value_offset(pointer),
            code,
            message,
        )
    }
}

fn of_kind(pages: &[Page], kind: Kind) -> impl Iterator<Item = &Page> {
    pages.iter().filter(move |page| page.kind == kind)
}
