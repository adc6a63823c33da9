//! From the configuration to rules. A mistake names its rule and, for a key, the nearest known one.

mod action;
mod condition;
mod values;

use crate::rule::{At, Rule, earliest};
use serde_json::Value;
use waxseal_plugin_sdk::config::Table;

/// Rules of one configuration.
const RULES_MAX: usize = 1000;

/// Reads the JSON form of `[plugin.config]`.
///
/// # Errors
/// A text for the administrator.
pub fn rules(json: &str) -> Result<Vec<Rule>, String> {
    let config: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let config = Table::new("[plugin.config]", &config, &["rule"])?;
    let list = match config.get("rule") {
        None => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err("rule is not a list: write [[plugin.config.rule]]".into()),
    };
    if list.len() > RULES_MAX {
        return Err(format!("over {RULES_MAX} rules"));
    }
    (1_usize..)
        .zip(list)
        .map(|(number, value)| rule(number, value))
        .collect()
}

fn rule(number: usize, value: &Value) -> Result<Rule, String> {
    let name = value.get("name").and_then(Value::as_str);
    let place = name.map_or_else(|| format!("rule {number}"), |name| format!("rule {name:?}"));
    let table = Table::new(&place, value, &["name", "at", "if", "then"])?;
    let name = table
        .text("name")?
        .map(str::to_owned)
        .ok_or_else(|| format!("{place} has no name"))?;
    if name.is_empty() || name.len() > 64 || name.chars().any(char::is_control) {
        return Err(format!(
            "{place}: a name is 1 to 64 octets without control characters"
        ));
    }
    let conditions = match table.get("if") {
        Some(value) => condition::group(&format!("{place}: if"), value)?,
        None => Vec::new(),
    };
    let then = table
        .get("then")
        .ok_or_else(|| format!("{place} has no `then`"))?;
    let actions = action::actions(&format!("{place}: then"), then)?;
    let possible = earliest(&conditions).max(actions.at());
    let at = match table.text("at")? {
        None => possible,
        Some(text) => {
            let at = stage(text).ok_or_else(|| {
                format!("{place}: at is {text:?}, not connect, helo, mail, rcpt or message")
            })?;
            if at < possible {
                let earliest = stage_name(possible);
                return Err(format!(
                    "{place}: it cannot be judged at {text}, only from {earliest} on"
                ));
            }
            at
        }
    };
    Ok(Rule {
        name,
        at,
        conditions,
        actions,
    })
}

fn stage(text: &str) -> Option<At> {
    [At::Connect, At::Helo, At::Mail, At::Rcpt, At::Message]
        .into_iter()
        .find(|at| stage_name(*at) == text)
}

const fn stage_name(at: At) -> &'static str {
    match at {
        At::Connect => "connect",
        At::Helo => "helo",
        At::Mail => "mail",
        At::Rcpt => "rcpt",
        At::Message => "message",
    }
}

#[cfg(test)]
mod tests;
