//! What the administrator writes about a milter: a table `[[milter]]`.

use crate::socket::Socket;
use serde::Deserialize;
use std::time::Duration;
use waxseal_ports::filter::{OnFailure, Protocol};

/// One existing milter as a filter: a table `[[milter]]`. Milters are asked in the order in which
/// they are written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, waxseal_settings::Setting)]
#[serde(deny_unknown_fields)]
pub struct MilterConfig {
    /// Its name here, in logs, metrics and traces: 1 to 32 of `a-z 0-9 -`, beginning with a letter,
    /// different from all others.
    pub name: String,
    /// Where it listens: `inet:HOST:PORT`, `inet:PORT@HOST` or `unix:/PATH`.
    pub socket: Socket,
    /// Whether it is asked before the plugins; otherwise after them, so that it sees (and a signer
    /// signs) what they left.
    #[serde(default)]
    pub before_plugins: bool,
    /// The sessions it is asked about.
    #[serde(default = "every_protocol")]
    #[setting(len_min = 1)]
    pub protocols: Vec<MilterProtocol>,
    /// What a failure of the milter means for the client.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// Whether its verdict may replace a stricter one of a former filter.
    #[serde(default)]
    pub trusted: bool,
    /// What it may take. Past a limit the call fails, and `on_failure` answers.
    #[serde(default)]
    pub limits: MilterLimits,
}

/// What one milter may take: the table `[milter.limits]`. Past a limit the call fails, and
/// `on_failure` answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, waxseal_settings::Setting)]
#[serde(default, deny_unknown_fields)]
pub struct MilterLimits {
    /// Seconds to connect and negotiate.
    #[setting(min = 1)]
    pub connect_secs_max: u64,
    /// Seconds for the answer to one command, header field or part of the body.
    #[setting(min = 1)]
    pub command_secs_max: u64,
    /// Seconds for the answer to a whole message, counted anew whenever the milter says that it is
    /// still at work.
    #[setting(min = 1)]
    pub message_secs_max: u64,
    /// Changes to one message.
    pub changes_max: u32,
    /// Octets of a body that takes the place of the former one.
    pub body_bytes_max: u64,
    /// Connections kept open between sessions, where the milter's protocol allows that (version 6,
    /// command `K`). 0, none, unless you know better: libmilter up to 8.17, and with it opendkim,
    /// offers version 6 but answers no second session. rspamd does.
    pub idle_connections_max: u32,
    /// Seconds that such a connection may have waited to be used again. What waited longer is
    /// closed when the next session comes.
    pub idle_secs_max: u64,
    /// Failures in a row after which the milter is not asked for 1, 2, 4 … 60 s; 0 for never.
    /// Meanwhile `on_failure` answers.
    pub breaker_failures_max: u32,
}

/// A protocol whose sessions a milter can be asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, waxseal_settings::Setting)]
#[serde(rename_all = "lowercase")]
pub enum MilterProtocol {
    /// Port 25.
    Smtp,
    /// Ports 587 and 465.
    Submission,
    /// LMTP.
    Lmtp,
}

impl Default for MilterLimits {
    fn default() -> Self {
        Self {
            connect_secs_max: 10,
            command_secs_max: 30,
            message_secs_max: 300,
            changes_max: 1_000,
            body_bytes_max: 64 * 1024 * 1024,
            idle_connections_max: 0,
            idle_secs_max: 60,
            breaker_failures_max: 10,
        }
    }
}

impl MilterLimits {
    pub(crate) const fn connect(&self) -> Duration {
        Duration::from_secs(self.connect_secs_max)
    }

    pub(crate) const fn command(&self) -> Duration {
        Duration::from_secs(self.command_secs_max)
    }

    pub(crate) const fn message(&self) -> Duration {
        Duration::from_secs(self.message_secs_max)
    }
}

impl MilterConfig {
    /// A milter with all defaults.
    #[must_use]
    pub fn new(name: impl Into<String>, socket: Socket) -> Self {
        Self {
            name: name.into(),
            socket,
            before_plugins: false,
            protocols: every_protocol(),
            on_failure: OnFailure::default(),
            trusted: false,
            limits: MilterLimits::default(),
        }
    }

    /// Whether it is asked about sessions of `protocol`.
    pub(crate) fn concerns(&self, protocol: Protocol) -> bool {
        self.protocols.iter().any(|ours| ours.port() == protocol)
    }

