//! Prints how many messages a second this machine's disk takes: accepted and delivered, then read.
//!
//! `cargo run --profile release -p waxseal-storage --example throughput [folder] [messages]`

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement: it prints, and a failure ends it"
)]

use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use waxseal_mail::{
    AccountId, BodyKind, Domain, DsnNotify, Envelope, ForwardPath, Mailbox, MailboxName, MessageId,
    MessageIndex, Recipient, ReversePath,
};
use waxseal_ports::clock::SystemClock;
use waxseal_ports::queue::{Leased, LocalAppend, NewMessage, Outcome, Settlement};
use waxseal_ports::read_at::read_all;
use waxseal_ports::{Clock, Directory, Queue, Store};
use waxseal_storage::{Config, Storage};

/// Messages delivered by one claim at most.
const CLAIM_MAX: usize = 64;

#[tokio::main(worker_threads = 2)]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "throughput-data".into());
    let messages = arguments
        .next()
        .map_or(20_000, |text| text.parse().unwrap());
    let config = Config {
        folder: folder.into(),
        ..Config::default()
    };
    let storage = Storage::open(&config, Arc::new(SystemClock)).await.unwrap();
    let domain = Domain::parse("example.test").unwrap();
    storage.add_domain(&domain).await.unwrap();
    let address = Mailbox::parse("alice@example.test").unwrap();
    let account = storage.add_account(&address, "secret").await.unwrap();
    for (octets, callers) in [(5_000, 1), (5_000, 20), (50_000, 1), (50_000, 20)] {
        let count = if callers == 1 { messages / 4 } else { messages };
        deliver(&storage, account, (octets, callers, count)).await;
    }
    read(&storage, account).await;
    storage.close().await;
}

fn message(octets: usize) -> Bytes {
    let line = b"The quick brown fox jumps over the lazy dog, again and again.\r\n";
    line.iter()
        .copied()
        .cycle()
        .take(octets)
        .collect::<Vec<_>>()
        .into()
}

fn new_message(id: u64, octets: Bytes) -> NewMessage {
    let recipient = Recipient {
        forward_path: ForwardPath::Mailbox(Mailbox::parse("alice@example.test").unwrap()),
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
        message: Arc::new(octets),
        received: SystemClock.wall(),
        tags: Vec::new(),
        notes: Default::default(),
        quarantine: None,
        hold: None,
        trace: Vec::new(),
    }
}

fn settlement(leased: &Leased, account: AccountId) -> Settlement {
    let index = MessageIndex {
        envelope: vec![b'e'; 400],
        bodystructure: vec![b'b'; 150],
        body: vec![b'b'; 100],
        ..MessageIndex::default()
    };
    let append = LocalAppend {
        account,
        mailbox: MailboxName::inbox(),
        flags: Vec::new(),
        prefix: Bytes::from_static(b"Return-Path: <>\r\nDelivered-To: alice@example.test\r\n"),
        internal_date: leased.received,
        index: Arc::new(index),
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

/// Accepts by `callers` at once while one runner delivers.
async fn deliver(
    storage: &Arc<Storage>,
    account: AccountId,
    (octets, callers, count): (usize, u64, u64),
) {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let start = SystemClock.monotonic();
    let mut accepting = tokio::task::JoinSet::new();
    for _ in 0..callers {
        let storage = storage.clone();
        accepting.spawn(async move {
            let octets = message(octets);
            for _ in 0..count / callers {
                // Spread over all 64 bits, as random ones are.
                let id = NEXT
                    .fetch_add(1, Ordering::Relaxed)
                    .wrapping_mul(0x9e37_79b9_7f4a_7c15);
                storage
                    .accept(new_message(id, octets.clone()))
                    .await
                    .unwrap();
            }
        });
    }
    let runner = tokio::spawn({
        let storage = storage.clone();
        async move {
            let mut settling = tokio::task::JoinSet::new();
            let mut delivered = 0;
            while delivered < count / callers * callers {
                for leased in storage.claim(CLAIM_MAX).await.unwrap() {
                    delivered += 1;
                    let storage = storage.clone();
                    settling.spawn(async move {
                        let settlement = settlement(&leased, account);
                        storage.settle(settlement).await.unwrap();
                    });
                }
            }
            settling.join_all().await;
        }
    });
    accepting.join_all().await;
    let accepted = SystemClock.monotonic() - start;
    runner.await.unwrap();
    let delivered = SystemClock.monotonic() - start;
    println!(
        "{octets} octets, {callers} callers: accepted {}/s, accepted and delivered {}/s",
        rate(count, accepted),
        rate(count, delivered)
    );
}

fn rate(count: u64, took: Duration) -> u64 {
    u64::try_from(u128::from(count) * 1_000_000 / took.as_micros().max(1)).unwrap()
}

/// Reads what was delivered, as IMAP does.
async fn read(storage: &Storage, account: AccountId) {
    let start = SystemClock.monotonic();
    let opened = storage.open(account, &MailboxName::inbox()).await.unwrap();
    let snapshot = opened.borrow().clone();
    let selected = SystemClock.monotonic() - start;
    println!("select of {} messages: {selected:?}", snapshot.len());
    let uids: Vec<_> = snapshot
        .iter()
        .take(10_000)
        .map(|message| message.uid)
        .collect();
    for round in 1..=2 {
        let start = SystemClock.monotonic();
        for uids in uids.chunks(500) {
            let messages = storage
                .messages(account, snapshot.mailbox, uids)
                .await
                .unwrap();
            for (_, message) in messages {
                assert!(read_all(message.as_ref()).unwrap().len() > 5_000);
            }
        }
        let bodies = SystemClock.monotonic() - start;
        let start = SystemClock.monotonic();
        for uids in uids.chunks(500) {
            storage
                .indexes(account, snapshot.mailbox, uids)
                .await
                .unwrap();
        }
        let indexes = SystemClock.monotonic() - start;
        let count = uids.len() as u64;
        let (bodies, indexes) = (rate(count, bodies), rate(count, indexes));
        println!("round {round}: bodies {bodies}/s, indexes {indexes}/s");
    }
}
