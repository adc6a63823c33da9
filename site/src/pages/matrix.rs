//! `/matrix/{protocol}`: chosen products beside each other, one row an extension.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State as Shared};
use axum::response::IntoResponse;

use super::frame::{PageError, show};
use super::mark::detail;
use super::{Frame, Mark, Site};
use crate::catalog::{Catalog, ProductEntry};
use crate::resolve::{Cell, State};

/// Most columns of one view.
pub const COLUMNS_MAX: usize = 12;
/// Columns when none are chosen.
const COLUMNS_DEFAULT: usize = 6;

#[derive(Template)]
#[template(path = "matrix.html")]
struct Matrix {
    frame: Frame,
    id: String,
    title: String,
    choices: Vec<Choice>,
    differences: bool,
    whole: bool,
    columns: Vec<Column>,
    groups: Vec<(String, Vec<Row>)>,
    shown: usize,
    total: usize,
    notes: Vec<Note>,
    too_many: bool,
    others: Vec<(String, String)>,
}

struct Choice {
    slug: String,
    title: String,
    chosen: bool,
    known: usize,
}

struct Column {
    url: String,
    title: String,
    supported: usize,
    known: usize,
}

struct Row {
    url: String,
    name: String,
    cells: Vec<CellView>,
}

struct CellView {
    mark: Mark,
    note: Option<usize>,
    evidence: Option<String>,
}

struct Note {
    number: usize,
    product: String,
    extension: String,
    text: String,
}

/// What the address asks for.
#[derive(Debug, PartialEq, Eq)]
struct View {
    slugs: Vec<String>,
    differences: bool,
    whole: bool,
    too_many: bool,
}

/// Shows the matrix of one protocol.
///
/// # Errors
/// When there is no such protocol or the template fails.
pub async fn page(
    Shared(site): Shared<Arc<Site>>,
    Path(id): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<impl IntoResponse, PageError> {
    let catalog = &site.catalog;
    let protocol = catalog.protocols.get(&id).ok_or(PageError::NotFound)?;
    let candidates = candidates(catalog, &id);
    let view = view(&pairs, &candidates);
    let products: Vec<&ProductEntry> = view
        .slugs
        .iter()
        .filter_map(|slug| catalog.products.get(slug))
        .collect();
    let mut extensions = catalog.extensions_of(&id);
    extensions.sort_by_key(|extension| extension.facts.category.replace('-', " "));
    let mut notes = Vec::new();
    let mut groups: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    let mut columns: Vec<Column> = products.iter().map(|product| column(product)).collect();
    for extension in &extensions {
        let facts = &extension.facts;
        let extension_id = facts.id();
        let cells: Vec<&Cell> = products.iter().map(|p| p.cell(&extension_id)).collect();
        for (column, cell) in columns.iter_mut().zip(&cells) {
            column.supported += usize::from(cell.state.is_supported());
            column.known += usize::from(cell.state != State::Unknown);
        }
        let first = cells.first().map(|cell| cell.state);
        let alike = cells.iter().all(|cell| Some(cell.state) == first);
        let empty = alike && first == Some(State::Unknown);
        if (view.differences && alike) || (empty && !view.whole) {
            continue;
        }
        let cells = products.iter().zip(cells);
        let cells = cells.map(|(product, cell)| view_of(product, facts.name(), cell, &mut notes));
        let row = Row {
            url: format!("/extensions/{extension_id}"),
            name: facts.name().to_owned(),
            cells: cells.collect(),
        };
        groups
            .entry(facts.category.replace('-', " "))
            .or_default()
            .push(row);
    }
    show(&Matrix {
        frame: site.frame("matrix").at(canonical(&id, &view)),
        title: protocol.facts.title.clone(),
        choices: choices(&candidates, &view),
        differences: view.differences,
        whole: view.whole,
        too_many: view.too_many,
        columns,
        shown: groups.values().map(Vec::len).sum(),
        groups: groups.into_iter().collect(),
        total: extensions.len(),
        notes,
        others: others(catalog, &id),
        id,
    })
}

/// Products with the number of cells known in this protocol, best known first.
fn candidates<'a>(catalog: &'a Catalog, id: &str) -> Vec<(usize, &'a ProductEntry)> {
    let start = format!("{id}/");
    let mut found: Vec<(usize, &ProductEntry)> = catalog
        .products
        .values()
        .map(|entry| {
            (
                entry
                    .cells
                    .keys()
                    .filter(|key| key.starts_with(&start))
                    .count(),
                entry,
            )
        })
        .filter(|(known, _)| *known > 0)
        .collect();
    let checked = |entry: &ProductEntry| {
        let cells = entry
            .cells
            .iter()
            .filter(|(key, _)| key.starts_with(&start));
        cells
            .filter(|(_, cell)| !cell.is_unverified() && !cell.is_stale())
            .count()
    };
    found.sort_by_key(|(_, entry)| (std::cmp::Reverse(checked(entry)), entry.facts.slug.clone()));
    found
}

