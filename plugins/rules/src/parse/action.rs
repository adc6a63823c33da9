//! The table `then`.

use super::values::{flag, object, text, texts};
use crate::rule::{Actions, HeaderAction, Reply, Verdict};
use serde_json::Value;
use waxseal_plugin_sdk::config::Table;

const VERDICTS: [&str; 6] = [
    "accept",
    "reject",
    "tempfail",
    "discard",
    "quarantine",
    "hold",
];
const KEYS: [&str; 13] = [
    "accept",
    "reject",
    "tempfail",
    "discard",
    "quarantine",
    "hold",
    "tag",
    "score",
    "add-header",
    "insert-header",
    "replace-header",
    "remove-header",
    "stop",
];

/// What a rule does; at most one verdict, at least something.
pub(super) fn actions(place: &str, value: &Value) -> Result<Actions, String> {
    let table = Table::new(place, value, &KEYS)?;
    let mut actions = Actions {
        stop: table.flag("stop")?.unwrap_or(false),
        ..Actions::default()
    };
    for key in VERDICTS {
        let Some(value) = table.get(key) else {
            continue;
        };
        let Some(verdict) = verdict(&format!("{place}.{key}"), key, value)? else {
            continue;
        };
        if actions.verdict.replace(verdict).is_some() {
            return Err(format!(
                "{place} holds two verdicts; choose one of {}",
                VERDICTS.join(", ")
            ));
        }
    }
    if let Some(value) = table.get("tag") {
        actions.tags = tags(&format!("{place}.tag"), value)?;
    }
    if let Some(value) = table.get("score") {
        actions.score = Some(score(&format!("{place}.score"), value)?);
    }
    for key in [
        "remove-header",
        "replace-header",
        "insert-header",
        "add-header",
    ] {
        if let Some(value) = table.get(key) {
            headers(&format!("{place}.{key}"), key, value, &mut actions.headers)?;
        }
    }
    if actions == Actions::default() {
        return Err(format!("{place} does nothing"));
    }
    Ok(actions)
}

/// `None` for a verdict that is switched off with `false`.
fn verdict(place: &str, key: &str, value: &Value) -> Result<Option<Verdict>, String> {
    Ok(match key {
        "accept" => flag(place, value)?.then_some(Verdict::Accept),
        "discard" => flag(place, value)?.then_some(Verdict::Discard),
        "reject" => Some(Verdict::Reject(reply(place, value, 5)?)),
        "tempfail" => Some(Verdict::Tempfail(reply(place, value, 4)?)),
        "quarantine" => Some(Verdict::Quarantine(line(place, value, 400)?)),
        _ => Some(Verdict::Hold(line(place, value, 400)?)),
    })
}

/// A text alone, or a table with `code`, `status` and `text`.
fn reply(place: &str, value: &Value, class: u16) -> Result<Reply, String> {
    let (code, status) = if class == 5 {
        (550, "5.7.1")
    } else {
        (451, "4.7.1")
    };
    if value.is_string() {
        return Ok(Reply {
            code,
            status: status.to_owned(),
            text: line(place, value, 490)?,
        });
    }
    let table = Table::new(place, value, &["code", "status", "text"])?;
    let code = match table.get("code") {
        None => code,
        Some(value) => {
            let code = value.as_u64().and_then(|code| u16::try_from(code).ok());
            let code = code.filter(|code| (class * 100..class * 100 + 60).contains(code));
            code.ok_or_else(|| format!("{place}.code is not {class}00 to {class}59"))?
        }
    };
    let status = match table.text("status")? {
        None => status.to_owned(),
        Some(text) if is_status(text, class) => text.to_owned(),
        Some(text) => return Err(format!("{place}.status: {text:?} is not like {status}")),
    };
    let text = table
        .get("text")
        .ok_or_else(|| format!("{place} has no text"))?;
    Ok(Reply {
        code,
        status,
        text: line(&format!("{place}.text"), text, 490)?,
    })
}

/// `class.subject.detail` (RFC 3463 §2).
fn is_status(text: &str, class: u16) -> bool {
    let mut parts = text.split('.');
    let number = |part: Option<&str>| {
        part.is_some_and(|part| {
            let digits = part.bytes().all(|byte| byte.is_ascii_digit());
            digits && (part == "0" || !part.starts_with('0')) && (1..=3).contains(&part.len())
        })
    };
    let class = class.to_string();
    parts.next() == Some(class.as_str())
        && number(parts.next())
        && number(parts.next())
        && parts.next().is_none()
}

fn line(place: &str, value: &Value, octets_max: usize) -> Result<String, String> {
    let text = text(place, value)?;
    if text.len() > octets_max || text.chars().any(char::is_control) {
        let problem = format!("is not one line of at most {octets_max} octets");
        return Err(format!("{place} {problem}"));
    }
    Ok(text)
}

fn tags(place: &str, value: &Value) -> Result<Vec<String>, String> {
    let tags = texts(place, value)?;
    for tag in &tags {
        let plain = tag
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._:=-".contains(&b));
        if !plain || !(1..=64).contains(&tag.len()) {
            return Err(format!(
                "{place}: {tag:?} is not 1 to 64 of a-z A-Z 0-9 . _ : = -"
            ));
        }
    }
    Ok(tags)
}

fn score(place: &str, value: &Value) -> Result<f32, String> {
    let points = value.as_f64().filter(|points| points.abs() <= 1_000_000.0);
    let points = points.ok_or_else(|| format!("{place} is not a number up to a million"))?;
    #[expect(clippy::cast_possible_truncation, reason = "points are small")]
    Ok(points as f32)
}

fn headers(
    place: &str,
    key: &str,
    value: &Value,
    out: &mut Vec<HeaderAction>,
) -> Result<(), String> {
    if key == "remove-header" {
        for name in texts(place, value)? {
            check_name(place, &name)?;
            out.push(HeaderAction::Remove(name));
        }
        return Ok(());
    }
    for (name, value) in object(place, value)? {
        check_name(place, name)?;
        let value = line(&format!("{place}.{name}"), value, 900)?;
        let name = name.clone();
        out.push(match key {
            "add-header" => HeaderAction::Add(name, value),
            "insert-header" => HeaderAction::Insert(name, value),
            _ => HeaderAction::Replace(name, value),
        });
    }
    Ok(())
}

fn check_name(place: &str, name: &str) -> Result<(), String> {
    let printable = name.bytes().all(|b| b.is_ascii_graphic() && b != b':');
    if printable && (1..=76).contains(&name.len()) {
        Ok(())
    } else {
        Err(format!("{place}: {name:?} is not a header field name"))
    }
}
