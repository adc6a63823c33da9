//! What was said, by whom, in order.

use std::sync::{Arc, Mutex, PoisonError};

/// Longest text of one entry that is kept, in characters; what is longer ends in an ellipsis.
const ENTRY_CHARS_MAX: usize = 1_000;
/// Entries kept of one session.
const ENTRIES_MAX: usize = 3_000;

/// The record of a session, shared by the connections of it.
#[derive(Debug, Clone, Default)]
pub struct Transcript(Arc<Mutex<Vec<String>>>);

impl Transcript {
    /// What the client said.
    pub(crate) fn client(&self, text: &str) {
        self.add("C: ", text);
    }

    /// What the server said.
    pub(crate) fn server(&self, text: &str) {
        self.add("S: ", text);
    }

    /// What happened, in our words.
    pub(crate) fn note(&self, text: &str) {
        self.add("-- ", text);
    }

    fn add(&self, who: &str, text: &str) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= ENTRIES_MAX {
            return;
        }
        let mut entry = who.to_owned();
        let mut count = 0;
        for letter in text.chars() {
            count += 1;
            if count > ENTRY_CHARS_MAX {
                continue;
            }
            match letter {
                '\t' | ' '..='~' => entry.push(letter),
                _ if !letter.is_control() && letter != char::REPLACEMENT_CHARACTER => {
                    entry.push(letter);
                }
                _ => entry.push('·'),
            }
        }
        if count > ENTRY_CHARS_MAX {
            entry.push('…');
        }
        entries.push(entry);
    }

    /// All lines, as they were said.
    pub fn lines(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_endless_lines_are_tamed() {
        let transcript = Transcript::default();
        transcript.server("a\u{1b}[31mb\0");
        transcript.server(&"x".repeat(2_000));
        let lines = transcript.lines();
        assert_eq!(lines[0], "S: a·[31mb·");
        assert!(lines[1].ends_with("x…"));
        assert!(lines[1].chars().count() < 1_040);
    }
}
