//! What a milter server may take up, and how it words what a mail server has no word for.

use serde::Deserialize;
use std::time::Duration;

/// Settings of a milter server: the table `[milter_server]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, waxseal_settings::Setting)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// Connections at once, each a session of the mail server. Further ones are closed at once,
    /// which the mail server answers by its own default action.
    #[setting(min = 1)]
    pub connections_max: u32,
    /// Seconds that a connection may be silent; 7,210 is what libmilter has. Past it the connection
    /// is closed.
    #[setting(min = 1)]
    pub idle_secs_max: u64,
    /// Recipients of one message. Past it: 452 4.5.3.
    pub recipients_max: u32,
    /// Octets of a header section. Past it: 552 5.3.4.
    pub header_bytes_max: u64,
    /// Octets of a message. Past it: 552 5.3.4.
    pub message_bytes_max: u64,
    /// What becomes of a message that the filter quarantines (accept, but into Junk).
    pub quarantine: Quarantine,
    /// Seconds between two signs of life while the filter judges a message.
    #[setting(min = 1)]
    pub progress_secs: u64,
    /// Permissions of a Unix socket, as in `chmod`, such as `"660"`; those of the umask if not
    /// given.
    pub socket_mode: Option<String>,
}

/// What becomes of a quarantined message. Mail servers know no Junk mailbox: that is for delivery to
/// decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, waxseal_settings::Setting)]
#[serde(rename_all = "lowercase")]
pub enum Quarantine {
    /// It gets the header fields `X-Spam-Flag: YES` and `X-Waxseal-Quarantine: why`.
    #[default]
    Mark,
    /// The mail server keeps it until somebody looks at it.
    Hold,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            connections_max: 1_000,
            idle_secs_max: 7_210,
            recipients_max: 10_000,
            header_bytes_max: 1024 * 1024,
            message_bytes_max: 64 * 1024 * 1024,
            quarantine: Quarantine::default(),
            progress_secs: 10,
            socket_mode: None,
        }
    }
}

impl ServerConfig {
    /// What is wrong with the values, naming the setting.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let values = [
            ("connections_max", u64::from(self.connections_max)),
            ("idle_secs_max", self.idle_secs_max),
            ("progress_secs", self.progress_secs),
        ];
        if let Some((name, _)) = values.iter().find(|(_, value)| *value == 0) {
            return Some(format!("milter_server.{name} is 0"));
        }
        let mode = self.socket_mode.as_ref()?;
        self.mode()
            .is_none()
            .then(|| format!("milter_server.socket_mode {mode:?} is not like \"660\""))
    }

    /// `socket_mode` as a number.
    #[must_use]
    pub fn mode(&self) -> Option<u32> {
        let mode = u32::from_str_radix(self.socket_mode.as_deref()?, 8).ok()?;
        (mode <= 0o777).then_some(mode)
    }

    pub(crate) const fn idle(&self) -> Duration {
        Duration::from_secs(self.idle_secs_max)
    }

    pub(crate) const fn progress(&self) -> Duration {
        Duration::from_secs(self.progress_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let config: ServerConfig = toml::from_str(text).unwrap();
        assert_eq!(config.problem().as_deref(), expected);
    }

    #[test]
    fn values() {
        check("", None);
        check("quarantine = \"hold\"\nsocket_mode = \"0660\"", None);
        check(
            "idle_secs_max = 0",
            Some("milter_server.idle_secs_max is 0"),
        );
        check(
            "socket_mode = \"rw\"",
            Some("milter_server.socket_mode \"rw\" is not like \"660\""),
        );
        check(
            "socket_mode = \"7777\"",
            Some("milter_server.socket_mode \"7777\" is not like \"660\""),
        );
        assert!(toml::from_str::<ServerConfig>("idle = 1").is_err());
    }
}
