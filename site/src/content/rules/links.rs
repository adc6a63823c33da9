//! L101 and L102: links that lead elsewhere still lead there, as far as the last visits tell.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Code, Diagnostic, Kind, Page, of_kind};
use crate::markdown::Rendered;
use crate::model::LinkCheck;

/// One use of an address of the web.
type Use<'a> = (&'a Page, usize);

pub(super) fn check(pages: &[Page], rendered: &[Rendered], out: &mut Vec<Diagnostic>) {
    let uses = uses(pages, rendered);
    for page in of_kind(pages, Kind::Links) {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for table in page.tables("/link") {
            let value = page.document.value.pointer(&table).cloned();
            let Some(entry) = value.and_then(|value| serde_json::from_value(value).ok()) else {
                continue;
            };
            let entry: LinkCheck = entry;
            let at = format!("{table}/url");
            if !seen.insert(entry.url.clone()) {
                let message = format!("\"{}\" is recorded twice", entry.url);
                out.push(page.flaw(&at, Code::U101, message));
            }
            match uses.get(entry.url.as_str()) {
                None => {
                    let message = format!("no page links to \"{}\"", entry.url);
                    out.push(page.flaw(&at, Code::L102, message));
                }
                Some(uses) => dead(&entry, uses, out),
            }
        }
    }
}

fn dead(entry: &LinkCheck, uses: &[Use<'_>], out: &mut Vec<Diagnostic>) {
    let Some(since) = entry.dead_since.as_ref().filter(|_| entry.is_dead()) else {
        return;
    };
    if entry.archive.is_some() {
        return;
    }
    let LinkCheck {
        url,
        checked,
        status,
        ..
    } = entry;
    for (page, offset) in uses {
        let message = format!(
            "\"{url}\" failed on {since} and still on {checked} ({status}); name another source or an archived copy"
        );
        out.push(Diagnostic::at(&page.file, *offset, Code::L101, message));
    }
}

/// Every address of the web in the content.
pub(crate) fn used(pages: &[Page]) -> BTreeSet<String> {
    let rendered: Vec<Rendered> = pages
        .iter()
        .map(|page| crate::markdown::render(page.prose()))
        .collect();
    uses(pages, &rendered).into_keys().collect()
}

fn uses<'a>(pages: &'a [Page], rendered: &[Rendered]) -> BTreeMap<String, Vec<Use<'a>>> {
    let mut uses: BTreeMap<String, Vec<Use<'a>>> = BTreeMap::new();
    for (page, rendered) in pages.iter().zip(rendered) {
        if page.kind == Kind::Links {
            continue;
        }
        let mut found = Vec::new();
        walk(&page.document.value, String::new(), &mut found);
        for (pointer, url) in found {
            let offset = page.document.value_offset(&pointer);
            uses.entry(url).or_default().push((page, offset));
        }
        for (offset, url) in &rendered.outside {
            let place = (page, page.prose.start + offset);
            uses.entry(bare(url).to_owned()).or_default().push(place);
        }
    }
    uses
}

/// Texts that are addresses, with their pointers.
fn walk(value: &Value, pointer: String, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) if is_web(text) => found.push((pointer, bare(text).to_owned())),
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                walk(item, format!("{pointer}/{at}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                walk(field, format!("{pointer}/{name}"), found);
            }
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_web(text: &str) -> bool {
    let scheme = text.starts_with("https://") || text.starts_with("http://");
    scheme && !text.contains(char::is_whitespace)
}

/// Without the place on the page, which no server is asked for.
fn bare(url: &str) -> &str {
    url.split('#').next().unwrap_or(url)
}
