//! A filter made of the administrator's own rules: conditions on envelope, headers, size and
//! attachments, and what follows where they hold. See README.md for the reference.

pub mod facts;
pub mod judge;
pub mod parse;
pub mod rule;

use facts::{Facts, HostFacts};
use judge::{Judgement, judge};
use rule::{At, HeaderAction, Rule, Verdict};
use waxseal_plugin_sdk::{Error, Filter, Outcome, Param, Stage, config, filter, metrics};

/// The rules of one session.
pub struct Rules {
    rules: Vec<Rule>,
}

filter!(Rules);

impl Filter for Rules {
    const STAGES: &'static [Stage] = &[
        Stage::Connect,
        Stage::Helo,
        Stage::Mail,
        Stage::Rcpt,
        Stage::Message,
    ];

    /// Only stages that some rule is judged at, so that idle sessions hold no instance for nothing.
    fn stages() -> Vec<Stage> {
        // What is wrong with the rules is said by `configure`.
        let rules = parse::rules(&config::json()).unwrap_or_default();
        rule::stages(&rules)
    }

    fn configure() -> Result<Self, Error> {
        match parse::rules(&config::json()) {
            Ok(rules) => Ok(Self { rules }),
            Err(problem) => Err(Error::new("bad-rule", problem)),
        }
    }

    fn on_connect(&mut self) -> Result<Outcome, Error> {
        Ok(self.judge(At::Connect, HostFacts::new))
    }

    fn on_helo(&mut self, _name: &str) -> Result<Outcome, Error> {
        Ok(self.judge(At::Helo, HostFacts::new))
    }

    fn on_mail(&mut self, _sender: &str, _params: &[Param]) -> Result<Outcome, Error> {
        Ok(self.judge(At::Mail, HostFacts::new))
    }

    fn on_rcpt(&mut self, recipient: &str, _params: &[Param]) -> Result<Outcome, Error> {
        Ok(self.judge(At::Rcpt, || HostFacts::of_recipient(recipient)))
    }

    fn on_message(&mut self) -> Result<Outcome, Error> {
        Ok(self.judge(At::Message, HostFacts::new))
    }
}

impl Rules {
    fn judge(&self, at: At, facts: impl FnOnce() -> HostFacts) -> Outcome {
        if self.rules.iter().all(|rule| rule.at != at) {
            return Outcome::next();
        }
        let facts = facts();
        let judgement = judge(&self.rules, at, &facts);
        for rule in &judgement.applied {
            metrics::count("applied_total", 1, &[("rule", rule)]);
        }
        outcome(judgement, &facts)
    }
}

fn outcome(judgement: Judgement, facts: &dyn Facts) -> Outcome {
    let mut outcome = match judgement.verdict {
        None => Outcome::next(),
        Some(Verdict::Accept) => Outcome::accept(),
        Some(Verdict::Reject(reply)) => Outcome::reject(reply.code, &reply.status, &reply.text),
        Some(Verdict::Tempfail(reply)) => Outcome::defer(reply.code, &reply.status, &reply.text),
        Some(Verdict::Discard) => Outcome::discard(),
        Some(Verdict::Quarantine(why)) => Outcome::quarantine(why),
        Some(Verdict::Hold(why)) => Outcome::hold(why),
    };
    let mut added: Vec<String> = Vec::new();
    let mut removed: Vec<String> = Vec::new();
    let among = |names: &[String], name: &str| names.iter().any(|n| n.eq_ignore_ascii_case(name));
    for edit in judgement.headers {
        outcome = match edit {
            HeaderAction::Add(name, value) => {
                added.push(name.clone());
                outcome.add_header(name, value)
            }
            HeaderAction::Insert(name, value) => {
                added.push(name.clone());
                outcome.insert_header(0, name, value)
            }
            HeaderAction::Replace(name, value) => {
                let kept = !among(&removed, &name) && !facts.headers(&name).is_empty();
                if kept || among(&added, &name) {
                    outcome.replace_header(name, 0, value)
                } else {
                    added.push(name.clone());
                    outcome.add_header(name, value)
                }
            }
            HeaderAction::Remove(name) => {
                added.retain(|known| !known.eq_ignore_ascii_case(&name));
                removed.push(name.clone());
                outcome.remove_header(name)
            }
        };
    }
    for tag in judgement.tags {
        outcome = outcome.tag(tag);
    }
    for (symbol, points) in judgement.scores {
        outcome = outcome.score(symbol, points);
    }
    outcome
}