fn view(pairs: &[(String, String)], candidates: &[(usize, &ProductEntry)]) -> View {
    let mut slugs: Vec<String> = pairs
        .iter()
        .filter(|(name, _)| name == "p")
        .flat_map(|(_, value)| value.split(','))
        .filter(|slug| {
            candidates
                .iter()
                .any(|(_, entry)| entry.facts.slug == *slug)
        })
        .map(str::to_owned)
        .collect();
    slugs.sort();
    slugs.dedup();
    let too_many = slugs.len() > COLUMNS_MAX;
    slugs.truncate(COLUMNS_MAX);
    if slugs.is_empty() {
        let best = candidates.iter().take(COLUMNS_DEFAULT);
        slugs = best.map(|(_, entry)| entry.facts.slug.clone()).collect();
        slugs.sort();
    }
    let has = |name: &str, wanted: &str| pairs.iter().any(|(n, v)| n == name && v == wanted);
    View {
        slugs,
        differences: has("only", "diff"),
        whole: has("rows", "all"),
        too_many,
    }
}

fn canonical(id: &str, view: &View) -> String {
    let only = if view.differences { "&only=diff" } else { "" };
    let rows = if view.whole { "&rows=all" } else { "" };
    format!("/matrix/{id}?p={}{only}{rows}", view.slugs.join("%2C"))
}

fn column(entry: &ProductEntry) -> Column {
    Column {
        url: format!("/products/{}", entry.facts.slug),
        title: entry.facts.title.clone(),
        supported: 0,
        known: 0,
    }
}

fn view_of(product: &ProductEntry, name: &str, cell: &Cell, notes: &mut Vec<Note>) -> CellView {
    let text = cell.shown().map(detail).filter(|text| !text.is_empty());
    let number = notes.len() + 1;
    let note = text.map(|text| {
        notes.push(Note {
            number,
            product: product.facts.title.clone(),
            extension: name.to_owned(),
            text,
        });
        number
    });
    let key = cell
        .shown()
        .map(|judged| judged.claim.extension.replace('/', "-"));
    let evidence = key.map(|key| format!("/products/{}/evidence#{key}", product.facts.slug));
    CellView {
        mark: Mark::of(cell),
        note,
        evidence,
    }
}

fn choices(candidates: &[(usize, &ProductEntry)], view: &View) -> Vec<Choice> {
    let mut choices: Vec<Choice> = candidates
        .iter()
        .map(|(known, entry)| Choice {
            slug: entry.facts.slug.clone(),
            title: entry.facts.title.clone(),
            chosen: view.slugs.contains(&entry.facts.slug),
            known: *known,
        })
        .collect();
    choices.sort_by_key(|choice| choice.title.to_lowercase());
    choices
}

fn others(catalog: &Catalog, id: &str) -> Vec<(String, String)> {
    let with_rows = catalog
        .protocols
        .values()
        .filter(|entry| entry.facts.id != id && !catalog.extensions_of(&entry.facts.id).is_empty());
    with_rows
        .map(|entry| {
            (
                format!("/matrix/{}", entry.facts.id),
                entry.facts.title.clone(),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_names_and_repeats_leave_the_view() {
        let pairs = [("p", "b,zz,a"), ("p", "a"), ("only", "diff"), ("junk", "1")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let found = view(&pairs, &[]);
        assert_eq!(found.slugs, Vec::<String>::new());
        assert!(found.differences && !found.whole && !found.too_many);
        assert_eq!(canonical("imap", &found), "/matrix/imap?p=&only=diff");
    }
}
