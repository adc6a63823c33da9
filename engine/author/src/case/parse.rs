//! From case files to steps, remembering where everything stands.

use super::{Expect, Step};
use crate::AuthorError;
use serde::Deserialize;
use std::collections::BTreeMap;
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
    /// The line on which the case begins.
    pub line: usize,
    /// What it is about.
    pub name: String,
    /// Its steps; one where it names none.
    pub steps: Vec<Step>,
    /// For each step the lines of its keys, by dotted path.
    pub(super) places: Vec<Places>,
}

/// Lines by dotted path.
#[derive(Debug, Clone, Default)]
pub(super) struct Places(BTreeMap<String, usize>);

impl Places {
    /// The line of a path, or of the nearest table around it.
    pub(super) fn line(&self, path: &str) -> usize {
        let mut path = path;
        loop {
            if let Some(line) = self.0.get(path) {
                return *line;
            }
            match path.rsplit_once('.') {
                Some((around, _)) => path = around,
                None => return self.0.get("").copied().unwrap_or(1),
            }
        }
    }
}

/// A table with the lines of all its keys.
#[derive(Debug, Clone, Default)]
struct Placed {
    table: Table,
    places: BTreeMap<String, usize>,
}

impl Placed {
    /// What `self` says, and what `over` says instead. Tables are merged, all else is replaced.
    fn overlaid(&self, over: &Self) -> Self {
        let mut both = self.clone();
        overlay(&mut both.table, &over.table);
        let paths = over.places.iter().map(|(path, line)| (path.clone(), *line));
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
/// [`AuthorError::Wrong`] with `file:line: what is wrong`.
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
    let line_of = |offset: usize| text.get(..offset).unwrap_or(text).matches('\n').count() + 1;
    let at = |line: usize, message: &str| {
        AuthorError::Wrong(format!("{}:{line}: {message}", file.display()))
    };
    let root = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(span.start));
        at(line, error.message())
    })?;
    let mut root = root.into_inner();
    let cases = take_tables(&mut root, CASE, &line_of)
        .map_err(|line| at(line, "`case` is a list of tables: write [[case]]"))?;
    let mut shared = placed(root, 1, &line_of)?;
    shared.places.insert(String::new(), 1);
    let cases = match cases {
        Some(cases) => cases,
        None => vec![(1, DeTable::new())],
    };
    let mut read = Vec::new();
    for (line, mut case) in cases {
        let steps = take_tables(&mut case, STEP, &line_of)
            .map_err(|line| at(line, "`step` is a list of tables: write [[case.step]]"))?;
        let case = shared.overlaid(&placed(case, line, &line_of)?);
        let steps = match steps {
            None => vec![case],
            Some(steps) => {
                let steps = steps.into_iter();
                let steps =
                    steps.map(|(line, step)| Ok(case.overlaid(&placed(step, line, &line_of)?)));
                steps.collect::<Result<Vec<_>, AuthorError>>()?
            }
        };
        read.push(case_of(file, line, steps)?);
    }
    Ok(read)
}

/// Makes steps of tables.
fn case_of(file: &Path, line: usize, steps: Vec<Placed>) -> Result<CaseFile, AuthorError> {
    let mut case = CaseFile {
        file: file.to_owned(),
        line,
        name: String::new(),
        steps: Vec::new(),
        places: Vec::new(),
    };
    for placed in steps {
        let places = Places(placed.places);
        let wrong = |path: &str, message: &str| {
            let line = places.line(path);
            AuthorError::Wrong(format!("{}:{line}: {message}", file.display()))
        };
        let mut step = Step::deserialize(Value::Table(placed.table)).map_err(|error| {
            let message = error.message();
            let named = message.split('`').nth(1).unwrap_or_default();
            let mut paths = places.0.keys();
            let path = paths.find(|path| path.rsplit('.').next() == Some(named));
            wrong(path.map_or("", String::as_str), message)
        })?;
        if step.expect == Expect::default() {
            return Err(wrong(
                "expect",
                "the case expects nothing; add an [expect] table",
            ));
        }
        if step.message.is_some() && step.message_file.is_some() {
            return Err(wrong(
                "message_file",
                "give `message` or `message_file`, not both",
            ));
        }
        if !(1..=10_000).contains(&step.repeat) {
            return Err(wrong("repeat", "`repeat` is 1 to 10000"));
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

type Lined<'a> = (usize, DeTable<'a>);

/// Takes an array of tables out of a table; the error is the line of what is none.
fn take_tables<'a>(
    table: &mut DeTable<'a>,
    key: &str,
    line_of: &dyn Fn(usize) -> usize,
) -> Result<Option<Vec<Lined<'a>>>, usize> {
    let Some(value) = table.remove(key) else {
        return Ok(None);
    };
    let line = line_of(value.span().start);
    let DeValue::Array(array) = value.into_inner() else {
        return Err(line);
    };
    let mut tables = Vec::new();
    for element in array {
        let line = line_of(element.span().start);
        match element.into_inner() {
            DeValue::Table(table) => tables.push((line, table)),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => return Err(line),
        }
    }
    Ok(Some(tables))
}

/// A table as values, with the line of each key.
fn placed(
    table: DeTable<'_>,
    line: usize,
    line_of: &dyn Fn(usize) -> usize,
) -> Result<Placed, AuthorError> {
    let mut places = BTreeMap::from([(String::new(), line)]);
    note(&table, "", line_of, &mut places);
    let whole = toml::de::Deserializer::from(Spanned::new(0..0, table));
    let table = Table::deserialize(whole);
    let table = table.map_err(|error| AuthorError::Wrong(error.to_string()))?;
    Ok(Placed { table, places })
}

fn note(
    table: &DeTable<'_>,
    around: &str,
    line_of: &dyn Fn(usize) -> usize,
    places: &mut BTreeMap<String, usize>,
) {
    for (key, value) in table {
        let name = key.get_ref();
        let path = if around.is_empty() {
            name.to_string()
        } else {
            format!("{around}.{name}")
        };
        places.insert(path.clone(), line_of(key.span().start));
        if let DeValue::Table(inner) = value.get_ref() {
            note(inner, &path, line_of, places);
        }
    }
}

#[cfg(test)]
mod tests;
