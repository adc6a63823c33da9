//! Types, bounds and values in words.

use serde_json::Value;

use super::node::Node;

/// From here on an upper bound is only the end of all numbers.
const ENDLESS: i64 = u32::MAX as i64;

/// What may stand somewhere: `whole number of seconds, at least 300`.
pub(super) fn kind(node: &Node) -> String {
    match node.kind.as_str() {
        "boolean" => "true or false".to_owned(),
        "integer" => {
            let number = match node.unit.as_deref() {
                None => "whole number".to_owned(),
                Some(unit) => format!("whole number of {unit}"),
            };
            number + &bounds(node)
        }
        "array" => {
            let items = node.items.as_deref();
            let of = items.map(|items| match (items.kind.as_str(), &items.form) {
                ("integer", _) => {
                    format!("whole numbers{}", bounds(items).replace(", at", " of at"))
                }
                (_, Some(form)) => format!("texts, each {}", form_words(form)),
                (_, None) if items.choices.is_empty() => "texts".to_owned(),
                (_, None) => "these words".to_owned(),
            });
            let length = match (node.items_min, node.items_max) {
                (Some(min @ 1..), None) => format!(", no fewer than {min}"),
                (_, Some(max)) => format!(", no more than {max}"),
                (Some(0) | None, None) => String::new(),
            };
            format!("list of {}{length}", of.unwrap_or_default())
        }
        "object" => "table".to_owned(),
        _ if !node.choices.is_empty() => "one of these words".to_owned(),
        _ => node.form.as_deref().map_or("text", form_words).to_owned(),
    }
}

fn form_words(form: &str) -> &str {
    match form {
        "address:port" => "address and port",
        "socket" => "address of a milter",
        other => other,
    }
}

fn bounds(node: &Node) -> String {
    let max = node.maximum.filter(|max| *max < ENDLESS);
    match (node.minimum.unwrap_or(0), max) {
        (0, None) => String::new(),
        (min, None) => format!(", at least {}", grouped(min)),
        (0, Some(max)) => format!(", at most {}", grouped(max)),
        (min, Some(max)) => format!(", {} to {}", grouped(min), grouped(max)),
    }
}

/// `65536` as `65,536`.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A value as the file would have it.
pub(super) fn toml(value: &Value) -> String {
    match value {
        Value::Array(values) => {
            let values: Vec<_> = values.iter().map(toml).collect();
            format!("[{}]", values.join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            value.to_string()
        }
    }
}

/// A number in the largest unit that divides it: `432000` seconds are `5 days`.
pub(super) fn larger(value: &Value, unit: &str) -> Option<String> {
    let number = value.as_u64().filter(|number| *number > 0)?;
    let units: &[(u64, &str)] = match unit {
        "octets" => &[(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")],
        "KiB" => &[(1 << 20, "GiB"), (1 << 10, "MiB")],
        "seconds" => &[(86_400, "days"), (3_600, "hours"), (60, "minutes")],
        "milliseconds" => &[(60_000, "minutes"), (1_000, "seconds")],
        _ => &[],
    };
    let (size, name) = units.iter().find(|(size, _)| number % size == 0)?;
    let count = number / size;
    let name = if count == 1 {
        name.trim_end_matches('s')
    } else {
        name
    };
    Some(format!("{count} {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(schema: &str, expected: &str) {
        let node: Node = serde_json::from_str(schema).unwrap();
        assert_eq!(kind(&node), expected);
    }

    #[test]
    fn kinds() {
        check(r#"{"type": "boolean"}"#, "true or false");
        check(
            r#"{"type": "integer", "minimum": 65536, "maximum": 4294967295, "x-unit": "octets"}"#,
            "whole number of octets, at least 65,536",
        );
        check(
            r#"{"type": "integer", "minimum": 0, "maximum": 65535}"#,
            "whole number, at most 65,535",
        );
        check(
            r#"{"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 1}}"#,
            "list of whole numbers of at least 1, no fewer than 1",
        );
        check(r#"{"type": "string", "x-form": "path"}"#, "path");
        check(
            r#"{"oneOf": [{"const": "mx", "description": "."}]}"#,
            "one of these words",
        );
    }

    #[test]
    fn larger_units() {
        let check = |number: u64, unit, expected: Option<&str>| {
            assert_eq!(
                larger(&number.into(), unit).as_deref(),
                expected,
                "{number} {unit}"
            );
        };
        check(432_000, "seconds", Some("5 days"));
        check(3_600, "seconds", Some("1 hour"));
        check(90, "seconds", None);
        check(67_108_864, "octets", Some("64 MiB"));
        check(52_428_800, "octets", Some("50 MiB"));
        check(0, "octets", None);
        assert_eq!(toml(&serde_json::json!(["a", "b"])), r#"["a", "b"]"#);
    }
}
