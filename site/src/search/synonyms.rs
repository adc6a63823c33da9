//! Words that mean the same, curated in `search/synonyms.toml`.

use serde::Deserialize;

use super::query::is_stop_word;

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
    /// What `phrase` (words with single spaces, without stop words) may also mean.
    pub fn of(&self, phrase: &str) -> Vec<&str> {
        let mut found = Vec::new();
        for group in &self.group {
            let among = |list: &[String]| {
                list.iter()
                    .any(|words| without_stop_words(words).eq_ignore_ascii_case(phrase))
            };
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

/// `out of office` is looked up as it arrives from the query: `out office`.
fn without_stop_words(words: &str) -> String {
    words
        .split(' ')
        .filter(|word| !is_stop_word(word))
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_hold_one_way_or_both() {
        let group = |words: &str, means: &str, both| Group {
            words: vec![words.to_owned()],
            means: vec![means.to_owned()],
            both,
        };
        let synonyms = Synonyms {
            group: vec![
                group("out of office", "vacation", false),
                group("jabber", "xmpp", true),
            ],
        };
        assert_eq!(synonyms.of("out office"), ["vacation"]);
        assert_eq!(synonyms.of("vacation"), Vec::<&str>::new());
        assert_eq!(synonyms.of("XMPP"), ["jabber"]);
    }
}
