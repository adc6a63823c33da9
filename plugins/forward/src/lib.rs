//! A delivery plugin that sends mail on to other addresses, with protection against loops. See
//! README.md.

pub mod settings;

use settings::{Rule, Settings};
use std::time::Duration;
use waxseal_plugin_sdk::delivery::{Action, Delivery};
use waxseal_plugin_sdk::digest::short;
use waxseal_plugin_sdk::{
    Error, Stage, address, config, delivery, glob, kv, log, message, metrics,
};

/// For how long a message that was sent on is remembered.
const MEMORY: Duration = Duration::from_secs(86_400);
/// So often one message is sent on for one recipient: a decision can get lost in a crash and be asked
/// for again.
const TURNS_MAX: i32 = 3;
/// Actions of one answer (a limit of the server), less one for keeping.
const TARGETS_MAX: usize = 31;

/// The plugin.
pub struct Forward {
    settings: Settings,
}

delivery!(Forward);

impl Delivery for Forward {
    const STAGES: &'static [Stage] = &[Stage::Route];

    fn configure() -> Result<Self, Error> {
        let settings = Settings::read(&config::document()?)?;
        Ok(Self { settings })
    }

    fn route(&mut self, recipient: &str) -> Result<Vec<Action>, Error> {
        let mut rules = self.settings.rules.iter();
        if !rules.any(|rule| glob::any(&rule.recipients, recipient)) {
            return Ok(Vec::new());
        }
        let sender = message::sender();
        let tags = message::tags();
        let rules = self.settings.rules.iter();
        let fitting: Vec<&Rule> = rules
            .filter(|rule| fits(rule, recipient, &sender, &tags))
            .collect();
        if fitting.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(why) = self.is_loop(recipient)? {
            metrics::count("loops_total", 1, &[]);
            let fields = [("recipient", recipient), ("why", why)];
            log::write(
                log::Level::Warn,
                "not sent on: the message is in a loop",
                &fields,
            );
            return Ok(Vec::new());
        }
        let mut actions = Vec::new();
        let mut keep = fitting.iter().any(|rule| rule.keep);
        for target in fitting.iter().flat_map(|rule| &rule.to) {
            let target = target.replace("{local}", address::local_part(recipient));
            if address::folded(&target) == address::folded(recipient) {
                keep = true;
                continue;
            }
            let action = Action::Forward(target);
            if !actions.contains(&action) && actions.len() < TARGETS_MAX {
                actions.push(action);
            }
        }
        if keep {
            actions.insert(0, Action::AsPlanned);
        }
        metrics::count("forwarded_total", 1, &[]);
        Ok(actions)
    }
}

impl Forward {
    /// Why the message is in a loop, if it is.
    fn is_loop(&self, recipient: &str) -> Result<Option<&'static str>, Error> {
        let headers = message::headers();
        let hops = headers
            .iter()
            .filter(|field| field.name.eq_ignore_ascii_case("Received"));
        if hops.count() >= self.settings.max_hops {
            return Ok(Some("too many hops"));
        }
        let trace = |name: &str| name.eq_ignore_ascii_case("Delivered-To");
        let mut been = headers.iter().filter(|field| trace(&field.name));
        let here = address::folded(recipient);
        if been.any(|field| address::folded(&String::from_utf8_lossy(&field.value)) == here) {
            return Ok(Some("it was here before"));
        }
        // These stay the same on the way round.
        let mut identity = address::folded(recipient);
        for name in ["Message-ID", "Date", "From"] {
            let mut named = headers
                .iter()
                .filter(|field| field.name.eq_ignore_ascii_case(name));
            let value = named
                .next()
                .map(|field| String::from_utf8_lossy(&field.value).into_owned());
            identity.push('\n');
            identity.push_str(value.unwrap_or_default().trim());
        }
        match kv::incr(&short(&identity), 1, Some(MEMORY)) {
            Ok(turns) if turns > TURNS_MAX => Ok(Some("it was sent on before")),
            Ok(_) => Ok(None),
            Err(kv::Error::Denied) => Err(kv::Error::Denied.into()),
            Err(error) => {
                let error = Error::from(error);
                log::warn(&format!("loops are found by hops only: {error}"));
                Ok(None)
            }
        }
    }
}

fn fits(rule: &Rule, recipient: &str, sender: &str, tags: &[String]) -> bool {
    glob::any(&rule.recipients, recipient)
        && (rule.senders.is_empty() || glob::any(&rule.senders, sender))
        && !glob::any(&rule.except_senders, sender)
        && !tags.iter().any(|tag| glob::any(&rule.skip_tags, tag))
}

#[cfg(test)]
mod tests;
