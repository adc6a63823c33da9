//! `/products`: the list, narrowed by role, licence, status and supported extension.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State as Shared};
use axum::response::IntoResponse;

use super::frame::{PageError, count, show};
use super::{Frame, Site};
use crate::catalog::{Catalog, ProductEntry};
use crate::model::{Kind, Role, Status};

#[derive(Template)]
#[template(path = "products.html")]
struct Products {
    frame: Frame,
    facets: Vec<Facet>,
    supports: String,
    found: String,
    rows: Vec<Row>,
}

struct Facet {
    name: &'static str,
    label: &'static str,
    choices: Vec<Choice>,
}

struct Choice {
    value: String,
    words: String,
    count: usize,
    chosen: bool,
}

struct Row {
    url: String,
    title: String,
    summary: String,
    kind: &'static str,
    licence: String,
    status: &'static str,
    roles: String,
    known: usize,
}

/// A facet: name, label and the words a product has in it.
type FacetRule = (
    &'static str,
    &'static str,
    fn(&ProductEntry) -> Vec<(String, String)>,
);

const FACETS: [FacetRule; 5] = [
    ("protocol", "Protocol", |entry| {
        let ids = entry.facts.protocols.iter();
        ids.map(|id| (id.clone(), id.clone())).collect()
    }),
    ("role", "Role", |entry| {
        entry
            .facts
            .roles
            .iter()
            .map(|role| (role.id(), role.words().to_owned()))
            .collect()
    }),
    ("kind", "Kind", |entry| {
        vec![(entry.facts.kind.id(), entry.facts.kind.words().to_owned())]
    }),
    ("licence", "Licence", |entry| {
        let open = entry.facts.is_open_source();
        let (id, words) = if open {
            ("open", "Open source")
        } else {
            ("proprietary", "Proprietary")
        };
        vec![(id.to_owned(), words.to_owned())]
    }),
    ("status", "Status", |entry| {
        vec![(
            entry.facts.status.id(),
            entry.facts.status.words().to_owned(),
        )]
    }),
];

/// Shows the list.
///
/// # Errors
/// When the template fails.
pub async fn page(
    Shared(site): Shared<Arc<Site>>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<impl IntoResponse, PageError> {
    let chosen = |name: &str| {
        let found = pairs
            .iter()
            .find(|(key, value)| key == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    };
    let supports = chosen("supports").filter(|id| {
        site.catalog.extensions.contains_key(*id) || site.catalog.features.contains_key(*id)
    });
    let passes = |entry: &ProductEntry, but: &str| {
        let facets = FACETS
            .iter()
            .filter(|(name, _, _)| *name != but)
            .all(|(name, _, words)| {
                chosen(name).is_none_or(|value| words(entry).iter().any(|(id, _)| id == value))
            });
        facets && supports.is_none_or(|id| entry.cell(id).state.is_supported())
    };
    let facets = FACETS.iter().map(|(name, label, words)| {
        let among: Vec<_> = site
            .catalog
            .products
            .values()
            .filter(|e| passes(e, name))
            .collect();
        let choices = order(&site.catalog, name)
            .into_iter()
            .filter_map(|(value, shown)| {
                let has = |entry: &&&ProductEntry| words(entry).iter().any(|(id, _)| *id == value);
                let count = among.iter().filter(has).count();
                let chosen = chosen(name) == Some(value.as_str());
                (count > 0 || chosen).then_some(Choice {
                    value,
                    words: shown,
                    count,
                    chosen,
                })
            });
        Facet {
            name,
            label,
            choices: choices.collect(),
        }
    });
    let facets = facets.collect();
    let mut rows: Vec<Row> = site
        .catalog
        .products
        .values()
        .filter(|entry| passes(entry, ""))
        .map(row)
        .collect();
    rows.sort_by_key(|row| row.title.to_lowercase());
    show(&Products {
        frame: site.frame("products").at(canonical(&pairs)),
        facets,
        supports: supports.unwrap_or_default().to_owned(),
        found: count(rows.len(), "product"),
        rows,
    })
}

fn order(catalog: &Catalog, facet: &str) -> Vec<(String, String)> {
    match facet {
        "protocol" => catalog
            .protocols
            .values()
            .map(|entry| (entry.facts.id.clone(), entry.facts.title.clone()))
            .collect(),
        "role" => Role::ALL
            .iter()
            .map(|role| (role.id(), role.words().to_owned()))
            .collect(),
        "kind" => Kind::ALL
            .iter()
            .map(|kind| (kind.id(), kind.words().to_owned()))
            .collect(),
        "status" => Status::ALL
            .iter()
            .map(|one| (one.id(), one.words().to_owned()))
            .collect(),
        _ => [("open", "Open source"), ("proprietary", "Proprietary")]
            .map(|(id, words)| (id.to_owned(), words.to_owned()))
            .into(),
    }
}

fn canonical(pairs: &[(String, String)]) -> String {
    let mut kept: Vec<String> = pairs
        .iter()
        .filter(|(name, value)| {
            !value.is_empty()
                && (name == "supports" || FACETS.iter().any(|(known, _, _)| known == name))
                && value
                    .chars()
                    .all(|l| l.is_ascii_alphanumeric() || l == '-' || l == '/')
        })
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    kept.sort();
    if kept.is_empty() {
        "/products".to_owned()
    } else {
        format!("/products?{}", kept.join("&"))
    }
}

fn row(entry: &ProductEntry) -> Row {
    let facts = &entry.facts;
    Row {
        url: format!("/products/{}", facts.slug),
        title: facts.title.clone(),
        summary: facts.summary.clone(),
        kind: facts.kind.words(),
        licence: if facts.is_open_source() {
            facts.licence.clone()
        } else {
            "Proprietary".into()
        },
        status: facts.status.words(),
        roles: facts
            .roles
            .iter()
            .map(|role| role.words())
            .collect::<Vec<_>>()
            .join(", "),
        known: entry.all_cells().count(),
    }
}
