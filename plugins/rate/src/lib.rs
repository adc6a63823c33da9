//! A filter that limits how much a user, sender, client or recipient may send or get. See README.md.

pub mod settings;
pub mod window;

use settings::{Action, Count, Limit, Per, Settings};
use std::net::IpAddr;
use waxseal_plugin_sdk::network::network_of;
use waxseal_plugin_sdk::{
    Error, Filter, Outcome, Param, Stage, address, clock, config, filter, glob, kv, log, message,
    metrics, session,
};
use window::{is_over, place};

/// Octets of a subject in a key; longer ones share a count.
const SUBJECT_MAX: usize = 200;

/// The limits of one session.
pub struct Rate {
    settings: Settings,
}

filter!(Rate);

impl Filter for Rate {
    const STAGES: &'static [Stage] = &[Stage::Connect, Stage::Auth, Stage::Mail, Stage::Rcpt];

    fn stages() -> Vec<Stage> {
        // What is wrong is said by `configure`.
        let Ok(settings) = config::document().and_then(|document| Settings::read(&document)) else {
            return Self::STAGES.to_vec();
        };
        let (logins, connections) = (Count::FailedLogins, Count::Connections);
        let wanted = [
            (
                Stage::Connect,
                settings.counts(connections) || settings.counts(logins),
            ),
            (Stage::Auth, settings.counts(logins)),
            (Stage::Mail, settings.counts(Count::Messages)),
            (Stage::Rcpt, settings.counts(Count::Recipients)),
        ];
        let wanted = wanted.into_iter().filter(|(_, wanted)| *wanted);
        wanted.map(|(stage, _)| stage).collect()
    }

    fn configure() -> Result<Self, Error> {
        let settings = Settings::read(&config::document()?)?;
        Ok(Self { settings })
    }

    fn on_connect(&mut self) -> Result<Outcome, Error> {
        let refused = self.judge(Count::FailedLogins, "", 0)?;
        if refused != Outcome::next() {
            return Ok(refused);
        }
        self.judge(Count::Connections, "", 1)
    }

    fn on_auth(&mut self, _user: &str, _mechanism: &str, success: bool) -> Result<Outcome, Error> {
        if success {
            return Ok(Outcome::next());
        }
        // The client had its answer already; the next connection is refused.
        self.judge(Count::FailedLogins, "", 1)
            .map(|_| Outcome::next())
    }

    fn on_mail(&mut self, _sender: &str, _params: &[Param]) -> Result<Outcome, Error> {
        self.judge(Count::Messages, "", 1)
    }

    fn on_rcpt(&mut self, recipient: &str, _params: &[Param]) -> Result<Outcome, Error> {
        self.judge(Count::Recipients, recipient, 1)
    }
}

impl Rate {
    /// Adds `by` to all limits that count so; the first one that is passed refuses.
    fn judge(&self, count: Count, recipient: &str, by: i32) -> Result<Outcome, Error> {
        if !self.settings.counts(count) {
            return Ok(Outcome::next());
        }
        let peer: Option<IpAddr> = session::info().peer_ip.parse().ok();
        if peer.is_none_or(|peer| {
            self.settings
                .skip
                .iter()
                .any(|network| network.contains(peer))
        }) {
            return Ok(Outcome::next());
        }
        let mut outcome = Outcome::next();
        for limit in self
            .settings
            .limits
            .iter()
            .filter(|limit| limit.count == count)
        {
            let Some(subject) = subject(limit, recipient) else {
                continue;
            };
            match is_past(limit, &subject, by) {
                Ok(false) => {}
                Ok(true) => {
                    let fields = [("limit", limit.name.as_str()), ("for", subject.as_str())];
                    log::write(log::Level::Info, "past a limit", &fields);
                    metrics::count("over_total", 1, &[("limit", &limit.name)]);
                    outcome = match limit.action {
                        Action::Defer => return Ok(Outcome::defer(450, "4.7.1", &limit.text)),
                        Action::Reject => return Ok(Outcome::reject(550, "5.7.1", &limit.text)),
                        Action::Mark(points) => {
                            let symbol = format!("RATE_{}", limit.name.to_ascii_uppercase());
                            let tag = format!("rate:{}", limit.name);
                            outcome.score(symbol, points).tag(tag)
                        }
                    };
                }
                Err(kv::Error::Denied) => return Err(kv::Error::Denied.into()),
                Err(error) => {
                    let error = Error::from(error);
                    metrics::count("failures_total", 1, &[]);
                    log::warn(&format!("no limits: the store does not work: {error}"));
                }
            }
        }
        Ok(outcome)
    }
}

/// What the limit counts for here; `None` where it does not apply.
fn subject(limit: &Limit, recipient: &str) -> Option<String> {
    let session = session::info();
    let mut subject = String::new();
    for (index, per) in limit.per.iter().enumerate() {
        let text = match per {
            Per::User => session.auth_user.clone()?,
            Per::Client => session.peer_ip.clone(),
            Per::ClientNetwork => network_of(session.peer_ip.parse().ok()?, 24, 64),
            Per::Sender => message::sender(),
            Per::SenderDomain => address::domain(&message::sender())?.to_owned(),
            Per::Recipient => recipient.to_owned(),
            Per::RecipientDomain => address::domain(recipient)?.to_owned(),
        };
        let text = address::folded(&text);
        if index == 0 {
            let only = limit.only.is_empty() || glob::any(&limit.only, &text);
            if !only || glob::any(&limit.except, &text) {
                return None;
            }
        } else {
            subject.push(' ');
        }
        subject.push_str(&text);
    }
    while subject.len() > SUBJECT_MAX {
        subject.pop();
    }
    Some(subject)
}

/// Adds `by` and answers whether the limit is passed; what is refused does not count.
fn is_past(limit: &Limit, subject: &str, by: i32) -> Result<bool, kv::Error> {
    let (piece, share) = place(clock::unix(), limit.window);
    let key = |piece: u64| format!("{}/{piece}/{subject}", limit.name);
    let number =
        |value: Option<String>| value.and_then(|text| text.parse::<i32>().ok()).unwrap_or(0);
    let former = number(kv::get_text(&key(piece.saturating_sub(1)))?);
    let present = if by == 0 {
        // Only asked: another one would be the next.
        number(kv::get_text(&key(piece))?).saturating_add(1)
    } else {
        kv::incr(&key(piece), by, Some(limit.window * 2))?
    };
    let over = is_over(former, present, share, limit.limit);
    let refuses = !matches!(limit.action, Action::Mark(_)) && limit.count != Count::FailedLogins;
    if over && by > 0 && refuses {
        kv::incr(&key(piece), -by, Some(limit.window * 2))?;
    }
    Ok(over)
}

#[cfg(test)]
mod tests;
