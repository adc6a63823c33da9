//! From case files to steps, remembering where everything stands.

use super::Step;
use crate::AuthorError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

/// Octets of a case file.
const CASE_FILE_BYTES_MAX: u64 = 1024 * 1024;
/// The key of the cases of a file, and of the steps of a case.
const CASE: &str = "case";
const STEP: &str = "step";

/// A case: its steps in order, and where it stands.
#[derive(Debug, Clone)]
pub struct CaseFile {
    /// The file.
    pub file: PathBuf,
    /// Where the case begins.
    pub at: Spot,
    /// What it is about.
    pub name: String,
    /// Its steps; one where it names none.
    pub steps: Vec<Step>,
    /// For each step the places of its keys, by dotted path.
    pub(super) places: Vec<Places>,
}

/// A place in a file, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Spot {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

impl Spot {
    /// Where a file begins.
    const START: Self = Self { line: 1, column: 1 };

    /// The place of an octet of a text.
    fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        Self {
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
        }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Places by dotted path.
#[derive(Debug, Clone, Default)]
pub(super) struct Places(BTreeMap<String, Spot>);

impl Places {
    /// The place of a path, or of the nearest table around it.
    pub(super) fn spot(&self, path: &str) -> Spot {
        let mut path = path;
        loop {
            if let Some(spot) = self.0.get(path) {
                return *spot;
            }
            match path.rsplit_once(['.', '[']) {
                Some((around, _)) => path = around,
                None => return self.0.get("").copied().unwrap_or(Spot::START),
            }
        }
    }

