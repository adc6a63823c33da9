//! The configuration.

use std::time::Duration;
use waxseal_plugin_sdk::config::{Document, Mistake, Table};
use waxseal_plugin_sdk::glob::Glob;
use waxseal_plugin_sdk::{address, date};

const DAY: Duration = Duration::from_secs(86_400);
/// Octets of an answer's text.
const TEXT_MAX: usize = 64 * 1024;

/// One `[[plugin.config.person]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The address, in lower case.
    pub address: String,
    /// Name in the field From.
    pub name: Option<String>,
    /// Other addresses, in lower case.
    pub aliases: Vec<String>,
    /// Subject of the answer; without it that of the message with `Auto: ` in front.
    pub subject: Option<String>,
    /// Text of the answer.
    pub text: String,
    /// From when on.
    pub from: Option<Duration>,
    /// Until when.
    pub until: Option<Duration>,
    /// How long nobody gets the same answer again.
    pub every: Duration,
}

impl Person {
    /// Whether mail to `recipient`, in lower case, is this person's.
    #[must_use]
    pub fn is(&self, recipient: &str) -> bool {
        self.address == recipient || self.aliases.iter().any(|alias| alias == recipient)
    }

    /// Whether the person is away.
    #[must_use]
    pub fn is_away(&self, now: Duration) -> bool {
        self.from.is_none_or(|from| now >= from) && self.until.is_none_or(|until| now < until)
    }
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Who is away.
    pub people: Vec<Person>,
    /// Messages with such a label are not answered.
    pub skip_tags: Vec<Glob>,
    /// Senders that are not answered.
    pub skip_senders: Vec<Glob>,
}

impl Settings {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(document: &Document) -> Result<Self, Mistake> {
        let table = document.table(&["skip_tags", "skip_senders", "person"])?;
        let known = [
            "address", "name", "aliases", "subject", "text", "from", "until", "every",
        ];
        let people = table.tables("person", &known)?;
        Ok(Self {
            people: people.iter().map(person).collect::<Result<_, _>>()?,
            skip_tags: table.globs("skip_tags")?,
            skip_senders: table.globs("skip_senders")?,
        })
    }
}

fn person(table: &Table<'_>) -> Result<Person, Mistake> {
    let known = address::folded(table.required("address")?);
    if address::domain(&known).is_none() {
        return Err(table.wrong("address", "is not like alice@example.org"));
    }
    let text = table.required("text")?;
    if text.len() > TEXT_MAX {
        return Err(table.wrong("text", "is over 64 KiB"));
    }
    let day = |key: &str| match table.text(key)? {
        None => Ok(None),
        Some(text) => match date::parse_day(text) {
            Some(day) => Ok(Some(day)),
            None => Err(table.wrong(key, "is not a day such as \"2026-12-24\"")),
        },
    };
    let (from, until) = (day("from")?, day("until")?.map(|until| until + DAY));
    if from.zip(until).is_some_and(|(from, until)| from >= until) {
        return Err(table.wrong("until", "is before `from`"));
    }
    let every = table.duration("every")?.unwrap_or(7 * DAY);
    if !(DAY..=90 * DAY).contains(&every) {
        return Err(table.wrong("every", "is not from 1d to 90d"));
    }
    Ok(Person {
        address: known,
        name: table.line("name", 200)?.map(str::to_owned),
        aliases: table
            .texts("aliases")?
            .into_iter()
            .map(address::folded)
            .collect(),
        subject: table.line("subject", 400)?.map(str::to_owned),
        text: text.to_owned(),
        from,
        until,
        every,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_plugin_sdk::testing;

    fn read(person: &str) -> Result<Settings, String> {
        let json = format!(r#"{{"person":[{person}]}}"#);
        let document = Document::parse(&json).unwrap();
        Settings::read(&document).map_err(|mistake| mistake.0)
    }

    #[test]
    fn days_are_whole() {
        let json =
            r#"{"address":"A@B.example","text":"x","from":"2026-12-24","until":"2026-12-24"}"#;
        let person = &read(json).unwrap().people[0];
        let begin = date::parse_day("2026-12-24").unwrap();
        let second = Duration::from_secs(1);
        assert!(!person.is_away(begin - second));
        assert!(person.is_away(begin) && person.is_away(begin + DAY - second));
        assert!(!person.is_away(begin + DAY));
        assert!(person.is("a@b.example") && !person.is("c@b.example"));
    }

    #[track_caller]
    fn refused(person: &str, expected: &str) {
        testing::refused(
            Settings::read,
            &format!(r#"{{"person":[{person}]}}"#),
            expected,
        );
    }

    #[test]
    fn mistakes_are_named() {
        refused(r#"{"text":"x"}"#, "person 1: address is missing");
        refused(
            r#"{"address":"alice","text":"x"}"#,
            "person 1: address is not like alice@example.org",
        );
        refused(
            r#"{"address":"a@b.example","name":"A","text":"x","form":"2026-01-01"}"#,
            r#"person "A": there is no key "form"; did you mean "from"?"#,
        );
        refused(
            r#"{"address":"a@b.example","text":"x","from":"24.12.2026"}"#,
            "person 1: from is not a day such as \"2026-12-24\"",
        );
        refused(
            r#"{"address":"a@b.example","text":"x","from":"2026-02-01","until":"2026-01-01"}"#,
            "person 1: until is before `from`",
        );
        refused(
            r#"{"address":"a@b.example","text":"x","every":"1h"}"#,
            "person 1: every is not from 1d to 90d",
        );
    }
}
