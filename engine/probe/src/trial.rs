//! Trials: per extension the commands that show it at work, as text.
//!
//! ```text
//! imap/esearch
//!   SEARCH RETURN (MIN COUNT) ALL => OK & ESEARCH
//! ```
//!
//! A trial begins with its extension in the first column. Behind it may stand `always` (tried even if
//! not announced) and `alone` (on a connection of its own). Each further line is a command and what
//! its answer must be: a status or several with `|` between them, then texts that must occur in the
//! answer, each behind ` & ` (`!` in front: must not occur). What commands may hold besides text is
//! said where each protocol runs them.

use crate::table;

/// A command and what its answer must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    /// The command, with its blanks to fill.
    pub(crate) send: &'static str,
    /// The wish.
    pub(crate) want: &'static str,
}

/// The steps that show one extension at work.
#[derive(Debug)]
pub(crate) struct Trial {
    /// The extension.
    pub(crate) extension: &'static str,
    /// Tried even if not announced.
    pub(crate) always: bool,
    /// Tried on a connection of its own.
    pub(crate) alone: bool,
    /// In this order.
    pub(crate) steps: Vec<Step>,
}

/// What a server answered to one command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    /// `OK`, `250`, `+OK`, …
    pub(crate) status: String,
    /// All lines, the last one with the status.
    pub(crate) lines: Vec<String>,
}

impl Answer {
    /// The line with the status.
    pub(crate) fn last(&self) -> &str {
        self.lines.last().map_or("", String::as_str)
    }

    /// Whether the text occurs in any line, in any case.
    pub(crate) fn has(&self, text: &str) -> bool {
        let text = text.to_ascii_uppercase();
        let mut lines = self.lines.iter();
        lines.any(|line| line.to_ascii_uppercase().contains(&text))
    }
}

/// Reads a list of trials. Text that does not fit is skipped; a test of each list sees to it that
/// there is none.
pub(crate) fn read(text: &'static str) -> Vec<Trial> {
    let mut trials: Vec<Trial> = Vec::new();
    for line in text.lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(step) = line.strip_prefix("  ") {
            let step = step.rsplit_once(" => ");
            if let (Some(trial), Some((send, want))) = (trials.last_mut(), step) {
                trial.steps.push(Step { send, want });
            }
            continue;
        }
        let mut words = line.split(' ');
        if let Some(extension) = words.next().and_then(table::known) {
            let flags: Vec<_> = words.collect();
            trials.push(Trial {
                extension,
                always: flags.contains(&"always"),
                alone: flags.contains(&"alone"),
                steps: Vec::new(),
            });
        }
    }
    trials
}

/// Whether the answer is as wished; else what is missing, in words.
pub(crate) fn judge(answer: &Answer, want: &str) -> Result<(), String> {
    let mut wishes = want.split(" & ");
    let statuses = wishes.next().unwrap_or_default();
    let fits = |status: &str| answer.status.eq_ignore_ascii_case(status);
    if !statuses.split('|').any(fits) {
        return Err(format!("answered {}", answer.last()));
    }
    for wish in wishes {
        match wish.strip_prefix('!') {
            Some(text) if answer.has(text) => return Err(format!("answered with {text}")),
            None if !answer.has(wish) => {
                return Err(format!("answered without {wish}: {}", answer.last()));
            }
            Some(_) | None => {}
        }
    }
    Ok(())
}

/// A command of a list without its blanks.
pub(crate) fn readable(text: &str) -> String {
    let blanks = [
        ("%M", "waxseal-probe"),
        ("%N", "waxseal-probe-2"),
        ("%F", "sender"),
        ("%T", "recipient"),
        ("%U", "recipient"),
        ("%S", "<more than the limit>"),
        ("{message}", "<message>"),
        ("{utf8}", "<message with UTF-8 in its header>"),
        ("{text+}", "<literal>"),
        ("{chunk}", "BDAT <message>"),
    ];
    let fill = |text: String, (blank, word): &(&str, &str)| text.replace(blank, word);
    blanks.iter().fold(text.to_owned(), fill)
}

/// Fails when a list has lines that are no trials: for the tests of the lists.
#[cfg(test)]
#[track_caller]
pub(crate) fn check_list(text: &'static str) {
    let trials = read(text);
    let heads = text.lines().filter(|line| {
        let first = line.chars().next();
        first.is_some_and(|first| first != ' ' && first != '#')
    });
    let named: Vec<_> = heads.filter_map(|line| line.split(' ').next()).collect();
    let read: Vec<_> = trials.iter().map(|trial| trial.extension).collect();
    assert_eq!(named, read, "an extension that the catalog does not know");
    let steps = text.lines().filter(|line| line.starts_with("  ")).count();
    let read: usize = trials.iter().map(|trial| trial.steps.len()).sum();
    assert_eq!(steps, read, "a step without a wish");
    let empty = trials.iter().find(|trial| trial.steps.is_empty());
    assert!(empty.is_none(), "{empty:?} has no steps");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_judged() {
        let answer = Answer {
            status: "OK".to_owned(),
            lines: vec!["* ESEARCH COUNT 1".to_owned(), "a OK done".to_owned()],
        };
        assert_eq!(judge(&answer, "OK & esearch & !NIL"), Ok(()));
        assert_eq!(judge(&answer, "NO|OK"), Ok(()));
        assert_eq!(judge(&answer, "NO"), Err("answered a OK done".to_owned()));
        assert_eq!(
            judge(&answer, "OK & MIN"),
            Err("answered without MIN: a OK done".to_owned())
        );
        assert_eq!(
            judge(&answer, "OK & !COUNT"),
            Err("answered with COUNT".to_owned())
        );
    }

    #[test]
    fn lists_are_read() {
        let trials = read("# words\nimap/idle always alone\n  A => B => OK\n");
        assert_eq!(trials[0].extension, "imap/idle");
        assert!(trials[0].always && trials[0].alone);
        assert_eq!(
            trials[0].steps,
            [Step {
                send: "A => B",
                want: "OK"
            }]
        );
    }
}
