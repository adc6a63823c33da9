//! The file as text and as a tree that remembers where everything stands.

use super::{Config, Mistake, Mistakes};
use serde::Deserialize;
use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, Deserializer};

/// Mistakes reported at once.
const MISTAKES_MAX: usize = 100;

/// What every file has at its root.
const REQUIRED: [&str; 2] = ["config_version", "server"];

/// One step from a table or an array to what is in it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum At<'a> {
    /// A key of a table.
    Key(&'a str),
    /// An element of an array, from 0.
    Element(usize),
}

/// A parsed file.
pub(crate) struct Document {
    file: String,
    text: String,
}

impl Document {
    /// Parses TOML; says everything that is wrong with the syntax.
    pub(crate) fn parse(file: &Path, text: &str) -> Result<Self, Mistakes> {
        let document = Self {
            file: file.display().to_string(),
            text: text.to_owned(),
        };
        let errors = DeTable::parse_recoverable(&document.text).1;
        if errors.is_empty() {
            return Ok(document);
        }
        let mistakes = errors
            .iter()
            .take(MISTAKES_MAX)
            .map(|error| document.mistake(error.span(), error.message().to_owned()));
        Err(Mistakes(mistakes.collect()))
    }

    /// Reads the tree into structs; finds every key and value that does not fit, by leaving out what
    /// was found and reading again.
    pub(crate) fn to_config(&self) -> Result<Config, Mistakes> {
        let mut root = self.root();
        let mut mistakes = Vec::new();
        let mut left_out = HashSet::new();
        for name in REQUIRED {
            if !self.holds(&[At::Key(name)]) {
                mistakes.push(self.mistake(None, format!("missing key `{name}`")));
                left_out.insert(name.to_owned());
            }
        }
        loop {
            let error = match Config::deserialize(Deserializer::from(root.clone())) {
                Ok(config) if mistakes.is_empty() => return Ok(config),
                Ok(_) => break,
                Err(error) => error,
            };
            let missing = missing_field(error.message());
            if missing.is_none_or(|field| !left_out.contains(field)) {
                mistakes.push(self.mistake(error.span(), explain(error.message())));
            }
            let removed = error
                .span()
                .is_some_and(|span| remove(root.get_mut(), &span, &mut left_out));
            if !removed || mistakes.len() >= MISTAKES_MAX {
                break;
            }
        }
        mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
        Err(Mistakes(mistakes))
    }

    /// A mistake at the value that `path` leads to, or at the nearest table around it.
    pub(crate) fn mistake_at(&self, path: &[At<'_>], message: impl Into<String>) -> Mistake {
        self.mistake(self.locate(path), message.into())
    }

    /// Whether `path` leads to anything.
    pub(crate) fn holds(&self, path: &[At<'_>]) -> bool {
        follow(self.root().into_inner(), path).0 == path.len()
    }

    fn locate(&self, path: &[At<'_>]) -> Option<Range<usize>> {
        follow(self.root().into_inner(), path).1
    }

    /// The tree; parsed when asked for, since it borrows from the text.
    fn root(&self) -> Spanned<DeTable<'_>> {
        DeTable::parse_recoverable(&self.text).0
    }

    fn mistake(&self, span: Option<Range<usize>>, message: String) -> Mistake {
        let (line, column) = span.map_or((0, 0), |span| self.place(span.start));
        Mistake {
            file: self.file.clone(),
            line,
            column,
            message,
        }
    }

    fn place(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (line, before[start..].chars().count() + 1)
    }
}

/// How many steps of `path` exist below `root`, and where the last of them stands.
fn follow(root: DeTable<'_>, path: &[At<'_>]) -> (usize, Option<Range<usize>>) {
    let mut span = None;
    let mut value = DeValue::Table(root);
    for (steps, at) in path.iter().enumerate() {
        let next = match (at, value) {
            (At::Key(name), DeValue::Table(table)) => {
                let mut entries = table.into_iter();
                entries
                    .find(|(key, _)| key.get_ref() == name)
                    .map(|(_, value)| value)
            }
            (At::Element(index), DeValue::Array(array)) => array.into_iter().nth(*index),
            (At::Key(_) | At::Element(_), _) => None,
        };
        let Some(next) = next else {
            return (steps, span);
        };
        span = Some(next.span());
        value = next.into_inner();
    }
    (path.len(), span)
}

/// Leaves out the entry whose key or value stands at `span`, wherever it is.
fn remove(table: &mut DeTable<'_>, span: &Range<usize>, left_out: &mut HashSet<String>) -> bool {
    let mut hit = None;
    for (key, value) in table.iter_mut() {
        if key.span() == *span || value.span() == *span {
            hit = Some(key.clone());
            break;
        }
        if remove_within(value.get_mut(), span, left_out) {
            return true;
        }
    }
    let Some(key) = hit else {
        return false;
    };
    left_out.insert(key.get_ref().clone().into_owned());
    table.remove(&key).is_some()
}

fn remove_within(
    value: &mut DeValue<'_>,
    span: &Range<usize>,
    left_out: &mut HashSet<String>,
) -> bool {
    if let DeValue::Table(table) = value {
        return remove(table, span, left_out);
    }
    let DeValue::Array(array) = value else {
        return false;
    };
    if array.iter().any(|element| element.span() == *span) {
        let whole = std::mem::replace(array, DeArray::new());
        *array = whole
            .into_iter()
            .filter(|element| element.span() != *span)
            .collect();
        return true;
    }
    array
        .iter_mut()
        .any(|element| remove_within(element.get_mut(), span, left_out))
}

/// The field of serde's "missing field" message.
fn missing_field(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.split('`').next()
}

/// Serde's message in the words of the file, with the nearest known name where one is unknown.
fn explain(message: &str) -> String {
    if let Some(field) = missing_field(message) {
        return format!("missing key `{field}`");
    }
    if message == "invalid socket address syntax" {
        return "not ADDRESS:PORT, such as 127.0.0.1:25 or [::]:25".to_owned();
    }
    let Some(rest) = message.strip_prefix("unknown ") else {
        return message.to_owned();
    };
    let kind = match rest.split(' ').next() {
        Some("field") => "key",
        _ => "value",
    };
    let mut names = rest.split('`').skip(1).step_by(2);
    let unknown = names.next().unwrap_or_default();
    let known: Vec<&str> = names.collect();
    let nearest = nearest(unknown, &known);
    match (nearest, known.is_empty()) {
        (Some(name), _) => format!("unknown {kind} `{unknown}`; did you mean `{name}`?"),
        (None, true) => format!("unknown {kind} `{unknown}`; nothing is known here"),
        (None, false) => format!("unknown {kind} `{unknown}`; known are {}", known.join(", ")),
    }
}

/// The known name that a mistyped one was most likely meant to be.
fn nearest<'a>(unknown: &str, known: &[&'a str]) -> Option<&'a str> {
    let likeness = |name: &str| strsim::jaro_winkler(unknown, name);
    let best = known
        .iter()
        .copied()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(best) > 0.8).then_some(best)
}
