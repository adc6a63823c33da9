//! Marks mail from outside in its subject, and sets it aside where it wears the name of somebody
//! inside. Mail of users is stamped with the account that sent it.

use waxseal_plugin_sdk::header_text::{encode, header_text};
use waxseal_plugin_sdk::{Error, Filter, Outcome, Stage, config, filter, message, session};

/// The field with the account that sent a message.
const STAMP: &str = "X-Authenticated-Sender";

struct OutsideMark {
    mark: String,
    /// Names of people inside, as `likeness` makes them.
    people: Vec<String>,
}

filter!(OutsideMark);

impl Filter for OutsideMark {
    const STAGES: &'static [Stage] = &[Stage::Headers];

    fn configure() -> Result<Self, Error> {
        let document = config::document()?;
        let table = document.table(&["mark", "people"])?;
        let people = table.texts("people")?.into_iter().map(likeness);
        Ok(Self {
            mark: table.line("mark", 40)?.unwrap_or("[External]").to_owned(),
            people: people.filter(|name| !name.is_empty()).collect(),
        })
    }

    fn on_headers(&mut self) -> Result<Outcome, Error> {
        if let Some(user) = session::info().auth_user {
            // Whatever the message itself says about its sender goes first.
            let outcome = Outcome::next().remove_header(STAMP);
            return Ok(outcome.insert_header(0, STAMP, encode(&user)));
        }
        let from = header_text(&message::header("From").unwrap_or_default());
        let name = from.rsplit_once('<').map_or("", |(name, _)| name).trim();
        let outcome = if self.people.contains(&likeness(name)) {
            Outcome::quarantine("a name of ours on an address from outside")
                .score_note(
                    "BORROWED_NAME",
                    4.0,
                    name.chars().take(50).collect::<String>(),
                )
                .tag("borrowed-name")
        } else {
            Outcome::next()
        };
        Ok(self.marked(outcome.remove_header(STAMP)))
    }
}

impl OutsideMark {
    /// With the mark before the subject, unless an answer brings it back already.
    fn marked(&self, outcome: Outcome) -> Outcome {
        let Some(subject) = message::header("Subject") else {
            return outcome.add_header("Subject", encode(&self.mark));
        };
        if header_text(&subject).contains(&self.mark) {
            return outcome;
        }
        // The subject stays as it was written, on a line of its own: no line gets longer.
        let mut value = encode(&self.mark).into_bytes();
        value.extend(b"\r\n ");
        value.extend(subject.trim_ascii_start());
        outcome.replace_header("Subject", 0, value)
    }
}

/// What two names have in common that look alike: letters and digits without case and order of the
/// words, and Latin letters for those that are drawn the same.
fn likeness(name: &str) -> String {
    let drawn = |c: char| match c {
        '0' | 'о' | 'ο' => 'o',
        '1' | 'і' | 'ı' => 'i',
        'а' | 'α' => 'a',
        'е' | 'ε' => 'e',
        'с' => 'c',
        'р' | 'ρ' => 'p',
        'х' => 'x',
        'у' => 'y',
        other => other,
    };
    let lower: String = name.to_lowercase().chars().map(drawn).collect();
    let words = lower.split(|c: char| !c.is_alphanumeric());
    let mut words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.concat()
}
