//! Sends mail for old addresses on to the new ones until a day, and from then on refuses it with a
//! pointer to them.

use std::time::Duration;
use waxseal_plugin_sdk::{
    Error, Filter, Outcome, Param, Stage, address, clock, config, date, filter, message, metrics,
    notes,
};

/// The note with the old addresses of a message that are sent on, one a line. A field of the plugin
/// would do nearly always; notes are still there after an instance was ended.
const MOVED: &str = "moved";

struct Address {
    old: String,
    new: String,
    until: Duration,
}

struct RetiredAddress {
    addresses: Vec<Address>,
    /// Who gets reports about what was sent on.
    bounces: Option<String>,
}

filter!(RetiredAddress);

impl Filter for RetiredAddress {
    const STAGES: &'static [Stage] = &[Stage::Rcpt, Stage::Headers];

    fn configure() -> Result<Self, Error> {
        let document = config::document()?;
        let table = document.table(&["address", "bounces"])?;
        let mut addresses = Vec::new();
        for entry in table.tables("address", &["old", "new", "until"])? {
            // A day that is not given is over.
            let until = entry.text("until")?.unwrap_or("1970-01-01");
            let wrong = || entry.wrong("until", "is not a day such as \"2027-12-31\"");
            addresses.push(Address {
                old: address::folded(entry.required("old")?),
                new: entry.required("new")?.to_owned(),
                until: date::parse_day(until).ok_or_else(wrong)?,
            });
        }
        let bounces = table.text("bounces")?.map(str::to_owned);
        Ok(Self { addresses, bounces })
    }

    fn on_rcpt(&mut self, recipient: &str, _params: &[Param]) -> Result<Outcome, Error> {
        let Some(retired) = self.find(recipient) else {
            return Ok(Outcome::next());
        };
        if clock::unix() < retired.until {
            let others = notes::get(MOVED).unwrap_or_default();
            notes::set(MOVED, &format!("{others}{recipient}\n"));
            return Ok(Outcome::next());
        }
        metrics::count("refused", 1, &[]);
        let text = format!(
            "this address is not used any more; write to {}",
            retired.new
        );
        Ok(Outcome::reject(550, "5.1.6", &text))
    }

    fn on_headers(&mut self) -> Result<Outcome, Error> {
        let moved = notes::get(MOVED).unwrap_or_default();
        let mut outcome = Outcome::next();
        for recipient in moved.lines() {
            if let Some(retired) = self.find(recipient) {
                outcome = outcome
                    .remove_recipient(recipient)
                    .add_recipient(&retired.new)
                    .add_header("X-Original-To", recipient);
            }
        }
        // Elsewhere SPF would refuse our server with a stranger's reverse-path.
        if let (Some(bounces), false) = (&self.bounces, moved.is_empty() || is_report()) {
            outcome = outcome.set_sender(bounces);
        }
        Ok(outcome)
    }
}

impl RetiredAddress {
    fn find(&self, recipient: &str) -> Option<&Address> {
        let recipient = address::folded(&address::without_detail(recipient));
        self.addresses
            .iter()
            .find(|retired| retired.old == recipient)
    }
}

/// Whether the message has the null reverse-path, which must stay as it is.
fn is_report() -> bool {
    message::sender().is_empty()
}
