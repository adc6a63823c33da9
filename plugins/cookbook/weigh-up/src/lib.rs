//! Decides by the scores that the filters before it gave, and writes them into the message.

use waxseal_plugin_sdk::glob::Glob;
use waxseal_plugin_sdk::{Error, Filter, Outcome, Stage, config, filter, message, metrics};

struct WeighUp {
    quarantine_from: f64,
    reject_from: f64,
    trusted: Vec<Glob>,
}

filter!(WeighUp);

impl Filter for WeighUp {
    const STAGES: &'static [Stage] = &[Stage::Message];

    fn configure() -> Result<Self, Error> {
        let document = config::document()?;
        let table = document.table(&["quarantine_from", "reject_from", "trusted_tags"])?;
        let points = |key: &str, default: f64| -> Result<f64, Error> {
            Ok(table.number(key, 0.5..=1000.0)?.unwrap_or(default))
        };
        let weigh = Self {
            quarantine_from: points("quarantine_from", 5.0)?,
            reject_from: points("reject_from", 15.0)?,
            trusted: table.globs("trusted_tags")?,
        };
        if weigh.reject_from < weigh.quarantine_from {
            let what = "is less than quarantine_from";
            return Err(table.wrong("reject_from", what).into());
        }
        // A line in the chart beside what messages scored.
        metrics::gauge("quarantine_from", weigh.quarantine_from, &[]);
        Ok(weigh)
    }

    fn on_message(&mut self) -> Result<Outcome, Error> {
        if message::has_tag(&self.trusted) {
            return Ok(Outcome::accept());
        }
        let scores = message::scores();
        let points = scores.iter().map(|score| f64::from(score.points));
        let sum = points.fold(0.0, |sum, points| sum + points);
        metrics::observe("points", sum, &[]);
        let symbols: Vec<&str> = scores.iter().map(|score| score.symbol.as_str()).collect();
        let why = format!("{sum:.1} points");
        let outcome = if sum >= self.reject_from {
            return Ok(Outcome::reject(
                550,
                "5.7.1",
                "this looks too much like spam",
            ));
        } else if sum >= self.quarantine_from {
            Outcome::quarantine(why)
        } else {
            Outcome::next()
        };
        // Fields of these names that came with the message are a stranger's.
        let outcome = outcome
            .remove_header("X-Spam-Score")
            .remove_header("X-Spam-Symbols");
        let outcome = outcome.add_header("X-Spam-Score", format!("{sum:.1}"));
        Ok(match symbols.is_empty() {
            true => outcome,
            // One a line, so that no line grows too long.
            false => outcome.add_header("X-Spam-Symbols", symbols.join("\r\n ")),
        })
    }
}

#[cfg(test)]
mod tests;
