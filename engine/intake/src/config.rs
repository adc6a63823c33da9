//! The `[smtp]` section.

use waxseal_mail::Domain;
use waxseal_smtp::server::{LimitError, Limits};

/// Settings of intake; the `[smtp]` section.
#[derive(
    Debug, Clone, PartialEq, Eq, serde::Deserialize, serde::Serialize, waxseal_settings::Setting,
)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The name of this host: in the greeting, in Received and in the Message-ID fields that are
    /// added.
    #[setting(skip)]
    pub hostname: String,
    /// Seconds for the handshake after STARTTLS. Past it the connection is closed.
    pub handshake_secs_max: u64,
    /// Limits of sessions and messages.
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            hostname: "localhost".to_owned(),
            handshake_secs_max: 30,
            limits: Limits::default(),
        }
    }
}

/// Why the settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The name of this host is no domain name.
    #[error("hostname {0:?} is not a domain name")]
    Hostname(String),
    /// A limit is too low.
    #[error("limits: {0}")]
    Limit(#[from] LimitError),
}

impl Config {
    /// Checks what types cannot say.
    ///
    /// # Errors
    /// The first [`ConfigError`].
    pub fn check(&self) -> Result<(), ConfigError> {
        self.limits.check()?;
        Domain::parse(&self.hostname)
            .map(drop)
            .map_err(|_| ConfigError::Hostname(self.hostname.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_named() {
        assert_eq!(Config::default().check(), Ok(()));
        let config = Config {
            hostname: "not a name".into(),
            ..Config::default()
        };
        let error = config.check().unwrap_err().to_string();
        assert_eq!(error, "hostname \"not a name\" is not a domain name");
    }
}
