//! The `[relay]` section: how mail for other hosts leaves.

use super::ConfigError;
use serde::Deserialize;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;
use waxseal_settings::{Setting, Shape, Value};

/// The `[relay]` section.
#[derive(Debug, Clone, Deserialize, waxseal_settings::Setting)]
#[serde(default, deny_unknown_fields)]
pub struct RelayConfig {
    /// Which way mail for other hosts goes.
    pub mode: RelayMode,
    /// The smarthost, for mode `smarthost`.
    pub smarthost: Option<SmarthostConfig>,
    /// TLS towards exchanges found by MX.
    pub tls: TlsMode,
    /// PEM file of trust anchors for required and implicit TLS; those of Mozilla if not given.
    pub trust_anchors: Option<PathBuf>,
    /// Port of exchanges found by MX.
    pub port: u16,
    /// Whether exchanges at loopback, private, link-local and other addresses that are not of the
    /// public network may be connected to. Off, since any domain's MX record can name such an address.
    pub allow_private_addresses: bool,
    /// Connections to all destinations together.
    #[setting(min = 1, max = 100_000)]
    pub connections_max: usize,
    /// Connections to one destination at the same time.
    #[setting(min = 1, max = 100_000)]
    pub connections_per_destination_max: usize,
    /// Messages that wait for a connection or use one. More are put back for half a minute.
    #[setting(min = 1, max = 100_000)]
    pub messages_in_flight_max: usize,
    /// Recipients of one transaction; servers must take 100 (RFC 5321 §4.5.3.1.8).
    #[setting(min = 1, max = 100_000)]
    pub recipients_max: usize,
    /// Exchanges tried in one attempt, all their addresses counted (RFC 5321 §5.1 asks for two).
    #[setting(min = 1, max = 100_000)]
    pub addresses_max: usize,
    /// Seconds that a destination none of whose hosts could be reached is left alone; messages for
    /// it are deferred meanwhile.
    pub unreachable_secs: u64,
    /// Deadlines of each step. Past one, the attempt fails with 4xx and is repeated.
    pub timeouts: Timeouts,
}

/// Which way mail for other hosts goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, waxseal_settings::Setting)]
#[serde(rename_all = "lowercase")]
pub enum RelayMode {
    /// To the hosts the MX records of the recipient's domain name (RFC 5321 §5.1).
    #[default]
    Mx,
    /// All to one host.
    Smarthost,
    /// Nowhere: kept in the queue, deferred with `450 4.3.2`.
    Hold,
}

/// The host that takes all outgoing mail.
#[derive(Debug, Clone, Deserialize, waxseal_settings::Setting)]
#[serde(deny_unknown_fields)]
pub struct SmarthostConfig {
    /// Host name or IP address.
    pub host: String,
    /// Port.
    #[serde(default = "submission_port")]
    pub port: u16,
    /// How TLS is used towards it.
    #[serde(default = "required")]
    pub tls: TlsMode,
    /// User name for AUTH PLAIN; never sent without TLS.
    #[serde(default)]
    pub user: Option<String>,
    /// Password for AUTH PLAIN. The file should then be readable by the server only.
    #[serde(default)]
    pub password: Option<Secret>,
}

const fn submission_port() -> u16 {
    587
}

const fn required() -> TlsMode {
    TlsMode::Required
}

/// How TLS is used towards a next hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, waxseal_settings::Setting)]
#[serde(rename_all = "lowercase")]
pub enum TlsMode {
    /// STARTTLS where it is offered, without looking at the certificate; in the clear where it is
    /// not or fails (RFC 7435).
    #[default]
    Opportunistic,
    /// STARTTLS with a certificate that is valid for the host's name, or no delivery.
    Required,
    /// TLS from the first octet with a valid certificate (RFC 8314 §3.3), or no delivery.
    Implicit,
    /// Never.
    None,
}

impl TlsMode {
    /// Whether the certificate must be valid for the host's name.
    pub(crate) const fn is_verified(self) -> bool {
        match self {
            Self::Required | Self::Implicit => true,
            Self::Opportunistic | Self::None => false,
        }
    }
}

