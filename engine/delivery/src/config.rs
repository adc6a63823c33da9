//! The `[delivery]` and `[relay]` sections of the configuration.

mod relay;

pub use relay::{RelayConfig, RelayMode, Secret, SmarthostConfig, Timeouts, TlsMode};

use serde::Deserialize;

/// The `[delivery]` section: batches, retries, reports.
#[derive(Debug, Clone, Deserialize, waxseal_settings::Setting)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Messages taken from the queue at once.
    #[setting(min = 1, max = 1_000)]
    pub claim_max: usize,
    /// Messages being delivered at the same time, local and relayed together. Others wait in the
    /// queue.
    #[setting(min = 1, max = 1_000_000)]
    pub messages_in_flight_max: usize,
    /// How long a graceful stop waits for attempts under way before their leases are given back,
    /// in seconds.
    #[setting(skip)]
    pub stop_secs_max: u64,
    /// Whether `alice+lists@…` goes to alice's mailbox `lists`, made if missing (RFC 5233). Anyone
    /// who writes to such an address then makes mailboxes, so it is off unless asked for.
    pub subaddress_mailboxes: bool,
    /// The mailbox where quarantined messages are kept; made if missing.
    pub junk_mailbox: String,
    /// Where mail for `<Postmaster>` without a domain goes; `postmaster@` the server's own name, or
    /// at the first hosted domain, if not given (RFC 5321 §4.5.1).
    pub postmaster: Option<String>,
    /// Handovers to transports of plugins.
    pub transport: TransportConfig,
    /// When deferred recipients are tried again.
    pub retry: RetryConfig,
    /// Delivery status notifications.
    pub report: ReportConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            claim_max: 64,
            messages_in_flight_max: 1_024,
            stop_secs_max: 20,
            subaddress_mailboxes: false,
            junk_mailbox: "Junk".to_owned(),
            postmaster: None,
            transport: TransportConfig::default(),
            retry: RetryConfig::default(),
            report: ReportConfig::default(),
        }
    }
}

/// The `[delivery.transport]` section: transports that plugins are.
#[derive(Debug, Clone, Deserialize, waxseal_settings::Setting)]
#[serde(default, deny_unknown_fields)]
pub struct TransportConfig {
    /// Messages being handed to transports at the same time, all transports together. Others wait
    /// 30 seconds for their next attempt, so that a slow transport holds up nobody else.
    #[setting(min = 1, max = 1_000_000)]
    pub messages_in_flight_max: usize,
    /// Handovers of one message in one attempt. The rest follow in the next, at once.
    #[setting(min = 1)]
    pub handovers_max: u32,
}

impl Default for TransportConfig {
    fn default() -> Self {
        Self {
            messages_in_flight_max: 64,
            handovers_max: 50,
        }
    }
}

/// The `[delivery.retry]` section (RFC 5321 §4.5.4.1).
#[derive(Debug, Clone, Deserialize, waxseal_settings::Setting)]
#[serde(default, deny_unknown_fields)]
pub struct RetryConfig {
    /// Waits between one attempt and the next, in seconds; the last repeats. They are counted by
    /// the message's age, so that neither a restart nor a manual retry shifts them.
    #[setting(min = 1, len_min = 1)]
    pub delays_secs: Vec<u64>,
    /// Age of a message, in seconds, at which recipients that are still deferred fail and the
    /// sender gets a report; RFC 5321 asks for four to five days.
    pub give_up_secs: u64,
    /// Age of a message, in seconds, at which its sender is told of a delay; 0 for never.
    pub delay_report_secs: u64,
}

impl Default for RetryConfig {
    fn default() -> Self {
        Self {
            delays_secs: vec![300, 900, 1_800, 3_600, 7_200, 14_400],
            give_up_secs: 5 * 86_400,
            delay_report_secs: 4 * 3_600,
        }
    }
}

/// The `[delivery.report]` section (RFC 3461, RFC 3464).
#[derive(Debug, Clone, Deserialize, waxseal_settings::Setting)]
#[serde(default, deny_unknown_fields)]
pub struct ReportConfig {
    /// Octets of a message up to which a report returns the whole of it; of a larger one it returns
    /// the header section only, even for RET=FULL.
    pub return_octets_max: u64,
    /// Octets of a returned header section; a longer one is cut.
    pub header_octets_max: u64,
}

impl Default for ReportConfig {
    fn default() -> Self {
        Self {
            return_octets_max: 1_048_576,
            header_octets_max: 65_536,
        }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A number lies outside its bounds.
    #[error("{key} must be {bounds}")]
    OutOfBounds {
        /// The key, with its section.
        key: &'static str,
        /// What it may be.
        bounds: &'static str,
    },
    /// A text is not what it must be.
    #[error("{key}: {reason}")]
    Text {
        /// The key, with its section.
        key: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The trust anchors cannot be used.
    #[error("relay.trust_anchors: {0}")]
    TrustAnchors(#[source] waxseal_net::TlsError),
}

impl Config {
    /// Checks bounds and names.
    ///
    /// # Errors
    /// The first [`ConfigError`] found.
    pub fn check(&self) -> Result<(), ConfigError> {
        let bounds = [
            (
                (1..=1_000).contains(&self.claim_max),
                "delivery.claim_max",
                "1 to 1000",
            ),
            (
                (1..=1_000_000).contains(&self.messages_in_flight_max),
                "delivery.messages_in_flight_max",
                "1 to 1000000",
            ),
            (
                (1..=1_000_000).contains(&self.transport.messages_in_flight_max),
                "delivery.transport.messages_in_flight_max",
                "1 to 1000000",
            ),
            (
                self.transport.handovers_max > 0,
                "delivery.transport.handovers_max",
                "above 0",
            ),
            (
                self.retry.delays_secs.iter().all(|delay| *delay > 0)
                    && !self.retry.delays_secs.is_empty(),
                "delivery.retry.delays_secs",
                "one or more numbers above 0",
            ),
        ];
        if let Some((_, key, bounds)) = bounds.into_iter().find(|(valid, _, _)| !valid) {
            return Err(ConfigError::OutOfBounds { key, bounds });
        }
        let text = |key: &'static str, reason: String| ConfigError::Text { key, reason };
        waxseal_mail::MailboxName::new(&self.junk_mailbox)
            .map_err(|e| text("delivery.junk_mailbox", e.to_string()))?;
        if let Some(postmaster) = &self.postmaster {
            waxseal_mail::Mailbox::parse(postmaster)
                .map_err(|e| text("delivery.postmaster", e.to_string()))?;
        }
        Ok(())
    }
}
