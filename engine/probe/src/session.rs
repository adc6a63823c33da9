//! One endpoint probed: what was announced, what was tried, what came of it.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::timeout;

use crate::limits::Limits;
use crate::plan::{Endpoint, Plan, Protocol, Tls};
use crate::table;
use crate::transcript::Transcript;
use crate::wire::{Gone, Wire};
use crate::{imap, ldap, managesieve, pop3, smtp, trial, webdav, xmpp};

/// When in a session something was announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// In the greeting.
    Greeting,
    /// Before TLS and login.
    Plain,
    /// Behind TLS, before login.
    Tls,
    /// After login.
    Login,
}

impl Phase {
    /// The word used in files.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Greeting => "greeting",
            Self::Plain => "plain",
            Self::Tls => "tls",
            Self::Login => "login",
        }
    }
}

/// How the check of one extension came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Announced; not tried, or no trial is known.
    Advertised,
    /// Used, and it worked.
    Exercised,
    /// Announced, and using it failed.
    AdvertisedButFailed,
}

impl Outcome {
    /// The word used in files.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Advertised => "advertised",
            Self::Exercised => "exercised",
            Self::AdvertisedButFailed => "advertised-but-failed",
        }
    }
}

/// Something a server announced, in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// When.
    pub phase: Phase,
    /// The words.
    pub line: String,
    /// The catalog's extension, if it has one for the words.
    pub extension: Option<&'static str>,
}

/// One extension judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The extension as `protocol/slug`.
    pub extension: &'static str,
    /// How it came out.
    pub outcome: Outcome,
    /// When it was first announced, or tried.
    pub phase: Phase,
    /// The server's words: the announcement, or the command where there was none.
    pub line: String,
    /// What the trial showed.
    pub detail: Option<String>,
}

#[derive(Debug, Clone)]
struct Verdict {
    worked: bool,
    phase: Phase,
    line: String,
    detail: String,
}

/// Everything one endpoint gave away.
#[derive(Debug)]
pub struct Session {
    /// The endpoint; its password is gone.
    pub endpoint: Endpoint,
    /// What was said.
    pub transcript: Transcript,
    /// All announcements in order, each once per phase.
    pub announced: Vec<Announced>,
    /// Why the session ended before its time, in words.
    pub ended: Option<String>,
    /// The furthest phase reached.
    pub reached: Phase,
    /// Names by which the server goes, told in its greeting and after EHLO.
    pub(crate) names: Vec<String>,
    limits: Limits,
    verdicts: BTreeMap<&'static str, Verdict>,
    password: Option<String>,
}

impl Session {
    fn new(endpoint: &Endpoint, limits: &Limits) -> Self {
        let mut endpoint = endpoint.clone();
        let password = endpoint.password.take();
        Self {
            endpoint,
            transcript: Transcript::default(),
            announced: Vec::new(),
            ended: None,
            reached: Phase::Greeting,
            names: Vec::new(),
            limits: limits.clone(),
            verdicts: BTreeMap::new(),
            password,
        }
    }

    /// Name and password, if both are known.
    pub(crate) fn login(&self) -> Option<(String, String)> {
        self.endpoint.user.clone().zip(self.password.clone())
    }

    /// What may be spent.
    pub(crate) const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// A new connection to the endpoint.
    pub(crate) async fn connect(&self) -> Result<Wire, Gone> {
        let Endpoint { address, tls, .. } = &self.endpoint;
        self.transcript.note("a new connection");
        Wire::connect(address, *tls, &self.limits, &self.transcript).await
    }

    /// Whether STARTTLS is wanted on `wire`.
    pub(crate) fn wants_tls(&self, wire: &Wire) -> bool {
        self.endpoint.tls == Tls::StartTls && !wire.is_secure()
    }

    /// The phase before login.
    pub(crate) const fn phase(wire: &Wire) -> Phase {
        if wire.is_secure() {
            Phase::Tls
        } else {
            Phase::Plain
        }
    }

    /// Notes an announcement; `token` is looked up in the extensions of `family`.
    pub(crate) fn announce(&mut self, phase: Phase, family: &str, token: &str, line: &str) {
        self.reached = self.reached.max(phase);
        let extension = table::extension(family, token);
        let announced = Announced {
            phase,
            line: line.to_owned(),
            extension,
        };
        if !self.announced.contains(&announced) {
            self.announced.push(announced);
        }
    }

    /// Notes something announced that is no token of the catalog by itself.
    pub(crate) fn remark(&mut self, phase: Phase, line: &str) {
        self.reached = self.reached.max(phase);
        self.announced.push(Announced {
            phase,
            line: line.to_owned(),
            extension: None,
        });
    }

    /// Whether the extension was announced in any phase.
    pub(crate) fn announces(&self, extension: &str) -> bool {
        let mut all = self.announced.iter();
        all.any(|one| one.extension == Some(extension))
    }

    /// The words after a token that was announced, newest first.
    pub(crate) fn words_of(&self, extension: &str) -> Vec<String> {
        let newest = self.announced.iter().rev();
        let mut of = newest.filter(|one| one.extension == Some(extension));
        of.next().map_or_else(Vec::new, |one| {
            let words = one.line.split([' ', '=']).skip(1);
            words.map(str::to_owned).collect()
        })
    }

