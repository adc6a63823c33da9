//! The limits of a session, by the names of RFC 5321 §4.5.3.

/// Limits of one SMTP or LMTP listener. Each names the reply past it.
#[derive(
    Debug, Clone, PartialEq, Eq, serde::Deserialize, serde::Serialize, waxseal_settings::Setting,
)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Octets of a command line with CRLF; at least 512 (RFC 5321 §4.5.3.1.4), and 1,212 with the
    /// parameters of the extensions announced. Past it: 500 5.5.2.
    #[setting(min = 512)]
    pub command_line_octets_max: usize,
    /// Octets of a line of an authentication exchange; at least 12,288 (RFC 4954 §4). Past it:
    /// 500 5.5.6.
    #[setting(min = 12_288)]
    pub auth_line_octets_max: usize,
    /// Octets of a line of text in a message; at least 1,000 (RFC 5321 §4.5.3.1.6). Past it:
    /// 550 5.6.0.
    #[setting(min = 1_000)]
    pub text_line_octets_max: usize,
    /// Recipients of one transaction (RFC 5321 §4.5.3.1.8 asks for at least 100). Past it: 452
    /// 4.5.3, which makes the client send the message again to the rest.
    #[setting(min = 100)]
    pub recipients_max: usize,
    /// Octets of a message; announced as SIZE. Past it: 552 5.3.4, at MAIL already where the client
    /// said the size.
    #[setting(min = 65_536)]
    pub message_octets_max: u64,
    /// Octets of a header section. Past it: 552 5.3.4.
    #[setting(min = 65_536)]
    pub header_octets_max: usize,
    /// Header fields of a message. Past it: 552 5.3.4.
    #[setting(min = 100)]
    pub header_fields_max: usize,
    /// Received fields of a message from which it counts as looping (RFC 5321 §6.3). At it: 554
    /// 5.4.6.
    #[setting(min = 100)]
    pub received_fields_max: usize,
    /// Transactions of one session. Past it: 421 4.7.0.
    #[setting(min = 1)]
    pub transactions_max: u32,
    /// Commands in a row that were not understood. At it: 421 4.7.0.
    #[setting(min = 1)]
    pub errors_max: u32,
    /// Recipients refused in one session. Past it: 421 4.7.0.
    #[setting(min = 1)]
    pub refused_recipients_max: u32,
    /// Failed logins in one session. At it: 421 4.7.0.
    #[setting(min = 3)]
    pub auth_failures_max: u32,
    /// Seconds for a whole command line to come (RFC 5321 §4.5.3.2.7 asks for at least 300). Past
    /// it: 421 4.4.2.
    #[setting(min = 300)]
    pub command_secs_max: u64,
    /// Seconds for the next 64 KiB of a message to come (RFC 5321 §4.5.3.2.5 asks for at least
    /// 180). Past it: 421 4.4.2.
    #[setting(min = 180)]
    pub data_block_secs_max: u64,
    /// Seconds for a whole message to come. Past it: 421 4.4.2.
    #[setting(min = 600)]
    pub data_secs_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            command_line_octets_max: 2048,
            auth_line_octets_max: 12_288,
            text_line_octets_max: 1_048_576,
            recipients_max: 1000,
            message_octets_max: 52_428_800,
            header_octets_max: 1_048_576,
            header_fields_max: 2000,
            received_fields_max: 100,
            transactions_max: 10_000,
            errors_max: 10,
            refused_recipients_max: 100,
            auth_failures_max: 10,
            command_secs_max: 300,
            data_block_secs_max: 300,
            data_secs_max: 3600,
        }
    }
}

/// A limit that is set lower than the standard or common sense allows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key} is {value}, but has to be at least {min}")]
pub struct LimitError {
    /// The key.
    pub key: &'static str,
    /// Its value.
    pub value: u64,
    /// The least allowed.
    pub min: u64,
}

impl Limits {
    /// Checks every limit against its least allowed value.
    ///
    /// # Errors
    /// The first [`LimitError`].
    pub fn check(&self) -> Result<(), LimitError> {
        let octets = |value: usize| u64::try_from(value).unwrap_or(u64::MAX);
        let rules = [
            (
                "command_line_octets_max",
                octets(self.command_line_octets_max),
                512,
            ),
            (
                "auth_line_octets_max",
                octets(self.auth_line_octets_max),
                12_288,
            ),
            (
                "text_line_octets_max",
                octets(self.text_line_octets_max),
                1000,
            ),
            ("recipients_max", octets(self.recipients_max), 100),
            ("message_octets_max", self.message_octets_max, 65_536),
            ("header_octets_max", octets(self.header_octets_max), 65_536),
            ("header_fields_max", octets(self.header_fields_max), 100),
            ("received_fields_max", octets(self.received_fields_max), 100),
            ("transactions_max", self.transactions_max.into(), 1),
            ("errors_max", self.errors_max.into(), 1),
            (
                "refused_recipients_max",
                self.refused_recipients_max.into(),
                1,
            ),
            ("auth_failures_max", self.auth_failures_max.into(), 3),
            ("command_secs_max", self.command_secs_max, 300),
            ("data_block_secs_max", self.data_block_secs_max, 180),
            ("data_secs_max", self.data_secs_max, 600),
        ];
        let broken = rules.into_iter().find(|(_, value, min)| value < min);
        broken.map_or(Ok(()), |(key, value, min)| {
            Err(LimitError { key, value, min })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_allowed_and_less_than_the_standard_is_not() {
        assert_eq!(Limits::default().check(), Ok(()));
        let strict = Limits {
            recipients_max: 99,
            ..Limits::default()
        };
        assert_eq!(
            strict.check().unwrap_err().to_string(),
            "recipients_max is 99, but has to be at least 100"
        );
    }
}
