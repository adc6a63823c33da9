//! The configuration.

use crate::effect::{Codes, Effect};
use serde_json::Value;
use std::time::Duration;
use waxseal_plugin_sdk::config::{Document, Mistake, Table};
use waxseal_plugin_sdk::glob::Glob;
use waxseal_plugin_sdk::network::Network;

/// Questions to the DNS that a message may cost (a limit of the server).
pub const QUESTIONS_MAX: usize = 20;
/// Points of an entry where the configuration names none.
const POINTS: f32 = 3.0;
const REPLY: &str = "{what} is listed by {list}";

/// What a list is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The client's address.
    Peer,
    /// The domain of the reverse-path.
    Sender,
    /// The client's name in EHLO.
    Helo,
    /// The hosts of URLs in the text.
    Urls,
}

impl About {
    const WORDS: [(&'static str, Self); 4] = [
        ("peer", Self::Peer),
        ("sender", Self::Sender),
        ("helo", Self::Helo),
        ("urls", Self::Urls),
    ];

    /// As the configuration and the metrics name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Peer => "peer",
            Self::Sender => "sender",
            Self::Helo => "helo",
            Self::Urls => "urls",
        }
    }
}

/// One `[[plugin.config.list]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// Its zone.
    pub zone: String,
    /// Its name in scores and replies.
    pub name: String,
    /// What it is asked about.
    pub about: Vec<About>,
    /// Effects of particular answers.
    pub codes: Vec<(Codes, Effect)>,
    /// Effect of other answers.
    pub other: Option<Effect>,
    /// Label of messages that it lists.
    pub tag: Option<String>,
    /// Text of a refusal, with `{what}`, `{list}` and `{txt}`.
    pub reply: String,
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Clients that no list is asked about.
    pub skip: Vec<Network>,
    /// Recipients that a refusal does not reach.
    pub exempt: Vec<Glob>,
    /// Whether a list that does not answer makes the client wait.
    pub defer_on_failure: bool,
    /// After so long at one stage no further list is asked.
    pub patience: Duration,
    /// Hosts of URLs that are asked about.
    pub hosts_max: usize,
    /// The lists, in the order they are asked.
    pub lists: Vec<List>,
}

impl Settings {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(document: &Document) -> Result<Self, Mistake> {
        let known = [
            "skip",
            "exempt_recipients",
            "on_failure",
            "patience",
            "urls_max",
            "list",
        ];
        let table = document.table(&known)?;
        let known = [
            "zone", "name", "about", "points", "action", "codes", "tag", "reply",
        ];
        let lists = table.tables("list", &known)?;
        let lists = lists.iter().map(list).collect::<Result<Vec<_>, _>>()?;
        if lists.is_empty() {
            return Err(table.wrong("list", "is missing: write [[plugin.config.list]]"));
        }
        let questions: usize = lists.iter().map(|list| list.about.len()).sum();
        if questions > QUESTIONS_MAX {
            let what =
                format!("needs {questions} questions; {QUESTIONS_MAX} a message are allowed");
            return Err(table.wrong("list", &what));
        }
        let mut exempt = table.globs("exempt_recipients")?;
        if table.get("exempt_recipients").is_none() {
            exempt = ["postmaster", "postmaster@*", "abuse@*"]
                .map(Glob::new)
                .into();
        }
        let on_failure = table.choice("on_failure", &[("ignore", false), ("defer", true)])?;
        let patience = table
            .duration("patience")?
            .unwrap_or(Duration::from_secs(5));
        Ok(Self {
            patience,
            skip: table.networks("skip")?,
            exempt,
            defer_on_failure: on_failure.unwrap_or(false),
            hosts_max: table.integer("urls_max", 1..=20)?.unwrap_or(5) as usize,
            lists,
        })
    }

    /// Whether some list is asked about this.
    #[must_use]
    pub fn asks_about(&self, about: About) -> bool {
        self.lists.iter().any(|list| list.about.contains(&about))
    }
}

