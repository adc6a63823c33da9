//! A delivery plugin that sends mail on to other addresses, with protection against loops. See
//! README.md.

pub mod settings;
pub mod srs;

use settings::{Rule, Settings};
use srs::Srs;
use std::time::Duration;
use waxseal_plugin_sdk::delivery::{Action, Delivery, forward_as};
use waxseal_plugin_sdk::digest::short;
use waxseal_plugin_sdk::{
    Error, Stage, address, clock, config, delivery, glob, kv, log, message, metrics, secrets,
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
    /// Those that the settings name.
    secrets: Vec<String>,
}

delivery!(Forward);

impl Delivery for Forward {
    const STAGES: &'static [Stage] = &[Stage::Route];

    fn configure() -> Result<Self, Error> {
        let settings = Settings::read(&config::document()?)?;
        let names = settings.srs.iter().flat_map(|srs| &srs.secrets);
        let secrets: Result<_, Error> = names.map(|name| secrets::require(name)).collect();
        Ok(Self {
            secrets: secrets?,
            settings,
        })
    }

    fn route(&mut self, recipient: &str) -> Result<Vec<Action>, Error> {
        if let Some(back) = self.srs().and_then(|srs| srs.reversed(recipient)) {
            return Ok(vec![self.back(recipient, back)]);
        }
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
        let actions = targets(&fitting, recipient);
        self.name_sender(&sender, &actions);
        metrics::count("forwarded_total", 1, &[]);
        Ok(actions)
    }
}

/// What the rules say together.
fn targets(fitting: &[&Rule], recipient: &str) -> Vec<Action> {
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
    actions
}

impl Forward {
    fn srs(&self) -> Option<Srs<'_>> {
        let settings = self.settings.srs.as_ref()?;
        Some(Srs::new(settings, &self.secrets, clock::unix()))
    }

    /// Gives what leaves our domains a reverse-path that receivers find to be ours.
    fn name_sender(&self, sender: &str, actions: &[Action]) {
        let Some(srs) = self.srs() else {
            return;
        };
        let leaves = |action: &Action| matches!(action, Action::Forward(to) if !srs.is_own(to));
        if !actions.iter().any(leaves) {
            return;
        }
        match srs.rewritten(sender) {
            None => {}
            Some(Ok(rewritten)) => forward_as(&rewritten),
            Some(Err(why)) => {
                metrics::count("srs_unfit_total", 1, &[("why", why.as_str())]);
                let fields = [("sender", sender), ("why", why.as_str())];
                log::write(log::Level::Info, "the sender stays as it is", &fields);
            }
        }
    }

    /// What comes back to a rewritten address goes to whom it stands for.
    fn back(&self, recipient: &str, back: Result<String, srs::Refused>) -> Action {
        match back {
            Ok(author) => {
                metrics::count("srs_returned_total", 1, &[]);
                let action = Action::Forward(author);
                self.name_sender(&message::sender(), std::slice::from_ref(&action));
                action
            }
            Err(why) => {
                metrics::count("srs_refused_total", 1, &[("why", why.as_str())]);
                let fields = [("recipient", recipient), ("why", why.as_str())];
                log::write(
                    log::Level::Info,
                    "a rewritten address leads nowhere",
                    &fields,
                );
                Action::bounce(550, "5.1.1", "no such user here")
            }
        }
    }

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
