//! One object in memory that implements Directory, Queue, Store and Spool, and a clock that stands
//! still until it is moved: for tests, and for the author's tools, which run plugins on them.
//!
//! It keeps the documented semantics of every port (the suite in `contract` says so) except that
//! nothing outlives it. Passwords are compared in clear text; never give it a real one.

mod clock;
mod codecs;
mod directory;
mod key_value;
mod mailbox;
mod queue;
mod resolve;
mod spool;
mod store;

pub use clock::FakeClock;
pub use codecs::MemoryCodecs;
pub use key_value::MemoryKeyValue;

use directory::{AccountRow, DomainRow};
use mailbox::MailboxRow;
use queue::QueuedRow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use waxseal_mail::{AccountId, Domain, Mailbox, MailboxName, MessageId};

use crate::{directory::Alias, trace::TraceEvent};

/// Everything a node stores, in memory.
pub struct Memory {
    state: Mutex<State>,
    /// Something in the queue may have become due.
    due: Notify,
    clock: Arc<FakeClock>,
}

#[derive(Default)]
struct State {
    /// The last row number given out, of any kind.
    last_id: i64,
    /// Writing calls fail for want of space.
    full: bool,
    /// By ASCII name.
    domains: BTreeMap<String, DomainRow>,
    /// By folded address.
    accounts: BTreeMap<String, AccountRow>,
    /// By folded address.
    aliases: BTreeMap<String, Alias>,
    mailboxes: BTreeMap<(AccountId, MailboxName), MailboxRow>,
    subscriptions: BTreeSet<(AccountId, MailboxName)>,
    /// Oldest first.
    queue: Vec<QueuedRow>,
    traces: HashMap<MessageId, Vec<TraceEvent>>,
}

impl Memory {
    /// Nothing hosted, nothing stored.
    #[must_use]
    pub fn new(clock: Arc<FakeClock>) -> Self {
        Self {
            state: Mutex::default(),
            due: Notify::new(),
            clock,
        }
    }

    /// The demo's world: domain `example.test`, accounts `alice@example.test` (`secret1`) and
    /// `bob@example.test` (`secret2`), alias `postmaster@example.test` to alice.
    ///
    /// # Panics
    /// Never: the addresses are written here.
    #[must_use]
    pub fn example() -> Self {
        let memory = Self::new(Arc::new(FakeClock::default()));
        let addresses = ["alice", "bob", "postmaster"]
            .map(|user| Mailbox::parse(&format!("{user}@example.test")));
        if let (Ok(domain), [Ok(alice), Ok(bob), Ok(postmaster)]) =
            (Domain::parse("example.test"), addresses)
        {
            let mut state = memory.state();
            let added = state
                .add_domain(&domain)
                .and_then(|_| state.add_account(&alice, "secret1"))
                .and_then(|_| state.add_account(&bob, "secret2"))
                .and_then(|_| state.add_alias(&postmaster, &[alice]));
            assert!(added.is_ok(), "the example's world: {added:?}");
        }
        memory
    }

    /// The clock that says when queued messages are due.
    #[must_use]
    pub fn clock(&self) -> &Arc<FakeClock> {
        &self.clock
    }

    /// Whether writing calls answer `Full` from now on, as with a full disk; reading goes on.
    pub fn set_full(&self, full: bool) {
        self.state().full = full;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }
}