    /// What is wrong with the values of `milters`, each with its place in the list and the key.
    #[must_use]
    pub fn problems(milters: &[Self]) -> Vec<(usize, &'static str, String)> {
        let mut problems = Vec::new();
        for (index, milter) in milters.iter().enumerate() {
            if !is_milter_name(&milter.name) {
                let text = "a milter's name is 1 to 32 of a-z 0-9 - and begins with a letter";
                problems.push((index, "name", text.to_owned()));
            }
            if milters
                .iter()
                .take(index)
                .any(|other| other.name == milter.name)
            {
                problems.push((index, "name", "two milters have this name".to_owned()));
            }
            if milter.protocols.is_empty() {
                problems.push((
                    index,
                    "protocols",
                    "it is asked about no protocol".to_owned(),
                ));
            }
            let limits = &milter.limits;
            let times = [
                ("connect_secs_max", limits.connect_secs_max),
                ("command_secs_max", limits.command_secs_max),
                ("message_secs_max", limits.message_secs_max),
            ];
            let zero = times.iter().find(|(_, secs)| *secs == 0);
            problems.extend(zero.map(|(name, _)| (index, "limits", format!("{name} is 0"))));
        }
        problems
    }
}

impl MilterProtocol {
    const fn port(self) -> Protocol {
        match self {
            Self::Smtp => Protocol::Smtp,
            Self::Submission => Protocol::Submission,
            Self::Lmtp => Protocol::Lmtp,
        }
    }
}

fn every_protocol() -> Vec<MilterProtocol> {
    vec![
        MilterProtocol::Smtp,
        MilterProtocol::Submission,
        MilterProtocol::Lmtp,
    ]
}

fn is_milter_name(name: &str) -> bool {
    let plain = |octet| matches!(octet, b'a'..=b'z' | b'0'..=b'9' | b'-');
    (1..=32).contains(&name.len())
        && name.bytes().all(plain)
        && name.starts_with(|first: char| first.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        milter: Vec<MilterConfig>,
    }

    #[test]
    fn reads_the_documented_form() {
        let text = r#"
            [[milter]]
            name = "rspamd"
            socket = "inet:127.0.0.1:11332"
            before_plugins = true
            on_failure = "skip"
            protocols = ["smtp"]
            limits.message_secs_max = 60
            [[milter]]
            name = "opendkim"
            socket = "unix:/run/opendkim/opendkim.sock"
        "#;
        let file: File = toml::from_str(text).unwrap();
        let rspamd = &file.milter[0];
        assert!(rspamd.before_plugins && !rspamd.trusted);
        assert_eq!(rspamd.on_failure, OnFailure::Skip);
        assert!(rspamd.concerns(Protocol::Smtp) && !rspamd.concerns(Protocol::Lmtp));
        assert_eq!(rspamd.limits.message_secs_max, 60);
        assert_eq!(rspamd.limits.command_secs_max, 30);
        let socket: Socket = "unix:/run/opendkim/opendkim.sock".parse().unwrap();
        assert_eq!(file.milter[1], MilterConfig::new("opendkim", socket));
        assert!(MilterConfig::problems(&file.milter).is_empty());
        for wrong in [
            "[[milter]]\nname = \"a\"\nsocket = \"8891\"",
            "[[milter]]\nname = \"a\"\nsocket = \"inet:h:1\"\nprotocols = [\"imap\"]",
            "[[milter]]\nname = \"a\"\nsocket = \"inet:h:1\"\non_fail = \"skip\"",
        ] {
            assert!(toml::from_str::<File>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_what_is_wrong() {
        let socket = || "inet:127.0.0.1:1".parse().unwrap();
        let mut milters = vec![
            MilterConfig::new("Bad", socket()),
            MilterConfig::new("a", socket()),
            MilterConfig::new("a", socket()),
        ];
        milters[1].protocols.clear();
        milters[2].limits.command_secs_max = 0;
        expect_test::expect![[r#"
            [
                (
                    0,
                    "name",
                    "a milter's name is 1 to 32 of a-z 0-9 - and begins with a letter",
                ),
                (
                    1,
                    "protocols",
                    "it is asked about no protocol",
                ),
                (
                    2,
                    "name",
                    "two milters have this name",
                ),
                (
                    2,
                    "limits",
                    "command_secs_max is 0",
                ),
            ]
        "#]]
        .assert_debug_eq(&MilterConfig::problems(&milters));
    }
}
