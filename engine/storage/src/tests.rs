//! Tests of the whole storage: a fresh folder each, the clock standing still.

mod compaction;
mod contract;
mod damage;
mod encoded;
mod faults;
mod reopen;
mod spool;

use crate::disk::{Disk, OsDisk};
use crate::{Config, Storage};
use bytes::Bytes;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tempfile::TempDir;
use waxseal_mail::{
    AccountId, BodyKind, Domain, DsnNotify, Envelope, ForwardPath, Mailbox, MailboxName, MessageId,
    MessageIndex, Recipient, ReversePath, Timestamp,
};
use waxseal_ports::queue::{Leased, LocalAppend, NewMessage, Outcome, Settlement};
use waxseal_ports::store::NewAppend;
use waxseal_ports::{Clock, Directory, Queue};

/// Stands still.
struct StoppedClock(Instant);

impl Clock for StoppedClock {
    fn wall(&self) -> Timestamp {
        Timestamp::utc(1_795_498_174)
    }
    fn monotonic(&self) -> Instant {
        self.0
    }
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(StoppedClock(waxseal_ports::clock::SystemClock.monotonic()))
}

/// A storage in a folder that goes with it.
struct Fixture {
    storage: Arc<Storage>,
    folder: TempDir,
}

impl Deref for Fixture {
    type Target = Storage;
    fn deref(&self) -> &Storage {
        &self.storage
    }
}

fn config(folder: &Path) -> Config {
    let mut config = Config {
        folder: folder.to_owned(),
        reserve_octets: 0,
        ..Config::default()
    };
    config.password.memory_kib = 8;
    config.password.passes = 1;
    config
}

async fn fixture() -> Fixture {
    fixture_on(Arc::new(OsDisk)).await
}

async fn fixture_on(disk: Arc<dyn Disk>) -> Fixture {
    let folder = TempDir::new().unwrap();
    let storage = Storage::open_on(&config(folder.path()), clock(), disk).await;
    Fixture {
        storage: storage.unwrap(),
        folder,
    }
}

impl Fixture {
    /// As after a restart.
    async fn reopen(self) -> Self {
        let Self { storage, folder } = self;
        drop(storage);
        let storage = Storage::open(&config(folder.path()), clock()).await;
        Self {
            storage: storage.unwrap(),
            folder,
        }
    }

    /// The account alice@example.test; made once.
    async fn alice(&self) -> AccountId {
        let address = mailbox("alice@example.test");
        self.add_domain(&Domain::parse("example.test").unwrap())
            .await
            .unwrap();
        self.add_account(&address, "secret").await.unwrap()
    }

    /// Takes the one message that is due.
    async fn claim_one(&self) -> Leased {
        let mut claimed = self.claim(1).await.unwrap();
        claimed.pop().unwrap()
    }
}

fn mailbox(text: &str) -> Mailbox {
    Mailbox::parse(text).unwrap()
}

fn new_message(id: u64, octets: impl Into<Bytes>) -> NewMessage {
    let recipient = Recipient {
        forward_path: ForwardPath::Mailbox(mailbox("alice@example.test")),
        orcpt: None,
        notify: DsnNotify::default(),
    };
    NewMessage {
        id: MessageId(id),
        envelope: Envelope {
            reverse_path: ReversePath::Null,
            recipients: vec![recipient],
            body: BodyKind::SevenBit,
            smtputf8: false,
            envid: None,
            dsn_return: None,
        },
        message: Arc::new(octets.into()),
        received: Timestamp::utc(1_795_498_174),
        tags: Vec::new(),
        notes: Default::default(),
        quarantine: None,
        hold: None,
        trace: Vec::new(),
    }
}

/// The settlement that puts a leased message into INBOX.
fn delivered(leased: &Leased, account: AccountId) -> Settlement {
    let append = LocalAppend {
        account,
        mailbox: MailboxName::inbox(),
        flags: Vec::new(),
        prefix: Bytes::from_static(b"Return-Path: <>\r\n"),
        internal_date: leased.received,
        index: Arc::new(MessageIndex::default()),
    };
    Settlement {
        id: leased.id,
        appends: vec![append],
        outcomes: vec![(0, Outcome::Delivered)],
        due: leased.received,
        kept: Vec::new(),
        delay_reported: false,
        follow_ups: Vec::new(),
        trace: Vec::new(),
    }
}

fn new_append(octets: impl Into<Bytes>) -> NewAppend {
    NewAppend {
        message: Arc::new(octets.into()),
        index: Arc::new(MessageIndex::default()),
        flags: Vec::new(),
        internal_date: Timestamp::utc(1_795_498_174),
    }
}

/// Octets that differ from message to message.
fn octets(seed: u64, count: usize) -> Vec<u8> {
    let mut octets = Vec::with_capacity(count);
    let mut output = blake3::Hasher::new()
        .update(&seed.to_le_bytes())
        .finalize_xof();
    octets.resize(count, 0);
    output.fill(&mut octets);
    octets
}
