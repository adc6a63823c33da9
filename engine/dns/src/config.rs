//! The `[dns]` section of the configuration.

use serde::Deserialize;
use std::net::SocketAddr;

/// The `[dns]` section.
#[derive(Debug, Clone, Deserialize, waxseal_settings::Setting)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Recursive name servers; those of the system (`/etc/resolv.conf`) if empty.
    pub servers: Vec<SocketAddr>,
    /// Seconds that one server may take for one answer; then the question is sent again.
    #[setting(min = 1, max = 60)]
    pub timeout_secs: u64,
    /// How often a question is sent again.
    #[setting(max = 10)]
    pub retries: usize,
    /// Seconds that one question may take with all retries and aliases. Past it the message waits
    /// for its next attempt.
    #[setting(min = 1, max = 600)]
    pub total_secs_max: u64,
    /// Answers kept in memory for as long as they are valid.
    pub cache_entries_max: u64,
    /// Whether `/etc/hosts` is looked at first.
    pub hosts_file: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            servers: Vec::new(),
            timeout_secs: 5,
            retries: 2,
            total_secs_max: 30,
            cache_entries_max: 8_192,
            hosts_file: true,
        }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A number lies outside its bounds.
    #[error("{key} must be {bounds}")]
    OutOfBounds {
        /// The key, with its section.
        key: &'static str,
        /// What it may be.
        bounds: &'static str,
    },
    /// The resolver could not be built.
    #[error("the resolver cannot be set up: {0}")]
    SetUp(String),
}

impl Config {
    /// Checks bounds.
    ///
    /// # Errors
    /// The first [`ConfigError`] found.
    pub fn check(&self) -> Result<(), ConfigError> {
        let bounds = [
            (
                (1..=60).contains(&self.timeout_secs),
                "dns.timeout_secs",
                "1 to 60",
            ),
            (self.retries <= 10, "dns.retries", "0 to 10"),
            (
                (1..=600).contains(&self.total_secs_max),
                "dns.total_secs_max",
                "1 to 600",
            ),
        ];
        match bounds.into_iter().find(|(valid, _, _)| !valid) {
            Some((_, key, bounds)) => Err(ConfigError::OutOfBounds { key, bounds }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_checked() {
        assert_eq!(Config::default().check(), Ok(()));
        let never = Config {
            total_secs_max: 0,
            ..Config::default()
        };
        let message = never.check().unwrap_err().to_string();
        assert_eq!(message, "dns.total_secs_max must be 1 to 600");
    }
}
