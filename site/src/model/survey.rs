//! A survey: who counted what, how, and what came out.

use serde::Deserialize;

use super::Surety;
use crate::date::Date;

/// When the counting was done.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fieldwork {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Option<Date>,
}

/// One line of the result.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// The label as the survey has it.
    pub label: String,
    /// The product of the catalog that the label means.
    pub product: Option<String>,
    /// Number of hosts.
    pub count: Option<u64>,
    /// Share in percent of the survey's base.
    pub percent: f64,
    /// Whether it is what the source does not tell, so that the lines add up.
    #[serde(default)]
    pub remainder: bool,
    /// Why it means no product, or anything else to know.
    pub note: Option<String>,
}

/// A statement about the survey that was wrong, put right.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// What was said.
    pub said: String,
    /// What is so.
    pub right: String,
    /// Where this is told.
    pub source: String,
}

/// Front matter of `surveys/<slug>.md`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Survey {
    /// Name in addresses.
    pub slug: String,
    /// Name shown.
    pub title: String,
    /// The main result as one sentence, at most 160 characters.
    pub summary: String,
    /// Protocol of the servers counted.
    pub protocol: String,
    /// Surveys of one series were done alike and may be compared.
    pub series: Option<String>,
    /// Who counted.
    pub author: String,
    /// Day, month or year of the survey.
    pub date: Date,
    /// When the counting was done.
    pub fieldwork: Option<Fieldwork>,
    /// What was counted.
    pub population: String,
    /// How.
    pub method: String,
    /// Hosts that were asked.
    pub asked: Option<u64>,
    /// Hosts that answered.
    pub answered: Option<u64>,
    /// Hosts whose software was told apart.
    pub identified: Option<u64>,
    /// Whether the page was made from the survey itself, not from a quotation.
    pub primary: bool,
    /// The result.
    #[serde(default)]
    pub share: Vec<Share>,
    /// What limits it.
    #[serde(default)]
    pub caveats: Vec<String>,
    /// Statements about it that were wrong.
    #[serde(default)]
    pub correction: Vec<Correction>,
    /// Further words a search should find it by.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// How sure the page is.
    pub surety: Surety,
    /// Where it was read.
    pub sources: Vec<String>,
    /// When a person last read the page through.
    pub reviewed: Date,
    /// Prose after the front matter.
    #[serde(skip)]
    pub prose: String,
}

impl Survey {
    /// The number of hosts that the shares are shares of, where it is known.
    pub fn base(&self) -> Option<u64> {
        self.identified.or(self.answered).or(self.asked)
    }
}
