//! The configuration.

use waxseal_plugin_sdk::address;
use waxseal_plugin_sdk::config::{Document, Mistake};
use waxseal_plugin_sdk::glob::Glob;

/// Octets of a report (a limit of the server), less some for the envelope.
const REPORT_MAX: u64 = 1_000_000;

/// Where copies go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A report with the envelope, to this address.
    Report {
        /// Who gets it.
        to: String,
        /// Its field From.
        from: String,
    },
    /// The message as it is, to this address.
    Copy(String),
    /// The message as it is, into a mailbox of this account.
    Mailbox {
        /// The account.
        account: String,
        /// The mailbox.
        mailbox: String,
    },
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Where copies go.
    pub target: Target,
    /// Only mail from or to one of these; all where empty.
    pub only: Vec<Glob>,
    /// No mail with such a label.
    pub skip_tags: Vec<Glob>,
    /// Larger messages are not put into the report; the message follows on its own.
    pub report_max: u32,
}

impl Settings {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(document: &Document) -> Result<Self, Mistake> {
        let known = [
            "to",
            "from",
            "form",
            "account",
            "mailbox",
            "only",
            "skip_tags",
            "report_max",
        ];
        let table = document.table(&known)?;
        let known_address = |key: &str| match table.text(key)? {
            None => Ok(None),
            Some(text) => {
                let plain = !text.chars().any(|c| c.is_control() || c.is_whitespace());
                if !plain || address::domain(text).is_none() {
                    return Err(table.wrong(key, "is not like journal@example.org"));
                }
                Ok(Some(text.to_owned()))
            }
        };
        let is_report = table.choice("form", &[("report", true), ("copy", false)])?;
        let from = known_address("from")?;
        let target = match (known_address("to")?, known_address("account")?) {
            (Some(to), None) if is_report.unwrap_or(true) => Target::Report {
                from: from.unwrap_or_else(|| to.clone()),
                to,
            },
            (Some(to), None) => Target::Copy(to),
            (None, Some(account)) => {
                if is_report == Some(true) {
                    return Err(table.wrong("form", "cannot be report for a mailbox: use `to`"));
                }
                let mailbox = table.line("mailbox", 200)?.unwrap_or("Archive").to_owned();
                Target::Mailbox { account, mailbox }
            }
            (Some(_), Some(_)) => return Err(table.wrong("to", "and account exclude each other")),
            (None, None) => return Err(table.wrong("to", "or account is missing")),
        };
        let report_max = table
            .octets("report_max")?
            .unwrap_or(REPORT_MAX)
            .min(REPORT_MAX);
        Ok(Self {
            target,
            only: table.globs("only")?,
            skip_tags: table.globs("skip_tags")?,
            report_max: u32::try_from(report_max).unwrap_or(u32::MAX),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_plugin_sdk::testing;

    #[track_caller]
    fn refused(json: &str, expected: &str) {
        testing::refused(Settings::read, json, expected);
    }

    #[test]
    fn mistakes_are_named() {
        refused("{}", "[plugin.config]: to or account is missing");
        refused(
            r#"{"to":"x"}"#,
            "[plugin.config]: to is not like journal@example.org",
        );
        refused(
            r#"{"to":"a@b","account":"a@b"}"#,
            "[plugin.config]: to and account exclude each other",
        );
        refused(
            r#"{"account":"a@b","form":"report"}"#,
            "[plugin.config]: form cannot be report for a mailbox: use `to`",
        );
        refused(
            r#"{"acount":"a@b"}"#,
            r#"[plugin.config]: there is no key "acount"; did you mean "account"?"#,
        );
    }
}
