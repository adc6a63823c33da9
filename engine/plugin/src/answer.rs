//! What a filter answers, in no version's types, and the checks it must pass before it counts.

use crate::stage::Stage;
use waxseal_mail::{
    EnhancedStatus, HeaderEdit, HeaderError, HeaderField, Mailbox, Reply, ReversePath,
};
use waxseal_ports::filter::Verdict;

/// Scores a message and plugin.
pub(crate) const SCORES_MAX: usize = 100;
/// Octets of the reason for a quarantine or a hold.
const REASON_BYTES_MAX: usize = 400;
/// Octets of a tag.
const TAG_BYTES_MAX: usize = 64;
/// Octets of a score's symbol, and of its note.
const SYMBOL_BYTES_MAX: usize = 64;
const NOTE_BYTES_MAX: usize = 200;

/// As the guest said it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Answer {
    pub(crate) verdict: Said,
    pub(crate) edits: Vec<Change>,
    pub(crate) scores: Vec<Score>,
}

/// A verdict as the guest said it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Said {
    #[default]
    Next,
    Accept,
    Reject(SaidReply),
    Defer(SaidReply),
    Discard,
    Quarantine(String),
    Hold(String),
}

/// A reply as the guest said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SaidReply {
    pub(crate) code: u16,
    pub(crate) enhanced: Option<String>,
    pub(crate) text: String,
}

/// An edit as the guest said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Header(HeaderEdit),
    AddRecipient(String),
    RemoveRecipient(String),
    SetSender(String),
    Tag(String),
}

/// A weight for or against the message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Score {
    pub(crate) symbol: String,
    pub(crate) points: f32,
    pub(crate) note: Option<String>,
}

/// An answer that may be acted upon.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Checked {
    pub(crate) verdict: Verdict,
    pub(crate) edits: Vec<Edit>,
    pub(crate) tags: Vec<String>,
    pub(crate) scores: Vec<Score>,
    /// Octets that the edits stand for.
    pub(crate) edit_bytes: usize,
}

/// A change that may be made; a header edit can still miss its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Edit {
    Header(HeaderEdit),
    AddRecipient(Mailbox),
    /// Compared with each recipient as text, without regard to case.
    RemoveRecipient(String),
    SetSender(ReversePath),
}

impl Answer {
    /// Checks everything that can be checked without the message.
    ///
    /// # Errors
    /// A text that says what is wrong.
    pub(crate) fn check(self, stage: Stage) -> Result<Checked, String> {
        let verdict = check_verdict(self.verdict, stage)?;
        let mut checked = Checked {
            verdict,
            edits: Vec::new(),
            tags: Vec::new(),
            scores: self.scores,
            edit_bytes: 0,
        };
        for change in self.edits {
            checked.take(change, stage)?;
        }
        if checked.scores.len() > SCORES_MAX {
            return Err(format!("over {SCORES_MAX} scores"));
        }
        checked.scores.iter().try_for_each(check_score)?;
        Ok(checked)
    }
}

impl Checked {
    fn take(&mut self, change: Change, stage: Stage) -> Result<(), String> {
        let edit = match change {
            Change::Tag(tag) => {
                check_tag(&tag)?;
                self.edit_bytes += tag.len();
                self.tags.push(tag);
                return Ok(());
            }
            _ if !stage.edits_message() => {
                return Err(format!("only add-tag is possible at {}", stage.as_str()));
            }
            Change::Header(edit) => {
                self.edit_bytes += check_header(&edit).map_err(|error| error.to_string())?;
                Edit::Header(edit)
            }
            Change::AddRecipient(text) => {
                self.edit_bytes += text.len();
                Edit::AddRecipient(mailbox("add-recipient", &text)?)
            }
            Change::RemoveRecipient(text) => {
                self.edit_bytes += text.len();
                Edit::RemoveRecipient(text)
            }
            Change::SetSender(text) => {
                self.edit_bytes += text.len();
                Edit::SetSender(if text.is_empty() {
                    ReversePath::Null
                } else {
                    ReversePath::Mailbox(mailbox("set-sender", &text)?)
                })
            }
        };
        self.edits.push(edit);
        Ok(())
    }
}

