//! Products beside each other, one row an extension or feature: the part that the matrices, the
//! comparisons and their downloads share.

use std::borrow::Cow;

use askama::Template;
use serde_json::json;

use super::Mark;
use super::mark::detail;
use crate::catalog::{Catalog, ExtensionEntry, FeatureEntry, ProductEntry};
use crate::csv;
use crate::model::{Status, anchor};
use crate::resolve::{self, Cell, State};
use crate::version::Version;

/// A product as a column, in one version or in all that is known.
#[derive(Debug, Clone)]
pub(super) struct Side<'a> {
    pub(super) entry: &'a ProductEntry,
    version: Option<(String, Version)>,
}

impl<'a> Side<'a> {
    /// The column named `slug` or `slug@version`; `None` for what the catalog does not know.
    pub(super) fn read(catalog: &'a Catalog, key: &str) -> Option<Self> {
        let (slug, version) = match key.split_once('@') {
            Some((slug, text)) => (slug, Some((text.to_owned(), version(text)?))),
            None => (key, None),
        };
        let entry = catalog.products.get(slug)?;
        Some(Self { entry, version })
    }

    /// Its name in addresses.
    pub(super) fn key(&self) -> String {
        match &self.version {
            Some((text, _)) => format!("{}@{text}", self.entry.facts.slug),
            None => self.entry.facts.slug.clone(),
        }
    }

    /// Its name as shown.
    pub(super) fn title(&self) -> String {
        match &self.version {
            Some((text, _)) => format!("{} {text}", self.entry.facts.title),
            None => self.entry.facts.title.clone(),
        }
    }

    /// The cell of an extension or feature.
    pub(super) fn cell(&self, catalog: &Catalog, subject: &str) -> Cow<'a, Cell> {
        let cell = self.entry.cell(subject);
        match &self.version {
            None => Cow::Borrowed(cell),
            Some((_, version)) => {
                let changes = self.entry.facts.status != Status::Discontinued;
                Cow::Owned(resolve::at(cell, version, &catalog.content_date, changes))
            }
        }
    }
}

impl<'a> From<&'a ProductEntry> for Side<'a> {
    fn from(entry: &'a ProductEntry) -> Self {
        Self {
            entry,
            version: None,
        }
    }
}

/// A version as it may stand in an address.
pub(super) fn version(text: &str) -> Option<Version> {
    let good = |letter: char| letter.is_ascii_alphanumeric() || ".-_ ".contains(letter);
    let short = text.len() <= 40 && text.chars().all(good);
    Version::parse(text).filter(|_| short)
}

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

/// What rows are about: the features, or the extensions of one protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Topic {
    /// The features of servers.
    Features,
    /// The extensions of a protocol, by its id.
    Protocol(String),
}

/// The word that stands for the features in the place of a protocol.
const FEATURES: &str = "features";

impl Topic {
    /// The topic with this id; `None` for what the catalog does not know.
    pub(super) fn read(catalog: &Catalog, id: &str) -> Option<Self> {
        match id {
            FEATURES => Some(Self::Features),
            id => catalog
                .protocols
                .contains_key(id)
                .then(|| Self::Protocol(id.to_owned())),
        }
    }

    /// Topics with rows, the features first.
    pub(super) fn all(catalog: &Catalog) -> Vec<Self> {
        let protocols = catalog.protocols.keys();
        let protocols = protocols.filter(|id| !catalog.extensions_of(id).is_empty());
        let protocols = protocols.map(|id| Self::Protocol(id.clone()));
        std::iter::once(Self::Features).chain(protocols).collect()
    }

    /// Its name in addresses.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Features => FEATURES,
            Self::Protocol(id) => id,
        }
    }

    /// Its name as shown.
    pub(super) fn title(&self, catalog: &Catalog) -> String {
        match self {
            Self::Features => "Features".to_owned(),
            Self::Protocol(id) => {
                let entry = catalog.protocols.get(id);
                entry.map_or_else(|| id.clone(), |entry| entry.facts.title.clone())
            }
        }
    }

    /// Its own page.
    pub(super) fn url(&self) -> String {
        match self {
            Self::Features => "/features".to_owned(),
            Self::Protocol(id) => format!("/protocols/{id}"),
        }
    }

    /// The list its page stands in: address and title.
    pub(super) fn shelf(&self) -> (&'static str, &'static str) {
        match self {
            Self::Features => ("/features", "Features"),
            Self::Protocol(_) => ("/protocols", "Protocols"),
        }
    }

    /// Its rows by group and name.
    pub(super) fn subjects(&self, catalog: &Catalog) -> Vec<Subject> {
        match self {
            Self::Features => features(catalog),
            Self::Protocol(id) => extensions(catalog, id),
        }
    }

    /// The cells of a product that it is about.
    pub(super) fn cells<'a>(
        &self,
        entry: &'a ProductEntry,
    ) -> Box<dyn Iterator<Item = (&'a String, &'a Cell)> + 'a> {
        match self {
            Self::Features => Box::new(entry.features.iter()),
            Self::Protocol(id) => {
                let start = format!("{id}/");
                let cells = entry.cells.iter();
                Box::new(cells.filter(move |(key, _)| key.starts_with(&start)))
            }
        }
    }
}

/// All extensions of a protocol as rows, by group and name.
fn extensions(catalog: &Catalog, protocol: &str) -> Vec<Subject> {
    let entries = catalog.extensions_of(protocol).into_iter();
    let mut subjects: Vec<Subject> = entries.map(Subject::extension).collect();
    subjects.sort_by(|one, other| one.group.cmp(&other.group));
    subjects
}

/// All features as rows, by group and title.
fn features(catalog: &Catalog) -> Vec<Subject> {
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
        catalog: &Catalog,
        label: impl Into<String>,
        sides: &[Side<'_>],
        subjects: &[Subject],
        rows: Rows,
    ) -> Self {
        let mut table = Self {
            label: label.into(),
            columns: sides.iter().map(column).collect(),
            groups: Vec::new(),
            notes: Vec::new(),
            shown: 0,
            total: subjects.len(),
        };
        for subject in subjects {
            table.row(catalog, sides, subject, rows);
        }
        table
    }

    fn row(&mut self, catalog: &Catalog, sides: &[Side<'_>], subject: &Subject, rows: Rows) {
        let cells = sides.iter().map(|side| side.cell(catalog, &subject.id));
        let cells: Vec<Cow<'_, Cell>> = cells.collect();
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
        let cells = sides
            .iter()
            .zip(&cells)
            .map(|(side, cell)| view(side, subject, cell, &mut self.notes));
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
        lines.push(csv::line(head.chain(slugs)));
        for row in self.groups.iter().flat_map(|(_, rows)| rows) {
            let Subject {
                id, name, group, ..
            } = row.subject.clone();
            let cells = row.cells.iter().map(|cell| cell.mark.text());
            lines.push(csv::line([id, name, group].into_iter().chain(cells)));
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

fn column(side: &Side<'_>) -> Column {
    Column {
        slug: side.key(),
        url: format!("/products/{}", side.entry.facts.slug),
        title: side.title(),
        supported: 0,
        known: 0,
    }
}

fn view(side: &Side<'_>, subject: &Subject, cell: &Cell, notes: &mut Vec<Note>) -> CellView {
    let text = cell.shown().map(detail).filter(|text| !text.is_empty());
    let number = notes.len() + 1;
    let note = text.map(|text| {
        notes.push(Note {
            number,
            product: side.title(),
            subject: subject.name.clone(),
            text,
        });
        number
    });
    let slug = &side.entry.facts.slug;
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
