//! Products beside each other, one row an extension or feature: the part that the matrices, the
//! comparisons and their downloads share.

use askama::Template;
use serde_json::json;

use super::Mark;
use super::mark::detail;
use crate::catalog::{Catalog, ExtensionEntry, FeatureEntry, ProductEntry};
use crate::model::anchor;
use crate::resolve::{Cell, State};

/// What a row is about.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    /// Extension as `protocol/slug`, or feature by its slug.
    pub(super) id: String,
    /// Its page.
    pub(super) url: String,
    /// Its name.
    pub(super) name: String,
    /// Heading of the rows it stands among.
    pub(super) group: String,
}

impl Subject {
    /// A row about an extension.
    pub(super) fn extension(entry: &ExtensionEntry) -> Self {
        let id = entry.facts.id();
        Self {
            url: format!("/extensions/{id}"),
            name: entry.facts.name().to_owned(),
            group: entry.facts.category.replace('-', " "),
            id,
        }
    }

    /// A row about a feature.
    pub(super) fn feature(entry: &FeatureEntry) -> Self {
        Self {
            id: entry.facts.slug.clone(),
            url: format!("/features/{}", entry.facts.slug),
            name: entry.facts.title.clone(),
            group: entry.facts.group.words().to_owned(),
        }
    }
}

/// All extensions of a protocol as rows, by group and name.
pub(super) fn extensions(catalog: &Catalog, protocol: &str) -> Vec<Subject> {
    let entries = catalog.extensions_of(protocol).into_iter();
    let mut subjects: Vec<Subject> = entries.map(Subject::extension).collect();
    subjects.sort_by(|one, other| one.group.cmp(&other.group));
    subjects
}

/// All features as rows, by group and title.
pub(super) fn features(catalog: &Catalog) -> Vec<Subject> {
    let entries = catalog.features_in_order();
    entries.into_iter().map(Subject::feature).collect()
}

/// Which rows are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// Those in which the products differ.
    Differences,
    /// Those about which anything is known.
    Known,
    /// All.
    All,
}

/// The table.
#[derive(Debug, Template)]
#[template(path = "table.html")]
pub(super) struct Table {
    label: String,
    columns: Vec<Column>,
    groups: Vec<(String, Vec<Row>)>,
    notes: Vec<Note>,
    /// Rows shown.
    pub(super) shown: usize,
    /// Rows in all.
    pub(super) total: usize,
}

#[derive(Debug)]
struct Column {
    slug: String,
    url: String,
    title: String,
    supported: usize,
    known: usize,
}

#[derive(Debug)]
struct Row {
    subject: Subject,
    cells: Vec<CellView>,
}

#[derive(Debug)]
struct CellView {
    mark: Mark,
    note: Option<usize>,
    evidence: Option<String>,
    json: serde_json::Value,
}

#[derive(Debug)]
struct Note {
    number: usize,
    product: String,
    subject: String,
    text: String,
}

impl Table {
    /// The rows about `subjects`, those with the same group standing together.
    pub(super) fn new(
        label: impl Into<String>,
        products: &[&ProductEntry],
        subjects: &[Subject],
        rows: Rows,
    ) -> Self {
        let mut table = Self {
            label: label.into(),
            columns: products.iter().map(|product| column(product)).collect(),
            groups: Vec::new(),
            notes: Vec::new(),
            shown: 0,
            total: subjects.len(),
        };
        for subject in subjects {
            table.row(products, subject, rows);
        }
        table
    }

    fn row(&mut self, products: &[&ProductEntry], subject: &Subject, rows: Rows) {
        let cells: Vec<&Cell> = products.iter().map(|p| p.cell(&subject.id)).collect();
        for (column, cell) in self.columns.iter_mut().zip(&cells) {
            column.supported += usize::from(cell.state.is_supported());
            column.known += usize::from(cell.state != State::Unknown);
        }
        let told = |cell: &Cell| (cell.state, cell.value().map(str::to_owned));
        let first = cells.first().map(|cell| told(cell));
        let alike = cells.iter().all(|cell| Some(told(cell)) == first);
        let empty = cells.iter().all(|cell| cell.state == State::Unknown);
        let hidden = match rows {
            Rows::Differences => alike,
            Rows::Known => empty,
            Rows::All => false,
        };
        if hidden {
            return;
        }
        self.shown += 1;
        let cells = products
            .iter()
            .zip(cells)
            .map(|(product, cell)| view(product, subject, cell, &mut self.notes));
        let row = Row {
            subject: subject.clone(),
            cells: cells.collect(),
        };
        match self
            .groups
            .last_mut()
            .filter(|(group, _)| *group == subject.group)
        {
            Some((_, rows)) => rows.push(row),
            None => self.groups.push((subject.group.clone(), vec![row])),
        }
    }

