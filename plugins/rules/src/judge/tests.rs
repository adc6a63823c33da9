use super::*;
use crate::parse::rules;
use std::net::IpAddr;
use waxseal_plugin_sdk::{Protocol, mime::Part};

struct Fixed {
    sender: &'static str,
    recipients: Vec<String>,
    headers: Vec<(&'static str, &'static str)>,
    parts: Vec<Part>,
    tags: Vec<String>,
}

impl Facts for Fixed {
    fn peer(&self) -> Option<IpAddr> {
        "192.0.2.7".parse().ok()
    }
    fn protocol(&self) -> Protocol {
        Protocol::Smtp
    }
    fn helo(&self) -> Option<&str> {
        Some("mail.example.test")
    }
    fn user(&self) -> Option<&str> {
        None
    }
    fn tls(&self) -> bool {
        true
    }
    fn sender(&self) -> &str {
        self.sender
    }
    fn recipients(&self) -> &[String] {
        &self.recipients
    }
    fn headers(&self, name: &str) -> Vec<String> {
        let named = self
            .headers
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name));
        named.map(|(_, text)| (*text).to_owned()).collect()
    }
    fn size(&self) -> u32 {
        2000
    }
    fn parts(&self) -> &[Part] {
        &self.parts
    }
    fn tags(&self) -> &[String] {
        &self.tags
    }
    fn score(&self) -> f64 {
        3.0
    }
}

fn facts() -> Fixed {
    let part = |content_type: &str, filename: &str| Part {
        index: 0,
        parent: None,
        content_type: content_type.to_owned(),
        charset: String::new(),
        disposition: String::new(),
        filename: filename.to_owned(),
        encoded_size: 10,
    };
    Fixed {
        sender: "bob@example.org",
        recipients: vec!["alice@example.test".into(), "list@example.test".into()],
        headers: vec![("Subject", "Your invoice"), ("X-Spam", "yes")],
        parts: vec![
            part("text/plain", ""),
            part("application/zip", "Invoice.PDF.exe"),
        ],
        tags: vec!["spf:fail".into()],
    }
}

fn judged(json: &str) -> Judgement {
    let rules = rules(json).unwrap_or_else(|error| panic!("{error}"));
    judge(&rules, At::Message, &facts())
}

/// Whether a rule with these conditions applies to the message above.
#[track_caller]
fn check(conditions: &str, expected: bool) {
    let json = format!(
        r#"{{"rule":[{{"name":"r","at":"message","if":{conditions},"then":{{"tag":"t"}}}}]}}"#
    );
    assert_eq!(!judged(&json).applied.is_empty(), expected, "{conditions}");
}

#[test]
fn conditions() {
    for (conditions, expected) in [
        (r#"{}"#, true),
        (r#"{"sender":"*@example.org"}"#, true),
        (r#"{"sender":"<>"}"#, false),
        (r#"{"recipient":["nobody@*","LIST@*"]}"#, true),
        (r#"{"peer":["198.51.100.0/24","192.0.2.0/28"]}"#, true),
        (
            r#"{"helo":"*.example.test","tls":true,"authenticated":false}"#,
            true,
        ),
        (r#"{"user":"*"}"#, false),
        (r#"{"protocol":["submission"]}"#, false),
        (r#"{"header":{"subject":"*INVOICE*","X-Spam":"*"}}"#, true),
        (r#"{"header":{"subject":"*INVOICE*","X-Other":"*"}}"#, false),
        (r#"{"no-header":["Date","From"]}"#, true),
        (r#"{"no-header":["Date","Subject"]}"#, false),
        (r#"{"size-over":1999}"#, true),
        (r#"{"size-over":"2K"}"#, false),
        (r#"{"attachment":"*.exe"}"#, true),
        (r#"{"attachment":"*"}"#, true),
        (r#"{"attachment":""}"#, false),
        (r#"{"type":"application/*"}"#, true),
        (r#"{"tag":"spf:*"}"#, true),
        (r#"{"score-over":3}"#, false),
        (r#"{"score-over":2.9}"#, true),
        (r#"{"not":{"sender":"*@example.org","tls":false}}"#, true),
        (r#"{"any":[{"tls":false},{"attachment":"*.exe"}]}"#, true),
        (r#"{"any":[{"tls":false},{"attachment":"*.com"}]}"#, false),
    ] {
        check(conditions, expected);
    }
}

#[test]
fn rules_are_judged_in_order() {
    let judgement = judged(
        r#"{"rule":[
            {"name":"elsewhere","if":{"peer":"192.0.2.7"},"then":{"reject":"at connect"}},
            {"name":"weigh","at":"message","then":{"score":2,"tag":["a","a"]}},
            {"name":"sum","if":{"score-over":4.5,"tag":"a"},"then":{"quarantine":"heavy"}},
            {"name":"hold it","then":{"hold":"h","add-header":{"X-H":"1"}}},
            {"name":"lax","then":{"quarantine":"q"}},
            {"name":"ok","then":{"accept":true}},
            {"name":"never","then":{"discard":true}}
        ]}"#,
    );
    assert_eq!(judgement.applied, ["weigh", "sum", "hold it", "lax", "ok"]);
    assert_eq!(judgement.verdict, Some(Verdict::Hold("h".into())));
    assert_eq!(judgement.tags, ["a"]);
    assert_eq!(judgement.scores, [("weigh".to_owned(), 2.0)]);
    assert_eq!(
        judgement.headers,
        [HeaderAction::Add("X-H".into(), "1".into())]
    );
}

#[test]
fn stop_leaves_later_rules_out() {
    let judgement = judged(
        r#"{"rule":[
            {"name":"one","at":"message","then":{"tag":"a","stop":true}},
            {"name":"two","then":{"discard":true}}
        ]}"#,
    );
    assert_eq!((judgement.applied.len(), judgement.verdict), (1, None));
}
