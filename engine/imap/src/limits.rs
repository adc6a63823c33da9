//! The limits of one session; each has a documented answer.

/// Limits of an IMAP session.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Octets of one command without its literals, and of one line: more is answered with BYE.
    pub line_octets_max: usize,
    /// Octets of one command and of one literal before login: more is answered with BYE or
    /// `NO [TOOBIG]`.
    pub unauthenticated_octets_max: usize,
    /// Octets of a literal that is an argument (not a message): `NO [TOOBIG]` before it is sent,
    /// BYE for a non-synchronizing one.
    pub literal_octets_max: u64,
    /// Octets of all arguments of one command, literals included: BYE.
    pub command_octets_max: usize,
    /// Octets of one appended message (RFC 7889): `NO [TOOBIG]` before it is sent, BYE for a
    /// non-synchronizing one.
    pub message_octets_max: u64,
    /// Messages of one APPEND (RFC 3502): `NO [LIMIT]`.
    pub append_messages_max: usize,
    /// Nesting of search keys and parentheses: BAD.
    pub nesting_max: usize,
    /// Search keys in one SEARCH: BAD.
    pub search_keys_max: usize,
    /// Ranges in one sequence set: BAD.
    pub set_ranges_max: usize,
    /// Data items in one FETCH: BAD.
    pub fetch_items_max: usize,
    /// Malformed commands in a row: BYE after the last.
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
