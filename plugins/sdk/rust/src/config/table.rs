//! A table whose keys are all known.

use super::nearest::nearest;
use super::{Mistake, units};
use crate::glob::Glob;
use crate::network::Network;
use serde_json::{Map, Value};
use std::ops::RangeInclusive;
use std::time::Duration;

/// A table of the configuration, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Table<'a> {
    place: String,
    map: &'a Map<String, Value>,
}

impl<'a> Table<'a> {
    /// Refuses other values, and keys that are not `known`. `place` begins every mistake.
    ///
    /// # Errors
    /// What is wrong.
    pub fn new(place: &str, value: &'a Value, known: &[&str]) -> Result<Self, Mistake> {
        let Value::Object(map) = value else {
            return Err(Mistake(format!("{place} is not a table")));
        };
        for key in map.keys() {
            if !known.contains(&key.as_str()) {
                let near = nearest(key, known).map(|near| format!("; did you mean {near:?}?"));
                let hint = near.unwrap_or_else(|| format!("; known are {}", known.join(", ")));
                let problem = format!("{place}: there is no key {key:?}{hint}");
                return Err(Mistake(problem));
            }
        }
        let place = place.to_owned();
        Ok(Self { place, map })
    }

    /// All pairs, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.map.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key)
    }

    /// A mistake at a key: `what` goes on after its name.
    #[must_use]
    pub fn wrong(&self, key: &str, what: &str) -> Mistake {
        Mistake(format!("{}: {key} {what}", self.place))
    }

    /// Reads a value that is there with `read`, or says `what` it is not.
    fn read<T>(
        &self,
        key: &str,
        what: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Mistake> {
        let Some(value) = self.map.get(key) else {
            return Ok(None);
        };
        let read = read(value).map(Some);
        read.ok_or_else(|| self.wrong(key, &format!("is not {what}")))
    }

    /// A text.
    ///
    /// # Errors
    /// When it is something else.
    pub fn text(&self, key: &str) -> Result<Option<&'a str>, Mistake> {
        self.read(key, "a text", Value::as_str)
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// When it is not, or is empty.
    pub fn required(&self, key: &str) -> Result<&'a str, Mistake> {
        let text = self.text(key)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| Mistake(format!("{}: {key} is missing", self.place)))
    }

    /// One line of at most `octets_max` octets, as replies and header fields need it.
    ///
    /// # Errors
    /// When it is something else.
    pub fn line(&self, key: &str, octets_max: usize) -> Result<Option<&'a str>, Mistake> {
        let what = format!("one line of 1 to {octets_max} octets");
        let is_line = |text: &&str| {
            (1..=octets_max).contains(&text.len()) && !text.chars().any(char::is_control)
        };
        self.read(key, &what, |value| value.as_str().filter(is_line))
    }

    /// A text or a list of texts; empty where there is none.
    ///
    /// # Errors
    /// When it is something else.
    pub fn texts(&self, key: &str) -> Result<Vec<&'a str>, Mistake> {
        let texts = |value: &'a Value| match value {
            Value::String(text) => Some(vec![text.as_str()]),
            Value::Array(list) => list.iter().map(Value::as_str).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
        };
        let texts = self.read(key, "a text or a list of texts", texts)?;
        Ok(texts.unwrap_or_default())
    }

    /// Patterns with `*` and `?` (see [`Glob`]); none where there are none.
    ///
    /// # Errors
    /// When it is something else.
    pub fn globs(&self, key: &str) -> Result<Vec<Glob>, Mistake> {
        Ok(self.texts(key)?.into_iter().map(Glob::new).collect())
    }

    /// Addresses and networks (see [`Network`]); none where there are none.
    ///
    /// # Errors
    /// When one is something else.
    pub fn networks(&self, key: &str) -> Result<Vec<Network>, Mistake> {
        let network = |text: &str| {
            let what = format!("holds {text:?}, which is not an address or a network");
            Network::parse(text).ok_or_else(|| self.wrong(key, &what))
        };
        self.texts(key)?.into_iter().map(network).collect()
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// When it is something else.
    pub fn flag(&self, key: &str) -> Result<Option<bool>, Mistake> {
        self.read(key, "true or false", Value::as_bool)
    }

    /// A number in a range.
    ///
    /// # Errors
    /// When it is something else.
    pub fn number(&self, key: &str, range: RangeInclusive<f64>) -> Result<Option<f64>, Mistake> {
        let what = format!("a number from {} to {}", range.start(), range.end());
        let number = |value: &Value| value.as_f64().filter(|number| range.contains(number));
        self.read(key, &what, number)
    }

    /// A whole number in a range.
    ///
    /// # Errors
    /// When it is something else.
    pub fn integer(&self, key: &str, range: RangeInclusive<u32>) -> Result<Option<u32>, Mistake> {
        let what = format!("a whole number from {} to {}", range.start(), range.end());
        let integer = |value: &Value| {
            let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
            number.filter(|number| range.contains(number))
        };
        self.read(key, &what, integer)
    }

    /// A time such as `"5m"` (see [`duration`](super::duration)); a number is seconds.
    ///
    /// # Errors
    /// When it is something else.
    pub fn duration(&self, key: &str) -> Result<Option<Duration>, Mistake> {
        let time = |value: &Value| match value {
            Value::String(text) => units::duration(text),
            Value::Number(number) => number.as_u64().map(Duration::from_secs),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        self.read(
            key,
            "a time such as \"90s\", \"5m\", \"12h\" or \"30d\"",
            time,
        )
    }

    /// An `http://` or `https://` URL that must be there.
    ///
    /// # Errors
    /// When it is not, or is something else.
    pub fn url(&self, key: &str) -> Result<&'a str, Mistake> {
        let url = self.required(key)?;
        if url.starts_with("https://") || url.starts_with("http://") {
            return Ok(url);
        }
        Err(self.wrong(key, "does not begin with https:// or http://"))
    }

    /// How long a request may take, as [`Request::timeout`](crate::http::Request::timeout) takes
    /// it: a time from 1 ms to 30 s.
    ///
    /// # Errors
    /// When it is something else.
    pub fn timeout(&self, key: &str, default: Duration) -> Result<Duration, Mistake> {
        let timeout = self.duration(key)?.unwrap_or(default);
        if (Duration::from_millis(1)..=Duration::from_secs(30)).contains(&timeout) {
            return Ok(timeout);
        }
        Err(self.wrong(key, "is not from 1ms to 30s"))
    }

    /// A size such as `"10M"` (see [`octets`](super::octets)); a number is octets.
    ///
    /// # Errors
    /// When it is something else.
    pub fn octets(&self, key: &str) -> Result<Option<u64>, Mistake> {
        let size = |value: &Value| match value {
            Value::String(text) => units::octets(text),
            Value::Number(number) => number.as_u64(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        self.read(key, "a size such as 65536, \"64K\" or \"10M\"", size)
    }

    /// One of a few words, each with what it stands for.
    ///
    /// # Errors
    /// When it is none of them.
    pub fn choice<T: Clone>(&self, key: &str, words: &[(&str, T)]) -> Result<Option<T>, Mistake> {
        let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let chosen = |value: &Value| {
            let text = value.as_str()?;
            let word = words.iter().find(|(word, _)| *word == text)?;
            Some(word.1.clone())
        };
        self.read(key, &format!("one of {}", all.join(", ")), chosen)
    }

    /// A table inside, whose keys must be among `known`.
    ///
    /// # Errors
    /// When it is something else.
    pub fn table(&self, key: &str, known: &[&str]) -> Result<Option<Table<'a>>, Mistake> {
        let value = self.map.get(key);
        let table = value.map(|value| Self::new(&format!("{}: {key}", self.place), value, known));
        table.transpose()
    }

    /// A list of tables (`[[plugin.config.key]]`); empty where there is none. A table is called by
    /// its text under `name`, or else by its number.
    ///
    /// # Errors
    /// When it is something else.
    pub fn tables(&self, key: &str, known: &[&str]) -> Result<Vec<Table<'a>>, Mistake> {
        let list = self.read(
            key,
            &format!("a list: write [[plugin.config.{key}]]"),
            |value| value.as_array(),
        )?;
        let table = |(number, value): (usize, &'a Value)| {
            let name = value.get("name").and_then(Value::as_str);
            let place = match name {
                Some(name) => format!("{key} {name:?}"),
                None => format!("{key} {number}"),
            };
            Self::new(&place, value, known)
        };
        let list = list.into_iter().flatten();
        (1_usize..).zip(list).map(table).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Document, Mistake};
    use std::time::Duration;

    fn refused(json: &str, read: impl FnOnce(&super::Table<'_>) -> Result<(), Mistake>) -> String {
        let document = Document::parse(json).unwrap();
        let table = document.table(&["a", "list"]).unwrap();
        read(&table).expect_err("a mistake").to_string()
    }

    #[test]
    fn mistakes_name_place_and_expectation() {
        let text = refused(r#"{"a":1}"#, |t| t.text("a").map(drop));
        assert_eq!(text, "[plugin.config]: a is not a text");
        let number = refused(r#"{"a":11}"#, |t| t.number("a", 0.0..=10.0).map(drop));
        assert_eq!(number, "[plugin.config]: a is not a number from 0 to 10");
        let line = refused(r#"{"a":"x\ny"}"#, |t| t.line("a", 9).map(drop));
        assert_eq!(line, "[plugin.config]: a is not one line of 1 to 9 octets");
        let choice = refused(r#"{"a":"c"}"#, |t| {
            t.choice("a", &[("a", 1), ("b", 2)]).map(drop)
        });
        assert_eq!(choice, "[plugin.config]: a is not one of a, b");
        let url = refused(r#"{"a":"ftp://x/"}"#, |t| t.url("a").map(drop));
        let expected = "[plugin.config]: a does not begin with https:// or http://";
        assert_eq!(url, expected);
        for time in ["0s", "31s"] {
            let json = format!(r#"{{"a":"{time}"}}"#);
            let second = Duration::from_secs(1);
            let timeout = refused(&json, |t| t.timeout("a", second).map(drop));
            assert_eq!(timeout, "[plugin.config]: a is not from 1ms to 30s");
        }
        let missing = refused("{}", |t| t.required("a").map(drop));
        assert_eq!(missing, "[plugin.config]: a is missing");
        let list = refused(r#"{"list":{}}"#, |t| t.tables("list", &[]).map(drop));
        let expected = "[plugin.config]: list is not a list: write [[plugin.config.list]]";
        assert_eq!(list, expected);
        let inner = r#"{"list":[{"name":"one"},{"nam":"two"}]}"#;
        let inner = refused(inner, |t| t.tables("list", &["name"]).map(drop));
        assert_eq!(
            inner,
            r#"list 2: there is no key "nam"; did you mean "name"?"#
        );
    }
}
