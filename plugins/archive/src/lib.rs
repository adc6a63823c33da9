//! A delivery plugin that keeps a journal copy of mail, with its envelope. See README.md.

pub mod report;
pub mod settings;

use report::{Content, Facts, report};
use settings::{Settings, Target};
use std::time::Duration;
use waxseal_plugin_sdk::date::Date;
use waxseal_plugin_sdk::delivery::{Action, Delivery, KeepIn, Response};
use waxseal_plugin_sdk::digest::{hex, short};
use waxseal_plugin_sdk::{
    Error, Stage, address, clock, config, delivery, glob, kv, log, message, metrics, random,
};

/// For how long it is remembered which recipient's turn made the copy.
const MEMORY: Duration = Duration::from_secs(7 * 86_400);

/// The plugin.
pub struct Archive {
    settings: Settings,
}

delivery!(Archive);

impl Delivery for Archive {
    const STAGES: &'static [Stage] = &[Stage::Route];

    fn configure() -> Result<Self, Error> {
        let settings = Settings::read(&config::document()?)?;
        Ok(Self { settings })
    }

    fn route(&mut self, recipient: &str) -> Result<Vec<Action>, Error> {
        let sender = message::sender();
        let recipients = recipients(recipient);
        if !self.wants(recipient, &sender, &recipients) || !is_its_turn(recipient)? {
            return Ok(Vec::new());
        }
        metrics::count("journaled_total", 1, &[]);
        let mut actions = vec![Action::AsPlanned];
        actions.extend(match &self.settings.target {
            Target::Copy(to) => vec![Action::Forward(to.clone())],
            Target::Mailbox { account, mailbox } => vec![Action::Keep(KeepIn {
                address: Some(account.clone()),
                mailbox: Some(mailbox.clone()),
                imap_flags: vec!["\\Seen".to_owned()],
            })],
            Target::Report { to, .. } if is_automatic(&sender) => {
                vec![Action::Forward(to.clone())]
            }
            Target::Report { to, from } => self.report(to, from, &sender, &recipients),
        });
        Ok(actions)
    }
}

impl Archive {
    fn wants(&self, recipient: &str, sender: &str, recipients: &[String]) -> bool {
        let settings = &self.settings;
        // The journal keeps no journal.
        let (Target::Report { to: own, .. }
        | Target::Copy(own)
        | Target::Mailbox { account: own, .. }) = &settings.target;
        if address::folded(own) == address::folded(recipient) {
            return false;
        }
        let named = |address: &str| glob::any(&settings.only, address);
        let wanted = settings.only.is_empty()
            || named(sender)
            || recipients.iter().any(|recipient| named(recipient));
        wanted && !message::has_tag(&settings.skip_tags)
    }

    fn report(&self, to: &str, from: &str, sender: &str, recipients: &[String]) -> Vec<Action> {
        let now = clock::unix();
        let random = hex(&random::bytes(12));
        let facts = Facts {
            from,
            to,
            date: Date::at(now).to_rfc5322(),
            unique: format!("{}{random}", now.as_millis()),
            sender,
            recipients,
            subject: message::header("Subject").unwrap_or_default(),
            message_id: message::header("Message-ID").unwrap_or_default(),
            size: message::size(),
        };
        let is_small = facts.size <= self.settings.report_max;
        let octets = if is_small {
            message::whole()
        } else {
            header_section()
        };
        let content = if is_small {
            Content::Whole(&octets)
        } else {
            Content::Header(&octets)
        };
        let mut actions = vec![Action::Respond(Response {
            sender: String::new(),
            recipient: to.to_owned(),
            message: report(&facts, &content),
        })];
        if !is_small {
            actions.push(Action::Forward(to.to_owned()));
        }
        actions
    }
}

/// Whether a machine sent it: nothing of a plugin's own is sent then, so that no two machines talk to
/// each other (RFC 3834, section 2). The message itself can go on.
fn is_automatic(sender: &str) -> bool {
    let headers = message::headers();
    let said = headers
        .iter()
        .filter(|field| field.name.eq_ignore_ascii_case("Auto-Submitted"));
    let mut keywords = said.map(|field| {
        let text = String::from_utf8_lossy(&field.value).into_owned();
        text.split(';').next().unwrap_or_default().trim().to_owned()
    });
    sender.is_empty() || keywords.any(|keyword| !keyword.eq_ignore_ascii_case("no"))
}

/// The recipients of the message; those that are done with already are not among them.
fn recipients(recipient: &str) -> Vec<String> {
    let mut recipients = message::recipients();
    if !recipients.iter().any(|known| known == recipient) {
        recipients.push(recipient.to_owned());
    }
    recipients
}

/// Whether this recipient's turn makes the copy: the first one's, and again where it is asked for
/// again.
fn is_its_turn(recipient: &str) -> Result<bool, Error> {
    let key = message::identity();
    let mine = short(&address::folded(recipient));
    let first = match kv::get_text(&key) {
        Ok(first) => first,
        Err(kv::Error::Denied) => return Err(kv::Error::Denied.into()),
        Err(error) => return Ok(without_store(error)),
    };
    match first {
        Some(first) => Ok(first == mine),
        None => match kv::set(&key, &mine, Some(MEMORY)) {
            Ok(()) => Ok(true),
            Err(error) => Ok(without_store(error)),
        },
    }
}

/// Rather too many copies than none.
fn without_store(error: kv::Error) -> bool {
    let error = Error::from(error);
    log::warn(&format!(
        "a copy for each recipient: the store does not work: {error}"
    ));
    true
}

/// The header section, at most 64 KiB of it.
fn header_section() -> Vec<u8> {
    let mut octets = Vec::new();
    for field in message::headers() {
        let next = [field.name.as_bytes(), b":", &field.value, b"\r\n"].concat();
        if octets.len() + next.len() > 64 * 1024 {
            break;
        }
        octets.extend(next);
    }
    octets
}

#[cfg(test)]
mod tests;
