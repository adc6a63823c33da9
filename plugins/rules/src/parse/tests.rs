use super::*;
use crate::rule::{Condition, HeaderAction, Verdict};

fn one(json: &str) -> Rule {
    let all = rules(&format!(r#"{{"rule":[{json}]}}"#));
    all.unwrap_or_else(|error| panic!("{error}")).remove(0)
}

#[track_caller]
fn refused(json: &str, expected: &str) {
    let error = rules(&format!(r#"{{"rule":[{json}]}}"#)).expect_err("a mistake");
    assert_eq!(error, expected);
}

#[test]
fn a_rule_is_judged_as_soon_as_it_can_be() {
    let peer = one(r#"{"name":"a","if":{"peer":"192.0.2.0/24"},"then":{"reject":"no"}}"#);
    assert_eq!(peer.at, At::Connect);
    let tagged = one(r#"{"name":"a","if":{"peer":"192.0.2.0/24"},"then":{"tag":"x"}}"#);
    assert_eq!(tagged.at, At::Mail);
    let recipient = one(
        r#"{"name":"a","if":{"recipient":"x@*","sender":"<>"},"then":{"tempfail":{"text":"t"}}}"#,
    );
    assert_eq!(recipient.at, At::Rcpt);
    let late = one(r#"{"name":"a","at":"message","if":{"helo":"x"},"then":{"reject":"no"}}"#);
    assert_eq!(late.at, At::Message);
    let nested = one(
        r#"{"name":"a","if":{"any":[{"peer":"::1"},{"not":{"recipient":"x"}}]},"then":{"reject":"n"}}"#,
    );
    assert_eq!(nested.at, At::Rcpt);
    let always = one(r#"{"name":"a","then":{"discard":true}}"#);
    assert_eq!((always.at, always.conditions.len()), (At::Message, 0));
}

#[test]
fn values_are_read() {
    let rule = one(
        r#"{"name":"big","if":{"size-over":"10M","header":{"Subject":["a*","b"]},"no-header":"Date"},
            "then":{"quarantine":"big","score":2.5,"remove-header":"X-A","replace-header":{"X-B":"c"}}}"#,
    );
    assert_eq!(rule.conditions.len(), 3);
    assert!(rule.conditions.contains(&Condition::SizeOver(10 << 20)));
    assert!(
        rule.conditions
            .contains(&Condition::NoHeader("Date".into()))
    );
    assert_eq!(
        rule.actions.verdict,
        Some(Verdict::Quarantine("big".into()))
    );
    assert_eq!(rule.actions.score, Some(2.5));
    let edits = [
        HeaderAction::Remove("X-A".into()),
        HeaderAction::Replace("X-B".into(), "c".into()),
    ];
    assert_eq!(rule.actions.headers, edits);
}

#[test]
fn mistakes_name_their_rule_and_the_nearest_key() {
    refused(
        r#"{"name":"no exe","if":{"atachment":"*.exe"},"then":{"reject":"no"}}"#,
        r#"rule "no exe": if: there is no key "atachment"; did you mean "attachment"?"#,
    );
    refused(
        r#"{"name":"x","then":{"rejct":"no"}}"#,
        r#"rule "x": then: there is no key "rejct"; did you mean "reject"?"#,
    );
    refused(
        r#"{"name":"x","colour":1,"then":{"reject":"no"}}"#,
        r#"rule "x": there is no key "colour"; known are name, at, if, then"#,
    );
    refused(r#"{"then":{"reject":"no"}}"#, "rule 1 has no name");
    refused(r#"{"name":"x"}"#, r#"rule "x" has no `then`"#);
    refused(
        r#"{"name":"x","then":{}}"#,
        r#"rule "x": then does nothing"#,
    );
    refused(
        r#"{"name":"x","then":{"reject":"a","discard":true}}"#,
        r#"rule "x": then holds two verdicts; choose one of accept, reject, tempfail, discard, quarantine, hold"#,
    );
    refused(
        r#"{"name":"x","then":{"reject":{"code":450,"text":"a"}}}"#,
        r#"rule "x": then.reject.code is not 500 to 559"#,
    );
    refused(
        r#"{"name":"x","then":{"reject":{"status":"4.1.1","text":"a"}}}"#,
        r#"rule "x": then.reject.status: "4.1.1" is not like 5.7.1"#,
    );
    refused(
        r#"{"name":"x","then":{"add-header":{"X-A":"b\nEvil: c"}}}"#,
        r#"rule "x": then.add-header.X-A is not one line of at most 900 octets"#,
    );
    refused(
        r#"{"name":"x","if":{"peer":"example.test"},"then":{"reject":"a"}}"#,
        r#"rule "x": if.peer: "example.test" is not an address or a network"#,
    );
    refused(
        r#"{"name":"x","at":"rcpt","if":{"size-over":1},"then":{"reject":"a"}}"#,
        r#"rule "x": it cannot be judged at rcpt, only from message on"#,
    );
}

#[test]
fn no_rules_are_fine() {
    assert_eq!(rules("{}"), Ok(Vec::new()));
    assert!(rules(r#"{"rules":[]}"#).is_err());
}

#[test]
fn only_stages_with_a_rule_are_wanted() {
    let stages = |json: &str| crate::rule::stages(&rules(json).unwrap());
    use waxseal_plugin_sdk::Stage::{Connect, Message};
    let message = r#"{"rule":[{"name":"a","if":{"header":{"Subject":"*x*"}},"then":{"tag":"t"}}]}"#;
    assert_eq!(stages(message), [Message]);
    let both = r#"{"rule":[{"name":"a","if":{"peer":"192.0.2.0/24"},"then":{"reject":"no"}},
        {"name":"b","if":{"size-over":9},"then":{"reject":"no"}}]}"#;
    assert_eq!(stages(both), [Connect, Message]);
    assert_eq!(stages("{}"), [Message]);
}
