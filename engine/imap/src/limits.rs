//! The limits of one session; each has a documented answer.

/// Limits of an IMAP session.
#[derive(
    Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, waxseal_settings::Setting,
)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Octets of one command without its literals, and of one line. Past it: `* BYE [TOOBIG]`.
    pub line_octets_max: usize,
    /// Octets of one command, and of one literal, before login. Past it: `* BYE [TOOBIG]`, or `NO
    /// [TOOBIG]` for a literal that was only announced.
    pub unauthenticated_octets_max: usize,
    /// Octets of a literal that is an argument, not a message. Past it: `NO [TOOBIG]` before it is
    /// sent, `* BYE` where the client does not wait for leave.
    pub literal_octets_max: u64,
    /// Octets of all arguments of one command, literals included. Past it: `* BYE [TOOBIG]`.
    pub command_octets_max: usize,
    /// Octets of one appended message; announced as APPENDLIMIT (RFC 7889). Past it: `NO [TOOBIG]`
    /// before it is sent, `* BYE` where the client does not wait for leave.
    pub message_octets_max: u64,
    /// Messages of one APPEND (RFC 3502). Past it: `NO [LIMIT]`.
    pub append_messages_max: usize,
    /// Nesting of search keys and parentheses. Past it: `BAD`.
    pub nesting_max: usize,
    /// Search keys of one SEARCH. Past it: `BAD`.
    pub search_keys_max: usize,
    /// Ranges of one set of messages, such as `1:3,7,9:*`. Past it: `BAD`.
    pub set_ranges_max: usize,
    /// Data items of one FETCH. Past it: `BAD`.
    pub fetch_items_max: usize,
    /// Malformed commands in a row. At it: `* BYE`.
    pub bad_commands_max: u32,
    /// Octets of one part decoded for FETCH BINARY or SEARCH; a larger part is answered with
    /// `NO [LIMIT]` (FETCH) or searched up to there (SEARCH).
    pub decoded_octets_max: usize,
    /// Messages asked from the store at a time.
    pub batch_messages: usize,
    /// Octets of output after which it is sent; bodies over a fourth of it are streamed.
    pub output_octets: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line_octets_max: 65_536,
            unauthenticated_octets_max: 8_192,
            literal_octets_max: 65_536,
            command_octets_max: 262_144,
            message_octets_max: 67_108_864,
            append_messages_max: 100,
            nesting_max: 32,
            search_keys_max: 1_000,
            set_ranges_max: 10_000,
            fetch_items_max: 128,
            bad_commands_max: 10,
            decoded_octets_max: 67_108_864,
            batch_messages: 128,
            output_octets: 131_072,
        }
    }
}
