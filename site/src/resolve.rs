//! From all claims about one extension in one product to the one cell that is shown.
//!
//! Fresh claims go before stale ones, then the better kind of evidence, then the newer date.
//! Fresh claims that someone checked and that disagree make the cell disputed. A note of 2003
//! never carries a cell alone. Nothing left means unknown, which is never shown as "no".

mod at;

pub use at::at;

use crate::date::Date;
use crate::model::{Claim, Enabled, Evidence, Support};

/// What a cell shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Supported.
    Yes,
    /// Supported with a plugin, patch or companion.
    AddOn,
    /// Supported in part.
    Partial,
    /// Not supported.
    No,
    /// Announced.
    Planned,
    /// Given up.
    Removed,
    /// Without meaning here.
    NotApplicable,
    /// Checked sources disagree.
    Disputed,
    /// Nobody has said.
    Unknown,
}

impl State {
    /// The word shown to readers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "Yes",
            Self::AddOn => "Add-on",
            Self::Partial => "Partial",
            Self::No => "No",
            Self::Planned => "Planned",
            Self::Removed => "Removed",
            Self::NotApplicable => "Does not apply",
            Self::Disputed => "Disputed",
            Self::Unknown => "Unknown",
        }
    }

    /// The word used in data.
    pub fn id(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::AddOn => "add-on",
            Self::Partial => "partial",
            Self::No => "no",
            Self::Planned => "planned",
            Self::Removed => "removed",
            Self::NotApplicable => "not-applicable",
            Self::Disputed => "disputed",
            Self::Unknown => "unknown",
        }
    }

    /// The shape before the word, so that colour is never the only sign.
    pub fn shape(self) -> &'static str {
        match self {
            Self::Yes => "✓",
            Self::AddOn => "✚",
            Self::Partial => "◐",
            Self::No => "✗",
            Self::Planned => "◷",
            Self::Removed => "⊘",
            Self::NotApplicable => "–",
            Self::Disputed => "≠",
            Self::Unknown => "?",
        }
    }

    /// Class of the cell.
    pub fn class(self) -> &'static str {
        match self {
            Self::Yes => "s-yes",
            Self::AddOn | Self::Partial => "s-part",
            Self::No | Self::Removed => "s-no",
            Self::Planned | Self::NotApplicable | Self::Unknown => "s-unknown",
            Self::Disputed => "s-disputed",
        }
    }

    /// Whether a reader may count on it, if only in part.
    pub fn is_supported(self) -> bool {
        matches!(self, Self::Yes | Self::AddOn | Self::Partial)
    }
}

/// Why a claim is shown or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The best there is.
    Best,
    /// One side of a dispute.
    Disputes,
    /// A stale claim behind a fresh one.
    Stale,
    /// A better kind of evidence is shown.
    Outranked,
    /// The same kind of evidence with a later date is shown.
    Older,
    /// A note of 2003, which never stands alone.
    LegacyAlone,
}

impl Reason {
    /// The words shown on the evidence page.
    pub fn words(self) -> &'static str {
        match self {
            Self::Best => "Shown: the best evidence there is",
            Self::Disputes => "Shown: disagrees with other checked evidence",
            Self::Stale => "Not shown: past its date, a fresher claim exists",
            Self::Outranked => "Not shown: better evidence exists",
            Self::Older => "Not shown: newer evidence of the same kind exists",
            Self::LegacyAlone => "Not shown: a note of 2003 never stands alone",
        }
    }

    /// Whether the claim reaches the reader of a matrix.
    pub fn is_shown(self) -> bool {
        matches!(self, Self::Best | Self::Disputes)
    }
}

/// A claim with its judgement.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The claim.
    pub claim: Claim,
    /// Why it is shown or not.
    pub reason: Reason,
    /// Months since it was confirmed, when it is past its date.
    pub stale_months: Option<i64>,
}

/// One cell with everything behind it.
#[derive(Debug, Clone)]
pub struct Cell {
    /// What is shown.
    pub state: State,
    /// All claims, the shown one first.
    pub judged: Vec<Judged>,
}

impl Cell {
    /// A cell nobody has said anything about.
    pub const UNKNOWN: Self = Self {
        state: State::Unknown,
        judged: Vec::new(),
    };

