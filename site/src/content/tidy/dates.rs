//! S107 for dates that are meant well: `2026/1/5` is `2026-01-05`.

use serde_json::Value;

use super::Change;
use crate::content::code::Code;
use crate::content::load::Page;
use crate::date::Date;

/// Keys that hold dates.
const KEYS: [&str; 8] = [
    "date",
    "reviewed",
    "run_date",
    "first_release",
    "eol",
    "from",
    "to",
    "checked",
];

pub(super) fn look(page: &Page, out: &mut Vec<Change>) {
    let mut found = Vec::new();
    walk(&page.document.value, String::new(), &mut found);
    for (pointer, text) in found {
        let Some(date) = normal(&text).filter(|date| *date != text) else {
            continue;
        };
        let Some(range) = page.document.value_range(&pointer) else {
            continue;
        };
        let quoted = page.file.text.get(range.clone()).unwrap_or_default();
        if !quoted.starts_with('"') {
            continue;
        }
        out.push(Change {
            at: range.start,
            range,
            with: format!("\"{date}\""),
            code: Code::S107,
            message: format!("the date \"{text}\" is written \"{date}\""),
        });
    }
}

fn walk(value: &Value, pointer: String, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => {
            let key = pointer.rsplit('/').next().unwrap_or_default();
            if KEYS.contains(&key) {
                found.push((pointer, text.clone()));
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                walk(item, format!("{pointer}/{at}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                walk(field, format!("{pointer}/{name}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The one form of a date that begins with its year; other orders could mean two days.
fn normal(text: &str) -> Option<String> {
    let day = text.split(['T', ' ']).next()?;
    let parts: Vec<&str> = day.split(['-', '/', '.']).collect();
    let (year, rest) = parts.split_first()?;
    if year.len() != 4 || rest.len() > 2 {
        return None;
    }
    let mut date = (*year).to_owned();
    for part in rest {
        let number: u32 = part.parse().ok().filter(|_| part.len() <= 2)?;
        date.push_str(&format!("-{number:02}"));
    }
    Date::parse(&date).map(|date| date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dates_that_mean_one_day_are_mended() {
        let check = |text, date: Option<&str>| assert_eq!(normal(text).as_deref(), date, "{text}");
        check("2026/1/5", Some("2026-01-05"));
        check("2026-11-24T10:00:00Z", Some("2026-11-24"));
        check("2026.7", Some("2026-07"));
        check("5.1.2026", None);
        check("01/02/03", None);
        check("2026-13", None);
        check("last year", None);
    }
}
