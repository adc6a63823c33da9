//! subject-guard: judges messages by words in their subject and text. See ../../README.md.

use std::time::Duration;
use waxseal_plugin_sdk::{
    Error, Filter, Outcome, Param, Stage, config, filter, kv, log, message, metrics, mime,
};

/// How long a refused subject is remembered.
const DAY: Duration = Duration::from_secs(86_400);
/// From so many words on, subject and text together, a message is quarantined.
const ENOUGH: usize = 3;
const MOST_STRIKES: u32 = 1000;

/// What is configured, and what is known of the message at hand.
pub struct SubjectGuard {
    reject: Vec<String>,
    quarantine: Vec<String>,
    tag: Vec<String>,
    body: Vec<String>,
    strikes: u32,
    subject_words: usize,
}

filter!(SubjectGuard);

/// The words of a value of the configuration, between commas.
fn configured(key: &str) -> Vec<String> {
    let text = config::get(key).unwrap_or_default();
    let words = text.split(',').map(|word| word.trim_matches(' '));
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A number as decimal text.
fn number(text: &str) -> Option<u32> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let value = text.parse().ok().filter(|_| digits)?;
    (value <= MOST_STRIKES).then_some(value)
}

/// Without regard to ASCII case.
fn contains(text: &[u8], word: &str) -> bool {
    let mut windows = text.windows(word.len());
    windows.any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

impl Filter for SubjectGuard {
    const STAGES: &'static [Stage] = &[Stage::Mail, Stage::Headers, Stage::Message];

    fn configure() -> Result<Self, Error> {
        let strikes = config::get("strikes").unwrap_or_else(|| "0".to_owned());
        let guard = Self {
            reject: configured("reject"),
            quarantine: configured("quarantine"),
            tag: configured("tag"),
            body: configured("body"),
            strikes: number(&strikes).unwrap_or(u32::MAX),
            subject_words: 0,
        };
        let lists = [&guard.reject, &guard.quarantine, &guard.tag, &guard.body];
        if lists.iter().all(|words| words.is_empty()) {
            let what = "set at least one of reject, quarantine, tag and body";
            return Err(Error::new("no-words", what));
        }
        if guard.strikes > MOST_STRIKES {
            let what = "strikes must be a number from 0 to 1000";
            return Err(Error::new("bad-strikes", what));
        }
        Ok(guard)
    }

    fn on_mail(&mut self, sender: &str, _params: &[Param]) -> Result<Outcome, Error> {
        self.subject_words = 0;
        let value = self.remember(sender, kv::get_text).flatten();
        match value.and_then(|text| number(&text)) {
            Some(refused) if refused >= self.strikes => {
                metrics::count("refused", 1, &[("stage", "mail")]);
                Ok(Outcome::reject(550, "5.7.1", "too many refused subjects"))
            }
            _ => Ok(Outcome::next()),
        }
    }

    fn on_headers(&mut self) -> Result<Outcome, Error> {
        let Some(subject) = message::header("Subject") else {
            return Ok(Outcome::next());
        };
        let held = |words: &[String]| -> Vec<String> {
            let held = words.iter().filter(|word| contains(&subject, word));
            held.cloned().collect()
        };
        if let Some(word) = held(&self.reject).first() {
            return Ok(self.refuse(word));
        }
        let (bad, odd) = (held(&self.quarantine), held(&self.tag));
        let mut outcome = match bad.is_empty() {
            true => Outcome::next(),
            false => Outcome::quarantine(format!("the subject holds {}", bad.join(", "))),
        };
        for word in &bad {
            outcome = outcome.score_note("SUBJECT_WORD", 3.0, word);
        }
        for word in &odd {
            outcome = outcome.score_note("SUBJECT_WORD", 1.0, word);
        }
        self.subject_words = bad.len() + odd.len();
        if self.subject_words > 0 {
            count_words(self.subject_words, "subject");
            let found = [bad, odd].concat().join(", ");
            outcome = outcome.tag("subject-guard");
            outcome = outcome.insert_header(0, "X-Subject-Guard", found);
        }
        Ok(outcome)
    }

    fn on_message(&mut self) -> Result<Outcome, Error> {
        if self.body.is_empty() {
            return Ok(Outcome::next());
        }
        let needles: Vec<&str> = self.body.iter().map(String::as_str).collect();
        let parts = mime::parts();
        let texts = parts
            .iter()
            .filter(|part| part.content_type.starts_with("text/"));
        let found: Vec<Vec<bool>> = texts.map(|part| mime::find(part, &needles)).collect();
        let holds = |index: usize| found.iter().any(|held| held.get(index) == Some(&true));
        let words = needles
            .iter()
            .enumerate()
            .filter(|(index, _)| holds(*index));
        let words: Vec<&str> = words.map(|(_, word)| *word).collect();
        if words.is_empty() {
            return Ok(Outcome::next());
        }
        count_words(words.len(), "text");
        let together = self.subject_words + words.len();
        let mut outcome = match together >= ENOUGH {
            true => Outcome::quarantine(format!("{together} words found")),
            false => Outcome::next(),
        };
        for word in words {
            outcome = outcome.score_note("BODY_WORD", 1.0, word);
        }
        Ok(outcome)
    }
}

impl SubjectGuard {
    /// Runs what counts a sender's refusals, where somebody counts. Without memory work goes on.
    fn remember<T>(
        &self,
        sender: &str,
        work: impl FnOnce(&str) -> Result<T, kv::Error>,
    ) -> Option<T> {
        if self.strikes == 0 || sender.is_empty() {
            return None;
        }
        match work(&format!("strikes:{sender}").to_ascii_lowercase()) {
            Ok(answer) => Some(answer),
            Err(error) => {
                let error = match error {
                    kv::Error::Denied => "denied",
                    kv::Error::Quota => "quota",
                    kv::Error::TooLarge => "too-large",
                    kv::Error::Unavailable(_) => "unavailable",
                };
                let fields = [("error", error)];
                log::write(log::Level::Warn, "refusals are not remembered", &fields);
                None
            }
        }
    }

    fn refuse(&self, word: &str) -> Outcome {
        let sender = message::sender();
        self.remember(&sender, |key| kv::incr(key, 1, Some(DAY)));
        let fields = [("word", word), ("sender", sender.as_str())];
        log::write(log::Level::Info, "subject refused", &fields);
        metrics::count("refused", 1, &[("stage", "headers")]);
        Outcome::reject(550, "5.7.1", &format!("the subject holds \"{word}\""))
    }
}

fn count_words(words: usize, place: &str) {
    let words = u32::try_from(words).unwrap_or(u32::MAX);
    metrics::count("words", words, &[("place", place)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_to_four_digits_and_a_bound() {
        assert_eq!(number("0"), Some(0));
        assert_eq!(number("1000"), Some(1000));
        for text in ["", "1001", "00001", "+1", "two"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn words_are_found_whatever_their_case() {
        assert!(contains(b" The LoTTery", "lottery"));
        assert!(!contains(b"lot", "lottery"));
        assert!(!contains(b"", "x"));
    }
}
