//! A filter that looks at the names and into the content of attachments. See README.md.

pub mod content;
pub mod finding;
pub mod look;
pub mod name;
pub mod settings;
pub mod zip;

use content::{Content, content};
use finding::{Finding, Kind};
use look::Look;
use settings::{Action, Settings};
use waxseal_plugin_sdk::{
    Error, Filter, Outcome, Stage, config, filter, glob, log, metrics, mime, session,
};

/// Octets of a part that the server lets read.
const PART_MAX: u32 = 16 << 20;
/// Octets that are enough to see what a part is.
const PEEK: u32 = 4096;
/// Octets that are read at once.
const PIECE: u32 = 1 << 20;

/// The filter.
pub struct Attachments {
    settings: Settings,
}

filter!(Attachments);

impl Filter for Attachments {
    const STAGES: &'static [Stage] = &[Stage::Message];

    fn configure() -> Result<Self, Error> {
        let settings = Settings::read(&config::document()?)?;
        Ok(Self { settings })
    }

    fn on_message(&mut self) -> Result<Outcome, Error> {
        if !self.settings.check_users && session::info().auth_user.is_some() {
            return Ok(Outcome::next());
        }
        let mut findings = Vec::new();
        for part in mime::parts() {
            if !part.content_type.starts_with("multipart/") {
                findings.extend(self.look(&part));
            }
        }
        if mime::truncated() {
            findings.push(Finding {
                kind: Kind::Bomb,
                file: "message".to_owned(),
            });
        }
        Ok(self.judge(&findings))
    }
}

impl Attachments {
    fn look(&self, part: &mime::Part) -> Vec<Finding> {
        let settings = &self.settings;
        if glob::any(&settings.allow, &part.filename) {
            return Vec::new();
        }
        let path = if part.filename.is_empty() {
            &part.content_type
        } else {
            &part.filename
        };
        let mut look = Look::new(settings);
        let mut findings = Vec::new();
        if glob::any(&settings.types, &part.content_type) {
            findings.push(Finding {
                kind: Kind::Type,
                file: path.clone(),
            });
        }
        let beginning = mime::read(part, 0, PEEK);
        let is_text = part.content_type.starts_with("text/") && part.filename.is_empty();
        let inside = matches!(
            content(&beginning),
            Content::Zip | Content::Compound | Content::Pdf
        );
        let octets = if inside {
            whole(part, beginning)
        } else {
            beginning
        };
        let is_whole = octets.len() as u64 >= u64::from(mime::decoded_size(part))
            && octets.len() < PART_MAX as usize;
        if !is_text || inside {
            look.file(path, &octets, is_whole);
        }
        findings.extend(look.findings());
        findings
    }

    fn judge(&self, findings: &[Finding]) -> Outcome {
        let mut hardest: Option<(&Finding, Action)> = None;
        let mut outcome = Outcome::next();
        for finding in findings {
            let action = self.settings.action(finding.kind);
            metrics::count("found_total", 1, &[("kind", finding.kind.as_str())]);
            let fields = [
                ("kind", finding.kind.as_str()),
                ("file", finding.file.as_str()),
            ];
            log::write(log::Level::Info, "found in an attachment", &fields);
            if hardest.is_none_or(|(_, hardest)| action.rank() > hardest.rank()) {
                hardest = Some((finding, action));
            }
        }
        let Some((finding, action)) = hardest else {
            return outcome;
        };
        let text = self.text(finding);
        outcome = match action {
            Action::Ignore | Action::Score(_) => outcome,
            Action::Quarantine => Outcome::quarantine(text),
            Action::Hold => Outcome::hold(text),
            Action::Reject => return Outcome::reject(550, "5.7.1", &text),
        };
        for kind in Kind::ALL {
            let found = findings.iter().find(|finding| finding.kind == kind);
            let Some(finding) = found else {
                continue;
            };
            if let Action::Score(points) = self.settings.action(kind) {
                let symbol = format!("ATTACHMENT_{}", kind.as_str().to_uppercase());
                outcome = outcome.score_note(symbol, points, clip(&finding.file, 200));
            }
            if self.settings.action(kind) != Action::Ignore {
                outcome = outcome.tag(format!("attachment:{}", kind.as_str()));
            }
        }
        outcome
    }

    /// One line of at most 400 octets.
    fn text(&self, finding: &Finding) -> String {
        let text = self.settings.text.replace("{what}", finding.kind.text());
        clip(&text.replace("{name}", &clip(&finding.file, 100)), 400)
    }
}

/// The rest of a part that begins so, as far as it can be read.
fn whole(part: &mime::Part, beginning: Vec<u8>) -> Vec<u8> {
    let mut octets = beginning;
    while octets.len() < PART_MAX as usize {
        let offset = u32::try_from(octets.len()).unwrap_or(u32::MAX);
        let piece = mime::read(part, offset, PIECE);
        if piece.is_empty() {
            break;
        }
        octets.extend(piece);
    }
    octets
}

/// At most `max` octets without control characters.
fn clip(text: &str, max: usize) -> String {
    let mut line: String = text.chars().filter(|c| !c.is_control()).collect();
    while line.len() > max {
        line.pop();
    }
    line
}

#[cfg(test)]
mod tests;
