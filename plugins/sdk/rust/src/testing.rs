//! A stand-in for the server, for plain tests of plugins.
//!
//! Natively every call to the server is answered by the [`Server`] that was started last on the
//! thread. It keeps to the limits of the interface (sizes of keys, numbers of questions) and is the
//! same each time: its clock stands still until it is moved, and its randomness is that of a seed.
//!
//! ```
//! use waxseal_plugin_sdk::testing::Server;
//! use waxseal_plugin_sdk::{Error, Filter, Outcome, Param, Stage, dns, filter, session};
//!
//! struct Listed;
//!
//! impl Filter for Listed {
//!     const STAGES: &'static [Stage] = &[Stage::Mail];
//!
//!     fn configure() -> Result<Self, Error> {
//!         Ok(Self)
//!     }
//!
//!     fn on_mail(&mut self, _sender: &str, _params: &[Param]) -> Result<Outcome, Error> {
//!         let found = dns::lookup("2.0.0.127.dnsbl.example", dns::Kind::A)?;
//!         Ok(match found.is_empty() {
//!             true => Outcome::next(),
//!             false => Outcome::reject(550, "5.7.1", "listed"),
//!         })
//!     }
//! }
//!
//! filter!(Listed);
//!
//! let server = Server::start();
//! server.peer("127.0.0.2").dns("2.0.0.127.dnsbl.example", dns::Kind::A, &["127.0.0.4"]);
//! let mut filter = Listed::configure()?;
//! assert_eq!(filter.on_mail("bob@example.org", &[])?, Outcome::reject(550, "5.7.1", "listed"));
//! assert_eq!(server.questions(), ["2.0.0.127.dnsbl.example"]);
//! # Ok::<(), Error>(())
//! ```

mod blob;
mod cipher;
pub(crate) mod host;
mod kv;
mod mime;
mod state;

use crate::bindings::waxseal::plugin::types::{Header, Protocol, Score, SessionInfo};
use crate::config::{Document, Mistake};
use crate::dns::{Answer, Error as DnsError, Kind};
use crate::http::{Error as HttpError, Request, Response};
use crate::log::Level;
pub use blob::Stored;
use state::State;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

thread_local! {
    static CURRENT: RefCell<Option<Rc<RefCell<State>>>> = const { RefCell::new(None) };
}

/// Runs `act` on the state of the server that this thread has.
pub(crate) fn with<A>(act: impl FnOnce(&mut State) -> A) -> A {
    let current = CURRENT.with(|current| current.borrow().clone());
    let Some(state) = current else {
        panic!("natively there is no server: begin the test with `testing::Server::start()`");
    };
    let mut state = state.borrow_mut();
    act(&mut state)
}

/// A line that the plugin wrote into the log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogLine {
    /// Severity.
    pub level: Level,
    /// The message.
    pub message: String,
    /// Fields, in order.
    pub fields: Vec<(String, String)>,
}

/// The stand-in. What it knows is set by methods that can be chained, at any time; it ends when it is
/// dropped.
#[derive(Debug)]
pub struct Server {
    state: Rc<RefCell<State>>,
}

impl Server {
    /// Starts one for this thread: an SMTP session of 192.0.2.1, an empty message, everything
    /// granted, nothing known to DNS and HTTP, 2026-01-01T00:00:00Z.
    #[must_use]
    pub fn start() -> Self {
        let state = Rc::new(RefCell::new(State::new()));
        CURRENT.with(|current| *current.borrow_mut() = Some(Rc::clone(&state)));
        Self { state }
    }

    fn set(&self, change: impl FnOnce(&mut State)) -> &Self {
        change(&mut self.state.borrow_mut());
        self
    }

    /// Changes the session.
    pub fn session(&self, change: impl FnOnce(&mut SessionInfo)) -> &Self {
        self.set(|state| change(&mut state.session))
    }

    /// The client's address.
    pub fn peer(&self, address: &str) -> &Self {
        self.session(|session| session.peer_ip = address.to_owned())
    }

    /// The client's name in EHLO.
    pub fn helo(&self, name: &str) -> &Self {
        self.session(|session| session.helo = Some(name.to_owned()))
    }

    /// The protocol.
    pub fn protocol(&self, protocol: Protocol) -> &Self {
        self.session(|session| session.protocol = protocol)
    }

    /// The authenticated user.
    pub fn user(&self, user: &str) -> &Self {
        self.session(|session| session.auth_user = Some(user.to_owned()))
    }

    /// The reverse-path.
    pub fn sender(&self, address: &str) -> &Self {
        self.set(|state| state.sender = address.to_owned())
    }

    /// The recipients.
    pub fn recipients(&self, addresses: &[&str]) -> &Self {
        let owned = addresses.iter().map(|address| (*address).to_owned());
        self.set(|state| state.recipients = owned.collect())
    }

    /// The message, header section and body, with CRLF; a new one, without notes, scores and tags,
    /// and with new budgets. It can be read at every stage.
    pub fn message(&self, octets: impl AsRef<[u8]>) -> &Self {
        self.set(|state| state.begin(octets.as_ref()))
    }