fn check_verdict(said: Said, stage: Stage) -> Result<Verdict, String> {
    let on_message = |verdict: Verdict, name: &str| {
        if stage.decides_on_message() {
            Ok(verdict)
        } else {
            Err(format!("{name} is not possible at {}", stage.as_str()))
        }
    };
    match said {
        Said::Next => Ok(Verdict::Next),
        Said::Accept => Ok(Verdict::Accept),
        Said::Reject(reply) => check_reply(&reply, 5).map(Verdict::Reject),
        Said::Defer(reply) => check_reply(&reply, 4).map(Verdict::Defer),
        Said::Discard => on_message(Verdict::Discard, "discard"),
        Said::Quarantine(why) => on_message(Verdict::Quarantine(reason(why)?), "quarantine"),
        Said::Hold(why) => on_message(Verdict::Hold(reason(why)?), "hold"),
    }
}

/// A reply of that class, which may be sent.
///
/// # Errors
/// A text that says what is wrong.
pub(crate) fn check_reply(said: &SaidReply, class: u8) -> Result<Reply, String> {
    if said.code / 100 != u16::from(class) {
        return Err(format!("reply code {} is not {class}yz", said.code));
    }
    // Beyond 559 `Reply` says so itself.
    if (460..500).contains(&said.code) {
        return Err(format!(
            "reply code {} is not between 400 and 459",
            said.code
        ));
    }
    let status = match &said.enhanced {
        None => EnhancedStatus(class, 7, 1),
        Some(text) => EnhancedStatus::parse(text)
            .ok_or_else(|| format!("{text:?} is not an enhanced status"))?,
    };
    Reply::new(said.code, Some(status), &said.text).map_err(|error| error.to_string())
}

fn reason(why: String) -> Result<String, String> {
    if why.len() > REASON_BYTES_MAX {
        return Err(format!("the reason is over {REASON_BYTES_MAX} octets"));
    }
    if why.chars().any(char::is_control) {
        return Err("the reason holds a control character".into());
    }
    Ok(why)
}

/// Octets of the edit, if its field could stand in a message.
fn check_header(edit: &HeaderEdit) -> Result<usize, HeaderError> {
    match edit {
        HeaderEdit::Add { name, value }
        | HeaderEdit::Insert { name, value, .. }
        | HeaderEdit::Replace { name, value, .. } => {
            HeaderField::new(name, value).map(|field| field.raw().len())
        }
        HeaderEdit::Remove { name } => HeaderField::new(name, b"").map(|field| field.raw().len()),
    }
}

fn mailbox(edit: &str, text: &str) -> Result<Mailbox, String> {
    Mailbox::parse(text).map_err(|error| format!("{edit} {text:?}: {error}"))
}

fn check_tag(tag: &str) -> Result<(), String> {
    let plain = tag
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"._:=-".contains(&b));
    if plain && (1..=TAG_BYTES_MAX).contains(&tag.len()) {
        Ok(())
    } else {
        Err(format!("{tag:?} is not a tag"))
    }
}

fn check_score(score: &Score) -> Result<(), String> {
    let symbol = &score.symbol;
    let named = (1..=SYMBOL_BYTES_MAX).contains(&symbol.len())
        && symbol.bytes().all(|b| b.is_ascii_graphic());
    if !named {
        return Err(format!("{symbol:?} is not a score symbol"));
    }
    if !score.points.is_finite() {
        return Err(format!("the points of {symbol} are not finite"));
    }
    if score
        .note
        .as_ref()
        .is_some_and(|note| note.len() > NOTE_BYTES_MAX)
    {
        return Err(format!(
            "the note of {symbol} is over {NOTE_BYTES_MAX} octets"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
