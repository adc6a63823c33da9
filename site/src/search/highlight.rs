//! Marks the found words in the original text, also those found by stem, prefix or typing error.

use std::collections::BTreeSet;

use super::analysis::Analysis;

/// Characters of a snippet, at most.
const SNIPPET_CHARS_MAX: usize = 220;

/// A run of text that is marked or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text as written in the content.
    pub text: String,
    /// Whether it was found.
    pub marked: bool,
}

/// The found terms: plain words and stems.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) plain: BTreeSet<String>,
    pub(super) stems: BTreeSet<String>,
}

impl Found {
    pub(super) fn add(&mut self, analysis: &Analysis, words: &str) {
        self.plain.extend(analysis.plain(words));
        self.stems.extend(analysis.stem(words));
    }

    fn has(&self, analysis: &Analysis, word: &str) -> bool {
        analysis
            .plain(word)
            .iter()
            .any(|term| self.plain.contains(term))
            || analysis
                .stem(word)
                .iter()
                .any(|term| self.stems.contains(term))
    }
}

/// Cuts `text` into marked and unmarked pieces.
pub(super) fn mark(analysis: &Analysis, found: &Found, text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = first.is_alphanumeric();
        let end = rest.find(|letter: char| letter.is_alphanumeric() != is_word);
        let (run, after) = rest.split_at(end.unwrap_or(rest.len()));
        let marked = is_word && found.has(analysis, run);
        match pieces.last_mut() {
            Some(last) if last.marked == marked => last.text.push_str(run),
            Some(_) | None => pieces.push(Piece {
                text: run.to_owned(),
                marked,
            }),
        }
        rest = after;
    }
    pieces
}

/// The summary, or the first line of the body with a found word when the summary has none.
pub(super) fn snippet(analysis: &Analysis, found: &Found, summary: &str, body: &str) -> Vec<Piece> {
    let pieces = mark(analysis, found, summary);
    if pieces.iter().any(|piece| piece.marked) {
        return pieces;
    }
    for line in body.lines().filter(|line| line.chars().count() > 40) {
        let at = line
            .char_indices()
            .filter(|(at, letter)| {
                letter.is_alphanumeric()
                    && !line[..*at].ends_with(|before: char| before.is_alphanumeric())
            })
            .find(|(at, _)| {
                let word = &line[*at..];
                let end = word.find(|letter: char| !letter.is_alphanumeric());
                found.has(analysis, &word[..end.unwrap_or(word.len())])
            });
        if let Some((at, _)) = at {
            return mark(analysis, found, &window(line, at));
        }
    }
    pieces
}

/// Up to [`SNIPPET_CHARS_MAX`] characters around a byte offset, cut between words.
fn window(line: &str, at: usize) -> String {
    let before: Vec<&str> = line[..at].split_inclusive(' ').collect();
    let mut start = at;
    for word in before.iter().rev() {
        if at - start + word.len() > SNIPPET_CHARS_MAX / 3 {
            break;
        }
        start -= word.len();
    }
    let mut end = start;
    for word in line[start..].split_inclusive(' ') {
        if end - start + word.len() > SNIPPET_CHARS_MAX {
            break;
        }
        end += word.len();
    }
    let lead = if start > 0 { "… " } else { "" };
    let tail = if end < line.len() { " …" } else { "" };
    format!("{lead}{}{tail}", line[start..end].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_and_signs_are_marked_in_the_original_text() {
        let analysis = Analysis::new(true);
        let mut found = Found::default();
        found.add(&analysis, "filtering");
        let pieces = mark(&analysis, &found, "It filters <mail>.");
        let shown: Vec<(&str, bool)> = pieces
            .iter()
            .map(|piece| (piece.text.as_str(), piece.marked))
            .collect();
        assert_eq!(
            shown,
            [("It ", false), ("filters", true), (" <mail>.", false)]
        );
    }

    #[test]
    fn the_window_ends_between_words() {
        let long = "wörter ".repeat(100);
        let cut = window(&long, "wörter ".len() * 50);
        assert!(
            cut.starts_with("… wörter") && cut.ends_with("wörter …"),
            "{cut}"
        );
    }
}
