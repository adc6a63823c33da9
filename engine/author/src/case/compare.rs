//! Expectations against what happened.

mod blob;
mod delivery;

use super::act::Happened;
use super::parse::Places;
use super::{Difference, Expect, Presence};
use crate::drive::Ended;
use crate::witness::Seen;
use std::collections::BTreeMap;
use waxseal_mail::{HeaderSection, Reply};
use waxseal_ports::filter::{Verdict, label};

/// Everything that a step led to.
pub(super) struct Facts<'a> {
    pub(super) happened: &'a Happened,
    pub(super) seen: &'a Seen,
    pub(super) kv: BTreeMap<String, String>,
    pub(super) http: Vec<String>,
    pub(super) dns: Vec<String>,
}

/// Collects differences with their lines.
pub(super) struct Comparison<'a> {
    places: &'a Places,
    differences: Vec<Difference>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(places: &'a Places) -> Self {
        Self {
            places,
            differences: Vec::new(),
        }
    }

    pub(super) fn into_differences(self) -> Vec<Difference> {
        self.differences
    }

    /// Notes a difference at `what`, a path such as `expect.verdict`.
    pub(super) fn differs(&mut self, what: &str, expected: &str, got: &str) {
        self.differences.push(Difference {
            at: self.places.spot(what),
            what: what.to_owned(),
            expected: expected.to_owned(),
            got: got.to_owned(),
        });
    }

    fn same(&mut self, what: &str, expected: Option<&String>, got: &str) {
        if let Some(expected) = expected.filter(|expected| *expected != got) {
            self.differs(what, expected, got);
        }
    }

    fn same_list(&mut self, what: &str, expected: Option<&Vec<String>>, got: &[String]) {
        if let Some(expected) = expected.filter(|expected| *expected != got) {
            self.differs(what, &listed(expected), &listed(got));
        }
    }

    fn same_map(
        &mut self,
        what: &str,
        expected: &BTreeMap<String, Presence>,
        got: impl Fn(&str) -> Option<String>,
    ) {
        for (key, expected) in expected {
            let found = got(key);
            let fits = match expected {
                Presence::Is(wanted) => *wanted == found.is_some(),
                Presence::Value(value) => found.as_ref() == Some(value),
            };
            if !fits {
                let expected = match expected {
                    Presence::Is(true) => "any value",
                    Presence::Is(false) => "none",
                    Presence::Value(value) => value,
                };
                let found = found.as_deref().unwrap_or("none");
                self.differs(&format!("{what}.{key}"), expected, found);
            }
        }
    }

    /// Compares all that `expect` names.
    pub(super) fn compare(&mut self, expect: &Expect, facts: &Facts<'_>) {
        match facts.happened {
            Happened::Session(ended) => self.session(expect, ended, facts.seen),
            Happened::Move => {}
            Happened::Routes(routes) => self.routes(expect, routes),
            Happened::Handover(outcome) => self.handover(expect, outcome, facts.seen),
            Happened::Blob(blob) => self.blob(expect, blob),
        }
        self.log(expect, facts.seen);
        self.same_map("expect.kv", &expect.kv, |key| facts.kv.get(key).cloned());
        self.same_list("expect.http", expect.http.as_ref(), &facts.http);
        self.same_list("expect.dns", expect.dns.as_ref(), &facts.dns);
        self.failure(expect, facts.seen);
    }

    fn session(&mut self, expect: &Expect, ended: &Ended, seen: &Seen) {
        self.verdict(expect, ended);
        let field = |name: &str| header_value(ended.header.as_ref(), name);
        self.same_map("expect.header", &expect.header, field);
        self.same_list("expect.edits", expect.edits.as_ref(), &seen.edits);
        self.same_list("expect.tags", expect.tags.as_ref(), &ended.tags);
        self.same("expect.sender", expect.sender.as_ref(), &ended.sender);
        let recipients = expect.recipients.as_ref();
        self.same_list("expect.recipients", recipients, &ended.recipients);
        self.scores(expect, seen);
    }

    fn verdict(&mut self, expect: &Expect, ended: &Ended) {
        let verdict = label(&ended.verdict);
        self.same("expect.verdict", expect.verdict.as_ref(), verdict);
        self.same("expect.stage", expect.stage.as_ref(), ended.stage);
        let (reply, reason) = match &ended.verdict {
            Verdict::Reject(reply) | Verdict::Defer(reply) => (reply_line(reply), ""),
            Verdict::Quarantine(why) | Verdict::Hold(why) => (String::new(), why.as_str()),
            Verdict::Next | Verdict::Accept | Verdict::Discard => (String::new(), ""),
        };
        self.same("expect.reply", expect.reply.as_ref(), &reply);
        self.same("expect.reason", expect.reason.as_ref(), reason);
    }

    fn scores(&mut self, expect: &Expect, seen: &Seen) {
        let Some(expected) = &expect.scores else {
            return;
        };
        let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
        for (symbol, points) in &seen.scores {
            *sums.entry(symbol).or_default() += f64::from(*points);
        }
        let near = |a: f64, b: f64| (a - b).abs() < 0.000_05;
        let same = expected.len() == sums.len()
            && expected
                .iter()
                .zip(&sums)
                .all(|((a, p), (b, q))| a == b && near(*p, *q));
        if !same {
            let line = |(symbol, points): (&str, f64)| format!("{symbol} = {points:.4}");
            let expected = expected
                .iter()
                .map(|(symbol, points)| (symbol.as_str(), *points));
            let expected: Vec<_> = expected.map(line).collect();
            let sums: Vec<_> = sums.into_iter().map(line).collect();
            self.differs("expect.scores", &listed(&expected), &listed(&sums));
        }
    }

    fn log(&mut self, expect: &Expect, seen: &Seen) {
        let mut lines = seen.log.iter();
        for wanted in &expect.log {
            if !lines.any(|line| line.contains(wanted.as_str())) {
                self.differs("expect.log", wanted, &listed(&seen.log));
                return;
            }
        }
    }

    fn failure(&mut self, expect: &Expect, seen: &Seen) {
        let failure = seen.failures.last();
        match (&expect.failure, failure) {
            (None, None) => {}
            (None, Some(failure)) => self.differs("expect", "no failure", &failure.text),
            (Some(wanted), None) => self.differs("expect.failure", wanted, "no failure"),
            (Some(wanted), Some(failure)) => {
                if failure.kind != wanted && !failure.text.contains(wanted.as_str()) {
                    let got = format!("{}: {}", failure.kind, failure.text);
                    self.differs("expect.failure", wanted, &got);
                }
            }
        }
    }
}

