//! Values that stand alone, and where they stand.

use serde_json::{Map, Value};

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
