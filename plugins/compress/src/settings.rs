//! The configuration.

use waxseal_plugin_sdk::config::{Document, Mistake};

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// 1 (quick) to 9 (small).
    pub level: u32,
    /// Whether the built-in dictionary is used.
    pub dictionary: bool,
    /// Shorter blobs rest as they are.
    pub min_octets: u64,
    /// Blobs that become less than so many percent smaller rest as they are.
    pub min_gain: u32,
}

impl Settings {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(document: &Document) -> Result<Self, Mistake> {
        let table = document.table(&["level", "dictionary", "min_size", "min_gain"])?;
        Ok(Self {
            level: table.integer("level", 1..=9)?.unwrap_or(6),
            dictionary: table.flag("dictionary")?.unwrap_or(true),
            min_octets: table.octets("min_size")?.unwrap_or(128),
            min_gain: table.integer("min_gain", 0..=90)?.unwrap_or(5),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_named() {
        let refused = |json: &str| {
            let document = Document::parse(json).unwrap();
            Settings::read(&document).expect_err("a mistake").0
        };
        let level = "[plugin.config]: level is not a whole number from 1 to 9";
        assert_eq!(refused(r#"{"level":0}"#), level);
        let size = "[plugin.config]: min_size is not a size such as 65536, \"64K\" or \"10M\"";
        assert_eq!(refused(r#"{"min_size":"big"}"#), size);
        let key = r#"[plugin.config]: there is no key "levl"; did you mean "level"?"#;
        assert_eq!(refused(r#"{"levl":1}"#), key);
    }
}
