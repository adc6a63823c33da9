//! Rules that no schema can say: between files, between dates, in the prose.

mod claims;
mod dates;
mod manual;
mod names;
mod places;
mod prose;
mod references;
mod surveys;

use serde_json::Value;

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::load::Page;
use super::schema::Kind;
use crate::date::Date;
use crate::reference::Reference;

/// Runs every rule over all pages.
pub fn all(pages: &[Page], reference: &Reference, today: &Date, out: &mut Vec<Diagnostic>) {
    places::check(pages, out);
    references::check(pages, out);
    names::check(pages, out);
    claims::check(pages, today, out);
    dates::check(pages, today, out);
    manual::check(pages, out);
    surveys::check(pages, out);
    prose::check(pages, reference, out);
}

impl Page {
    /// The text at a JSON pointer.
    fn text(&self, pointer: &str) -> Option<&str> {
        self.document.value.pointer(pointer).and_then(Value::as_str)
    }

    /// The texts of a list, or the single text, each with its own pointer.
    fn texts(&self, pointer: &str) -> Vec<(String, &str)> {
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
    fn tables(&self, pointer: &str) -> Vec<String> {
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
    fn flaw(&self, pointer: &str, code: Code, message: String) -> Diagnostic {
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