    /// The same table as comma-separated values, one column a product.
    pub(super) fn csv(&self) -> String {
        let mut lines = Vec::new();
        let head = ["id", "name", "group"].map(str::to_owned).into_iter();
        let slugs = self.columns.iter().map(|column| column.slug.clone());
        lines.push(csv_line(head.chain(slugs)));
        for row in self.groups.iter().flat_map(|(_, rows)| rows) {
            let Subject {
                id, name, group, ..
            } = row.subject.clone();
            let cells = row.cells.iter().map(|cell| cell.mark.text());
            lines.push(csv_line([id, name, group].into_iter().chain(cells)));
        }
        lines.concat()
    }

    /// The same table as JSON, each cell with its claim.
    pub(super) fn json(&self, address: &str, content_date: &str) -> serde_json::Value {
        let rows = self.groups.iter().flat_map(|(_, rows)| rows).map(|row| {
            let slugs = self.columns.iter().map(|column| column.slug.clone());
            let cells = slugs.zip(row.cells.iter().map(|cell| cell.json.clone()));
            json!({
                "id": row.subject.id,
                "name": row.subject.name,
                "group": row.subject.group,
                "cells": cells.collect::<serde_json::Map<_, _>>(),
            })
        });
        let products = self.columns.iter();
        json!({
            "schema_version": 1,
            "content_date": content_date,
            "view": address,
            "products": products.map(|column| column.slug.clone()).collect::<Vec<_>>(),
            "rows": rows.collect::<Vec<_>>(),
        })
    }
}

fn csv_line(fields: impl Iterator<Item = String>) -> String {
    let quote = |field: String| {
        if field.contains(['"', ',', '\n', '\r']) {
            format!("\"{}\"", field.replace('"', "\"\""))
        } else {
            field
        }
    };
    let line: Vec<String> = fields.map(quote).collect();
    line.join(",") + "\r\n"
}

fn column(entry: &ProductEntry) -> Column {
    Column {
        slug: entry.facts.slug.clone(),
        url: format!("/products/{}", entry.facts.slug),
        title: entry.facts.title.clone(),
        supported: 0,
        known: 0,
    }
}

fn view(product: &ProductEntry, subject: &Subject, cell: &Cell, notes: &mut Vec<Note>) -> CellView {
    let text = cell.shown().map(detail).filter(|text| !text.is_empty());
    let number = notes.len() + 1;
    let note = text.map(|text| {
        notes.push(Note {
            number,
            product: product.facts.title.clone(),
            subject: subject.name.clone(),
            text,
        });
        number
    });
    let slug = &product.facts.slug;
    let anchor = cell.shown().map(|_| anchor(&subject.id));
    CellView {
        mark: Mark::of(cell),
        note,
        evidence: anchor.map(|anchor| format!("/products/{slug}/evidence#{anchor}")),
        json: cell_json(cell),
    }
}

/// A cell for programs: its state and the claim behind it.
pub(crate) fn cell_json(cell: &Cell) -> serde_json::Value {
    let Some(judged) = cell.shown() else {
        return json!({ "state": cell.state.id() });
    };
    let claim = &judged.claim;
    json!({
        "state": cell.state.id(),
        "value": claim.value,
        "since": claim.since,
        "until": claim.until,
        "evidence": claim.evidence.id(),
        "date": claim.date.as_str(),
        "stale": judged.stale_months.is_some(),
        "source": claim.source,
        "note": claim.note,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_with_commas_and_quotes_are_quoted() {
        let fields = ["a", "b,c", "d\"e"].map(str::to_owned);
        assert_eq!(csv_line(fields.into_iter()), "a,\"b,c\",\"d\"\"e\"\r\n");
    }
}
