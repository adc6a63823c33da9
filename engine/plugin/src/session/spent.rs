//! What the answers about one message come to, against the limits and for the trace.

use crate::answer::{Checked, SCORES_MAX};
use crate::plugin::Plugin;

/// What one filter changed of the current message.
#[derive(Default)]
pub(super) struct Spent {
    edits: usize,
    edit_bytes: usize,
    scores: usize,
}

impl Spent {
    /// Counts an answer against the limits of the message.
    ///
    /// # Errors
    /// A text that names the limit.
    pub(super) fn add(&mut self, checked: &Checked, plugin: &Plugin) -> Result<(), String> {
        let limits = plugin.limits();
        self.edits += checked.edits.len() + checked.tags.len();
        self.edit_bytes += checked.edit_bytes;
        self.scores += checked.scores.len();
        let number = |max: u32| usize::try_from(max).unwrap_or(usize::MAX);
        if self.edits > number(limits.edits_max) {
            return Err(format!(
                "over limits.edits_max = {} edits",
                limits.edits_max
            ));
        }
        if self.edit_bytes > number(limits.edit_bytes_max) {
            let max = limits.edit_bytes_max;
            return Err(format!(
                "over limits.edit_bytes_max = {max} octets of edits"
            ));
        }
        if self.scores > SCORES_MAX {
            return Err(format!("over {SCORES_MAX} scores"));
        }
        Ok(())
    }
}

/// Edits, tags and scores for the trace; empty where there are none.
pub(super) fn changes(checked: &Checked) -> String {
    let mut text = String::new();
    if !checked.edits.is_empty() {
        text += &format!("; {} edits", checked.edits.len());
    }
    for tag in &checked.tags {
        text += &format!("; tag {tag}");
    }
    for score in &checked.scores {
        text += &format!("; {} {:+}", score.symbol, score.points);
    }
    text
}
