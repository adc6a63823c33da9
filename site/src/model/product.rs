//! A product: a program, bundle, appliance, service or library.

use serde::Deserialize;

use super::words::words;
use crate::date::Date;

words! {
    /// What sort of thing a product is.
    Kind {
        Component "Component" "One server of a chain."
        Integrated "Integrated server" "One program for several roles."
        Bundle "Bundle of other servers" "Other projects' servers, put together."
        Appliance "Appliance" "Sold as a machine."
        Service "Hosted service" "Run by its vendor."
        Library "Library" "Built into other programs."
    }
}

words! {
    /// What a product does.
    Role {
        Mta "Mail transfer" "Relays mail between servers."
        Msa "Submission" "Takes mail from its authors."
        Mda "Delivery" "Puts mail into mailboxes."
        Imap "IMAP server" "Serves mailboxes by IMAP."
        Pop3 "POP3 server" "Serves mailboxes by POP3."
        Jmap "JMAP server" "Serves mailboxes by JMAP."
        Lmtp "LMTP server" "Takes mail for delivery by LMTP."
        Sieve "Sieve filtering" "Runs users' filter scripts."
        Webmail "Webmail" "Mail in the browser."
        Groupware "Groupware" "Calendars, contacts and shared work."
        List "Mailing lists" "Sends to many subscribers."
        Filter "Filter" "Judges or changes mail on its way."
        Directory "Directory" "Knows people and addresses."
        Chat "Chat" "Instant messages."
        Dav "WebDAV" "Files, calendars and contacts over HTTP."
        Kdc "Kerberos" "Hands out Kerberos tickets."
        Test "Test server" "Catches mail of programs under test."
    }
}

words! {
    /// How alive a product is.
    Status {
        Active "Active" "New versions come."
        Maintenance "Maintenance only" "Only repairs come."
        Dormant "Dormant" "Nothing has come for long."
        Discontinued "Discontinued" "Given up or replaced."
    }
}

words! {
    /// How sure the facts of a page are.
    Surety {
        Checked "Checked against sources" "At least one listed source was read for the core facts."
        Memory "Unverified" "From general knowledge; not looked up."
    }
}

words! {
    /// What sort of event.
    EventKind {
        Release "Release" "A version came out."
        Rename "Rename" "The name changed."
        Acquisition "Acquisition" "The owner changed."
        Security "Security" "A flaw or its repair."
        Eol "End" "The end of sale or support."
        Relicense "Licence" "The licence changed."
        Milestone "Milestone" "Anything else worth a date."
    }
}

/// A former name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormerName {
    /// The name.
    pub name: String,
    /// Until when it was used.
    pub until: Option<Date>,
    /// Where this is told.
    pub source: Option<String>,
}

/// A released version.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Version number.
    pub id: String,
    /// Day it came out.
    pub date: Option<Date>,
    /// End of support.
    pub eol: Option<Date>,
    /// Where this is told.
    pub source: Option<String>,
}

/// A dated event of a product's life.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// When.
    pub date: Date,
    /// What sort.
    pub kind: EventKind,
    /// What happened, in one line.
    pub title: String,
    /// Where this is told.
    pub source: Option<String>,
}

/// Front matter of `products/<slug>/index.md`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Name in addresses.
    pub slug: String,
    /// Name shown.
    pub title: String,
    /// At most 160 characters.
    pub summary: String,
    /// What sort of thing it is.
    pub kind: Kind,
    /// What it does.
    pub roles: Vec<Role>,
    /// Protocols it speaks, by id.
    #[serde(default)]
    pub protocols: Vec<String>,
    /// SPDX expression or `proprietary`.
    pub licence: String,
    /// How alive it is.
    pub status: Status,
    /// Who makes it.
    pub vendor: Option<String>,
    /// Programming languages.
    #[serde(default)]
    pub language: Vec<String>,
    /// Systems it runs on.
    #[serde(default)]
    pub platforms: Vec<String>,
    /// Year of the first release.
    pub first_release: Option<Date>,
    /// The project's page.
    pub homepage: Option<String>,
    /// Where the code is.
    pub repository: Option<String>,
    /// Further names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Former names with dates.
    #[serde(default)]
    pub formerly: Vec<FormerName>,
    /// Product it was split from.
    pub fork_of: Option<String>,
    /// Product that took its place.
    pub succeeded_by: Option<String>,
    /// Products it contains.
    #[serde(default)]
    pub bundles: Vec<String>,
    /// How it stores mail.
    #[serde(default)]
    pub storage: Vec<String>,
    /// By what it can be extended.
    #[serde(default)]
    pub extended_by: Vec<String>,
    /// Released versions, newest first.
    #[serde(default)]
    pub version: Vec<Release>,
    /// Dated events, oldest first.
    #[serde(default)]
    pub event: Vec<Event>,
    /// How sure the facts are.
    pub surety: Surety,
    /// Where the facts were read.
    #[serde(default)]
    pub sources: Vec<String>,
    /// When a person last read the page through.
    pub reviewed: Date,
    /// Prose after the front matter.
    #[serde(skip)]
    pub prose: String,
}

impl Product {
    /// Whether its licence is an open one.
    pub fn is_open_source(&self) -> bool {
        self.licence != "proprietary"
    }
}