fn list(table: &Table<'_>) -> Result<List, Mistake> {
    let zone = table
        .required("zone")?
        .trim_matches('.')
        .to_ascii_lowercase();
    let mut about = Vec::new();
    for word in table.texts("about")? {
        let found = About::WORDS.into_iter().find(|(known, _)| *known == word);
        let what = format!("holds {word:?}, which is not one of peer, sender, helo, urls");
        about.push(found.ok_or_else(|| table.wrong("about", &what))?.1);
    }
    if about.is_empty() {
        about.push(About::Peer);
    }
    let codes = match table.get("codes") {
        None => Vec::new(),
        Some(Value::Object(codes)) => {
            let code = |(key, value): (&String, &Value)| code(table, key, value);
            codes.iter().map(code).collect::<Result<_, _>>()?
        }
        Some(_) => return Err(table.wrong("codes", "is not a table")),
    };
    let points = table.number("points", -1000.0..=1000.0)?.map(narrow);
    let words = [
        ("score", None),
        ("reject", Some(Effect::Reject)),
        ("allow", Some(Effect::Allow)),
    ];
    let action = table.choice("action", &words)?;
    let scored = if codes.is_empty() {
        Some(points.unwrap_or(POINTS))
    } else {
        points
    };
    let other = action.flatten().or(scored.map(Effect::Points));
    let tag = table.line("tag", 64)?;
    if tag.is_some_and(|tag| {
        !tag.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._:=-".contains(&b))
    }) {
        return Err(table.wrong("tag", "is not 1 to 64 of a-z A-Z 0-9 . _ : = -"));
    }
    Ok(List {
        name: table.line("name", 64)?.unwrap_or(&zone).to_owned(),
        about,
        codes,
        other,
        tag: tag.map(str::to_owned),
        reply: table.line("reply", 300)?.unwrap_or(REPLY).to_owned(),
        zone,
    })
}

fn code(table: &Table<'_>, key: &str, value: &Value) -> Result<(Codes, Effect), Mistake> {
    let wrong_key = format!("holds {key:?}, which is not like 127.0.0.2, 127.0.0.0/28 or &8");
    let codes = Codes::parse(key).ok_or_else(|| table.wrong("codes", &wrong_key))?;
    let effect = match (value.as_str(), value.as_f64()) {
        (Some("reject"), _) => Some(Effect::Reject),
        (Some("allow"), _) => Some(Effect::Allow),
        (None, Some(points)) if points.abs() <= 1000.0 => Some(Effect::Points(narrow(points))),
        _ => None,
    };
    let what = format!("{key} is not points, \"reject\" or \"allow\"");
    Ok((codes, effect.ok_or_else(|| table.wrong("codes:", &what))?))
}

#[expect(clippy::cast_possible_truncation, reason = "points are small")]
const fn narrow(points: f64) -> f32 {
    points as f32
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
    fn lists_are_read() {
        let settings = read(
            r#"{"list":[{"zone":"bl.example.","codes":{"127.0.0.4":"reject","&8":-1.5}},
                {"zone":"d.example","about":["sender","helo"],"action":"reject","tag":"bad"}]}"#,
        )
        .unwrap();
        let [first, second] = &settings.lists[..] else {
            panic!("two lists")
        };
        assert_eq!((first.zone.as_str(), first.other), ("bl.example", None));
        assert!(
            first
                .codes
                .contains(&(Codes::Bits(8), Effect::Points(-1.5)))
        );
        assert_eq!(second.about, [About::Sender, About::Helo]);
        assert_eq!(second.other, Some(Effect::Reject));
        assert!(
            settings
                .exempt
                .iter()
                .any(|glob| glob.matches("Postmaster@example.test"))
        );
        assert!(settings.asks_about(About::Helo) && !settings.asks_about(About::Urls));
    }

    #[track_caller]
    fn refused(json: &str, expected: &str) {
        testing::refused(Settings::read, json, expected);
    }

    #[test]
    fn mistakes_are_named() {
        refused(
            "{}",
            "[plugin.config]: list is missing: write [[plugin.config.list]]",
        );
        refused(r#"{"list":[{"zone":""}]}"#, "list 1: zone is missing");
        refused(
            r#"{"list":[{"zone":"a.b","name":"A","abuot":"peer"}]}"#,
            r#"list "A": there is no key "abuot"; did you mean "about"?"#,
        );
        refused(
            r#"{"list":[{"zone":"a.b","about":"client"}]}"#,
            r#"list 1: about holds "client", which is not one of peer, sender, helo, urls"#,
        );
        refused(
            r#"{"list":[{"zone":"a.b","codes":{"127.0.0.4":"deny"}}]}"#,
            r#"list 1: codes: 127.0.0.4 is not points, "reject" or "allow""#,
        );
        let many = [r#"{"zone":"a.b","about":["peer","helo","sender"]}"#; 7].join(",");
        refused(
            &format!(r#"{{"list":[{many}]}}"#),
            "[plugin.config]: list needs 21 questions; 20 a message are allowed",
        );
    }
}