    /// It worked. A failure noted before stays: each trial of an extension must work.
    pub(crate) fn works(&mut self, extension: &'static str, command: &str, detail: &str) {
        self.judge(extension, true, command, detail);
    }

    /// It did not work.
    pub(crate) fn fails(&mut self, extension: &'static str, command: &str, detail: &str) {
        self.judge(extension, false, command, detail);
    }

    fn judge(&mut self, extension: &'static str, worked: bool, line: &str, detail: &str) {
        let verdict = Verdict {
            worked,
            phase: self.reached,
            line: trial::readable(line),
            detail: trial::readable(detail),
        };
        let known = self.verdicts.get(extension);
        if known.is_none_or(|known| known.worked) {
            self.verdicts.insert(extension, verdict);
        }
    }

    /// Every extension that was announced, or works without, in order of its name.
    pub fn checks(&self) -> Vec<Check> {
        let mut checks: BTreeMap<&'static str, Check> = BTreeMap::new();
        for one in &self.announced {
            let Some(extension) = one.extension else {
                continue;
            };
            checks.entry(extension).or_insert_with(|| Check {
                extension,
                outcome: Outcome::Advertised,
                phase: one.phase,
                line: one.line.clone(),
                detail: None,
            });
        }
        for (extension, verdict) in &self.verdicts {
            // Nobody got in, so the password may be at fault as well as the mechanism.
            let maybe_us = extension.starts_with("sasl/") && self.reached < Phase::Login;
            if !verdict.worked && maybe_us {
                continue;
            }
            let check = match checks.get_mut(extension) {
                Some(check) => check,
                // Not announced and not working is what one expects.
                None if !verdict.worked => continue,
                None => checks.entry(extension).or_insert_with(|| Check {
                    extension,
                    outcome: Outcome::Exercised,
                    phase: verdict.phase,
                    line: verdict.line.clone(),
                    detail: None,
                }),
            };
            check.outcome = if verdict.worked {
                Outcome::Exercised
            } else {
                Outcome::AdvertisedButFailed
            };
            check.detail = Some(verdict.detail.clone());
        }
        checks.into_values().collect()
    }

    /// What the server calls itself in its greeting, if that looks like a host name.
    pub fn server_name(&self) -> Option<String> {
        let mut greetings = self.announced.iter();
        let greeting = greetings.find(|one| one.phase == Phase::Greeting)?;
        let words = greeting.line.split([' ', '-', '(', '[']).skip(1);
        let looks = |word: &&str| {
            let last = word.rsplit('.').next().unwrap_or_default();
            word.contains('.')
                && last.len() > 1
                && last.bytes().all(|octet| octet.is_ascii_alphabetic())
        };
        words.take(3).find(looks).map(str::to_owned)
    }

    /// Extensions of the protocol that were looked for and found in no phase. Empty when the session
    /// did not get as far as it should have: then nothing is known.
    pub fn absent(&self) -> Vec<&'static str> {
        let login_missing = self.endpoint.user.is_some() && self.reached < Phase::Login;
        if self.ended.is_some() || self.announced.is_empty() || login_missing {
            return Vec::new();
        }
        let found: Vec<_> = self.checks().iter().map(|check| check.extension).collect();
        let families = match self.endpoint.protocol {
            Protocol::Smtp | Protocol::Submission => "smtp",
            Protocol::Lmtp => "lmtp",
            Protocol::Pop3 => "pop3",
            Protocol::Imap => "imap",
            Protocol::ManageSieve => "sieve",
            Protocol::Ldap => "ldap",
            Protocol::Xmpp => "xmpp",
            Protocol::WebDav => "webdav",
        };
        let mut absent: Vec<_> = table::announced_extensions(families)
            .filter(|extension| !found.contains(extension))
            .collect();
        absent.dedup();
        absent
    }
}

/// Probes all endpoints of a plan, one after another.
pub async fn probe(plan: &Plan) -> Vec<Session> {
    let mut sessions = Vec::with_capacity(plan.endpoint.len());
    for endpoint in &plan.endpoint {
        sessions.push(probe_endpoint(endpoint, &plan.limits).await);
    }
    sessions
}

async fn probe_endpoint(endpoint: &Endpoint, limits: &Limits) -> Session {
    let mut session = Session::new(endpoint, limits);
    let patience = Duration::from_millis(limits.session_ms);
    let run = async {
        let session = &mut session;
        match endpoint.protocol {
            Protocol::Smtp | Protocol::Submission | Protocol::Lmtp => smtp::run(session).await,
            Protocol::Pop3 => pop3::run(session).await,
            Protocol::Imap => imap::run(session).await,
            Protocol::ManageSieve => managesieve::run(session).await,
            Protocol::Ldap => ldap::run(session).await,
            Protocol::Xmpp => xmpp::run(session).await,
            Protocol::WebDav => webdav::run(session).await,
        }
    };
    let ended = match timeout(patience, run).await {
        Err(_) => Some("the time for the session was over".to_owned()),
        Ok(Err(gone)) => Some(gone.to_string()),
        Ok(Ok(())) => None,
    };
    if let Some(reason) = &ended {
        session.transcript.note(reason);
    }
    session.ended = ended;
    session
}
