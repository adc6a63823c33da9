//! `/compare` for any products, `/compare/{slug}` for a curated comparison, and the same tables as
//! CSV and JSON.

use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::extract::{Path, Query, State as Shared};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;

use super::frame::{PageError, show};
use super::matrix::{COLUMNS_MAX, Choice, choices, others};
use super::search::percent;
use super::table::{Rows, Side, Subject, Table, Topic};
use super::{Frame, Site};
use crate::catalog::Catalog;
use crate::model::Comparison;

#[derive(Template)]
#[template(path = "compare.html")]
struct ComparePage {
    frame: Frame,
    title: String,
    choices: Vec<Choice>,
    chosen: usize,
    topics: Vec<TopicChoice>,
    versions: Vec<(String, String)>,
    differences: bool,
    too_many: bool,
    table: Option<Table>,
    query: String,
    curated: Vec<(String, String, String)>,
    matrices: Vec<(String, String)>,
}

struct TopicChoice {
    id: String,
    title: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "comparison.html")]
struct ComparisonPage<'a> {
    frame: Frame,
    facts: &'a Comparison,
    prose: &'a str,
    table: Table,
    query: String,
}

/// What the address asks for, cleaned of what the catalog does not know.
#[derive(Debug, PartialEq, Eq)]
struct View {
    slugs: Vec<String>,
    topics: Vec<String>,
    curated: Option<String>,
    rows: Rows,
    too_many: bool,
}

impl View {
    fn read(catalog: &Catalog, pairs: &[(String, String)]) -> Self {
        let all = |name: &str| {
            let values = pairs.iter().filter(move |(key, _)| key == name);
            let values = values.flat_map(|(_, value)| value.split(','));
            let mut values: Vec<String> = values.map(str::to_owned).collect();
            values.sort();
            values.dedup();
            values
        };
        let mut slugs: Vec<String> = all("p");
        slugs.extend(all("v"));
        slugs.sort();
        slugs.dedup();
        for slug in &mut slugs {
            *slug = slug.trim().to_owned();
        }
        slugs.retain(|slug| Side::read(catalog, slug).is_some());
        let too_many = slugs.len() > COLUMNS_MAX;
        slugs.truncate(COLUMNS_MAX);
        let mut topics = all("rows");
        topics.retain(|topic| Topic::read(catalog, topic).is_some());
        let named = |name: &str, wanted: &str| pairs.iter().any(|(n, v)| n == name && v == wanted);
        let set = pairs.iter().find(|(name, _)| name == "set");
        let curated = set.map(|(_, slug)| slug.clone());
        Self {
            slugs,
            topics,
            curated: curated.filter(|slug| catalog.comparisons.contains_key(slug)),
            rows: if named("only", "known") {
                Rows::Known
            } else {
                Rows::Differences
            },
            too_many,
        }
    }

    /// The one query for this view.
    fn query(&self) -> String {
        let mut parts = Vec::new();
        if let Some(slug) = &self.curated {
            return format!("?set={slug}");
        }
        for (name, list) in [("p", &self.slugs), ("rows", &self.topics)] {
            if !list.is_empty() {
                parts.push(format!("{name}={}", percent(&list.join(","))));
            }
        }
        if !self.slugs.is_empty() {
            let only = if self.rows == Rows::Known {
                "known"
            } else {
                "diff"
            };
            parts.push(format!("only={only}"));
        }
        if parts.is_empty() {
            String::new()
        } else {
            format!("?{}", parts.join("&"))
        }
    }

    fn sides<'a>(&self, catalog: &'a Catalog) -> Vec<Side<'a>> {
        let sides = self.slugs.iter();
        sides.filter_map(|slug| Side::read(catalog, slug)).collect()
    }

    fn table(&self, catalog: &Catalog) -> Option<Table> {
        if let Some(slug) = &self.curated {
            return catalog
                .comparisons
                .get(slug)
                .map(|entry| curated(catalog, &entry.facts));
        }
        let sides = self.sides(catalog);
        if sides.is_empty() {
            return None;
        }
        let mut subjects = Vec::new();
        for topic in Topic::all(catalog) {
            let wanted = |id: &String| id == topic.id();
            if !self.topics.is_empty() && !self.topics.iter().any(wanted) {
                continue;
            }
            let title = topic.title(catalog);
            let rows = topic.subjects(catalog).into_iter();
            subjects.extend(rows.map(|subject| Subject {
                group: format!("{title}: {}", subject.group),
                ..subject
            }));
        }
        let table = Table::new(catalog, "Comparison", &sides, &subjects, self.rows);
        Some(table)
    }
}

