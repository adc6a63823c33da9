//! What it means for the client that a filter could not be asked.

use serde::Deserialize;
use waxseal_mail::Reply;

use super::Verdict;

/// What a failure of a filter means: of a plugin or a milter that did not answer, answered badly, or
/// is not asked for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, waxseal_settings::Setting)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    /// `421 4.3.0` at connect, `451 4.3.0` elsewhere: the client tries again later.
    #[default]
    Defer,
    /// As if the filter had no opinion.
    Skip,
    /// `554 5.3.0`.
    Reject,
}

impl OnFailure {
    /// The verdict that stands for a failed call; `at_connect` before the greeting.
    #[must_use]
    pub fn verdict(self, at_connect: bool) -> Verdict {
        match self {
            Self::Skip => Verdict::Next,
            Self::Defer => {
                let code = if at_connect { 421 } else { 451 };
                let text = "mail cannot be checked right now, please try again later";
                Verdict::Defer(Reply::own(code, (4, 3, 0), text))
            }
            Self::Reject => Verdict::Reject(Reply::own(554, (5, 3, 0), "mail cannot be checked")),
        }
    }
}
