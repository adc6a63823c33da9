//! What the catalog knows of announced words.

use std::collections::BTreeMap;

use super::parse::{Announced, Word};
use crate::catalog::Catalog;
use crate::model::{ExtensionStatus, Match};

/// A word the catalog has a page about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The word as announced.
    pub word: Word,
    /// The extension as `protocol/slug`.
    pub id: String,
}

/// The words of a paste, told apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// Words with a page, in the order they came.
    pub known: Vec<Known>,
    /// Those among them whose extension is obsolete or historic.
    pub obsolete: Vec<Known>,
    /// Extensions that an announced one contains.
    pub implied: Vec<String>,
    /// Words no page is about.
    pub unknown: Vec<Word>,
}

impl Reading {
    /// Looks up every word.
    pub fn of(catalog: &Catalog, announced: &Announced) -> Self {
        let tokens = Tokens::of(catalog);
        let mut reading = Self::default();
        for word in &announced.words {
            let ids = tokens.find(word, announced.lmtp);
            if ids.is_empty() {
                reading.unknown.push(word.clone());
            }
            for id in ids {
                if reading.known.iter().any(|known| known.id == id) {
                    continue;
                }
                let known = Known {
                    word: word.clone(),
                    id,
                };
                let status = catalog
                    .extensions
                    .get(&known.id)
                    .map(|one| one.facts.status);
                let old = [ExtensionStatus::Obsolete, ExtensionStatus::Historic];
                if status.is_some_and(|status| old.contains(&status)) {
                    reading.obsolete.push(known.clone());
                }
                reading.known.push(known);
            }
        }
        let implied = catalog.extensions.iter().filter(|(id, entry)| {
            let contained = |base: &String| reading.known.iter().any(|known| known.id == *base);
            !reading.has(id) && entry.facts.implied_by.iter().any(contained)
        });
        reading.implied = implied.map(|(id, _)| id.clone()).collect();
        reading
    }

    /// Whether an extension is announced or contained in an announced one.
    pub fn has(&self, id: &str) -> bool {
        self.known.iter().any(|known| known.id == id) || self.implied.iter().any(|one| one == id)
    }

    /// The announced extensions of one protocol.
    pub fn of_protocol(&self, protocol: &str) -> Vec<&str> {
        let ids = self.known.iter().map(|known| known.id.as_str());
        ids.filter(|id| id.split('/').next() == Some(protocol))
            .collect()
    }
}

/// Wire tokens in upper case with their extensions.
struct Tokens {
    exact: BTreeMap<(String, String), String>,
    prefixes: Vec<(String, String, String)>,
}

impl Tokens {
    fn of(catalog: &Catalog) -> Self {
        let mut tokens = Self {
            exact: BTreeMap::new(),
            prefixes: Vec::new(),
        };
        for (id, entry) in &catalog.extensions {
            let protocol = &entry.facts.protocol;
            for token in &entry.facts.tokens {
                let text = token.text.to_ascii_uppercase();
                match token.matching {
                    Match::Exact => {
                        let known = tokens.exact.entry((protocol.clone(), text));
                        known.or_insert_with(|| id.clone());
                    }
                    Match::Prefix => tokens.prefixes.push((protocol.clone(), text, id.clone())),
                }
            }
        }
        tokens
    }

    /// The extensions behind a word: the whole of it, its first word, and for `AUTH=PLAIN` also
    /// the mechanism.
    fn find(&self, word: &Word, lmtp: bool) -> Vec<String> {
        let whole = word.text.to_ascii_uppercase();
        let first = whole.split_whitespace().next().unwrap_or_default();
        let exact = |protocol: &str, text: &str| {
            let key = (protocol.to_owned(), text.to_owned());
            self.exact.get(&key).cloned()
        };
        let name = first.split('=').next().unwrap_or(first);
        let own = || {
            let words = [whole.as_str(), first].into_iter();
            let mut found = words.filter_map(|text| exact(word.protocol, text));
            found.next()
        };
        let of_lmtp = lmtp.then(|| exact("lmtp", first)).flatten();
        let prefix = || {
            let mut prefixes = self.prefixes.iter();
            let found = prefixes.find(|(protocol, text, _)| {
                protocol == word.protocol && whole.starts_with(text.as_str())
            });
            found.map(|(_, _, id)| id.clone())
        };
        let mut found: Vec<String> = of_lmtp.or_else(own).or_else(prefix).into_iter().collect();
        if found.is_empty() && word.protocol == "smtp" {
            found.extend(exact("smtp", name));
        }
        if let Some(mechanism) = whole.strip_prefix("AUTH=") {
            found.extend(exact("sasl", mechanism));
        }
        found
    }
}