/// What of `holds` a text does not hold, and what of `lacks` it holds.
fn missing(text: &str, holds: &[String], lacks: &[String]) -> Vec<String> {
    let has = |wanted: &&String| text.contains(wanted.as_str());
    let absent = holds.iter().filter(|wanted| !has(wanted));
    let absent = absent.map(|wanted| format!("it does not hold {wanted:?}"));
    let there = lacks.iter().filter(has);
    absent
        .chain(there.map(|wanted| format!("it holds {wanted:?}")))
        .collect()
}

fn listed(lines: &[String]) -> String {
    if lines.is_empty() {
        "nothing".to_owned()
    } else {
        lines.join("\n")
    }
}

/// `550 5.7.1 text`.
pub(crate) fn reply_line(reply: &Reply) -> String {
    let text = reply.lines().join(" ");
    match reply.status() {
        Some(status) => format!("{} {status} {text}", reply.code()),
        None => format!("{} {text}", reply.code()),
    }
}

/// The values of all fields of a name without folds and blanks around, joined by LF.
fn header_value(header: Option<&HeaderSection>, name: &str) -> Option<String> {
    let values = header?.named(name).map(|field| {
        let value = String::from_utf8_lossy(field.value()).replace("\r\n", "");
        value.trim().to_owned()
    });
    let values: Vec<_> = values.collect();
    (!values.is_empty()).then(|| values.join("\n"))
}
