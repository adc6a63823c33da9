//! Files mail to `name+detail@…` into the mailbox `detail`; some details wait for the evening, and
//! some are closed.

use std::time::Duration;
use waxseal_plugin_sdk::date::Date;
use waxseal_plugin_sdk::delivery::{Action, Delivery, KeepIn};
use waxseal_plugin_sdk::{Error, Stage, address, clock, config, delivery};

struct PlusMailbox {
    /// Everything is filed below this mailbox.
    below: String,
    seen: Vec<String>,
    evening: Vec<String>,
    evening_hour: u32,
    closed: Vec<String>,
}

delivery!(PlusMailbox);

impl Delivery for PlusMailbox {
    const STAGES: &'static [Stage] = &[Stage::Route];

    fn configure() -> Result<Self, Error> {
        let document = config::document()?;
        let keys = ["below", "seen", "evening", "evening_hour", "closed"];
        let table = document.table(&keys)?;
        let details = |key: &str| -> Result<Vec<String>, Error> {
            let texts = table.texts(key)?.into_iter();
            Ok(texts.map(str::to_lowercase).collect())
        };
        Ok(Self {
            below: table.text("below")?.unwrap_or_default().to_owned(),
            seen: details("seen")?,
            evening: details("evening")?,
            evening_hour: table.integer("evening_hour", 0..=23)?.unwrap_or(18),
            closed: details("closed")?,
        })
    }

    fn route(&mut self, recipient: &str) -> Result<Vec<Action>, Error> {
        let local = address::local_part(recipient);
        let Some((_, detail)) = local.split_once('+') else {
            return Ok(Vec::new());
        };
        let detail = detail.to_lowercase();
        // Strangers choose the detail: only names that can do no harm become mailboxes.
        let plain = |c: char| c.is_alphanumeric() || c == '-';
        if !(1..=32).contains(&detail.len()) || !detail.chars().all(plain) {
            return Ok(Vec::new());
        }
        if self.closed.contains(&detail) {
            return Ok(vec![Action::bounce(550, "5.1.1", "this address is closed")]);
        }
        if self.evening.contains(&detail)
            && let Some(wait) = until_hour(clock::unix(), self.evening_hour)
        {
            return Ok(vec![Action::RetryAfter(wait)]);
        }
        let flags = if self.seen.contains(&detail) {
            vec!["\\Seen".to_owned()]
        } else {
            Vec::new()
        };
        Ok(vec![Action::Keep(KeepIn {
            address: None,
            mailbox: Some(format!("{}{detail}", self.below)),
            imap_flags: flags,
        })])
    }
}

/// Seconds until an hour of the day (UTC) begins; none in that hour itself.
fn until_hour(now: Duration, hour: u32) -> Option<u32> {
    let second = u32::try_from(Date::at(now).seconds).ok()?;
    let begins = hour * 3600;
    match second {
        _ if (begins..begins + 3600).contains(&second) => None,
        _ if second < begins => Some(begins - second),
        _ => Some(begins + 86_400 - second),
    }
}

#[cfg(test)]
mod tests;
