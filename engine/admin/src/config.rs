//! The `[admin]` section.

use serde::Deserialize;
use std::net::SocketAddr;

/// Where the observation port listens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, waxseal_settings::Setting)]
#[serde(default, deny_unknown_fields)]
pub struct AdminConfig {
    /// Address and port of health, readiness, metrics and the status page, in clear HTTP and
    /// without a password; keep it off public networks.
    pub address: SocketAddr,
}

impl Default for AdminConfig {
    fn default() -> Self {
        Self {
            address: SocketAddr::from(([127, 0, 0, 1], 8025)),
        }
    }
}
