//! A protocol extension: one page, one or more wire tokens.

use serde::Deserialize;

/// Standing of an extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExtensionStatus {
    /// Internet or Draft Standard.
    Standard,
    /// Proposed Standard.
    Proposed,
    /// Experimental RFC.
    Experimental,
    /// Informational RFC.
    Informational,
    /// Moved to Historic.
    Historic,
    /// Replaced by something newer.
    Obsolete,
    /// Internet-Draft.
    Draft,
    /// One vendor's own.
    Vendor,
}

impl ExtensionStatus {
    /// The words shown to readers.
    pub fn words(self) -> &'static str {
        match self {
            Self::Standard => "Internet Standard",
            Self::Proposed => "Proposed Standard",
            Self::Experimental => "Experimental",
            Self::Informational => "Informational",
            Self::Historic => "Historic",
            Self::Obsolete => "Obsolete",
            Self::Draft => "Internet-Draft",
            Self::Vendor => "Vendor extension",
        }
    }
}

/// An RFC that defines or changes the extension.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// RFC number.
    pub rfc: u32,
    /// Whether this is the text in force.
    #[serde(default)]
    pub current: bool,
}

/// How a wire token is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Match {
    /// The whole word.
    Exact,
    /// The beginning of a word, as in `AUTH=`.
    Prefix,
}

/// What a server announces on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// The token as announced.
    pub text: String,
    /// How it is compared.
    #[serde(rename = "match")]
    pub matching: Match,
}

/// Front matter of `extensions/<protocol>/<slug>.md`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// Protocol id.
    pub protocol: String,
    /// Name in addresses, unique in the protocol.
    pub slug: String,
    /// Name shown.
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// Group on protocol and product pages.
    pub category: String,
    /// Standing.
    pub status: ExtensionStatus,
    /// Year of first publication.
    pub year: Option<i64>,
    /// RFCs, the current one first.
    #[serde(default)]
    pub specs: Vec<Spec>,
    /// Wire tokens.
    #[serde(default)]
    pub tokens: Vec<Token>,
    /// Further words a search should find it by.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Extensions it cannot work without.
    #[serde(default)]
    pub requires: Vec<String>,
    /// Extensions or base revisions that contain it.
    #[serde(default)]
    pub implied_by: Vec<String>,
    /// Extensions a reader may also want.
    #[serde(default)]
    pub related: Vec<String>,
    /// What takes its place.
    #[serde(default)]
    pub replaced_by: Vec<String>,
    /// Whether the token is registered with IANA.
    #[serde(default)]
    pub registered: bool,
    /// A short exchange, lines marked `C:` and `S:`.
    pub example: Option<String>,
    /// How sure the page is.
    pub surety: super::Surety,
    /// Where it was read.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Prose after the front matter.
    #[serde(skip)]
    pub prose: String,
}

impl Extension {
    /// `protocol/slug`.
    pub fn id(&self) -> String {
        format!("{}/{}", self.protocol, self.slug)
    }

    /// The first wire token, or the title for extensions without one.
    pub fn name(&self) -> &str {
        self.tokens.first().map_or(&self.title, |token| &token.text)
    }
}
