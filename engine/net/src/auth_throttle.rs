//! Slowing down those who guess passwords, without locking anybody out.
//!
//! Attempts are counted per account and per network (IPv4 /24, IPv6 /64). After ten failures a key
//! is tried at most once in its interval. A pair of account and network that succeeded lately is
//! exempt until it fails ten times itself, so that guessing at an account does not shut out its
//! owner, and a neighbour's broken client does not shut out an office.

use serde::Deserialize;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Limits of [`AuthThrottle`]; the `[auth]` section.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, waxseal_settings::Setting)]
#[serde(default, deny_unknown_fields)]
pub struct Throttling {
    /// Failed logins of one account, or from one network (IPv4 /24, IPv6 /64), before it is slowed
    /// down.
    pub failures_free: u32,
    /// Milliseconds between tries afterwards. Sooner ones are refused without a look at the
    /// password: SMTP 454 4.7.0, IMAP `NO [UNAVAILABLE]`, POP3 `-ERR [SYS/TEMP]`.
    pub interval_ms: u64,
    /// Seconds without a failure after which all is forgotten.
    pub forget_secs: u64,
    /// Accounts, networks and pairs of both that are remembered, each. Past it the longest unused
    /// are forgotten.
    pub entries_max: usize,
}

impl Default for Throttling {
    fn default() -> Self {
        Self {
            failures_free: 10,
            interval_ms: 1_500,
            forget_secs: 900,
            entries_max: 65_536,
        }
    }
}

/// Counts failed attempts. Shared by all listeners; memory is bounded (about 10 MB at the default,
/// only under attack).
#[derive(Debug)]
pub struct AuthThrottle {
    config: Throttling,
    seed: RandomState,
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    accounts: Book,
    networks: Book,
    /// Pairs of account and network that succeeded.
    trusted: Book,
}

/// Two generations of entries: what is used moves to the young one; when that is half full, it
/// becomes the old one and the former old one is forgotten.
#[derive(Debug, Default)]
struct Book {
    young: HashMap<u64, Entry>,
    old: HashMap<u64, Entry>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    failures: u32,
    tried: Instant,
}

/// An attempt is refused without being checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many failed attempts; try again in {} ms", retry_after.as_millis())]
pub struct Throttled {
    /// How long to wait: SMTP says 454 4.7.0, IMAP `NO [UNAVAILABLE]`, POP3 `-ERR [SYS/TEMP]`.
    pub retry_after: Duration,
}

/// An attempt under way. It counts as failed from its beginning, so that parallel ones count too;
/// say what came of it, or drop it for a failure.
#[derive(Debug)]
#[must_use = "say `succeeded` or `cancelled`; dropping it means failure"]
pub struct Attempt {
    throttle: Arc<AuthThrottle>,
    keys: Keys,
}

#[derive(Debug, Clone, Copy)]
struct Keys {
    account: u64,
    network: u64,
    pair: u64,
}

impl AuthThrottle {
    /// With these limits.
    #[must_use]
    pub fn new(config: Throttling) -> Arc<Self> {
        Arc::new(Self {
            config,
            seed: RandomState::new(),
            books: Mutex::default(),
        })
    }

    /// Begins an attempt by `user` (as given, compared without case) from `peer`.
    ///
    /// # Errors
    /// [`Throttled`] when it comes too soon after too many failures; nothing is counted then.
    pub fn begin(self: &Arc<Self>, user: &str, peer: IpAddr) -> Result<Attempt, Throttled> {
        let keys = self.keys(user, peer);
        let now = Instant::now();
        let mut books = self.books();
        let exempt = books
            .trusted
            .find(keys.pair)
            .is_some_and(|entry| entry.failures < self.config.failures_free);
        let account = self.wait(books.accounts.find(keys.account), now);
        let network = self.wait(books.networks.find(keys.network), now);
        let wait = account.max(network);
        if !exempt && !wait.is_zero() {
            metrics::counter!("waxseal_net_auth_throttled_total").increment(1);
            return Err(Throttled { retry_after: wait });
        }
        let config = &self.config;
        books.accounts.count(keys.account, now, config);
        books.networks.count(keys.network, now, config);
        if books.trusted.find(keys.pair).is_some() {
            books.trusted.count(keys.pair, now, config);
        }
        Ok(Attempt {
            throttle: Arc::clone(self),
            keys,
        })
    }

    /// How long a key has to wait.
    fn wait(&self, entry: Option<Entry>, now: Instant) -> Duration {
        let Some(entry) = entry.filter(|entry| entry.failures >= self.config.failures_free) else {
            return Duration::ZERO;
        };
        let since = now.saturating_duration_since(entry.tried);
        if since > Duration::from_secs(self.config.forget_secs) {
            return Duration::ZERO;
        }
        Duration::from_millis(self.config.interval_ms).saturating_sub(since)
    }

    fn keys(&self, user: &str, peer: IpAddr) -> Keys {
        let account = self.seed.hash_one(user.trim().to_lowercase());
        let network = self.seed.hash_one(network(peer));
        Keys {
            account,
            network,
            pair: self.seed.hash_one((account, network)),
        }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt {
    /// The password was right: the account starts afresh, this network is trusted with it.
    pub fn succeeded(self) {
        let mut books = self.throttle.books();
        books.accounts.forget(self.keys.account);
        books.networks.uncount(self.keys.network);
        let fresh = Entry {
            failures: 0,
            tried: Instant::now(),
        };
        let entries_max = self.throttle.config.entries_max;
        books.trusted.put(self.keys.pair, fresh, entries_max);
    }

    /// It was never checked (the directory was unavailable, the client left): it does not count.
    pub fn cancelled(self) {
        let mut books = self.throttle.books();
        books.accounts.uncount(self.keys.account);
        books.networks.uncount(self.keys.network);
        books.trusted.uncount(self.keys.pair);
    }

    /// The password was wrong.
    pub fn failed(self) {
        drop(self);
    }
}

impl Book {
    fn find(&self, key: u64) -> Option<Entry> {
        self.young.get(&key).or_else(|| self.old.get(&key)).copied()
    }

    fn put(&mut self, key: u64, entry: Entry, entries_max: usize) {
        if self.young.len() >= entries_max / 2 && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, entry);
        self.old.remove(&key);
    }

    /// One failure more, the first again after a long peace.
    fn count(&mut self, key: u64, now: Instant, config: &Throttling) {
        let peace = Duration::from_secs(config.forget_secs);
        let recent = self
            .find(key)
            .filter(|entry| now.saturating_duration_since(entry.tried) <= peace);
        let failures = recent.map_or(0, |entry| entry.failures).saturating_add(1);
        let entry = Entry {
            failures,
            tried: now,
        };
        self.put(key, entry, config.entries_max);
    }

    fn uncount(&mut self, key: u64) {
        let entry = self.young.get_mut(&key).or_else(|| self.old.get_mut(&key));
        if let Some(entry) = entry {
            entry.failures = entry.failures.saturating_sub(1);
        }
    }

    fn forget(&mut self, key: u64) {
        self.young.remove(&key);
        self.old.remove(&key);
    }
}

/// The /24 of an IPv4 address, the /64 of an IPv6 address.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits() & 0xffff_ff00).into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
    }
}
