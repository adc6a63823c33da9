//! A filter that asks block and allow lists in the DNS (RFC 5782) about the client's address, the
//! sender's domain, the client's name and the hosts of URLs. See README.md.

pub mod effect;
pub mod query;
pub mod settings;

use effect::{Effect, Reading, read, stronger};
use settings::{About, List, Settings};
use std::cell::OnceCell;
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::time::Duration;
use waxseal_plugin_sdk::dns::{self, Kind};
use waxseal_plugin_sdk::{
    Error, Filter, Outcome, Param, Protocol, Stage, address, clock, config, filter, glob, log,
    metrics, mime, session,
};

/// The lists, and what they said in this session.
pub struct Dnsbl {
    settings: Settings,
    /// What the lists say about the client, which does not change, once all of them answered.
    of_peer: Option<Findings>,
    /// When, by the monotonic clock, no further list is asked at this stage.
    deadline: Duration,
    /// What they say about the present transaction.
    found: Findings,
}

/// What lists said.
#[derive(Debug, Clone, Default)]
struct Findings {
    hits: Vec<Hit>,
    failed: bool,
}

/// One entry of one list.
#[derive(Debug, Clone)]
struct Hit {
    list: usize,
    what: String,
    question: String,
    effect: Effect,
    /// What the list itself says, once it was asked; copies of the entry share it.
    reason: Rc<OnceCell<String>>,
}

filter!(Dnsbl);

impl Filter for Dnsbl {
    const STAGES: &'static [Stage] = &[Stage::Mail, Stage::Rcpt, Stage::Message];

    fn stages() -> Vec<Stage> {
        // What is wrong is said by `configure`.
        let settings = config::document().and_then(|document| Settings::read(&document));
        let urls = settings.is_ok_and(|settings| settings.asks_about(About::Urls));
        let wanted = |stage: &Stage| *stage != Stage::Message || urls;
        Self::STAGES.iter().copied().filter(wanted).collect()
    }

    fn configure() -> Result<Self, Error> {
        Ok(Self {
            settings: Settings::read(&config::document()?)?,
            of_peer: None,
            deadline: Duration::ZERO,
            found: Findings::default(),
        })
    }

    fn on_mail(&mut self, sender: &str, _params: &[Param]) -> Result<Outcome, Error> {
        self.found = Findings::default();
        self.deadline = clock::monotonic() + self.settings.patience;
        let Some(peer) = self.peer() else {
            return Ok(Outcome::next());
        };
        let mut found = match &self.of_peer {
            Some(known) => known.clone(),
            None => {
                let mut found = Findings::default();
                self.ask(About::Peer, &[peer.to_string()], &mut found)?;
                // A list that did not answer is asked again for the next message.
                self.of_peer = (!found.failed).then(|| found.clone());
                found
            }
        };
        if let Some(domain) = address::domain(sender) {
            self.ask(About::Sender, &[domain.to_owned()], &mut found)?;
        }
        if let Some(helo) = session::info().helo {
            self.ask(About::Helo, &[helo], &mut found)?;
        }
        let outcome = self.weigh(&found);
        self.found = found;
        Ok(outcome)
    }

    fn on_rcpt(&mut self, recipient: &str, _params: &[Param]) -> Result<Outcome, Error> {
        if glob::any(&self.settings.exempt, recipient) {
            return Ok(Outcome::next());
        }
        Ok(self.refuse(&self.found))
    }

    fn on_message(&mut self) -> Result<Outcome, Error> {
        if self.peer().is_none() || self.is_allowed() {
            return Ok(Outcome::next());
        }
        self.deadline = clock::monotonic() + self.settings.patience;
        let mut hosts: Vec<String> = Vec::new();
        for url in mime::urls(200) {
            let host = query::host(&url).unwrap_or_default().to_ascii_lowercase();
            if !host.is_empty() && !hosts.contains(&host) && hosts.len() < self.settings.hosts_max {
                hosts.push(host);
            }
        }
        let mut found = Findings::default();
        self.ask(About::Urls, &hosts, &mut found)?;
        let refused = self.refuse(&found);
        Ok(if refused == Outcome::next() {
            self.weigh(&found)
        } else {
            refused
        })
    }
}

impl Dnsbl {
    /// The client that lists are to be asked about, if any: not users, not neighbours.
    fn peer(&self) -> Option<IpAddr> {
        let session = session::info();
        let peer: IpAddr = session.peer_ip.parse().ok()?;
        let foreign = session.auth_user.is_none() && session.protocol == Protocol::Smtp;
        let known = waxseal_plugin_sdk::network::is_private(peer)
            || self
                .settings
                .skip
                .iter()
                .any(|network| network.contains(peer));
        (foreign && !known).then_some(peer)
    }