    /// A score that an earlier filter gave.
    pub fn score(&self, symbol: &str, points: f32) -> &Self {
        let symbol = symbol.to_owned();
        let note = None;
        self.set(|state| {
            state.scores.push(Score {
                symbol,
                points,
                note,
            })
        })
    }

    /// A tag that an earlier filter gave.
    pub fn tag(&self, tag: &str) -> &Self {
        self.set(|state| state.tags.push(tag.to_owned()))
    }

    /// A note that an earlier stage of the plugin left.
    pub fn note(&self, key: &str, value: &str) -> &Self {
        self.set(|state| {
            state.notes.insert(key.to_owned(), value.to_owned());
        })
    }

    /// The notes, in the order of their keys.
    #[must_use]
    pub fn notes(&self) -> Vec<(String, String)> {
        let state = self.state.borrow();
        let notes = state.notes.iter();
        notes
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }

    /// What stands under `[plugin.config]`, as JSON.
    pub fn config(&self, json: &str) -> &Self {
        self.set(|state| state.config = json.to_owned())
    }

    /// A secret.
    pub fn secret(&self, name: &str, value: &str) -> &Self {
        self.set(|state| {
            state.secrets.insert(name.to_owned(), value.to_owned());
        })
    }

    /// Moves the clock on.
    pub fn advance(&self, time: Duration) -> &Self {
        self.set(|state| state.advance(time))
    }

    /// The seed of what is random.
    pub fn seed(&self, seed: u64) -> &Self {
        self.set(|state| state.random = seed)
    }

    /// The octets of all keys and values together that are granted; 0 for no grant.
    pub fn kv_bytes(&self, octets: usize) -> &Self {
        self.set(|state| state.kv.granted = octets)
    }

    /// The value of a key, as the plugin would read it.
    #[must_use]
    pub fn kv(&self, key: &str) -> Option<Vec<u8>> {
        let mut state = self.state.borrow_mut();
        let now = state.now_ms;
        state.kv.get(now, key).ok().flatten()
    }

    /// The keys that are there, in order.
    #[must_use]
    pub fn kv_keys(&self) -> Vec<String> {
        let state = self.state.borrow();
        state.kv.keys(state.now_ms)
    }

    /// Records of a name. Names without records do not exist.
    pub fn dns(&self, name: &str, kind: Kind, values: &[&str]) -> &Self {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        self.dns_answer(name, kind, Ok(Answer { values, ttl: 300 }))
    }

    /// The whole answer for a name, for example a failure.
    pub fn dns_answer(&self, name: &str, kind: Kind, answer: Result<Answer, DnsError>) -> &Self {
        let name = name.to_ascii_lowercase();
        self.set(|state| {
            state
                .dns
                .retain(|(known, of, _)| (known, *of) != (&name, kind));
            state.dns.push((name, kind, answer));
        })
    }

    /// The names that were asked for, in order.
    #[must_use]
    pub fn questions(&self) -> Vec<String> {
        self.state.borrow().questions.clone()
    }

    /// How HTTP requests are answered from now on.
    pub fn http(
        &self,
        answer: impl FnMut(&Request) -> Result<Response, HttpError> + 'static,
    ) -> &Self {
        self.set(|state| state.http = Some(Rc::new(RefCell::new(answer))))
    }

    /// The requests that were sent, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.state.borrow().requests.clone()
    }

    /// The names of the keys that the server has; `mail` alone at the start.
    pub fn aead_keys(&self, names: &[&str]) -> &Self {
        let owned = names.iter().map(|name| (*name).to_owned());
        self.set(|state| state.aead_keys = owned.collect())
    }

    /// The lines in the log, in order.
    #[must_use]
    pub fn log(&self) -> Vec<LogLine> {
        self.state.borrow().log.clone()
    }

    /// A metric: `name` or `name{key="value"}`. Counters and histograms are sums.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<f64> {
        self.state.borrow().metrics.get(name).copied()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        CURRENT.with(|current| {
            let mut current = current.borrow_mut();
            if current
                .as_ref()
                .is_some_and(|state| Rc::ptr_eq(state, &self.state))
            {
                *current = None;
            }
        });
    }
}

/// Checks that `read` refuses a configuration, given as JSON, with the text `expected`.
///
/// # Panics
/// When it reads it, or says something else.
#[track_caller]
pub fn refused<T>(read: impl FnOnce(&Document) -> Result<T, Mistake>, json: &str, expected: &str) {
    let document = Document::parse(json);
    let mistake = document.and_then(|document| read(&document)).err();
    let text = mistake.map(|mistake| mistake.0);
    assert_eq!(text.as_deref(), Some(expected), "{json}");
}

/// A header field, for comparing.
#[must_use]
pub fn header(name: &str, value: &str) -> Header {
    Header {
        name: name.to_owned(),
        value: value.as_bytes().to_vec(),
    }
}

#[cfg(test)]
mod tests;
