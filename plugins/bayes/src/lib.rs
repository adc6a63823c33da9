//! A filter that learns which mail is unwanted from what users move to and from Junk, and says how
//! probable that is for the next message. See README.md.

pub mod classify;
pub mod features;
pub mod html;
pub mod settings;
pub mod store;
pub mod tokens;

use classify::probability;
use settings::{Scope, Settings};
use store::{Before, Kind, Memory, Shelf};
use waxseal_plugin_sdk::learner::{Learner, Moved, Place};
use waxseal_plugin_sdk::{
    Error, Filter, Outcome, Stage, address, clock, config, glob, learner, message, metrics, session,
};

/// The filter of one session.
pub struct Bayes {
    settings: Settings,
}

learner!(Bayes);

impl Filter for Bayes {
    const STAGES: &'static [Stage] = &[Stage::Message];

    fn configure() -> Result<Self, Error> {
        let settings = Settings::read(&config::document()?)?;
        Ok(Self { settings })
    }

    fn on_message(&mut self) -> Result<Outcome, Error> {
        if session::info().auth_user.is_some() {
            return Ok(Outcome::next());
        }
        let Some((shelf, learned)) = self.shelf()? else {
            metrics::count("judged_total", 1, &[("as", "too-little-learned")]);
            return Ok(Outcome::next());
        };
        let tokens = tokens::tokens(&features::read());
        let (probability, telling) = probability(&shelf.counts(&tokens)?, learned);
        Ok(self.judge(probability, telling))
    }
}

impl Learner for Bayes {
    fn on_moved(&mut self, event: &Moved) -> Result<(), Error> {
        let settings = &self.settings;
        let Some(kind) = kind_of(event, settings.learn_filed) else {
            return Ok(());
        };
        if glob::any(&settings.skip_accounts, &event.account) {
            return Ok(());
        }
        let memory = Memory::of(&event.account, &features::identity(), settings.memory);
        let before = memory.before()?;
        if before.is_some_and(|before| before.kind == kind) {
            return Ok(());
        }
        let tokens = tokens::tokens(&features::read());
        let now = clock::unix();
        let account = Shelf::new(Some(&event.account), now, settings.memory);
        let global = Shelf::new(None, now, settings.memory);
        let shelves = match settings.scope {
            Scope::Both => vec![&account, &global],
            Scope::Account => vec![&account],
            Scope::Global => vec![&global],
        };
        for shelf in shelves {
            if let Some(before) = before {
                shelf
                    .in_period(before.period)
                    .unlearn(&tokens, before.kind)?;
            }
            shelf.learn(&tokens, kind)?;
        }
        let period = account.period();
        memory.remember(Before { kind, period })?;
        let kind = match kind {
            Kind::Spam => "spam",
            Kind::Ham => "ham",
        };
        metrics::count("learned_total", 1, &[("as", kind)]);
        Ok(())
    }
}

impl Bayes {
    /// The words that decide about this message, if enough was learned.
    fn shelf(&self) -> Result<Option<(Shelf, classify::Counts)>, Error> {
        let (now, memory) = (clock::unix(), self.settings.memory);
        let recipients = message::recipients();
        let mut shelves = Vec::new();
        if let ([recipient], Scope::Both | Scope::Account) = (&recipients[..], self.settings.scope)
        {
            let account = address::without_detail(recipient);
            shelves.push(Shelf::new(Some(&account), now, memory));
        }
        if self.settings.scope != Scope::Account {
            shelves.push(Shelf::new(None, now, memory));
        }
        for shelf in shelves {
            let learned = shelf.learned()?;
            if learned.spam.min(learned.ham) >= self.settings.min_learned {
                return Ok(Some((shelf, learned)));
            }
        }
        Ok(None)
    }

    fn judge(&self, probability: f64, telling: usize) -> Outcome {
        let settings = &self.settings;
        let text = format!("{probability:.3} from {telling} words");
        if telling < settings.min_words {
            metrics::count("judged_total", 1, &[("as", "BAYES_UNSURE")]);
            return Outcome::next();
        }
        let is_junk = settings
            .quarantine_from
            .is_some_and(|from| probability >= from);
        let mut outcome = if is_junk {
            Outcome::quarantine(format!("like what was moved to Junk: {text}"))
        } else {
            Outcome::next()
        };
        let symbol = if probability >= settings.spam_from {
            "BAYES_SPAM"
        } else if probability <= settings.ham_to {
            "BAYES_HAM"
        } else {
            "BAYES_UNSURE"
        };
        metrics::count("judged_total", 1, &[("as", symbol)]);
        if symbol != "BAYES_UNSURE" {
            let points = (probability - 0.5) * 2.0 * settings.points;
            #[expect(clippy::cast_possible_truncation, reason = "points are small")]
            let points = points as f32;
            outcome = outcome.score_note(symbol, points, text.clone());
        }
        if settings.header {
            outcome = outcome.remove_header("X-Bayes").add_header("X-Bayes", text);
        }
        outcome
    }
}

/// What a move says about a message.
const fn kind_of(event: &Moved, learn_filed: bool) -> Option<Kind> {
    match (event.origin, event.destination) {
        // Deleting unwanted mail does not make it wanted.
        (_, Place::Trash | Place::Drafts | Place::Sent) => None,
        (_, Place::Junk) => Some(Kind::Spam),
        (Place::Junk, Place::Inbox | Place::Archive | Place::Other) => Some(Kind::Ham),
        (Place::Inbox, Place::Archive | Place::Other) if learn_filed => Some(Kind::Ham),
        (_, Place::Inbox | Place::Archive | Place::Other) => None,
    }
}

#[cfg(test)]
mod tests;
