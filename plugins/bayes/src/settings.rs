//! The configuration.

use std::time::Duration;
use waxseal_plugin_sdk::config::{Document, Mistake};
use waxseal_plugin_sdk::glob::Glob;

const DAY: Duration = Duration::from_secs(86_400);

/// Whose words decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The account's where it has learned enough, else everybody's.
    Both,
    /// The account's only.
    Account,
    /// Everybody's only.
    Global,
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Whose words decide, and for whom is learned.
    pub scope: Scope,
    /// Messages of each kind that must be learned before there is an opinion.
    pub min_learned: u32,
    /// Telling words that a message must have for an opinion.
    pub min_words: usize,
    /// For how long what was learned counts; half of it at least.
    pub memory: Duration,
    /// The probability from which on a message gets points.
    pub spam_from: f64,
    /// The probability up to which it gets points for it.
    pub ham_to: f64,
    /// Points at a probability of 1, and with a minus at 0.
    pub points: f64,
    /// The probability from which on a message goes to Junk.
    pub quarantine_from: Option<f64>,
    /// Whether the probability is written into the message.
    pub header: bool,
    /// Whether a message that a user files from the inbox counts as wanted.
    pub learn_filed: bool,
    /// Accounts that nothing is learned from.
    pub skip_accounts: Vec<Glob>,
}

impl Settings {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(document: &Document) -> Result<Self, Mistake> {
        let table = document.table(&[
            "scope",
            "min_learned",
            "min_words",
            "memory",
            "spam_from",
            "ham_to",
            "points",
            "quarantine_from",
            "header",
            "learn_filed",
            "skip_accounts",
        ])?;
        let words = [
            ("both", Scope::Both),
            ("account", Scope::Account),
            ("global", Scope::Global),
        ];
        let settings = Self {
            scope: table.choice("scope", &words)?.unwrap_or(Scope::Both),
            min_learned: table.integer("min_learned", 1..=10_000)?.unwrap_or(50),
            min_words: table.integer("min_words", 1..=100)?.unwrap_or(6) as usize,
            memory: table.duration("memory")?.unwrap_or(365 * DAY),
            spam_from: table.number("spam_from", 0.5..=1.0)?.unwrap_or(0.9),
            ham_to: table.number("ham_to", 0.0..=0.5)?.unwrap_or(0.1),
            points: table.number("points", 0.0..=1000.0)?.unwrap_or(5.0),
            quarantine_from: table.number("quarantine_from", 0.5..=1.0)?,
            header: table.flag("header")?.unwrap_or(false),
            learn_filed: table.flag("learn_filed")?.unwrap_or(true),
            skip_accounts: table.globs("skip_accounts")?,
        };
        if settings.memory < 14 * DAY {
            return Err(table.wrong("memory", "is under 14 days"));
        }
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_named() {
        let refused = |json: &str| {
            let document = Document::parse(json).unwrap();
            Settings::read(&document).expect_err("a mistake").0
        };
        let scope = "[plugin.config]: scope is not one of both, account, global";
        assert_eq!(refused(r#"{"scope":"user"}"#), scope);
        let number = "[plugin.config]: spam_from is not a number from 0.5 to 1";
        assert_eq!(refused(r#"{"spam_from":99}"#), number);
        assert_eq!(
            refused(r#"{"memory":"1w"}"#),
            "[plugin.config]: memory is under 14 days"
        );
        let key = r#"[plugin.config]: there is no key "minlearned"; did you mean "min_learned"?"#;
        assert_eq!(refused(r#"{"minlearned":1}"#), key);
    }
}