    /// Whether something stands under a path.
    pub(super) fn has(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// The keys right below a table.
    pub(super) fn below<'a>(&'a self, table: &'a str) -> impl Iterator<Item = &'a str> {
        let inside = move |path: &'a String| path.strip_prefix(table)?.strip_prefix('.');
        self.0
            .keys()
            .filter_map(inside)
            .filter(|path| !path.contains(['.', '[']))
    }
}

/// A table with the places of all its keys.
#[derive(Debug, Clone, Default)]
struct Placed {
    table: Table,
    places: BTreeMap<String, Spot>,
}

impl Placed {
    /// What `self` says, and what `over` says instead. Tables are merged, all else is replaced.
    fn overlaid(&self, over: &Self) -> Self {
        let mut both = self.clone();
        overlay(&mut both.table, &over.table);
        let paths = over.places.iter().map(|(path, spot)| (path.clone(), *spot));
        both.places.extend(paths);
        both
    }
}

fn overlay(below: &mut Table, above: &Table) {
    for (key, value) in above {
        match (below.get_mut(key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => overlay(below, above),
            _ => {
                below.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Reads all cases of a file.
///
/// # Errors
/// [`AuthorError::Wrong`] with `file:line:column: what is wrong`.
pub fn read_cases(file: &Path) -> Result<Vec<CaseFile>, AuthorError> {
    let text = crate::files::read_text(file, CASE_FILE_BYTES_MAX)?;
    parse(file, &text)
}

/// The case files of a folder (`*.toml`, by name), or the one file.
///
/// # Errors
/// [`AuthorError`].
pub fn find_cases(path: &Path) -> Result<Vec<PathBuf>, AuthorError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |error| AuthorError::file(path, error);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if file.extension().is_some_and(|ending| ending == "toml") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn parse(file: &Path, text: &str) -> Result<Vec<CaseFile>, AuthorError> {
    let spot_of = |offset: usize| Spot::of(text, offset);
    let at = |spot: Spot, message: &str| wrong(file, spot, message);
    let root = DeTable::parse(text).map_err(|error| {
        let spot = error.span().map_or(Spot::START, |span| spot_of(span.start));
        at(spot, error.message())
    })?;
    let mut root = root.into_inner();
    let cases = take_tables(&mut root, CASE, &spot_of)
        .map_err(|spot| at(spot, "`case` is a list of tables: write [[case]]"))?;
    let shared = placed(root, Spot::START, &spot_of)?;
    let cases = match cases {
        Some(cases) => cases,
        None => vec![(Spot::START, DeTable::new())],
    };
    let mut read = Vec::new();
    for (spot, mut case) in cases {
        let steps = take_tables(&mut case, STEP, &spot_of)
            .map_err(|spot| at(spot, "`step` is a list of tables: write [[case.step]]"))?;
        let case = shared.overlaid(&placed(case, spot, &spot_of)?);
        let steps = match steps {
            None => vec![case],
            Some(steps) => {
                let steps = steps.into_iter();
                let steps =
                    steps.map(|(spot, step)| Ok(case.overlaid(&placed(step, spot, &spot_of)?)));
                steps.collect::<Result<Vec<_>, AuthorError>>()?
            }
        };
        read.push(case_of(file, spot, steps)?);
    }
    Ok(read)
}

/// A mistake in a case file.
pub(super) fn wrong(file: &Path, spot: Spot, message: &str) -> AuthorError {
    AuthorError::Wrong(format!("{}:{spot}: {message}", file.display()))
}

/// Makes steps of tables.
fn case_of(file: &Path, at: Spot, steps: Vec<Placed>) -> Result<CaseFile, AuthorError> {
    let mut case = CaseFile {
        file: file.to_owned(),
        at,
        name: String::new(),
        steps: Vec::new(),
        places: Vec::new(),
    };
    for placed in steps {
        let places = Places(placed.places);
        let wrong = |path: &str, message: &str| wrong(file, places.spot(path), message);
        let step = serde_path_to_error::deserialize(Value::Table(placed.table));
        let mut step: Step = step.map_err(|error| {
            let path = error.path().to_string();
            wrong(&path, error.into_inner().message())
        })?;
        if !places.has("expect") {
            let message = "the case expects nothing; add an [expect] table";
            return Err(wrong("expect", message));
        }
        if let Some((path, message)) = mistake(&step) {
            return Err(wrong(path, message));
        }
        if step.name.is_empty() {
            let stem = file.file_stem().unwrap_or_default();
            step.name = stem.to_string_lossy().replace(['-', '_'], " ");
        }
        if case.name.is_empty() {
            case.name.clone_from(&step.name);
        }
        case.steps.push(step);
        case.places.push(places);
    }
    Ok(case)
}

/// What is wrong with a step of any kind: the key's path, and why.
fn mistake(step: &Step) -> Option<(&'static str, &'static str)> {
    let blob = &step.blob;
    let blobs = [blob.text.is_some(), blob.hex.is_some(), blob.file.is_some()];
    if step.message.is_some() && step.message_file.is_some() {
        Some(("message_file", "give `message` or `message_file`, not both"))
    } else if blobs.into_iter().filter(|given| *given).count() > 1 {
        Some(("blob", "give `text`, `hex` or `file`, one of them"))
    } else if !(1..=10_000).contains(&step.repeat) {
        Some(("repeat", "`repeat` is 1 to 10000"))
    } else {
        None
    }
}

type Spotted<'a> = (Spot, DeTable<'a>);

/// Takes an array of tables out of a table; the error is the place of what is none.
fn take_tables<'a>(
    table: &mut DeTable<'a>,
    key: &str,
    spot_of: &dyn Fn(usize) -> Spot,
) -> Result<Option<Vec<Spotted<'a>>>, Spot> {
    let Some(value) = table.remove(key) else {
        return Ok(None);
    };
    let spot = spot_of(value.span().start);
    let DeValue::Array(array) = value.into_inner() else {
        return Err(spot);
    };
    let mut tables = Vec::new();
    for element in array {
        let spot = spot_of(element.span().start);
        match element.into_inner() {
            DeValue::Table(table) => tables.push((spot, table)),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => return Err(spot),
        }
    }
    Ok(Some(tables))
}

/// A table as values, with the place of each key.
fn placed(
    table: DeTable<'_>,
    spot: Spot,
    spot_of: &dyn Fn(usize) -> Spot,
) -> Result<Placed, AuthorError> {
    let mut places = BTreeMap::from([(String::new(), spot)]);
    note(&table, "", spot_of, &mut places);
    let whole = toml::de::Deserializer::from(Spanned::new(0..0, table));
    let table = Table::deserialize(whole);
    let table = table.map_err(|error| AuthorError::Wrong(error.to_string()))?;
    Ok(Placed { table, places })
}

fn note(
    table: &DeTable<'_>,
    around: &str,
    spot_of: &dyn Fn(usize) -> Spot,
    places: &mut BTreeMap<String, Spot>,
) {
    for (key, value) in table {
        let name = key.get_ref();
        let path = if around.is_empty() {
            name.to_string()
        } else {
            format!("{around}.{name}")
        };
        places.insert(path.clone(), spot_of(key.span().start));
        match value.get_ref() {
            DeValue::Table(inner) => note(inner, &path, spot_of, places),
            DeValue::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    let path = format!("{path}[{index}]");
                    places.insert(path.clone(), spot_of(element.span().start));
                    if let DeValue::Table(inner) = element.get_ref() {
                        note(inner, &path, spot_of, places);
                    }
                }
            }
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => {}
        }
    }
}

#[cfg(test)]
mod tests;
