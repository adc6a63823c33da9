//! The configuration.

use waxseal_plugin_sdk::address;
use waxseal_plugin_sdk::config::{Document, Mistake, Table};
use waxseal_plugin_sdk::glob::Glob;

/// One `[[plugin.config.rule]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Recipients that it is for.
    pub recipients: Vec<Glob>,
    /// Where their mail goes; `{local}` stands for the recipient's local part.
    pub to: Vec<String>,
    /// Whether the recipient gets it too.
    pub keep: bool,
    /// Only from these senders; all where empty.
    pub senders: Vec<Glob>,
    /// Not from these; the null reverse-path is the empty text.
    pub except_senders: Vec<Glob>,
    /// Messages with such a label stay.
    pub skip_tags: Vec<Glob>,
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Received fields from which on a message is in a loop.
    pub max_hops: usize,
    /// The rules; all that fit apply.
    pub rules: Vec<Rule>,
}

impl Settings {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(document: &Document) -> Result<Self, Mistake> {
        let table = document.table(&["max_hops", "rule"])?;
        let known = [
            "name",
            "recipients",
            "to",
            "keep",
            "senders",
            "except_senders",
            "skip_tags",
        ];
        let rules = table.tables("rule", &known)?;
        Ok(Self {
            max_hops: table.integer("max_hops", 5..=100)?.unwrap_or(25) as usize,
            rules: rules.iter().map(rule).collect::<Result<_, _>>()?,
        })
    }
}

fn rule(table: &Table<'_>) -> Result<Rule, Mistake> {
    let recipients = table.globs("recipients")?;
    if recipients.is_empty() {
        return Err(table.wrong("recipients", "is missing"));
    }
    let to = table.texts("to")?;
    if to.is_empty() || to.len() > 16 {
        return Err(table.wrong("to", "is not 1 to 16 addresses"));
    }
    for to in &to {
        let plain = !to.chars().any(|c| c.is_control() || c.is_whitespace());
        if !plain || address::domain(to).is_none() || address::local_part(to).is_empty() {
            let what = format!("holds {to:?}, which is not like alice@example.org");
            return Err(table.wrong("to", &what));
        }
    }
    let senders = |key: &str| -> Result<Vec<Glob>, Mistake> {
        let texts = table.texts(key)?.into_iter();
        let plain = texts.map(|text| if text == "<>" { "" } else { text });
        Ok(plain.map(Glob::new).collect())
    };
    Ok(Rule {
        recipients,
        to: to.into_iter().map(str::to_owned).collect(),
        keep: table.flag("keep")?.unwrap_or(false),
        senders: senders("senders")?,
        except_senders: senders("except_senders")?,
        skip_tags: table.globs("skip_tags")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_plugin_sdk::testing;

    #[track_caller]
    fn refused(rule: &str, expected: &str) {
        testing::refused(Settings::read, &format!(r#"{{"rule":[{rule}]}}"#), expected);
    }

    #[test]
    fn mistakes_are_named() {
        refused(r#"{"to":"a@b"}"#, "rule 1: recipients is missing");
        refused(
            r#"{"recipients":"a@b"}"#,
            "rule 1: to is not 1 to 16 addresses",
        );
        refused(
            r#"{"name":"x","recipients":"a@b","to":["a b@c"]}"#,
            r#"rule "x": to holds "a b@c", which is not like alice@example.org"#,
        );
        refused(
            r#"{"recipients":"a@b","to":"c@d","kep":true}"#,
            r#"rule 1: there is no key "kep"; did you mean "keep"?"#,
        );
    }
}
