//! The configuration.

use std::time::Duration;
use waxseal_plugin_sdk::config::{Document, Mistake};
use waxseal_plugin_sdk::glob::Glob;
use waxseal_plugin_sdk::network::Network;

const DAY: Duration = Duration::from_secs(86_400);
const TEXT: &str = "greylisted, please try again later";

/// What is remembered together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Client network, sender and recipient.
    Triplet,
    /// Client network and sender.
    Sender,
    /// Client network.
    Client,
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// What is remembered together.
    pub by: By,
    /// How long a stranger waits.
    pub wait: Duration,
    /// How long after the first attempt another one counts.
    pub window: Duration,
    /// How long those that waited are remembered after the last message.
    pub keep: Duration,
    /// Width of the network that an IPv4 client stands for.
    pub v4_bits: u32,
    /// The same for IPv6.
    pub v6_bits: u32,
    /// After so many that waited, a client network waits no more; 0 for never.
    pub trust_after: i32,
    /// Only messages whose scores so far add up to more wait.
    pub score_over: Option<f64>,
    /// Clients that never wait.
    pub skip: Vec<Network>,
    /// Senders that never wait; the null reverse-path is the empty text.
    pub skip_senders: Vec<Glob>,
    /// Recipients for which nobody waits.
    pub skip_recipients: Vec<Glob>,
    /// Messages with such a label never wait.
    pub skip_tags: Vec<Glob>,
    /// Text of the refusal.
    pub text: String,
}

impl Settings {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(document: &Document) -> Result<Self, Mistake> {
        let known = [
            "by",
            "wait",
            "window",
            "keep",
            "ipv4_bits",
            "ipv6_bits",
            "trust_after",
            "score_over",
            "skip",
            "skip_senders",
            "skip_recipients",
            "skip_tags",
            "text",
        ];
        let table = document.table(&known)?;
        let words = [
            ("triplet", By::Triplet),
            ("client-and-sender", By::Sender),
            ("client", By::Client),
        ];
        let senders = table.texts("skip_senders")?.into_iter();
        let senders = senders.map(|text| if text == "<>" { "" } else { text });
        let trust_after = table.integer("trust_after", 0..=1000)?.unwrap_or(5);
        let mut skip_recipients = table.globs("skip_recipients")?;
        if table.get("skip_recipients").is_none() {
            skip_recipients = ["postmaster", "postmaster@*", "abuse@*"]
                .map(Glob::new)
                .into();
        }
        let settings = Self {
            by: table.choice("by", &words)?.unwrap_or(By::Triplet),
            wait: table.duration("wait")?.unwrap_or(Duration::from_secs(60)),
            window: table.duration("window")?.unwrap_or(DAY),
            keep: table.duration("keep")?.unwrap_or(36 * DAY),
            v4_bits: table.integer("ipv4_bits", 8..=32)?.unwrap_or(24),
            v6_bits: table.integer("ipv6_bits", 16..=128)?.unwrap_or(64),
            trust_after: i32::try_from(trust_after).unwrap_or(i32::MAX),
            score_over: table.number("score_over", -1e6..=1e6)?,
            skip: table.networks("skip")?,
            skip_senders: senders.map(Glob::new).collect(),
            skip_recipients,
            skip_tags: table.globs("skip_tags")?,
            text: table.line("text", 300)?.unwrap_or(TEXT).to_owned(),
        };
        if settings.wait > DAY {
            return Err(table.wrong("wait", "is over a day (RFC 6647, section 5)"));
        }
        if settings.window <= settings.wait {
            return Err(table.wrong("window", "is not longer than `wait`"));
        }
        if settings.keep < settings.window {
            return Err(table.wrong("keep", "is shorter than `window`"));
        }
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_plugin_sdk::testing;

    fn read(json: &str) -> Result<Settings, String> {
        let document = Document::parse(json).unwrap();
        Settings::read(&document).map_err(|mistake| mistake.0)
    }

    #[test]
    fn defaults_and_values() {
        let settings = read("{}").unwrap();
        assert_eq!(
            (settings.wait.as_secs(), settings.keep.as_secs()),
            (60, 36 * 86_400)
        );
        assert_eq!(
            (settings.v4_bits, settings.v6_bits, settings.trust_after),
            (24, 64, 5)
        );
        let settings = read(r#"{"by":"client","wait":"9m","skip_senders":["<>"]}"#).unwrap();
        assert_eq!((settings.by, settings.wait.as_secs()), (By::Client, 540));
        assert!(settings.skip_senders[0].matches(""));
    }

    #[track_caller]
    fn refused(json: &str, expected: &str) {
        testing::refused(Settings::read, json, expected);
    }

    #[test]
    fn mistakes_are_named() {
        refused(
            r#"{"wat":1}"#,
            "[plugin.config]: there is no key \"wat\"; did you mean \"wait\"?",
        );
        refused(
            r#"{"wait":"2d"}"#,
            "[plugin.config]: wait is over a day (RFC 6647, section 5)",
        );
        refused(
            r#"{"window":"30s"}"#,
            "[plugin.config]: window is not longer than `wait`",
        );
        refused(
            r#"{"keep":"1h"}"#,
            "[plugin.config]: keep is shorter than `window`",
        );
        refused(
            r#"{"by":"sender"}"#,
            "[plugin.config]: by is not one of triplet, client-and-sender, client",
        );
        refused(
            r#"{"skip":["192.0.2"]}"#,
            "[plugin.config]: skip holds \"192.0.2\", which is not an address or a network",
        );
    }
}
