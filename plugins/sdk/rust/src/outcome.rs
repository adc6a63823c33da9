//! What a filter answers.

use crate::bindings::waxseal::plugin::types;

/// A verdict with the changes and weights that stand beside it.
///
/// Begin with a verdict and add to it: `Outcome::next().tag("list").score("BULK", 1.0)`. What the
/// server does not allow (a reply of the wrong class, a line break in a value, edits before the
/// headers stage) fails the call; the limits are named in the interface.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Outcome(types::Outcome);

/// The filter could not do its work: the administrator's policy decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// A short name for counting, for example `no-database`.
    pub code: String,
    /// What happened, for the log.
    pub message: String,
    /// Whether trying again may help.
    pub retryable: bool,
}

impl Error {
    /// An error that will be there next time too.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            retryable: false,
        }
    }

    /// The same, but trying again may help.
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}

impl std::error::Error for Error {}

impl Outcome {
    const fn with(verdict: types::Verdict) -> Self {
        Self(types::Outcome {
            verdict,
            edits: Vec::new(),
            scores: Vec::new(),
        })
    }

    /// No opinion.
    pub const fn next() -> Self {
        Self::with(types::Verdict::Next)
    }

    /// Fine: no later filter is asked at this stage.
    pub const fn accept() -> Self {
        Self::with(types::Verdict::Accept)
    }

    /// Refuse for good: a 5yz code, an enhanced status such as `5.7.1`, one line of text.
    pub fn reject(code: u16, status: &str, text: &str) -> Self {
        Self::with(types::Verdict::Reject(reply(code, status, text)))
    }

    /// Refuse for now: a 4yz code, an enhanced status such as `4.7.1`, one line of text.
    pub fn defer(code: u16, status: &str, text: &str) -> Self {
        Self::with(types::Verdict::Defer(reply(code, status, text)))
    }

    /// Answer that the message was accepted, and forget it.
    pub const fn discard() -> Self {
        Self::with(types::Verdict::Discard)
    }

    /// Accept into the Junk mailbox.
    pub fn quarantine(why: impl Into<String>) -> Self {
        Self::with(types::Verdict::Quarantine(why.into()))
    }

    /// Accept and hold until an administrator releases it.
    pub fn hold(why: impl Into<String>) -> Self {
        Self::with(types::Verdict::Hold(why.into()))
    }

    fn edit(mut self, edit: types::Edit) -> Self {
        self.0.edits.push(edit);
        self
    }

    /// Puts a field at the end of the header section.
    pub fn add_header(self, name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        self.edit(types::Edit::AddHeader(header(name, value)))
    }

    /// Puts a field before the field at `index` (0 is the top).
    pub fn insert_header(
        self,
        index: u32,
        name: impl Into<String>,
        value: impl Into<Vec<u8>>,
    ) -> Self {
        self.edit(types::Edit::InsertHeader((index, header(name, value))))
    }

    /// Replaces the value of the `occurrence`th field (from 0) of that name, which must be there.
    pub fn replace_header(
        self,
        name: impl Into<String>,
        occurrence: u32,
        value: impl Into<Vec<u8>>,
    ) -> Self {
        self.edit(types::Edit::ReplaceHeader((
            name.into(),
            occurrence,
            value.into(),
        )))
    }

    /// Removes all fields of that name.
    pub fn remove_header(self, name: impl Into<String>) -> Self {
        self.edit(types::Edit::RemoveHeader(name.into()))
    }

    /// Adds a recipient.
    pub fn add_recipient(self, address: impl Into<String>) -> Self {
        self.edit(types::Edit::AddRecipient(address.into()))
    }

    /// Removes a recipient.
    pub fn remove_recipient(self, address: impl Into<String>) -> Self {
        self.edit(types::Edit::RemoveRecipient(address.into()))
    }

    /// Replaces the reverse-path; empty for the null reverse-path.
    pub fn set_sender(self, address: impl Into<String>) -> Self {
        self.edit(types::Edit::SetSender(address.into()))
    }

    /// Labels the message.
    pub fn tag(self, tag: impl Into<String>) -> Self {
        self.edit(types::Edit::AddTag(tag.into()))
    }

    /// Weighs for (negative) or against the message.
    pub fn score(mut self, symbol: impl Into<String>, points: f32) -> Self {
        let symbol = symbol.into();
        self.0.scores.push(types::Score {
            symbol,
            points,
            note: None,
        });
        self
    }

    /// The same, with words for people (at most 200 octets).
    pub fn score_note(
        mut self,
        symbol: impl Into<String>,
        points: f32,
        note: impl Into<String>,
    ) -> Self {
        self.0.scores.push(types::Score {
            symbol: symbol.into(),
            points,
            note: Some(note.into()),
        });
        self
    }

    /// The verdict.
    #[must_use]
    pub const fn verdict(&self) -> &types::Verdict {
        &self.0.verdict
    }

    /// The changes, in order.
    #[must_use]
    pub fn edits(&self) -> &[types::Edit] {
        &self.0.edits
    }

    /// The weights, in order.
    #[must_use]
    pub fn scores(&self) -> &[types::Score] {
        &self.0.scores
    }

    pub(crate) fn into_wit(self) -> types::Outcome {
        self.0
    }
}

impl From<Error> for types::PluginError {
    fn from(error: Error) -> Self {
        Self {
            code: error.code,
            message: error.message,
            retryable: error.retryable,
        }
    }
}

/// An SMTP reply: a code, an enhanced status of the same class, one line of text.
#[must_use]
pub fn reply(code: u16, status: &str, text: &str) -> types::Reply {
    types::Reply {
        code,
        enhanced: Some(status.to_owned()),
        text: text.to_owned(),
    }
}

fn header(name: impl Into<String>, value: impl Into<Vec<u8>>) -> types::Header {
    types::Header {
        name: name.into(),
        value: value.into(),
    }
}
