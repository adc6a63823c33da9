//! The terms that occur, for finishing words and forgiving typing errors.

use std::collections::BTreeMap;

/// Most terms a prefix is expanded to.
const PREFIX_TERMS_MAX: usize = 40;
/// Most terms a mistyped word is expanded to.
const FUZZY_TERMS_MAX: usize = 8;
/// Most terms of a prefix that are looked at.
const PREFIX_SCAN_MAX: usize = 2000;

/// Terms with a weight: those of names weigh more than those of prose.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    terms: BTreeMap<String, bool>,
    /// By number of letters: the letters that occur, and the term.
    lengths: Vec<Vec<(u32, String)>>,
}

impl Dictionary {
    /// Adds a term; `named` when it is part of a title, alias or token.
    pub(super) fn add(&mut self, term: String, named: bool) {
        if let Some(known) = self.terms.get_mut(&term) {
            *known |= named;
            return;
        }
        let length = term.chars().count();
        if self.lengths.len() <= length {
            self.lengths.resize_with(length + 1, Vec::new);
        }
        if let Some(same) = self.lengths.get_mut(length) {
            same.push((letters(&term), term.clone()));
        }
        self.terms.insert(term, named);
    }

    pub(super) fn contains(&self, term: &str) -> bool {
        self.terms.contains_key(term)
    }

    /// Longer terms that begin with `start`; names first.
    pub(super) fn beginning_with(&self, start: &str) -> Vec<&str> {
        let range = self.terms.range(start.to_owned()..).take(PREFIX_SCAN_MAX);
        let mut found: Vec<(bool, &str)> = range
            .take_while(|(term, _)| term.starts_with(start))
            .filter(|(term, _)| *term != start)
            .map(|(term, named)| (!named, term.as_str()))
            .collect();
        found.sort_unstable();
        let terms = found.into_iter().map(|(_, term)| term);
        terms.take(PREFIX_TERMS_MAX).collect()
    }

    /// Terms a mistyped word may stand for, nearest first. One error is forgiven in four to seven
    /// letters, two from eight; swapped neighbours count once; words with digits are taken as typed.
    pub(super) fn like(&self, word: &str) -> Vec<&str> {
        let Some(limit) = errors_forgiven(word) else {
            return Vec::new();
        };
        let length = word.chars().count();
        let typed = letters(word);
        let near = self.lengths.iter().take(length + limit + 1);
        let near = near.skip(length.saturating_sub(limit)).flatten();
        let mut found: Vec<(usize, bool, bool, &str)> = near
            .filter(|(known, _)| (known ^ typed).count_ones() as usize <= 2 * limit)
            .map(|(_, term)| (strsim::osa_distance(word, term), term.as_str()))
            .filter(|(distance, _)| (1..=limit).contains(distance))
            .map(|(distance, term)| {
                let named = self.terms.get(term).copied().unwrap_or_default();
                (
                    distance,
                    !named,
                    term.chars().next() != word.chars().next(),
                    term,
                )
            })
            .collect();
        found.sort_unstable();
        let terms = found.into_iter().map(|(_, _, _, term)| term);
        terms.take(FUZZY_TERMS_MAX).collect()
    }
}

/// How many errors are forgiven in a word; `None` for words that are taken as typed.
pub(super) fn errors_forgiven(word: &str) -> Option<usize> {
    if word.chars().any(|letter| !letter.is_alphabetic()) {
        return None;
    }
    match word.chars().count() {
        0..=3 => None,
        4..=7 => Some(1),
        _ => Some(2),
    }
}

/// Which letters occur, one bit each. An error changes at most two bits, so most terms can be
/// passed over without measuring their distance.
fn letters(word: &str) -> u32 {
    let bit = |letter: char| match letter {
        'a'..='z' => u32::from(letter) - u32::from('a'),
        other => 26 + u32::from(other) % 6,
    };
    word.chars().fold(0, |bits, letter| bits | 1 << bit(letter))
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

    #[test]
    fn one_error_changes_two_letters_at_most() {
        let one = letters("dovecot");
        for other in ["dovcot", "dovvecot", "dovecat", "odvecot"] {
            assert!((letters(other) ^ one).count_ones() <= 2, "{other}");
        }
    }
}
