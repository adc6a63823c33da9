//! Learns from moves to and from Junk which newsletters somebody does not want, for that account at
//! once, and for all when several accounts agree.

use waxseal_plugin_sdk::learner::{Learner, Moved, Place};
use waxseal_plugin_sdk::{
    Error, Filter, Outcome, Stage, address, config, digest, header_text, kv, learner, message,
    metrics,
};

struct OwnJunk {
    /// So many accounts speak for all.
    accounts: u32,
}

learner!(OwnJunk);

impl Filter for OwnJunk {
    const STAGES: &'static [Stage] = &[Stage::Headers];

    fn configure() -> Result<Self, Error> {
        let document = config::document()?;
        let accounts = document
            .table(&["accounts"])?
            .integer("accounts", 1..=1000)?;
        Ok(Self {
            accounts: accounts.unwrap_or(3),
        })
    }

    fn on_headers(&mut self) -> Result<Outcome, Error> {
        let Some(newsletter) = newsletter() else {
            return Ok(Outcome::next());
        };
        let recipients = message::recipients();
        let mut keys = vec![of_all(&newsletter)];
        keys.extend(
            recipients
                .iter()
                .map(|recipient| of_account(recipient, &newsletter)),
        );
        let values = kv::get_many(&keys)?;
        let mut moves = values.iter().map(|value| number(value.as_deref()));
        let accounts = moves.next().unwrap_or(0);
        // What one recipient does not want the others may want: Junk is for all of them or none.
        let unwanted = moves.clone().count() > 0 && moves.all(|moves| moves > 0);
        if unwanted || accounts >= i64::from(self.accounts) {
            let note = format!("{accounts} accounts moved it to Junk");
            return Ok(
                Outcome::quarantine("a newsletter that was moved to Junk before")
                    .score_note("OWN_JUNK", 3.0, note),
            );
        }
        Ok(Outcome::next())
    }
}

impl Learner for OwnJunk {
    fn on_moved(&mut self, event: &Moved) -> Result<(), Error> {
        let Some(newsletter) = newsletter() else {
            return Ok(());
        };
        let own = of_account(&event.account, &newsletter);
        let was_unwanted = number(kv::get(&own)?.as_deref()) > 0;
        let is_unwanted = match (event.origin, event.destination) {
            (_, Place::Junk) => true,
            // Out of Junk, but not to be deleted.
            (Place::Junk, Place::Inbox | Place::Archive | Place::Other) => false,
            _ => was_unwanted,
        };
        if is_unwanted == was_unwanted {
            return Ok(());
        }
        metrics::count(
            "learned",
            1,
            &[("as", if is_unwanted { "junk" } else { "wanted" })],
        );
        let by = if is_unwanted { 1 } else { -1 };
        kv::incr_many(&[(of_all(&newsletter), by)])?;
        match is_unwanted {
            true => kv::set(&own, "1", None)?,
            false => kv::delete(&own)?,
        }
        Ok(())
    }
}

/// What tells a newsletter from others (RFC 2919); personal mail has nothing of the kind.
fn newsletter() -> Option<String> {
    let text = header_text::header_text(&message::header("List-Id")?);
    let id = text.rsplit_once('<').map_or(text.as_str(), |(_, id)| id);
    Some(id.trim_end_matches('>').to_lowercase())
}

fn of_all(newsletter: &str) -> String {
    format!("all {}", digest::short(newsletter))
}

fn of_account(account: &str, newsletter: &str) -> String {
    let account = address::folded(&address::without_detail(account));
    // An address may be as long as a key.
    format!("{} {}", digest::short(&account), digest::short(newsletter))
}

fn number(value: Option<&[u8]>) -> i64 {
    let text = value.and_then(|value| std::str::from_utf8(value).ok());
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests;
