//! The tables of the dump.

use serde_json::{Map, Value, json};

use crate::catalog::Catalog;
use crate::pages::api::{
    claim_rows, comparison_json, extension_json, feature_json, protocol_json, short, survey_json,
    term_json,
};
use crate::pages::cell_json;
use crate::resolve::State;

/// Columns by which rows are looked up.
pub(super) const KEYS: [&str; 4] = ["id", "product", "subject", "survey"];
/// Columns that hold whole numbers.
const INTEGERS: [&str; 9] = [
    "year",
    "asked",
    "answered",
    "identified",
    "primary",
    "count",
    "remainder",
    "shown",
    "stale",
];

const PRODUCTS: &[&str] = &[
    "id",
    "title",
    "summary",
    "kind",
    "roles",
    "protocols",
    "licence",
    "status",
    "vendor",
    "homepage",
    "repository",
    "reviewed",
    "page",
];
const PROTOCOLS: &[&str] = &[
    "id",
    "title",
    "full_name",
    "summary",
    "kind",
    "transport",
    "discovery",
    "ports",
    "rfcs",
    "page",
];
const EXTENSIONS: &[&str] = &[
    "id",
    "title",
    "summary",
    "protocol",
    "category",
    "standing",
    "year",
    "tokens",
    "rfcs",
    "requires",
    "implied_by",
    "page",
];
const FEATURES: &[&str] = &[
    "id",
    "title",
    "summary",
    "group",
    "applies_to",
    "value_type",
    "values",
    "page",
];
const COMPARISONS: &[&str] = &[
    "id", "title", "question", "summary", "products", "rows", "reviewed", "page",
];
const SURVEYS: &[&str] = &[
    "id",
    "title",
    "summary",
    "protocol",
    "series",
    "author",
    "date",
    "population",
    "method",
    "asked",
    "answered",
    "identified",
    "primary",
    "page",
];
const SHARES: &[&str] = &[
    "survey",
    "label",
    "product",
    "count",
    "percent",
    "remainder",
    "note",
];
const TERMS: &[&str] = &[
    "id",
    "term",
    "expansion",
    "short",
    "aliases",
    "see",
    "text",
    "page",
];

/// Rows of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Name of the table and of its file.
    pub name: &'static str,
    /// Names of the columns in order.
    pub columns: &'static [&'static str],
    /// Rows; a missing column is null.
    pub rows: Vec<Map<String, Value>>,
}

impl Table {
    fn of(
        name: &'static str,
        columns: &'static [&'static str],
        rows: impl Iterator<Item = Value>,
    ) -> Self {
        let kept = |row| match row {
            Value::Object(row) => Some(row),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => None,
        };
        let cut = |row: Map<String, Value>| {
            let fields = row.into_iter();
            fields
                .filter(|(key, _)| columns.contains(&key.as_str()))
                .collect()
        };
        let rows = rows.filter_map(kept).map(cut).collect();
        Self {
            name,
            columns,
            rows,
        }
    }

    /// The SQL type of a column.
    pub(super) fn affinity(&self, column: &str) -> &'static str {
        match column {
            "percent" => "REAL",
            _ if INTEGERS.contains(&column) => "INTEGER",
            _ => "TEXT",
        }
    }
}

/// All tables. A cell without a row is unknown.
pub fn tables(catalog: &Catalog) -> Vec<Table> {
    let mut tables = entries(catalog);
    tables.push(Table::of(
        "claims",
        &[
            "product", "subject", "support", "enabled", "value", "since", "until", "evidence",
            "source", "quote", "date", "note", "shown", "reason",
        ],
        claim_rows(catalog),
    ));
    let cells = catalog.products.iter().flat_map(|(slug, entry)| {
        let known = entry
            .all_cells()
            .filter(|(_, cell)| cell.state != State::Unknown);
        known.map(move |(subject, cell)| {
            let mut row = cell_json(cell);
            if let Value::Object(row) = &mut row {
                row.insert("product".to_owned(), json!(slug));
                row.insert("subject".to_owned(), json!(subject));
            }
            row
        })
    });
    tables.push(Table::of(
        "cells",
        &[
            "product", "subject", "state", "value", "since", "until", "evidence", "date", "stale",
            "source", "note",
        ],
        cells,
    ));
    tables
}

fn entries(catalog: &Catalog) -> Vec<Table> {
    let shares = catalog.surveys.values().flat_map(|survey| {
        survey.facts.share.iter().map(|share| {
            json!({
                "survey": survey.facts.slug,
                "label": share.label,
                "product": share.product,
                "count": share.count,
                "percent": share.percent,
                "remainder": share.remainder,
                "note": share.note,
            })
        })
    });
    vec![
        Table::of("products", PRODUCTS, catalog.products.values().map(short)),
        Table::of(
            "protocols",
            PROTOCOLS,
            catalog.protocols.values().map(protocol_json),
        ),
        Table::of(
            "extensions",
            EXTENSIONS,
            catalog.extensions.values().map(extension_json),
        ),
        Table::of(
            "features",
            FEATURES,
            catalog.features.values().map(feature_json),
        ),
        Table::of(
            "comparisons",
            COMPARISONS,
            catalog.comparisons.values().map(comparison_json),
        ),
        Table::of(
            "surveys",
            SURVEYS,
            catalog.surveys.values().map(survey_json),
        ),
        Table::of("shares", SHARES, shares),
        Table::of("terms", TERMS, catalog.terms.values().map(term_json)),
    ]
}
