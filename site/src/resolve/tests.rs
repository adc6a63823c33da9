use expect_test::{Expect, expect};

use super::*;

fn claim(support: &str, evidence: &str, date: &str) -> Claim {
    serde_json::from_value(serde_json::json!({
        "extension": "imap/idle",
        "support": support,
        "evidence": evidence,
        "date": date,
        "source": "https://example.org/",
    }))
    .unwrap()
}

#[track_caller]
fn check(claims: &[(&str, &str, &str)], expected: Expect) {
    let claims = claims.iter().map(|(s, e, d)| claim(s, e, d)).collect();
    let cell = resolve(claims, &Date::parse("2026-11-23").unwrap(), true);
    let mut lines = vec![format!(
        "{:?} unverified={}",
        cell.state,
        cell.is_unverified()
    )];
    for one in &cell.judged {
        let Judged {
            claim,
            reason,
            stale_months,
        } = one;
        lines.push(format!(
            "{:?} {:?} {reason:?} {stale_months:?}",
            claim.support, claim.evidence
        ));
    }
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn nothing_said_is_unknown() {
    check(&[], expect!["Unknown unverified=false"]);
}

#[test]
fn better_evidence_wins() {
    check(
        &[("no", "docs", "2026-01-01"), ("no", "source", "2025-12-01")],
        expect![[r#"
        No unverified=false
        No Source Best None
        No Docs Outranked None"#]],
    );
    check(
        &[
            ("yes", "memory", "2026-11-01"),
            ("no", "docs", "2026-01-01"),
        ],
        expect![[r#"
        No unverified=false
        No Docs Best None
        Yes Memory Outranked None"#]],
    );
}

#[test]
fn fresh_goes_before_stale() {
    check(
        &[
            ("yes", "source", "2020-01-01"),
            ("no", "vendor", "2026-10-01"),
        ],
        expect![[r#"
        No unverified=false
        No Vendor Best None
        Yes Source Stale Some(83)"#]],
    );
}

#[test]
fn checked_and_fresh_claims_may_dispute() {
    check(
        &[
            ("yes", "source", "2026-10-01"),
            ("no", "docs", "2026-09-01"),
            ("yes", "vendor", "2026-09-01"),
        ],
        expect![[r#"
            Disputed unverified=false
            Yes Source Disputes None
            No Docs Disputes None
            Yes Vendor Outranked None"#]],
    );
}

#[test]
fn an_unverified_note_never_looks_checked() {
    check(
        &[("yes", "memory", "2026-11-01")],
        expect![[r#"
        Yes unverified=true
        Yes Memory Best None"#]],
    );
}

#[test]
fn a_note_of_2003_never_stands_alone() {
    check(
        &[("yes", "legacy", "2003-08-09")],
        expect![[r#"
        Unknown unverified=false
        Yes Legacy LegacyAlone Some(283)"#]],
    );
}

#[test]
fn claims_about_a_finished_product_do_not_age() {
    let old = vec![claim("yes", "source", "2010-01-01")];
    let cell = resolve(old, &Date::parse("2026-11-23").unwrap(), false);
    assert!(!cell.is_stale());
    assert_eq!(cell.state, State::Yes);
}