/// A text that is not shown by `Debug`.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl Setting for Secret {
    fn shape() -> Shape {
        Shape::Text("")
    }

    /// Nothing: it is a secret.
    fn value(&self) -> Value {
        Value::Absent
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Deadlines in seconds; the defaults are the minima of RFC 5321 §4.5.3.2.
#[derive(Debug, Clone, Copy, Deserialize, waxseal_settings::Setting)]
#[serde(default, deny_unknown_fields)]
pub struct Timeouts {
    /// TCP connection to one address.
    pub connect_secs: u64,
    /// TLS handshake.
    pub tls_secs: u64,
    /// The 220 greeting (§4.5.3.2.1).
    pub greeting_secs: u64,
    /// Replies to EHLO, HELO, STARTTLS, AUTH and MAIL (§4.5.3.2.2).
    pub mail_secs: u64,
    /// The reply to RCPT (§4.5.3.2.3).
    pub rcpt_secs: u64,
    /// The 354 reply to DATA (§4.5.3.2.4).
    pub data_secs: u64,
    /// Each block of message octets written (§4.5.3.2.5).
    pub block_secs: u64,
    /// The reply to the end of the message (§4.5.3.2.6).
    pub end_secs: u64,
    /// The reply to QUIT, which nothing depends on.
    pub quit_secs: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect_secs: 30,
            tls_secs: 60,
            greeting_secs: 300,
            mail_secs: 300,
            rcpt_secs: 300,
            data_secs: 120,
            block_secs: 180,
            end_secs: 600,
            quit_secs: 5,
        }
    }
}

impl Default for RelayConfig {
    fn default() -> Self {
        Self {
            mode: RelayMode::Mx,
            smarthost: None,
            tls: TlsMode::Opportunistic,
            trust_anchors: None,
            port: 25,
            allow_private_addresses: false,
            connections_max: 100,
            connections_per_destination_max: 4,
            messages_in_flight_max: 512,
            recipients_max: 100,
            addresses_max: 6,
            unreachable_secs: 60,
            timeouts: Timeouts::default(),
        }
    }
}

impl RelayConfig {
    /// How long an overflowing message is put back, in seconds.
    pub(crate) const OVERFLOW_SECS: u64 = 30;

    /// Checks bounds and that the smarthost is there when it is asked for.
    ///
    /// # Errors
    /// The first [`ConfigError`] found.
    pub fn check(&self) -> Result<(), ConfigError> {
        let counts = [
            (self.connections_max, "relay.connections_max"),
            (
                self.connections_per_destination_max,
                "relay.connections_per_destination_max",
            ),
            (self.messages_in_flight_max, "relay.messages_in_flight_max"),
            (self.recipients_max, "relay.recipients_max"),
            (self.addresses_max, "relay.addresses_max"),
        ];
        if let Some((_, key)) = counts.into_iter().find(|(n, _)| !(1..=100_000).contains(n)) {
            let bounds = "1 to 100000";
            return Err(ConfigError::OutOfBounds { key, bounds });
        }
        let text = |key: &'static str, reason: &str| ConfigError::Text {
            key,
            reason: reason.to_owned(),
        };
        match &self.smarthost {
            None if self.mode == RelayMode::Smarthost => {
                Err(text("relay.smarthost", "mode \"smarthost\" needs a host"))
            }
            Some(host) if host.user.is_some() != host.password.is_some() => Err(text(
                "relay.smarthost",
                "user and password come together or not at all",
            )),
            Some(host) if host.user.is_some() && !host.tls.is_verified() => Err(text(
                "relay.smarthost.tls",
                "a password is only sent under \"required\" or \"implicit\" TLS",
            )),
            Some(host) if host.host.trim().is_empty() => {
                Err(text("relay.smarthost.host", "the host is empty"))
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl Timeouts {
    /// Seconds as a duration, at least one second.
    pub(crate) const fn duration(secs: u64) -> Duration {
        Duration::from_secs(if secs == 0 { 1 } else { secs })
    }
}