/// The table of a curated comparison: all its rows, known or not.
fn curated(catalog: &Catalog, facts: &Comparison) -> Table {
    let products = facts.products.iter();
    let sides = products.filter_map(|slug| Side::read(catalog, slug));
    let sides: Vec<Side<'_>> = sides.collect();
    let subjects = facts
        .rows
        .iter()
        .filter_map(|id| match catalog.extensions.get(id) {
            Some(entry) => {
                let protocol = catalog.protocols.get(&entry.facts.protocol);
                let group = protocol.map_or("Extensions", |one| one.facts.title.as_str());
                Some(Subject {
                    group: group.to_owned(),
                    ..Subject::extension(entry)
                })
            }
            None => catalog.features.get(id).map(Subject::feature),
        });
    let mut subjects: Vec<Subject> = subjects.collect();
    let mut groups: Vec<String> = Vec::new();
    for subject in &subjects {
        if !groups.contains(&subject.group) {
            groups.push(subject.group.clone());
        }
    }
    subjects.sort_by_key(|subject| groups.iter().position(|group| *group == subject.group));
    let title = facts.title.clone();
    Table::new(catalog, title, &sides, &subjects, Rows::All)
}

/// Shows the comparison that the address asks for, or the way to one.
///
/// # Errors
/// When the template fails.
pub async fn page(
    Shared(site): Shared<Arc<Site>>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<impl IntoResponse, PageError> {
    let catalog = &site.catalog;
    let view = View {
        curated: None,
        ..View::read(catalog, &pairs)
    };
    let sides = view.sides(catalog);
    let titles: Vec<String> = sides.iter().map(Side::title).collect();
    let title = match titles.as_slice() {
        [] => "Compare products".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    };
    let candidates = catalog.products.values();
    let candidates = candidates.map(|entry| (entry.all_cells().count(), entry));
    let candidates: Vec<_> = candidates.filter(|(known, _)| *known > 0).collect();
    let topics = Topic::all(catalog).into_iter().map(|topic| TopicChoice {
        chosen: view.topics.iter().any(|id| id == topic.id()),
        id: topic.id().to_owned(),
        title: topic.title(catalog),
    });
    let versions = sides.iter().map(|side| (side.key(), side.title()));
    let versions = versions.filter(|(key, _)| key.contains('@')).collect();
    let curated = catalog.comparisons.values().map(|entry| {
        let facts = &entry.facts;
        (
            format!("/compare/{}", facts.slug),
            facts.title.clone(),
            facts.summary.clone(),
        )
    });
    let query = view.query();
    show(&ComparePage {
        frame: site.frame("compare").at(format!("/compare{query}")),
        title,
        choices: choices(&candidates, &view.slugs),
        chosen: view.slugs.len(),
        topics: topics.collect(),
        versions,
        differences: view.rows == Rows::Differences,
        too_many: view.too_many,
        table: view.table(catalog),
        query,
        curated: curated.collect(),
        matrices: others(catalog, ""),
    })
}

/// Shows a curated comparison.
///
/// # Errors
/// When there is no such comparison or the template fails.
pub async fn comparison(
    Shared(site): Shared<Arc<Site>>,
    Path(slug): Path<String>,
) -> Result<impl IntoResponse, PageError> {
    let catalog = &site.catalog;
    let entry = catalog.comparisons.get(&slug).ok_or(PageError::NotFound)?;
    let mut sorted = entry.facts.products.clone();
    sorted.sort();
    show(&ComparisonPage {
        frame: site.frame("compare").at(format!("/compare/{slug}")),
        facts: &entry.facts,
        prose: &entry.prose.html,
        table: curated(catalog, &entry.facts),
        query: format!("?p={}&only=diff", sorted.join("%2C")),
    })
}

/// `/compare.csv`: the table of a view as comma-separated values.
///
/// # Errors
/// When the view names no product that the catalog knows.
pub async fn csv(
    Shared(site): Shared<Arc<Site>>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<impl IntoResponse, PageError> {
    let view = View::read(&site.catalog, &pairs);
    let table = view.table(&site.catalog).ok_or(PageError::NotFound)?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"comparison.csv\"",
        ),
    ];
    Ok((headers, table.csv()))
}

/// `/compare.json`: the table of a view with the claim behind each cell.
///
/// # Errors
/// When the view names no product that the catalog knows.
pub async fn json(
    Shared(site): Shared<Arc<Site>>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<impl IntoResponse, PageError> {
    let view = View::read(&site.catalog, &pairs);
    let table = view.table(&site.catalog).ok_or(PageError::NotFound)?;
    let address = format!("/compare.json{}", view.query());
    Ok(Json(
        table.json(&address, site.catalog.content_date.as_str()),
    ))
}
