//! A claim: the atom of the catalog.

use serde::Deserialize;

use crate::date::Date;

/// What a claim says about one extension in one product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Support {
    /// Supported.
    Yes,
    /// Supported in part; the note says which part.
    Partial,
    /// Not supported.
    No,
    /// Announced for a later version.
    Planned,
    /// Supported once; `until` says up to when.
    Removed,
    /// Looked for and not found out.
    Unknown,
    /// Has no meaning for this product.
    NotApplicable,
}

impl Support {
    /// The word used in content files and data.
    pub fn id(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Partial => "partial",
            Self::No => "no",
            Self::Planned => "planned",
            Self::Removed => "removed",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// What must be done to have the extension at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Enabled {
    /// Nothing.
    Default,
    /// A setting.
    Config,
    /// A further package of the same project.
    Package,
    /// A build option.
    Build,
    /// A certain edition of the product.
    Edition,
    /// Another program in front.
    Proxy,
    /// A plugin, patch or companion product.
    AddOn,
}

impl Enabled {
    /// The word used in content files and data.
    pub fn id(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Config => "config",
            Self::Package => "package",
            Self::Build => "build",
            Self::Edition => "edition",
            Self::Proxy => "proxy",
            Self::AddOn => "add-on",
        }
    }

    /// The words shown to readers.
    pub fn words(self) -> &'static str {
        match self {
            Self::Default => "by default",
            Self::Config => "after configuration",
            Self::Package => "with a further package",
            Self::Build => "with a build option",
            Self::Edition => "in some editions",
            Self::Proxy => "through a proxy",
            Self::AddOn => "with a plugin, patch or companion",
        }
    }
}

/// How a claim is known. The order is the rank: the first kind is worth most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// Run by the prober against the server; never written by hand.
    Measured,
    /// Read in the program's code or in a captured server reply.
    Source,
    /// Announced to the prober by a running server, but not tried.
    MeasuredAdvertised,
    /// Read in the project's documentation.
    Docs,
    /// Said by the vendor.
    Vendor,
    /// Said by someone else.
    ThirdParty,
    /// Written down from general knowledge; the source is where it could be checked.
    Memory,
    /// Taken over from the wiki page of 2003.
    Legacy,
}

impl Evidence {
    /// The words shown to readers.
    pub fn words(self) -> &'static str {
        match self {
            Self::Measured => "Measured",
            Self::Source => "Source code",
            Self::MeasuredAdvertised => "Measured (announced)",
            Self::Docs => "Documented",
            Self::Vendor => "Vendor says",
            Self::ThirdParty => "Third party says",
            Self::Memory => "Unverified note",
            Self::Legacy => "Old note 2003",
        }
    }

    /// The word used in data.
    pub fn id(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Source => "source",
            Self::MeasuredAdvertised => "measured-advertised",
            Self::Docs => "docs",
            Self::Vendor => "vendor",
            Self::ThirdParty => "third-party",
            Self::Memory => "memory",
            Self::Legacy => "legacy",
        }
    }

    /// The class of its badge, which also picks its shape.
    pub fn class(self) -> &'static str {
        match self {
            Self::Measured | Self::Source | Self::MeasuredAdvertised | Self::Docs => "ev-checked",
            Self::Vendor | Self::ThirdParty => "ev-said",
            Self::Memory | Self::Legacy => "ev-unverified",
        }
    }

    /// The shape put before its words.
    pub fn shape(self) -> &'static str {
        match self {
            Self::Measured => "◆",
            Self::MeasuredAdvertised => "◇",
            Self::Source | Self::Docs => "●",
            Self::Vendor | Self::ThirdParty => "◌",
            Self::Memory | Self::Legacy => "○",
        }
    }

    /// Whether someone looked at the thing itself: only such claims may dispute each other.
    pub fn is_checked(self) -> bool {
        self <= Self::Docs
    }

    /// Days after which the claim is stale; `None` for evidence that is always stale.
    pub fn fresh_days(self) -> Option<i64> {
        match self {
            Self::Measured | Self::MeasuredAdvertised => Some(400),
            Self::Source | Self::Docs => Some(730),
            Self::Vendor | Self::ThirdParty | Self::Memory => Some(365),
            Self::Legacy => None,
        }
    }
}

/// One claim of `claims.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The extension as `protocol/slug`; a claim names an extension or a feature.
    pub extension: Option<String>,
    /// The feature by its slug.
    pub feature: Option<String>,
    /// What is said.
    pub support: Support,
    /// What the product has, for features with values.
    pub value: Option<String>,
    /// What it takes.
    pub enabled: Option<Enabled>,
    /// First version with it.
    pub since: Option<String>,
    /// First version without it.
    pub until: Option<String>,
    /// How it is known.
    pub evidence: Evidence,
    /// Where it was read, or could be.
    pub source: String,
    /// The words of the source, at most 200 characters.
    pub quote: Option<String>,
    /// When it was last confirmed.
    pub date: Date,
    /// Which part, under which condition.
    pub note: Option<String>,
    /// The version it was measured in; comes from measured files only.
    #[serde(skip)]
    pub seen: Option<String>,
    /// Address of the transcript that shows it, for what was measured.
    #[serde(skip)]
    pub transcript: Option<String>,
}

impl Claim {
    /// The extension or feature it is about; empty in content that was not checked.
    pub fn subject(&self) -> &str {
        let subject = self.extension.as_deref().or(self.feature.as_deref());
        subject.unwrap_or_default()
    }

    /// The fragment of its place on the evidence page.
    pub fn anchor(&self) -> String {
        anchor(self.subject())
    }
}

/// The fragment of a subject's place on an evidence page.
pub fn anchor(subject: &str) -> String {
    if subject.contains('/') {
        subject.replace('/', "-")
    } else {
        format!("feature-{subject}")
    }
}

/// A `claims.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimsFile {
    /// The claims in the file's order.
    #[serde(default)]
    pub claim: Vec<Claim>,
}
