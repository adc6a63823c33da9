//! The table `if`.

use super::values::{flag, object, texts};
use crate::rule::Condition;
use serde_json::Value;
use waxseal_plugin_sdk::Protocol;
use waxseal_plugin_sdk::config::{self, Table};
use waxseal_plugin_sdk::glob::Glob;
use waxseal_plugin_sdk::network::Network;

const KEYS: [&str; 17] = [
    "sender",
    "recipient",
    "peer",
    "helo",
    "user",
    "authenticated",
    "tls",
    "protocol",
    "header",
    "no-header",
    "size-over",
    "attachment",
    "type",
    "tag",
    "score-over",
    "not",
    "any",
];

/// All keys of one table: all must hold.
pub(super) fn group(place: &str, value: &Value) -> Result<Vec<Condition>, String> {
    let table = Table::new(place, value, &KEYS)?;
    let mut conditions = Vec::new();
    for (key, value) in table.pairs() {
        let place = format!("{place}.{key}");
        match key {
            "header" => {
                for (name, patterns) in object(&place, value)? {
                    let patterns = globs(&format!("{place}.{name}"), patterns)?;
                    conditions.push(Condition::Header(name.clone(), patterns));
                }
            }
            "no-header" => {
                let names = texts(&place, value)?;
                conditions.extend(names.into_iter().map(Condition::NoHeader));
            }
            _ => conditions.push(one(&place, key, value)?),
        }
    }
    Ok(conditions)
}

fn one(place: &str, key: &str, value: &Value) -> Result<Condition, String> {
    Ok(match key {
        "sender" => Condition::Sender(senders(place, value)?),
        "recipient" => Condition::Recipient(globs(place, value)?),
        "peer" => Condition::Peer(networks(place, value)?),
        "helo" => Condition::Helo(globs(place, value)?),
        "user" => Condition::User(globs(place, value)?),
        "authenticated" => Condition::Authenticated(flag(place, value)?),
        "tls" => Condition::Tls(flag(place, value)?),
        "protocol" => Condition::Protocol(protocols(place, value)?),
        "size-over" => Condition::SizeOver(octets(place, value)?),
        "attachment" => Condition::Attachment(globs(place, value)?),
        "type" => Condition::ContentType(globs(place, value)?),
        "tag" => Condition::Tag(globs(place, value)?),
        "score-over" => {
            let points = value.as_f64();
            Condition::ScoreOver(points.ok_or_else(|| format!("{place} is not a number"))?)
        }
        "not" => Condition::Not(group(place, value)?),
        _ => Condition::Any(groups(place, value)?),
    })
}

fn groups(place: &str, value: &Value) -> Result<Vec<Vec<Condition>>, String> {
    let list = value.as_array().filter(|list| !list.is_empty());
    let list = list.ok_or_else(|| format!("{place} is not a list of tables"))?;
    list.iter().map(|value| group(place, value)).collect()
}

fn globs(place: &str, value: &Value) -> Result<Vec<Glob>, String> {
    Ok(texts(place, value)?
        .iter()
        .map(|text| Glob::new(text))
        .collect())
}

/// `<>` is the null reverse-path too.
fn senders(place: &str, value: &Value) -> Result<Vec<Glob>, String> {
    let plain = |text: String| if text == "<>" { String::new() } else { text };
    let texts = texts(place, value)?.into_iter().map(plain);
    Ok(texts.map(|text| Glob::new(&text)).collect())
}

fn networks(place: &str, value: &Value) -> Result<Vec<Network>, String> {
    let network = |text: &String| {
        Network::parse(text)
            .ok_or_else(|| format!("{place}: {text:?} is not an address or a network"))
    };
    texts(place, value)?.iter().map(network).collect()
}

fn protocols(place: &str, value: &Value) -> Result<Vec<Protocol>, String> {
    let protocol = |text: &String| match text.as_str() {
        "smtp" => Ok(Protocol::Smtp),
        "submission" => Ok(Protocol::Submission),
        "lmtp" => Ok(Protocol::Lmtp),
        _ => Err(format!("{place}: {text:?} is not smtp, submission or lmtp")),
    };
    texts(place, value)?.iter().map(protocol).collect()
}

/// A number of octets, or a text such as `10M` (K, M and G are powers of 1024).
fn octets(place: &str, value: &Value) -> Result<u32, String> {
    let wrong =
        || format!("{place} is not a number of octets up to 4G, such as 10485760 or \"10M\"");
    let number = match value {
        Value::String(text) => config::octets(text),
        Value::Number(number) => number.as_u64(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    number
        .and_then(|number| u32::try_from(number).ok())
        .ok_or_else(wrong)
}
