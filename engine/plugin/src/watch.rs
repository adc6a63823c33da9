//! What the tools of plugin authors see of every call; a server in production watches nothing.

use crate::answer::{Checked, Edit};
use crate::error::CallFailure;
use std::time::Duration;
use waxseal_mail::HeaderEdit;
use waxseal_ports::filter::Verdict;

/// Is told of every call and every log line of the plugins of one host.
pub trait Watch: Send + Sync {
    /// A call is over.
    fn called(&self, report: &CallReport<'_>);

    /// A plugin wrote a log line; lines past the limits are not told.
    fn logged(&self, line: &LogLine<'_>);
}

/// One call and what came of it.
#[derive(Debug)]
pub struct CallReport<'a> {
    /// The plugin's name in the configuration.
    pub plugin: &'a str,
    /// The stage, as in `describe`.
    pub stage: &'static str,
    /// What the plugin said, or why it said nothing of use.
    pub said: Result<Said, &'a CallFailure>,
    /// How long it took, waiting included; without starting the instance.
    pub took: Duration,
    /// How long starting and configuring the instance took, where this call began with that.
    pub started: Option<Duration>,
    /// Fuel that the call used, with [`crate::Metering::Fuel`] and unless the call failed.
    pub fuel: Option<u64>,
    /// Memory that the instance holds after the call; 0 after a failure.
    pub memory_bytes: usize,
}

/// What a plugin said, in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// What it answered where that is no verdict: of a delivery or storage plugin, or a learner that was
    /// told of a move.
    pub answer: Option<String>,
    /// Its verdict.
    pub verdict: Verdict,
    /// Its edits in order, without tags: `add-header X-Spam: yes`, `remove-recipient a@b` ….
    pub edits: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its scores.
    pub scores: Vec<(String, f32)>,
}

/// A line of a plugin's log.
#[derive(Debug, Clone, Copy)]
pub struct LogLine<'a> {
    /// The plugin's name in the configuration.
    pub plugin: &'a str,
    /// `trace`, `debug`, `info`, `warn` or `error`.
    pub level: &'static str,
    /// The line with its fields.
    pub text: &'a str,
}

impl Said {
    /// A call whose answer is no verdict.
    pub(crate) const fn nothing() -> Self {
        Self {
            answer: None,
            verdict: Verdict::Next,
            edits: Vec::new(),
            tags: Vec::new(),
            scores: Vec::new(),
        }
    }

    /// An answer that is no verdict, in words.
    pub(crate) fn answer(words: impl Into<String>) -> Self {
        Self {
            answer: Some(words.into()),
            ..Self::nothing()
        }
    }

    pub(crate) fn of(checked: &Checked) -> Self {
        let scores = checked.scores.iter();
        Self {
            answer: None,
            verdict: checked.verdict.clone(),
            edits: checked.edits.iter().map(edit).collect(),
            tags: checked.tags.clone(),
            scores: scores.map(|s| (s.symbol.clone(), s.points)).collect(),
        }
    }
}

fn edit(edit: &Edit) -> String {
    match edit {
        Edit::Header(HeaderEdit::Add { name, value }) => {
            format!("add-header {name}: {}", text(value))
        }
        Edit::Header(HeaderEdit::Insert { index, name, value }) => {
            format!("insert-header {index} {name}: {}", text(value))
        }
        Edit::Header(HeaderEdit::Replace {
            name,
            occurrence,
            value,
        }) => format!("replace-header {name} {occurrence}: {}", text(value)),
        Edit::Header(HeaderEdit::Remove { name }) => format!("remove-header {name}"),
        Edit::AddRecipient(mailbox) => format!("add-recipient {mailbox}"),
        Edit::RemoveRecipient(text) => format!("remove-recipient {text}"),
        Edit::SetSender(path) => format!("set-sender {path}"),
    }
}

/// A field's value without the blank that it begins with.
fn text(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    text.strip_prefix(' ').unwrap_or(&text).to_owned()
}
