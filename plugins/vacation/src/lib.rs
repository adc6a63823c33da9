//! A delivery plugin that answers for people who are away (RFC 3834, RFC 5230). See README.md.

pub mod answer;
pub mod answerable;
pub mod settings;

use answer::{Occasion, answer};
use answerable::why_not;
use settings::{Person, Settings};
use waxseal_plugin_sdk::date::Date;
use waxseal_plugin_sdk::delivery::{Action, Delivery, Response};
use waxseal_plugin_sdk::digest::{hex, short};
use waxseal_plugin_sdk::{
    Error, Stage, address, clock, config, delivery, glob, kv, log, message, metrics, random,
};

/// Octets of the keys in the store, so that long addresses fit.
const KEY_MAX: usize = 256;

/// The plugin.
pub struct Vacation {
    settings: Settings,
}

delivery!(Vacation);

impl Delivery for Vacation {
    const STAGES: &'static [Stage] = &[Stage::Route];

    fn configure() -> Result<Self, Error> {
        let settings = Settings::read(&config::document()?)?;
        Ok(Self { settings })
    }

    fn route(&mut self, recipient: &str) -> Result<Vec<Action>, Error> {
        let now = clock::unix();
        let folded = address::folded(recipient);
        let plain = address::without_detail(&folded);
        let mut people = self.settings.people.iter();
        let Some(person) = people.find(|person| person.is(&folded) || person.is(&plain)) else {
            return Ok(Vec::new());
        };
        if !person.is_away(now) {
            return Ok(Vec::new());
        }
        let sender = message::sender();
        if let Some(why) = self.why_not(person, &sender, &folded) {
            metrics::count("not_answered_total", 1, &[("why", why)]);
            return Ok(Vec::new());
        }
        if !first_time(person, &sender)? {
            metrics::count("not_answered_total", 1, &[("why", "answered-before")]);
            return Ok(Vec::new());
        }
        metrics::count("answered_total", 1, &[]);
        let response = Response {
            sender: String::new(),
            message: compose(person, &sender, recipient, now),
            recipient: sender,
        };
        Ok(vec![Action::AsPlanned, Action::Respond(response)])
    }
}

impl Vacation {
    fn why_not(&self, person: &Person, sender: &str, recipient: &str) -> Option<&'static str> {
        if glob::any(&self.settings.skip_senders, sender) {
            return Some("skipped-sender");
        }
        if message::has_tag(&self.settings.skip_tags) {
            return Some("skipped-tag");
        }
        let mut own = vec![person.address.as_str(), recipient];
        own.extend(person.aliases.iter().map(String::as_str));
        why_not(sender, &message::headers(), &own)
    }
}

/// Whether the sender did not get this answer lately; remembers that it does now.
fn first_time(person: &Person, sender: &str) -> Result<bool, Error> {
    // Another text is another answer (RFC 5230, section 4.2).
    let subject = person.subject.as_deref().unwrap_or_default();
    let answer = short(&format!("{subject}\n{}", person.text));
    let mut key = format!("{answer}:{}:", person.address);
    key.push_str(&address::folded(sender));
    if key.len() > KEY_MAX {
        // Nobody has such an address.
        return Ok(false);
    }
    match kv::incr(&key, 1, Some(person.every)) {
        Ok(count) => Ok(count == 1),
        Err(kv::Error::Denied) => Err(kv::Error::Denied.into()),
        Err(error) => {
            // Without a memory an answer could become a loop.
            let error = Error::from(error);
            log::warn(&format!("no answer: the store does not work: {error}"));
            Ok(false)
        }
    }
}

fn compose(person: &Person, sender: &str, recipient: &str, now: std::time::Duration) -> Vec<u8> {
    let unique = format!("{}.{}", now.as_millis(), hex(&random::bytes(8)));
    let subject = message::header("Subject").unwrap_or_default();
    let message_id = message::header("Message-ID");
    let references = message::header("References");
    let occasion = Occasion {
        sender,
        recipient,
        subject: &subject,
        message_id: message_id.as_deref(),
        references: references.as_deref(),
        date: Date::at(now).to_rfc5322(),
        unique,
    };
    answer(person, &occasion)
}

#[cfg(test)]
mod tests;
