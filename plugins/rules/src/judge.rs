//! Goes through the rules of one stage in order.

use crate::facts::Facts;
use crate::rule::{At, Condition, HeaderAction, Rule, Verdict};
use waxseal_plugin_sdk::glob::any;

/// What the rules of a stage came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judgement {
    /// The strictest verdict, or that of the rule that ended the stage.
    pub verdict: Option<Verdict>,
    /// Labels, each once.
    pub tags: Vec<String>,
    /// Names and points.
    pub scores: Vec<(String, f32)>,
    /// Changes, in order.
    pub headers: Vec<HeaderAction>,
    /// Names of the rules that applied.
    pub applied: Vec<String>,
}

/// Judges with the rules of stage `at`. A rule that accepts, rejects, tempfails or discards ends the
/// stage, and so does one with `stop`; a quarantine or a hold lets later rules be stricter.
#[must_use]
pub fn judge(rules: &[Rule], at: At, facts: &dyn Facts) -> Judgement {
    let mut judgement = Judgement::default();
    for rule in rules.iter().filter(|rule| rule.at == at) {
        if !rule
            .conditions
            .iter()
            .all(|condition| holds(condition, facts, &judgement))
        {
            continue;
        }
        judgement.applied.push(rule.name.clone());
        if apply(rule, &mut judgement) {
            break;
        }
    }
    judgement
}

/// Whether the stage ends with this rule.
fn apply(rule: &Rule, judgement: &mut Judgement) -> bool {
    let actions = &rule.actions;
    for tag in &actions.tags {
        if !judgement.tags.contains(tag) {
            judgement.tags.push(tag.clone());
        }
    }
    if let Some(points) = actions.score {
        judgement.scores.push((symbol(&rule.name), points));
    }
    judgement.headers.extend(actions.headers.iter().cloned());
    match &actions.verdict {
        None => actions.stop,
        Some(verdict @ (Verdict::Quarantine(_) | Verdict::Hold(_))) => {
            let held = matches!(judgement.verdict, Some(Verdict::Hold(_)));
            if !held {
                judgement.verdict = Some(verdict.clone());
            }
            actions.stop
        }
        // What stood so far is stricter than accepting.
        Some(Verdict::Accept) if judgement.verdict.is_some() => true,
        Some(verdict) => {
            judgement.verdict = Some(verdict.clone());
            true
        }
    }
}

/// A rule's name as a score symbol: printable ASCII, at most 64 octets.
fn symbol(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_graphic() { c } else { '_' };
    name.chars().take(64).map(plain).collect()
}

fn holds(condition: &Condition, facts: &dyn Facts, so_far: &Judgement) -> bool {
    match condition {
        Condition::Sender(globs) => any(globs, facts.sender()),
        Condition::Recipient(globs) => facts.recipients().iter().any(|to| any(globs, to)),
        Condition::Peer(networks) => facts
            .peer()
            .is_some_and(|peer| networks.iter().any(|network| network.contains(peer))),
        Condition::Helo(globs) => facts.helo().is_some_and(|helo| any(globs, helo)),
        Condition::User(globs) => facts.user().is_some_and(|user| any(globs, user)),
        Condition::Authenticated(wanted) => facts.user().is_some() == *wanted,
        Condition::Tls(wanted) => facts.tls() == *wanted,
        Condition::Protocol(protocols) => protocols.contains(&facts.protocol()),
        Condition::Header(name, globs) => facts.headers(name).iter().any(|text| any(globs, text)),
        Condition::NoHeader(name) => facts.headers(name).is_empty(),
        Condition::SizeOver(octets) => facts.size() > *octets,
        Condition::Attachment(globs) => {
            let mut named = facts
                .parts()
                .iter()
                .filter(|part| !part.filename.is_empty());
            named.any(|part| any(globs, &part.filename))
        }
        Condition::ContentType(globs) => facts
            .parts()
            .iter()
            .any(|part| any(globs, &part.content_type)),
        Condition::Tag(globs) => {
            let mut tags = facts.tags().iter().chain(&so_far.tags);
            tags.any(|tag| any(globs, tag))
        }
        Condition::ScoreOver(points) => {
            let own: f64 = so_far
                .scores
                .iter()
                .map(|(_, points)| f64::from(*points))
                .sum();
            facts.score() + own > *points
        }
        Condition::Not(group) => !all(group, facts, so_far),
        Condition::Any(groups) => groups.iter().any(|group| all(group, facts, so_far)),
    }
}

fn all(group: &[Condition], facts: &dyn Facts, so_far: &Judgement) -> bool {
    group
        .iter()
        .all(|condition| holds(condition, facts, so_far))
}

#[cfg(test)]
mod tests;
