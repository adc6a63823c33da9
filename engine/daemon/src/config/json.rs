//! JSON whose objects keep their order, printed for people.

use std::fmt::{self, Write};

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Json {
    /// A number, a flag or a text, as it is printed.
    Word(String),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Object(Vec<(String, Json)>),
}

impl Json {
    pub(super) fn text(text: &str) -> Self {
        Self::Word(serde_json::Value::from(text).to_string())
    }

    pub(super) fn number(number: i128) -> Self {
        Self::Word(number.to_string())
    }

    pub(super) fn flag(flag: bool) -> Self {
        Self::Word(flag.to_string())
    }

    pub(super) fn object<'a>(entries: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        let entries = entries.into_iter();
        Self::Object(
            entries
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }

    fn print(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        match self {
            Self::Word(word) => f.write_str(word),
            Self::List(values) if values.iter().all(|value| matches!(value, Self::Word(_))) => {
                f.write_char('[')?;
                for (index, value) in values.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    value.print(f, depth)?;
                }
                f.write_char(']')
            }
            Self::List(values) => {
                let values = values.iter().map(|value| (None, value));
                block(f, ('[', ']'), values, depth)
            }
            Self::Object(entries) => {
                let entries = entries.iter().map(|(name, value)| (Some(name), value));
                block(f, ('{', '}'), entries, depth)
            }
        }
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f, 0)
    }
}

/// Entries on lines of their own, between brackets.
fn block<'a>(
    f: &mut fmt::Formatter<'_>,
    brackets: (char, char),
    entries: impl Iterator<Item = (Option<&'a String>, &'a Json)>,
    depth: usize,
) -> fmt::Result {
    f.write_char(brackets.0)?;
    let mut separator = "";
    for (name, value) in entries {
        write!(f, "{separator}\n{:1$}", "", 2 * (depth + 1))?;
        if let Some(name) = name {
            write!(f, "{}: ", serde_json::Value::from(name.as_str()))?;
        }
        value.print(f, depth + 1)?;
        separator = ",";
    }
    if !separator.is_empty() {
        write!(f, "\n{:1$}", "", 2 * depth)?;
    }
    f.write_char(brackets.1)
}
