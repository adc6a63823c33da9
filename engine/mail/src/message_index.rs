//! What is computed once about a message and kept beside it.

/// Facts about a message's octets that clients ask for again and again. Made by the `mime` room when
/// the message is stored, kept by the store as it is, read by IMAP and by plugins.
///
/// Offsets count octets of the stored message (trace fields on top included). The encoded form is
/// the store's business; it must round-trip.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessageIndex {
    /// Octets of the whole message: RFC822.SIZE.
    pub size: u64,
    /// Octets of the header section, the empty line included.
    pub header_octets: u64,
    /// Lines of the whole message's body, as BODYSTRUCTURE counts them.
    pub body_lines: u64,
    /// The ENVELOPE response data with its parentheses (RFC 9051 §7.5.2), ready to send.
    pub envelope: Vec<u8>,
    /// The BODYSTRUCTURE response data with extension data, ready to send.
    pub bodystructure: Vec<u8>,
    /// The BODY response data (no extension data), ready to send.
    pub body: Vec<u8>,
    /// All parts in depth-first order; the first is the message itself.
    pub parts: Vec<Part>,
    /// The Date field as Unix seconds, with its zone applied; `None` if absent or malformed.
    pub date_unix_secs: Option<i64>,
    /// The decoded Subject as UTF-8; empty if absent.
    pub subject: String,
    /// First mailbox of From, if any.
    pub from: Option<Address>,
    /// Message-ID without angle brackets; empty if absent.
    pub message_id: String,
    /// A limit (depth, part count) stopped the parser; `parts` ends there.
    pub truncated: bool,
}

/// One address of a header field, decoded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Address {
    /// Display name as UTF-8; empty if absent.
    pub name: String,
    /// `local-part@domain` as written.
    pub address: String,
}

/// One MIME part (RFC 2045).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Part {
    /// The IMAP section number path, for example `[1, 2]`; empty for the message itself.
    pub section: Vec<u32>,
    /// Index of the enclosing part in [`MessageIndex::parts`].
    pub parent: Option<u32>,
    /// Media type in lower case, for example `text`.
    pub media_type: String,
    /// Subtype in lower case, for example `plain`.
    pub media_subtype: String,
    /// The charset parameter in lower case; empty if absent.
    pub charset: String,
    /// Disposition in lower case (`inline`, `attachment`); empty if absent.
    pub disposition: String,
    /// Decoded file name from Content-Disposition or Content-Type; empty if absent.
    pub file_name: String,
    /// How the content is encoded.
    pub encoding: TransferEncoding,
    /// Where the part's MIME header section starts.
    pub header_start: u64,
    /// Where the part's content starts (after the empty line).
    pub content_start: u64,
    /// Where the part's content ends (before the CRLF of the next boundary).
    pub content_end: u64,
    /// Whether this is a `message/rfc822` (or `message/global`) whose inside was parsed: its inner
    /// message starts at `content_start` and the inner header section ends at this offset.
    pub inner_header_end: Option<u64>,
}

/// Content-Transfer-Encoding (RFC 2045 §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TransferEncoding {
    /// `7bit`, `8bit`, `binary`, absent or unknown.
    #[default]
    Identity,
    /// `base64`.
    Base64,
    /// `quoted-printable`.
    QuotedPrintable,
}
