//! A protocol or published policy.

use serde::Deserialize;

use super::{Spec, Surety};
use crate::date::Date;

/// A port with how TLS is used on it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Port {
    /// TCP port.
    pub port: u16,
    /// `implicit`, `starttls` or `none`.
    pub tls: String,
    /// What it is for.
    #[serde(rename = "use")]
    pub usage: Option<String>,
}

impl Port {
    /// The TLS column in words.
    pub fn tls_words(&self) -> &'static str {
        match self.tls.as_str() {
            "implicit" => "TLS from the first byte",
            "starttls" => "upgrade by STARTTLS",
            _ => "no TLS",
        }
    }
}

/// A dated step of a protocol's history.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// When.
    pub date: Date,
    /// RFC, if it was one.
    pub rfc: Option<u32>,
    /// What happened, in one line.
    pub title: String,
}

/// Front matter of `protocols/<id>.md`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    /// Name in addresses.
    pub id: String,
    /// Short name shown.
    pub title: String,
    /// Name spelled out.
    pub full_name: String,
    /// One sentence.
    pub summary: String,
    /// Group on the home page.
    pub kind: String,
    /// What carries it.
    pub transport: String,
    /// Ports.
    #[serde(default)]
    pub ports: Vec<Port>,
    /// RFCs in force.
    #[serde(default)]
    pub specs: Vec<Spec>,
    /// How extensions are announced.
    pub discovery: Option<String>,
    /// History, oldest first.
    #[serde(default)]
    pub history: Vec<Milestone>,
    /// Further names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Related protocols.
    #[serde(default)]
    pub related: Vec<String>,
    /// How sure the facts are.
    pub surety: Surety,
    /// Where the facts were read.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Prose after the front matter.
    #[serde(skip)]
    pub prose: String,
}