    fn is_allowed(&self) -> bool {
        self.found
            .hits
            .iter()
            .any(|hit| hit.effect == Effect::Allow)
    }

    /// Asks the lists that want to know `about` each of `subjects`.
    fn ask(&self, about: About, subjects: &[String], found: &mut Findings) -> Result<(), Error> {
        for (index, list) in self.settings.lists.iter().enumerate() {
            if !list.about.contains(&about) {
                continue;
            }
            for what in subjects {
                let question = match what.parse::<IpAddr>() {
                    Ok(ip) if about == About::Peer => Some(query::of_address(ip, &list.zone)),
                    _ => query::of_domain(what, &list.zone),
                };
                let Some(question) = question else {
                    continue;
                };
                if clock::monotonic() >= self.deadline {
                    found.failed = true;
                    metrics::count("failures_total", 1, &[("list", &list.name)]);
                    continue;
                }
                match dns::lookup(&question, Kind::A) {
                    Ok(answers) => {
                        if let Some(effect) = reading(list, &answers) {
                            let labels = [("list", list.name.as_str()), ("about", about.as_str())];
                            metrics::count("hits_total", 1, &labels);
                            let what = what.clone();
                            found.hits.push(Hit {
                                list: index,
                                what,
                                question,
                                effect,
                                reason: Rc::default(),
                            });
                        }
                    }
                    Err(dns::Error::Denied) => return Err(dns::Error::Denied.into()),
                    Err(_) => {
                        found.failed = true;
                        metrics::count("failures_total", 1, &[("list", &list.name)]);
                    }
                }
            }
        }
        Ok(())
    }

    /// Points and labels.
    fn weigh(&self, found: &Findings) -> Outcome {
        let mut outcome = Outcome::next();
        for hit in &found.hits {
            let Some(list) = self.settings.lists.get(hit.list) else {
                continue;
            };
            if let Effect::Points(points) = hit.effect {
                let note: String = hit.what.chars().take(60).collect();
                outcome = outcome.score_note(symbol(&list.name), points, note);
            }
            if let Some(tag) = &list.tag {
                outcome = outcome.tag(tag);
            }
        }
        outcome
    }

    /// The refusal that is due, if any.
    fn refuse(&self, found: &Findings) -> Outcome {
        let allowed = self.is_allowed();
        let mut refusing = found.hits.iter().filter(|hit| hit.effect == Effect::Reject);
        if let Some((hit, list)) = refusing
            .find_map(|hit| Some((hit, self.settings.lists.get(hit.list)?)))
            .filter(|_| !allowed)
        {
            return Outcome::reject(550, "5.7.1", &reply(list, hit));
        }
        if found.failed && self.settings.defer_on_failure && !allowed {
            return Outcome::defer(451, "4.4.3", "a list cannot be asked now, try again later");
        }
        Outcome::next()
    }
}

/// What the addresses that a list answered come to.
fn reading(list: &List, answers: &[String]) -> Option<Effect> {
    let mut effect: Option<Effect> = None;
    for answer in answers
        .iter()
        .filter_map(|answer| answer.parse::<Ipv4Addr>().ok())
    {
        match read(answer, &list.codes, list.other) {
            Reading::Effect(next) => {
                effect = Some(effect.map_or(next, |so_far| stronger(so_far, next)));
            }
            Reading::Nothing => {}
            Reading::Refused => {
                metrics::count("refused_total", 1, &[("list", &list.name)]);
                let text = answer.to_string();
                let fields = [("list", list.name.as_str()), ("answer", text.as_str())];
                log::write(
                    log::Level::Warn,
                    "the list does not serve this server",
                    &fields,
                );
            }
        }
    }
    effect
}

/// The text of a refusal: one line of at most 490 octets.
fn reply(list: &List, hit: &Hit) -> String {
    let mut text = list.reply.replace("{list}", &list.name);
    if text.contains("{txt}") {
        let reason = hit.reason.get_or_init(|| {
            let reasons = dns::lookup(&hit.question, Kind::Txt).unwrap_or_default();
            reasons.into_iter().next().unwrap_or_default()
        });
        text = text.replace("{txt}", reason.trim());
    }
    let text = text.replace("{what}", &hit.what);
    let mut line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    while line.len() > 490 {
        line.pop();
    }
    line
}

/// A list's name as a score symbol.
fn symbol(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    name.chars().take(64).map(plain).collect()
}

#[cfg(test)]
mod tests;
