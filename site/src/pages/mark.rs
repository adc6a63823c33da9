//! The marks readers learn once: a state with its shape and word, and the evidence behind it.

use askama::Template;

use crate::model::Evidence;
use crate::resolve::{Cell, Judged, State};

/// A resolved cell as shown: shape, word, and whether it is only a note.
#[derive(Debug, Clone, Template)]
#[template(path = "mark.html")]
pub struct Mark {
    /// State.
    pub state: State,
    /// What the product has, in place of the word.
    pub value: Option<String>,
    /// Rests on an unverified note.
    pub unverified: bool,
    /// Months since it was confirmed, when past its date.
    pub stale_months: Option<i64>,
}

impl Mark {
    /// The mark of a cell.
    pub fn of(cell: &Cell) -> Self {
        Self {
            state: cell.state,
            value: cell
                .value()
                .filter(|_| cell.state.is_supported())
                .map(str::to_owned),
            unverified: cell.is_unverified(),
            stale_months: cell.shown().and_then(|judged| judged.stale_months),
        }
    }

    /// The mark of a state alone.
    pub fn plain(state: State) -> Self {
        Self {
            state,
            value: None,
            unverified: false,
            stale_months: None,
        }
    }

    /// Whether it only says what the product has, which is neither good nor bad.
    pub fn is_value(&self) -> bool {
        self.value.is_some() && self.state == State::Yes
    }

    /// The shape before its text.
    pub fn shape(&self) -> &'static str {
        if self.is_value() {
            "▪"
        } else {
            self.state.shape()
        }
    }

    /// Its word or value.
    pub fn text(&self) -> String {
        self.value
            .clone()
            .unwrap_or_else(|| self.state.word().to_owned())
    }

    /// Classes of the mark.
    pub fn class(&self) -> String {
        let note = if self.unverified { " unverified" } else { "" };
        let class = if self.is_value() {
            "s-value"
        } else {
            self.state.class()
        };
        format!("mark {class}{note}")
    }
}

/// The evidence of one claim.
#[derive(Debug, Clone, Template)]
#[template(path = "evidence_mark.html")]
pub struct EvidenceMark {
    /// Kind.
    pub evidence: Evidence,
    /// When it was confirmed.
    pub date: String,
    /// Months since then, when past its date.
    pub stale_months: Option<i64>,
}

impl EvidenceMark {
    /// The evidence mark of a claim.
    pub fn of(judged: &Judged) -> Self {
        Self {
            evidence: judged.claim.evidence,
            date: judged.claim.date.to_string(),
            stale_months: judged.stale_months,
        }
    }
}

/// What a claim adds to its word: how it is had, since when, and its note.
pub(super) fn detail(judged: &Judged) -> String {
    let claim = &judged.claim;
    let mut parts = Vec::new();
    parts.extend(claim.enabled.map(|enabled| enabled.words().to_owned()));
    parts.extend(claim.since.as_ref().map(|since| format!("since {since}")));
    parts.extend(claim.until.as_ref().map(|until| format!("until {until}")));
    parts.extend(claim.note.clone());
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(mark: &Mark, shown: &str) {
        assert_eq!(mark.render().unwrap_or_default(), shown);
    }

    #[test]
    fn a_mark_has_a_shape_and_a_word() {
        check(
            &Mark::plain(State::Yes),
            "<span class=\"mark s-yes\"><span class=\"shape\" aria-hidden=\"true\">✓</span>&#160;Yes</span>",
        );
        let value = Mark {
            value: Some("C & Lua".to_owned()),
            unverified: true,
            ..Mark::plain(State::Yes)
        };
        check(
            &value,
            "<span class=\"mark s-value unverified\"><span class=\"shape\" aria-hidden=\"true\">▪</span>&#160;C &#38; Lua<span class=\"note\"> unverified</span></span>",
        );
    }
}
