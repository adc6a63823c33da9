//! A JSON object whose keys are all known.

use serde_json::{Map, Value};

/// An object and where it stands.
pub(super) struct Table<'a> {
    place: String,
    map: &'a Map<String, Value>,
}

impl<'a> Table<'a> {
    /// Refuses other values, and keys that are not `known`.
    pub(super) fn new(place: &str, value: &'a Value, known: &[&str]) -> Result<Self, String> {
        let Value::Object(map) = value else {
            return Err(format!("{place} is not a table"));
        };
        for key in map.keys() {
            if !known.contains(&key.as_str()) {
                let nearest = nearest(key, known);
                let hint = nearest.map(|known| format!("; did you mean {known:?}?"));
                let hint = hint.unwrap_or_else(|| format!("; known are {}", known.join(", ")));
                return Err(format!("{place}: there is no key {key:?}{hint}"));
            }
        }
        Ok(Self {
            place: place.to_owned(),
            map,
        })
    }

    /// All pairs, in order.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.map.iter().map(|(key, value)| (key.as_str(), value))
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key)
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<String>, String> {
        let value = self.map.get(key);
        value
            .map(|value| text(&format!("{}: {key}", self.place), value))
            .transpose()
    }

    pub(super) fn flag(&self, key: &str) -> Result<bool, String> {
        let value = self.map.get(key);
        let value = value.map(|value| flag(&format!("{}: {key}", self.place), value));
        Ok(value.transpose()?.unwrap_or(false))
    }
}

/// Any object, with its pairs.
pub(super) fn object<'a>(place: &str, value: &'a Value) -> Result<&'a Map<String, Value>, String> {
    value
        .as_object()
        .ok_or_else(|| format!("{place} is not a table"))
}

pub(super) fn text(place: &str, value: &Value) -> Result<String, String> {
    let text = value
        .as_str()
        .ok_or_else(|| format!("{place} is not a text"))?;
    Ok(text.to_owned())
}

pub(super) fn flag(place: &str, value: &Value) -> Result<bool, String> {
    value
        .as_bool()
        .ok_or_else(|| format!("{place} is not true or false"))
}

/// A text, or a list of texts that is not empty.
pub(super) fn texts(place: &str, value: &Value) -> Result<Vec<String>, String> {
    match value {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Array(list) if !list.is_empty() => {
            list.iter().map(|value| text(place, value)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err(format!("{place} is not a text or a list of texts"))
        }
    }
}

/// The known key that is at most three changes away.
fn nearest<'a>(key: &str, known: &[&'a str]) -> Option<&'a str> {
    let near = known.iter().map(|known| (distance(key, known), *known));
    let near = near.filter(|(distance, known)| *distance <= 3 && *distance < known.len());
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// Insertions, removals and changes of characters between two words.
fn distance(one: &str, two: &str) -> usize {
    let two: Vec<char> = two.chars().collect();
    let mut row: Vec<usize> = (0..=two.len()).collect();
    for (index, c) in one.chars().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        for (slot, d) in row.iter_mut().skip(1).zip(&two) {
            let changed = diagonal + usize::from(c != *d);
            diagonal = *slot;
            left = changed.min(*slot + 1).min(left + 1);
            *slot = left;
        }
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}