    /// The claim that is shown.
    pub fn shown(&self) -> Option<&Judged> {
        self.judged
            .first()
            .filter(|judged| judged.reason.is_shown())
    }

    /// What the product has, for features with values.
    pub fn value(&self) -> Option<&str> {
        self.shown()
            .and_then(|judged| judged.claim.value.as_deref())
    }

    /// Whether the cell rests on an unverified note only.
    pub fn is_unverified(&self) -> bool {
        self.shown()
            .is_some_and(|judged| judged.claim.evidence >= Evidence::Memory)
    }

    /// Whether the shown claim is past its date.
    pub fn is_stale(&self) -> bool {
        self.shown()
            .is_some_and(|judged| judged.stale_months.is_some())
    }
}

/// Resolves the claims about one extension in one product as of `content_date`. Claims about a
/// product that no longer changes do not age.
pub fn resolve(claims: Vec<Claim>, content_date: &Date, product_changes: bool) -> Cell {
    let mut judged: Vec<Judged> = claims
        .into_iter()
        .map(|claim| {
            let stale_months = stale_months(&claim, content_date, product_changes);
            Judged {
                claim,
                reason: Reason::Best,
                stale_months,
            }
        })
        .collect();
    judged.sort_by(|one, other| {
        let key = |judged: &Judged| {
            let legacy = judged.claim.evidence == Evidence::Legacy;
            (legacy, judged.stale_months.is_some(), judged.claim.evidence)
        };
        key(one)
            .cmp(&key(other))
            .then_with(|| other.claim.date.cmp(&one.claim.date))
    });
    let Some(best) = judged.first().cloned() else {
        return Cell::UNKNOWN;
    };
    if best.claim.evidence == Evidence::Legacy {
        for one in &mut judged {
            one.reason = Reason::LegacyAlone;
        }
        return Cell {
            state: State::Unknown,
            judged,
        };
    }
    let disputes = |one: &Judged| {
        one.stale_months.is_none()
            && one.claim.evidence.is_checked()
            && disagree(&one.claim, &best.claim)
    };
    let best_counts = best.stale_months.is_none() && best.claim.evidence.is_checked();
    let disputed = best_counts && judged.iter().any(disputes);
    for (at, one) in judged.iter_mut().enumerate() {
        one.reason = match at {
            0 if disputed => Reason::Disputes,
            0 => Reason::Best,
            _ if disputed && disputes(one) => Reason::Disputes,
            _ if one.stale_months.is_some() && best.stale_months.is_none() => Reason::Stale,
            _ if one.claim.evidence > best.claim.evidence => Reason::Outranked,
            _ => Reason::Older,
        };
    }
    judged.sort_by_key(|one| !one.reason.is_shown());
    let state = if disputed {
        State::Disputed
    } else {
        state(&best.claim)
    };
    Cell { state, judged }
}

/// Whether two claims cannot both hold; a missing value agrees with any.
fn disagree(one: &Claim, other: &Claim) -> bool {
    let values = one.value.as_ref().zip(other.value.as_ref());
    one.support != other.support || values.is_some_and(|(one, other)| one != other)
}

fn state(claim: &Claim) -> State {
    match (claim.support, claim.enabled) {
        (Support::Yes | Support::Partial, _) if claim.until.is_some() => State::Removed,
        (Support::Yes, Some(Enabled::AddOn)) => State::AddOn,
        (Support::Yes, _) => State::Yes,
        (Support::Partial, _) => State::Partial,
        (Support::No, _) => State::No,
        (Support::Planned, _) => State::Planned,
        (Support::Removed, _) => State::Removed,
        (Support::Unknown, _) => State::Unknown,
        (Support::NotApplicable, _) => State::NotApplicable,
    }
}

/// Months since the claim was confirmed, if that is longer than its evidence stays fresh.
pub fn stale_months(claim: &Claim, content_date: &Date, product_changes: bool) -> Option<i64> {
    let age_days = claim.date.days_until(content_date);
    let stale = match claim.evidence.fresh_days() {
        None => true,
        Some(days) => product_changes && age_days > days,
    };
    stale.then_some(age_days / 30)
}

#[cfg(test)]
mod tests;
