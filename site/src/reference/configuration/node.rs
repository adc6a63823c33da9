//! The schema's nodes, keys in the order of the file.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// What the schema says about one place.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Node {
    pub(super) description: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(rename = "oneOf")]
    pub(super) choices: Vec<Choice>,
    pub(super) minimum: Option<i64>,
    pub(super) maximum: Option<i64>,
    #[serde(rename = "minItems")]
    pub(super) items_min: Option<u64>,
    #[serde(rename = "maxItems")]
    pub(super) items_max: Option<u64>,
    pub(super) items: Option<Box<Node>>,
    pub(super) properties: Ordered,
    pub(super) required: Vec<String>,
    #[serde(rename = "additionalProperties")]
    other: Option<Other>,
    pub(super) default: Option<serde_json::Value>,
    #[serde(rename = "x-form")]
    pub(super) form: Option<String>,
    #[serde(rename = "x-unit")]
    pub(super) unit: Option<String>,
    #[serde(rename = "x-reload")]
    pub(super) reload: bool,
}

/// A word to choose.
#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    #[serde(rename = "const")]
    pub(super) word: String,
    pub(super) description: String,
}

/// What a table may hold beside its known keys.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Other {
    /// Anything or nothing.
    Flag(bool),
    /// Under any name, this.
    Named(Box<Node>),
}

/// Properties in the order of the text.
#[derive(Debug, Default)]
pub(super) struct Ordered(Vec<(String, Node)>);

impl Node {
    /// What stands under each name, where the administrator chooses names.
    pub(super) fn names(&self) -> Option<&Self> {
        match self.other.as_ref()? {
            Other::Named(node) => Some(node),
            Other::Flag(true | false) => None,
        }
    }
}

impl Ordered {
    pub(super) fn entries(&self) -> &[(String, Node)] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Ordered;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Ordered, M::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}
