//! The terms that occur, for finishing words and forgiving typing errors.

use std::collections::BTreeMap;

/// Most terms a prefix is expanded to.
const PREFIX_TERMS_MAX: usize = 40;
/// Most terms a mistyped word is expanded to.
const FUZZY_TERMS_MAX: usize = 8;

/// Terms with a weight: those of names weigh more than those of prose.
#[derive(Debug, Default)]
pub(super) struct Dictionary(BTreeMap<String, bool>);

impl Dictionary {
    /// Adds a term; `named` when it is part of a title, alias or token.
    pub(super) fn add(&mut self, term: String, named: bool) {
        *self.0.entry(term).or_insert(false) |= named;
    }

    pub(super) fn contains(&self, term: &str) -> bool {
        self.0.contains_key(term)
    }

    /// Longer terms that begin with `start`; names first.
    pub(super) fn beginning_with(&self, start: &str) -> Vec<&str> {
        let range = self.0.range(start.to_owned()..);
        let mut found: Vec<(bool, &str)> = range
            .take_while(|(term, _)| term.starts_with(start))
            .filter(|(term, _)| *term != start)
            .map(|(term, named)| (!named, term.as_str()))
            .collect();
        found.sort_unstable();
        found
            .into_iter()
            .map(|(_, term)| term)
            .take(PREFIX_TERMS_MAX)
            .collect()
    }

    /// Terms a mistyped word may stand for, nearest first. One error is forgiven in four to seven
    /// letters, two from eight; swapped neighbours count once; words with digits are taken as typed.
    pub(super) fn like(&self, word: &str) -> Vec<&str> {
        let length = word.chars().count();
        let limit = match length {
            0..=3 => return Vec::new(),
            4..=7 => 1,
            _ => 2,
        };
        if word.chars().any(|letter| !letter.is_alphabetic()) {
            return Vec::new();
        }
        let mut found: Vec<(usize, bool, &str)> = self
            .0
            .iter()
            .filter(|(term, _)| term.len().abs_diff(word.len()) <= limit)
            .map(|(term, named)| (strsim::osa_distance(word, term), !named, term.as_str()))
            .filter(|(distance, _, _)| (1..=limit).contains(distance))
            .collect();
        found.sort_unstable();
        found
            .into_iter()
            .map(|(_, _, term)| term)
            .take(FUZZY_TERMS_MAX)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_are_forgiven_by_length() {
        let mut dictionary = Dictionary::default();
        for term in ["dovecot", "sendmail", "exim", "exit", "rfc2177"] {
            dictionary.add(term.to_owned(), term != "exit");
        }
        assert_eq!(dictionary.like("dovcot"), ["dovecot"]);
        assert_eq!(dictionary.like("sendmial"), ["sendmail"]);
        assert_eq!(dictionary.like("exi"), Vec::<&str>::new());
        assert_eq!(dictionary.like("exix"), ["exim", "exit"]);
        assert_eq!(dictionary.like("rfc2178"), Vec::<&str>::new());
        assert_eq!(dictionary.beginning_with("ex"), ["exim", "exit"]);
    }
}
