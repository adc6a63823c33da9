//! The JSON Schema (2020-12) of the configuration file, made from the structs that read it.
//!
//! It stands in `schemas/waxseal.schema.json`, from which the manual's reference is made. Beyond the
//! standard's words a key has `x-unit` (what its number counts, where the name says it) and `x-reload`
//! (whether a reload of the running server applies a change), and a text has `x-form` (what it must
//! look like).

use super::Config;
use super::json::Json;
use waxseal_settings::{Bounds, Choice, Key, Setting, Shape, Value};

const TITLE: &str = "Configuration of the Waxseal mail server";
const DESCRIPTION: &str = "One TOML file. What is left out has its default; relative paths start at \
                           the file's own folder.";

/// Ends of names, and what a number of that name counts.
const UNITS: [(&str, &str); 8] = [
    ("octets", "octets"),
    ("bytes", "octets"),
    ("secs", "seconds"),
    ("millis", "milliseconds"),
    ("ms", "milliseconds"),
    ("kib", "KiB"),
    ("days", "days"),
    ("percent", "per cent"),
];

/// The schema as text, with a line end.
pub(crate) fn schema() -> String {
    let mut root = vec![
        (
            "$schema",
            Json::text("https://json-schema.org/draft/2020-12/schema"),
        ),
        ("title", Json::text(TITLE)),
        ("description", Json::text(DESCRIPTION)),
    ];
    root.extend(words_of(&Config::shape(), false));
    format!("{}\n", Json::object(root))
}

/// The words that say what may stand in a place.
fn words_of(shape: &Shape, reload: bool) -> Vec<(&'static str, Json)> {
    let kind = |name| ("type", Json::text(name));
    match shape {
        Shape::Flag => vec![kind("boolean")],
        Shape::Number(bounds) => {
            let mut words = vec![kind("integer")];
            words.extend(limits(*bounds, "minimum", "maximum"));
            words
        }
        Shape::Text("") => vec![kind("string")],
        Shape::Text(form) => vec![kind("string"), ("x-form", Json::text(form))],
        Shape::Choice(choices) => vec![("oneOf", Json::List(choices.iter().map(choice).collect()))],
        Shape::List(element, length) => {
            let mut words = vec![kind("array")];
            if *length != Bounds::ANY_LENGTH {
                words.extend(limits(*length, "minItems", "maxItems"));
            }
            words.push(("items", Json::object(words_of(element, reload))));
            words
        }
        Shape::Names(element) => {
            let element = Json::object(words_of(element, reload));
            vec![kind("object"), ("additionalProperties", element)]
        }
        Shape::Free => vec![kind("object")],
        Shape::Table(keys) => {
            let required = keys.iter().filter(|key| key.required);
            let required: Vec<_> = required.map(|key| Json::text(key.name)).collect();
            let mut words = vec![kind("object"), ("additionalProperties", Json::flag(false))];
            if !required.is_empty() {
                words.push(("required", Json::List(required)));
            }
            let keys = keys.iter().map(|key| (key.name, described(key, reload)));
            words.push(("properties", Json::object(keys)));
            words
        }
    }
}

/// A key, with what it means.
fn described(key: &Key, reload: bool) -> Json {
    let reload = reload || key.reload;
    let mut words = vec![("description", Json::text(key.docs))];
    words.extend(words_of(&key.shape, reload));
    // The keys of a table bring their own.
    let is_table = match &key.shape {
        Shape::Table(_) | Shape::Names(_) | Shape::Free => true,
        Shape::List(element, _) => matches!(**element, Shape::Table(_)),
        Shape::Flag | Shape::Number(_) | Shape::Text(_) | Shape::Choice(_) => false,
    };
    if !is_table && let Some(default) = json(&key.default) {
        words.push(("default", default));
    }
    if !is_table && let Some(unit) = unit(key.name) {
        words.push(("x-unit", Json::text(unit)));
    }
    words.push(("x-reload", Json::flag(reload)));
    Json::object(words)
}

fn choice(choice: &Choice) -> Json {
    Json::object([
        ("const", Json::text(&choice.name)),
        ("description", Json::text(choice.docs)),
    ])
}

/// Bounds, but the upper one where it is only the end of all numbers.
fn limits(bounds: Bounds, min: &'static str, max: &'static str) -> Vec<(&'static str, Json)> {
    let mut words = vec![(min, Json::number(bounds.min))];
    if bounds.max < i64::MAX.into() {
        words.push((max, Json::number(bounds.max)));
    }
    words
}

/// What a number of this name counts: `…_secs_max` counts seconds.
fn unit(name: &str) -> Option<&'static str> {
    let name = name.strip_suffix("_max").unwrap_or(name);
    let last = name.rsplit('_').next().unwrap_or(name);
    let mut units = UNITS.iter();
    units.find(|(end, _)| *end == last).map(|(_, unit)| *unit)
}

/// A value; `None` where there is none.
pub(super) fn json(value: &Value) -> Option<Json> {
    Some(match value {
        Value::Absent => return None,
        Value::Flag(flag) => Json::flag(*flag),
        Value::Number(number) => Json::number(*number),
        Value::Text(text) => Json::text(text),
        Value::List(values) => Json::List(values.iter().filter_map(json).collect()),
        Value::Table(entries) => {
            let entries = entries.iter();
            let entries = entries.filter_map(|(name, value)| Some((name.clone(), json(value)?)));
            Json::Object(entries.collect())
        }
    })
}
