//! The configuration.

use std::time::Duration;
use waxseal_plugin_sdk::config::{Document, Mistake, Table};
use waxseal_plugin_sdk::glob::Glob;
use waxseal_plugin_sdk::network::Network;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Connections.
    Connections,
    /// Failed logins; past the limit no connection is taken.
    FailedLogins,
    /// MAIL commands.
    Messages,
    /// Accepted RCPT commands.
    Recipients,
}

/// For what there is a count of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// The authenticated user.
    User,
    /// The reverse-path.
    Sender,
    /// Its domain.
    SenderDomain,
    /// The client's address.
    Client,
    /// The client's network: /24 or /64.
    ClientNetwork,
    /// The recipient.
    Recipient,
    /// Its domain.
    RecipientDomain,
}

/// What follows past a limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Action {
    /// Try again later.
    Defer,
    /// No.
    Reject,
    /// Points and a label only.
    Mark(f32),
}

/// One `[[plugin.config.limit]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// Its name in keys, replies and figures.
    pub name: String,
    /// What is counted.
    pub count: Count,
    /// For what there is a count of its own: each combination of these.
    pub per: Vec<Per>,
    /// So many are allowed
    pub limit: u32,
    /// in so long.
    pub window: Duration,
    /// What follows.
    pub action: Action,
    /// Text of the refusal.
    pub text: String,
    /// Only where the first of `per` fits one of these; all where empty.
    pub only: Vec<Glob>,
    /// Not where it fits one of these.
    pub except: Vec<Glob>,
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Clients without limits.
    pub skip: Vec<Network>,
    /// The limits, in order.
    pub limits: Vec<Limit>,
}

impl Settings {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(document: &Document) -> Result<Self, Mistake> {
        let table = document.table(&["skip", "limit"])?;
        let known = [
            "name", "count", "per", "limit", "window", "action", "points", "text", "only", "except",
        ];
        let limits = table.tables("limit", &known)?;
        if limits.is_empty() {
            return Err(table.wrong("limit", "is missing: write [[plugin.config.limit]]"));
        }
        let limits: Vec<Limit> = limits.iter().map(limit).collect::<Result<_, _>>()?;
        for (index, limit) in limits.iter().enumerate() {
            let mut earlier = limits.iter().take(index);
            if earlier.any(|other| other.name == limit.name) {
                let what = format!("holds the name {:?} twice", limit.name);
                return Err(table.wrong("limit", &what));
            }
        }
        let skip = table.networks("skip")?;
        Ok(Self { skip, limits })
    }

    /// Whether something is counted that way.
    #[must_use]
    pub fn counts(&self, count: Count) -> bool {
        self.limits.iter().any(|limit| limit.count == count)
    }
}

fn limit(table: &Table<'_>) -> Result<Limit, Mistake> {
    let name = table.required("name")?;
    if name.len() > 32
        || !name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    {
        return Err(table.wrong("name", "is not 1 to 32 of a-z A-Z 0-9 . _ -"));
    }
    let words = [
        ("connections", Count::Connections),
        ("failed-logins", Count::FailedLogins),
        ("messages", Count::Messages),
        ("recipients", Count::Recipients),
    ];
    let count = table.choice("count", &words)?.unwrap_or(Count::Recipients);
    let per = per(table, count)?;
    let number = table.integer("limit", 1..=1_000_000)?;
    let number = number.ok_or_else(|| table.wrong("limit", "is missing"))?;
    let window = table
        .duration("window")?
        .unwrap_or(Duration::from_secs(3600));
    if !(Duration::from_secs(1)..=Duration::from_secs(31 * 86_400)).contains(&window) {
        return Err(table.wrong("window", "is not from 1s to 31d"));
    }
    let points = table.number("points", -1000.0..=1000.0)?.unwrap_or(1.0);
    #[expect(clippy::cast_possible_truncation, reason = "points are small")]
    let mark = Action::Mark(points as f32);
    let words = [
        ("defer", Action::Defer),
        ("reject", Action::Reject),
        ("mark", mark),
    ];
    let action = table.choice("action", &words)?.unwrap_or(Action::Defer);
    let early = matches!(count, Count::Connections | Count::FailedLogins);
    if early && matches!(action, Action::Mark(_)) {
        return Err(table.wrong("action", "cannot be mark: there is no message yet"));
    }
    let text = table
        .line("text", 400)?
        .unwrap_or("too much in too short a time, slow down");
    Ok(Limit {
        name: name.to_owned(),
        count,
        per,
        limit: number,
        window,
        action,
        text: text.to_owned(),
        only: table.globs("only")?,
        except: table.globs("except")?,
    })
}

fn per(table: &Table<'_>, count: Count) -> Result<Vec<Per>, Mistake> {
    let words = [
        ("user", Per::User),
        ("sender", Per::Sender),
        ("sender-domain", Per::SenderDomain),
        ("client", Per::Client),
        ("client-network", Per::ClientNetwork),
        ("recipient", Per::Recipient),
        ("recipient-domain", Per::RecipientDomain),
    ];
    let possible = match count {
        Count::Connections | Count::FailedLogins => &[Per::Client, Per::ClientNetwork][..],
        Count::Messages => &[
            Per::Client,
            Per::ClientNetwork,
            Per::User,
            Per::Sender,
            Per::SenderDomain,
        ],
        Count::Recipients => &words.map(|(_, per)| per),
    };
    let mut all = Vec::new();
    for word in table.texts("per")? {
        let known = words.iter().find(|(known, _)| *known == word);
        let unknown = format!(
            "holds {word:?}, which is not one of {}",
            words.map(|w| w.0).join(", ")
        );
        let (_, per) = known.ok_or_else(|| table.wrong("per", &unknown))?;
        if !possible.contains(per) {
            let what = format!("holds {word:?}, which is not known yet when that is counted");
            return Err(table.wrong("per", &what));
        }
        all.push(*per);
    }
    if all.is_empty() {
        return Err(table.wrong("per", "is missing"));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_plugin_sdk::testing;

    #[track_caller]
    fn refused(limit: &str, expected: &str) {
        testing::refused(
            Settings::read,
            &format!(r#"{{"limit":[{limit}]}}"#),
            expected,
        );
    }

    #[test]
    fn mistakes_are_named() {
        refused(
            "",
            "[plugin.config]: limit is missing: write [[plugin.config.limit]]",
        );
        refused(r#"{"per":"user","limit":1}"#, "limit 1: name is missing");
        refused(r#"{"name":"a","limit":1}"#, r#"limit "a": per is missing"#);
        refused(
            r#"{"name":"a","per":"user"}"#,
            r#"limit "a": limit is missing"#,
        );
        refused(
            r#"{"name":"a","per":"user","limit":1,"windw":"1h"}"#,
            r#"limit "a": there is no key "windw"; did you mean "window"?"#,
        );
        refused(
            r#"{"name":"a","per":"recipient","count":"messages","limit":1}"#,
            r#"limit "a": per holds "recipient", which is not known yet when that is counted"#,
        );
        refused(
            r#"{"name":"a","per":"client","count":"connections","action":"mark","limit":1}"#,
            r#"limit "a": action cannot be mark: there is no message yet"#,
        );
        refused(
            r#"{"name":"a","per":"user","limit":1},{"name":"a","per":"client","limit":1}"#,
            r#"[plugin.config]: limit holds the name "a" twice"#,
        );
    }
}
