//! The configuration.

use waxseal_plugin_sdk::address;
use waxseal_plugin_sdk::config::{Document, Mistake, Table};
use waxseal_plugin_sdk::glob::Glob;

/// For how many days a rewritten address is good: longer than servers try to deliver.
const AGE_DEFAULT: u64 = 21;
const AGE_MAX: u64 = 365;

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

/// `[plugin.config.srs]`.
#[derive(Debug, Clone, PartialEq)]
pub struct SrsSettings {
    /// Where rewritten addresses are, and reports come back to.
    pub domain: String,
    /// Names of the secrets; the first one signs, each of them is good.
    pub secrets: Vec<String>,
    /// For how many days an address is good.
    pub days_max: u64,
    /// Domains whose addresses stay as they are.
    pub own: Vec<Glob>,
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Received fields from which on a message is in a loop.
    pub max_hops: usize,
    /// How senders are rewritten; not at all where there is none.
    pub srs: Option<SrsSettings>,
    /// The rules; all that fit apply.
    pub rules: Vec<Rule>,
}

impl Settings {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(document: &Document) -> Result<Self, Mistake> {
        let table = document.table(&["max_hops", "rule", "srs"])?;
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
        let srs = table.table("srs", &["domain", "secret", "max_age", "own"])?;
        Ok(Self {
            srs: srs.as_ref().map(srs_settings).transpose()?,
            max_hops: table.integer("max_hops", 5..=100)?.unwrap_or(25) as usize,
            rules: rules.iter().map(rule).collect::<Result<_, _>>()?,
        })
    }
}

fn srs_settings(table: &Table<'_>) -> Result<SrsSettings, Mistake> {
    let domain = table.required("domain")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    if !domain.chars().all(plain) || domain.len() > 255 {
        return Err(table.wrong("domain", "is not like srs.example.org"));
    }
    let secrets = table.texts("secret")?;
    if secrets.is_empty() || secrets.len() > 4 {
        return Err(table.wrong("secret", "is not 1 to 4 names of secrets"));
    }
    let days = match table.duration("max_age")? {
        None => AGE_DEFAULT,
        Some(age) => age.as_secs() / 86_400,
    };
    if !(1..=AGE_MAX).contains(&days) {
        return Err(table.wrong("max_age", "is not 1d to 365d"));
    }
    Ok(SrsSettings {
        domain: domain.to_lowercase(),
        secrets: secrets.into_iter().map(str::to_owned).collect(),
        days_max: days,
        own: table.globs("own")?,
    })
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
    fn mistakes_about_srs_are_named() {
        let refused = |srs: &str, expected: &str| {
            testing::refused(Settings::read, &format!(r#"{{"srs":{{{srs}}}}}"#), expected);
        };
        refused(
            r#""domain":"a b","secret":"x""#,
            "[plugin.config]: srs: domain is not like srs.example.org",
        );
        refused(
            r#""domain":"a.example""#,
            "[plugin.config]: srs: secret is not 1 to 4 names of secrets",
        );
        refused(
            r#""domain":"a.example","secret":"x","max_age":"400d""#,
            "[plugin.config]: srs: max_age is not 1d to 365d",
        );
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
