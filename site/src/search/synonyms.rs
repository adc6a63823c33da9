//! Words that mean the same, curated in `search/synonyms.toml`.

use serde::Deserialize;

/// Words and what else to look for when they are typed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// What a reader types.
    pub words: Vec<String>,
    /// What is looked for as well.
    pub means: Vec<String>,
    /// Whether it holds the other way round too.
    #[serde(default)]
    pub both: bool,
}

/// The synonyms file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Synonyms {
    /// The groups in the file's order.
    #[serde(default)]
    pub group: Vec<Group>,
}

impl Synonyms {
    /// What `phrase` (words in lower case, single spaces) may also mean.
    pub fn of(&self, phrase: &str) -> Vec<&str> {
        let mut found = Vec::new();
        for group in &self.group {
            let among = |list: &[String]| list.iter().any(|word| word.eq_ignore_ascii_case(phrase));
            let takes: &[String] = if among(&group.words) {
                &group.means
            } else if group.both && among(&group.means) {
                &group.words
            } else {
                &[]
            };
            found.extend(takes.iter().map(String::as_str));
        }
        found
    }
}
