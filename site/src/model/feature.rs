//! A feature: what servers differ in beyond the extensions they announce.

use serde::Deserialize;

use super::Surety;
use super::words::words;
use crate::date::Date;

words! {
    /// Group of features, in the order of the pages.
    FeatureGroup {
        Architecture "Architecture" "How the program is built."
        Security "Security" "What protects it and its users."
        Storage "Storage" "How mail is kept."
        Queueing "Queueing" "How mail waits and leaves."
        AntiSpam "Anti-spam" "How unwanted mail is told apart."
        Administration "Administration" "How it is run."
        Directory "Users and domains" "Where it learns who is who."
        I18n "Internationalisation" "Beyond ASCII."
        Scale "Scale" "Many users, many machines."
        Licensing "Licensing" "What it costs and allows."
        Groupware "Groupware and access" "What else users reach."
    }
}

words! {
    /// What kind of server a feature belongs to.
    AppliesTo {
        Mta "transfer agents" "Servers that relay mail."
        Mailbox "mailbox servers" "Servers that keep mail for readers."
        Both "all mail servers" "Either kind."
    }
}

words! {
    /// What a claim about the feature may say.
    ValueType {
        YesNo "yes or no" "Nothing beyond support."
        Enum "one of a list" "One of the words in `values`."
        Text "a short text" "Any words."
    }
}

/// Front matter of `features/<slug>.md`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// Name in addresses and claims.
    pub slug: String,
    /// Name shown.
    pub title: String,
    /// One sentence, at most 160 characters.
    pub summary: String,
    /// Group.
    pub group: FeatureGroup,
    /// What kind of server it belongs to.
    pub applies_to: AppliesTo,
    /// What a claim may say.
    pub value_type: ValueType,
    /// The words a claim may use, when `value_type` is `enum`.
    #[serde(default)]
    pub values: Vec<String>,
    /// Further words a search should find it by.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Extensions it has to do with.
    #[serde(default)]
    pub extensions: Vec<String>,
    /// Protocols it has to do with.
    #[serde(default)]
    pub protocols: Vec<String>,
    /// How sure the page is.
    pub surety: Surety,
    /// Where it was read.
    #[serde(default)]
    pub sources: Vec<String>,
    /// When a person last read the page through.
    pub reviewed: Date,
    /// Prose after the front matter.
    #[serde(skip)]
    pub prose: String,
}
