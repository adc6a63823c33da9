//! F103: the keys of a table stand in the order in which the guide explains them.

use std::ops::Range;

use serde_json::Value;

use super::Change;
use crate::content::code::Code;
use crate::content::load::Page;
use crate::content::schema::Kind;

/// Keys of the front matter in order; tables of their own follow it and are not moved.
fn order(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Product => PRODUCT,
        Kind::Protocol => PROTOCOL,
        Kind::Extension => EXTENSION,
        Kind::Term => TERM,
        Kind::Feature => FEATURE,
        Kind::Comparison => COMPARISON,
        Kind::Survey => SURVEY,
        Kind::Manual => MANUAL,
        Kind::Claims => CLAIMS,
        Kind::Measured
        | Kind::Synonyms
        | Kind::Evaluation
        | Kind::Redirects
        | Kind::Addresses
        | Kind::Links => &[],
    }
}

const PRODUCT: &[&str] = &[
    "slug",
    "title",
    "summary",
    "kind",
    "roles",
    "protocols",
    "licence",
    "status",
    "vendor",
    "language",
    "platforms",
    "first_release",
    "homepage",
    "repository",
    "aliases",
    "formerly",
    "fork_of",
    "succeeded_by",
    "bundles",
    "storage",
    "extended_by",
    "surety",
    "sources",
    "reviewed",
    "version",
    "event",
];
const PROTOCOL: &[&str] = &[
    "id",
    "title",
    "full_name",
    "summary",
    "kind",
    "transport",
    "discovery",
    "aliases",
    "related",
    "surety",
    "sources",
    "ports",
    "specs",
    "history",
];
const EXTENSION: &[&str] = &[
    "protocol",
    "slug",
    "title",
    "summary",
    "category",
    "status",
    "year",
    "aliases",
    "requires",
    "implied_by",
    "related",
    "replaced_by",
    "registered",
    "surety",
    "sources",
    "example",
    "tokens",
    "specs",
];
const TERM: &[&str] = &[
    "slug",
    "term",
    "expansion",
    "short",
    "aliases",
    "see",
    "extensions",
    "protocols",
    "surety",
    "sources",
    "reviewed",
];
const FEATURE: &[&str] = &[
    "slug",
    "title",
    "summary",
    "group",
    "applies_to",
    "value_type",
    "values",
    "aliases",
    "extensions",
    "protocols",
    "surety",
    "sources",
    "reviewed",
];
const COMPARISON: &[&str] = &[
    "slug", "title", "question", "summary", "products", "rows", "aliases", "sources", "reviewed",
];
const SURVEY: &[&str] = &[
    "slug",
    "title",
    "summary",
    "protocol",
    "series",
    "author",
    "date",
    "fieldwork",
    "population",
    "method",
    "asked",
    "answered",
    "identified",
    "primary",
    "caveats",
    "aliases",
    "surety",
    "sources",
    "reviewed",
    "share",
    "correction",
];
const MANUAL: &[&str] = &["title", "section", "order", "summary", "aliases"];
const CLAIMS: &[&str] = &[
    "extension",
    "feature",
    "support",
    "value",
    "enabled",
    "since",
    "until",
    "evidence",
    "source",
    "quote",
    "date",
    "note",
];

pub(super) fn look(page: &Page, out: &mut Vec<Change>) {
    let order = order(page.kind);
    if page.kind == Kind::Claims {
        for claim in page.tables("/claim") {
            table(page, &claim, order, out);
        }
    } else if !order.is_empty() {
        table(page, "", order, out);
    }
}

/// One key with its value and the comment above it.
struct Entry<'a> {
    key: &'a str,
    lines: Range<usize>,
}

fn table(page: &Page, pointer: &str, order: &[&str], out: &mut Vec<Change>) {
    let Some(Value::Object(fields)) = page.document.value.pointer(pointer) else {
        return;
    };
    let entries = fields.keys().filter_map(|key| entry(page, pointer, key));
    let mut entries: Vec<Entry<'_>> = entries.collect();
    entries.sort_by_key(|entry| entry.lines.start);
    let text = &page.file.text;
    for at in 1..entries.len() {
        let (before, after) = entries.split_at_mut(at);
        let (Some(before), Some(entry)) = (before.last(), after.first_mut()) else {
            continue;
        };
        let between = text
            .get(before.lines.end..entry.lines.start)
            .unwrap_or_default();
        // Only comments may stand between; they belong to the key below them.
        let comments = between
            .lines()
            .all(|line| line.trim_start().starts_with('#'));
        if !comments {
            return;
        }
        entry.lines.start = before.lines.end;
    }
    let place = |key: &str| {
        order
            .iter()
            .position(|known| *known == key)
            .unwrap_or(order.len())
    };
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
        return;
    };
    let range = first.lines.start..last.lines.end;
    // A key that is not known may be one of them mistyped; its place is known after that.
    if entries.iter().any(|entry| !order.contains(&entry.key)) {
        return;
    }
    let pair = entries.windows(2).find_map(|pair| match pair {
        [one, other] if place(one.key) > place(other.key) => Some((one.key, other.key)),
        _ => None,
    });
    let Some((late, early)) = pair else { return };
    let at = page.document.key_offset(&format!("{pointer}/{early}"));
    entries.sort_by_key(|entry| place(entry.key));
    let lines = entries
        .iter()
        .filter_map(|entry| text.get(entry.lines.clone()));
    out.push(Change {
        at,
        with: lines.collect(),
        range,
        code: Code::F103,
        message: format!("\"{early}\" comes before \"{late}\""),
    });
}

/// The whole lines of a key that stands in this table itself; not those of a table below it.
fn entry<'a>(page: &Page, pointer: &str, key: &'a str) -> Option<Entry<'a>> {
    let at = format!("{pointer}/{key}");
    let text = &page.file.text;
    let start = page.document.key_offset(&at);
    let end = page.document.value_range(&at)?.end;
    let line = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let bare = text.get(line..start)?.trim().is_empty();
    let assigns = text
        .get(start..)?
        .get(key.len()..)?
        .trim_start()
        .starts_with('=');
    let next = text
        .get(end..)?
        .find('\n')
        .map_or(text.len(), |at| end + at + 1);
    (bare && assigns).then_some(Entry {
        key,
        lines: line..next,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::schema::TEXTS;
    use std::collections::BTreeSet;

    #[test]
    fn the_order_knows_every_key_of_the_schema() {
        for (kind, name, text) in TEXTS {
            let schema: Value = serde_json::from_str(text).unwrap();
            let pointer = if kind == Kind::Claims {
                "/properties/claim/items/properties"
            } else {
                "/properties"
            };
            let Some(Value::Object(fields)) = schema.pointer(pointer) else {
                panic!("{name} has no properties");
            };
            let known: BTreeSet<&str> = order(kind).iter().copied().collect();
            if !known.is_empty() {
                let keys: BTreeSet<&str> = fields.keys().map(String::as_str).collect();
                assert_eq!(known, keys, "{name}");
            }
        }
    }
}
