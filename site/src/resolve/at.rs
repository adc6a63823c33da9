//! What a cell was, or will be, in one version of a product.

use super::{Cell, resolve};
use crate::date::Date;
use crate::model::{Claim, Evidence, Support};
use crate::version::Version;

/// Resolves a cell anew from what its claims say about `version`. A claim that holds from a later
/// version means no; one that ended before means removed; a measurement says nothing about
/// versions before the one measured.
pub fn at(cell: &Cell, version: &Version, content_date: &Date, product_changes: bool) -> Cell {
    let claims = cell.judged.iter();
    let claims = claims.filter_map(|judged| claim_at(&judged.claim, version));
    resolve(claims.collect(), content_date, product_changes)
}

fn claim_at(claim: &Claim, version: &Version) -> Option<Claim> {
    let parse = |text: &Option<String>| text.as_deref().and_then(Version::parse);
    let reached = |first: Option<Version>| first.and_then(|first| version.has_reached(&first));
    let held = |support: Support| matches!(support, Support::Yes | Support::Partial);
    let mut claim = claim.clone();
    let measured = [Evidence::Measured, Evidence::MeasuredAdvertised];
    if measured.contains(&claim.evidence) {
        let seen = claim.seen.as_deref().and_then(Version::parse);
        return (reached(seen) != Some(false)).then_some(claim);
    }
    match reached(parse(&claim.since)) {
        Some(false) if held(claim.support) => {
            claim.support = Support::No;
            claim.enabled = None;
            claim.value = None;
            claim.until = None;
        }
        Some(false) => return None,
        Some(true) | None => {}
    }
    match reached(parse(&claim.until)) {
        Some(false) if claim.support == Support::Removed => {
            claim.support = Support::Yes;
            claim.until = None;
        }
        Some(false) => claim.until = None,
        Some(true) | None => {}
    }
    Some(claim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::State;

    fn claim(support: Support, since: Option<&str>, until: Option<&str>) -> Claim {
        Claim {
            extension: Some("imap/idle".into()),
            feature: None,
            support,
            value: None,
            enabled: None,
            since: since.map(str::to_owned),
            until: until.map(str::to_owned),
            evidence: Evidence::Docs,
            source: "https://example.org".into(),
            quote: None,
            date: Date::parse("2026-11-01").unwrap(),
            note: None,
            seen: None,
            transcript: None,
        }
    }

    #[track_caller]
    fn check(claim: &Claim, version: &str, state: State) {
        let today = Date::parse("2026-11-24").unwrap();
        let cell = resolve(vec![claim.clone()], &today, true);
        let version = Version::parse(version).unwrap();
        assert_eq!(at(&cell, &version, &today, true).state, state);
    }

    #[test]
    fn since_and_until_bound_a_claim() {
        let since = claim(Support::Yes, Some("2.4.2"), None);
        check(&since, "2.3", State::No);
        check(&since, "2.4", State::Yes);
        let gone = claim(Support::Removed, None, Some("3.0"));
        check(&gone, "2.9", State::Yes);
        check(&gone, "3.0", State::Removed);
        let ended = claim(Support::Yes, Some("1.0"), Some("3.0"));
        check(&ended, "2.0", State::Yes);
        check(&ended, "3.1", State::Removed);
        check(&claim(Support::Yes, None, None), "0.1", State::Yes);
    }

    #[test]
    fn a_measurement_says_nothing_about_older_versions() {
        let mut seen = claim(Support::Yes, None, None);
        seen.evidence = Evidence::MeasuredAdvertised;
        seen.seen = Some("2.3.19.1".into());
        check(&seen, "2.3.19.1", State::Yes);
        check(&seen, "2.4", State::Yes);
        check(&seen, "2.2", State::Unknown);
    }
}
