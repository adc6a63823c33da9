//! `/matrix/{protocol}` and `/matrix/features`: chosen products beside each other.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State as Shared};
use axum::response::IntoResponse;

use super::frame::{PageError, show};
use super::table::{Rows, Side, Table, Topic};
use super::{Frame, Site};
use crate::catalog::{Catalog, ProductEntry};

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
    home: (&'static str, &'static str),
    url: String,
    choices: Vec<Choice>,
    chosen: usize,
    differences: bool,
    whole: bool,
    table: Table,
    too_many: bool,
    downloads: String,
    others: Vec<(String, String)>,
}

pub(super) struct Choice {
    pub(super) slug: String,
    pub(super) title: String,
    pub(super) chosen: bool,
    pub(super) known: usize,
}

/// What the address asks for.
#[derive(Debug, PartialEq, Eq)]
struct View {
    slugs: Vec<String>,
    differences: bool,
    whole: bool,
    too_many: bool,
}

/// Shows the matrix of one protocol, or of the features.
///
/// # Errors
/// When there is no such protocol or the template fails.
pub async fn page(
    Shared(site): Shared<Arc<Site>>,
    Path(id): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<impl IntoResponse, PageError> {
    let catalog = &site.catalog;
    let topic = Topic::read(catalog, &id).ok_or(PageError::NotFound)?;
    let title = topic.title(catalog);
    let candidates = candidates(catalog, &topic);
    let view = view(&pairs, &candidates);
    let sides = view.slugs.iter();
    let sides: Vec<Side<'_>> = sides.filter_map(|slug| Side::read(catalog, slug)).collect();
    let rows = match (view.differences, view.whole) {
        (true, _) => Rows::Differences,
        (false, true) => Rows::All,
        (false, false) => Rows::Known,
    };
    let only = if view.differences { "diff" } else { "known" };
    show(&Matrix {
        frame: site.frame("matrix").at(canonical(&id, &view)),
        table: Table::new(
            catalog,
            format!("{title} matrix"),
            &sides,
            &topic.subjects(catalog),
            rows,
        ),
        choices: choices(&candidates, &view.slugs),
        chosen: view.slugs.len(),
        differences: view.differences,
        whole: view.whole,
        too_many: view.too_many,
        downloads: format!("?p={}&rows={id}&only={only}", view.slugs.join("%2C")),
        others: others(catalog, &id),
        title,
        home: topic.shelf(),
        url: topic.url(),
        id,
    })
}

/// Products with the number of cells known of this topic, best known first.
fn candidates<'a>(catalog: &'a Catalog, topic: &Topic) -> Vec<(usize, &'a ProductEntry)> {
    let products = catalog.products.values();
    let known = products.map(|entry| (topic.cells(entry).count(), entry));
    let mut found: Vec<(usize, &ProductEntry)> = known.filter(|(known, _)| *known > 0).collect();
    let checked = |entry: &'a ProductEntry| {
        let cells = topic.cells(entry);
        let good = cells.filter(|(_, cell)| !cell.is_unverified() && !cell.is_stale());
        good.count()
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

/// Products to choose from, in order of title.
pub(super) fn choices(candidates: &[(usize, &ProductEntry)], slugs: &[String]) -> Vec<Choice> {
    let mut choices: Vec<Choice> = candidates
        .iter()
        .map(|(known, entry)| Choice {
            slug: entry.facts.slug.clone(),
            title: entry.facts.title.clone(),
            chosen: slugs.contains(&entry.facts.slug),
            known: *known,
        })
        .collect();
    choices.sort_by_key(|choice| choice.title.to_lowercase());
    choices
}

/// The other matrices, that of the features first.
pub(super) fn others(catalog: &Catalog, id: &str) -> Vec<(String, String)> {
    let topics = Topic::all(catalog).into_iter();
    topics
        .filter(|topic| topic.id() != id)
        .map(|topic| (format!("/matrix/{}", topic.id()), topic.title(catalog)))
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
