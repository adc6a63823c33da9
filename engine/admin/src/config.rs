//! The `[admin]` section.

use serde::Deserialize;
use std::net::SocketAddr;

/// Where the observation port listens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdminConfig {
    /// Address and port of health, metrics and status page, in clear HTTP; keep it off public
    /// networks. Default `127.0.0.1:8025`.
    pub address: SocketAddr,
}

impl Default for AdminConfig {
    fn default() -> Self {
        Self {
            address: SocketAddr::from(([127, 0, 0, 1], 8025)),
        }
    }
}
