//! Walks through every named crash point: a child process works until it is ended there, then the
//! folder is opened again and must hold all that was acknowledged, once, and nothing invented.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test with its own harness: it prints, and a failure ends it"
)]

#[path = "crash/shelf.rs"]
mod shelf;

use bytes::Bytes;
use shelf::Shelf;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use waxseal_mail::{
    AccountId, BodyKind, Domain, DsnNotify, Envelope, ForwardPath, Mailbox, MailboxName, MessageId,
    MessageIndex, Recipient, ReversePath, Timestamp, Uid,
};
use waxseal_ports::clock::SystemClock;
use waxseal_ports::queue::{LocalAppend, NewMessage, Outcome, Settlement};
use waxseal_ports::read_at::read_all;
use waxseal_ports::store::NewAppend;
use waxseal_ports::{Directory, Queue, Store};
use waxseal_storage::{Config, Storage, crash};

/// Names the folder in the environment of the child.
const CHILD: &str = "WAXSEAL_CRASH_CHILD";
/// Names in it how messages are stored.
const MODE: &str = "WAXSEAL_CRASH_MODE";
/// As they are; through a codec, for each account; through a codec and to a holder.
const MODES: [&str; 3] = ["plain", "encoded", "held"];
/// Messages of one life of the child.
const MESSAGES: u64 = 24;
/// Passings of a point at which the child is ended.
const HITS: [u32; 4] = [1, 2, 5, 11];

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    if let Some(folder) = std::env::var_os(CHILD) {
        let mode = std::env::var(MODE).unwrap();
        runtime.block_on(work(Path::new(&folder), &mode));
        return;
    }
    for point in crash::POINTS {
        let lives = MODES.iter().flat_map(|mode| HITS.map(|hit| (mode, hit)));
        let crashed = lives.filter(|(mode, hit)| {
            let folder = tempfile::TempDir::new().unwrap();
            let (crashed, story) = child(folder.path(), mode, &format!("{point}:{hit}"));
            runtime.block_on(check(folder.path(), mode, &story, point));
            crashed
        });
        let crashed = crashed.count();
        assert!(crashed > 0, "the child never passed {point}");
        println!("{point}: {crashed} crashes, nothing lost");
    }
}

/// What a child said before and after each operation.
#[derive(Debug, Default)]
struct Story {
    begun: BTreeSet<u64>,
    acknowledged: BTreeSet<u64>,
    removing: BTreeSet<u64>,
    removed: BTreeSet<u64>,
}

fn child(folder: &Path, mode: &str, at: &str) -> (bool, Story) {
    let output = Command::new(std::env::current_exe().unwrap())
        .env(CHILD, folder)
        .env(MODE, mode)
        .env("WAXSEAL_CRASH_AT", at)
        .output()
        .unwrap();
    let mut story = Story::default();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let (word, number) = line.split_once(' ').unwrap();
        let number = number.parse().unwrap();
        match word {
            "begun" => story.begun.insert(number),
            "acknowledged" => story.acknowledged.insert(number),
            "removing" => story.removing.insert(number),
            "removed" => story.removed.insert(number),
            other => panic!("{other}"),
        };
    }
    (!output.status.success(), story)
}

fn say(word: &str, number: u64) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{word} {number}").unwrap();
    out.flush().unwrap();
}

async fn open(folder: &Path, mode: &str) -> Arc<Storage> {
    let mut config = Config {
        folder: folder.join("data"),
        reserve_octets: 0,
        pack_octets_max: if mode == "held" { 2_000 } else { 20_000 },
        ..Config::default()
    };
    if mode != "plain" {
        config.plugins = vec!["xor".into()];
        config.per_account = mode == "encoded";
        config.holder = (mode == "held").then(|| "shelf".into());
    }
    config.password.memory_kib = 8;
    config.password.passes = 1;
    let storage = Storage::open(&config, Arc::new(SystemClock)).await;
    let storage = storage.unwrap();
    let codecs = Shelf::new(folder.join("shelf"));
    storage.use_codecs(Arc::new(codecs)).unwrap();
    storage
}

async fn alice(storage: &Storage) -> AccountId {
    // After a crash the domain or the account may be there already.
    drop(
        storage
            .add_domain(&Domain::parse("example.test").unwrap())
            .await,
    );
    let address = Mailbox::parse("alice@example.test").unwrap();
    match storage.add_account(&address, "secret").await {
        Ok(id) => id,
        Err(_) => storage.accounts(None).await.unwrap()[0].id,
    }
}

/// Octets that say which message they are.
fn octets(number: u64) -> Bytes {
    let line = format!("this is message {number}\r\n");
    line.repeat(100).into()
}

fn number_of(octets: &[u8]) -> u64 {
    let text = std::str::from_utf8(octets).unwrap();
    let first = text.lines().next().unwrap();
    let number = first
        .strip_prefix("this is message ")
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(
        text.as_bytes(),
        self::octets(number),
        "the octets are whole"
    );
    number
}

/// The child's life: accept and deliver, append, remove, compact.
async fn work(folder: &Path, mode: &str) {
    let storage = open(folder, mode).await;
    let account = alice(&storage).await;
    let inbox = MailboxName::inbox();
    for number in 0..MESSAGES {
        say("begun", number);
        if number % 3 == 0 {
            let append = NewAppend {
                message: Arc::new(octets(number)),
                index: Arc::new(MessageIndex::default()),
                flags: Vec::new(),
                internal_date: Timestamp::utc(0),
            };
            storage.append(account, &inbox, vec![append]).await.unwrap();
        } else {
            storage.accept(new_message(number)).await.unwrap();
        }
        say("acknowledged", number);
        if number % 4 == 1 {
            deliver(&storage, account).await;
        }
    }
    let stored = stored(&storage, account).await;
    let mailbox = storage
        .open(account, &inbox)
        .await
        .unwrap()
        .borrow()
        .mailbox;
    for (uid, number) in stored.into_iter().filter(|(_, number)| number % 2 == 0) {
        say("removing", number);
        Store::remove(&*storage, account, mailbox, vec![uid])
            .await
            .unwrap();
        say("removed", number);
    }
    storage.compact().await.unwrap();
    storage.release_held().await.unwrap();
    storage.close().await;
}

fn new_message(number: u64) -> NewMessage {
    let recipient = Recipient {
        forward_path: ForwardPath::Postmaster,
        orcpt: None,
        notify: DsnNotify::default(),
    };
    NewMessage {
        id: MessageId(number + 1),
        envelope: Envelope {
            reverse_path: ReversePath::Null,
            recipients: vec![recipient],
            body: BodyKind::SevenBit,
            smtputf8: false,
            envid: None,
            dsn_return: None,
        },
        message: Arc::new(octets(number)),
        received: Timestamp::utc(0),
        tags: Vec::new(),
        notes: Default::default(),
        quarantine: None,
        hold: None,
        trace: Vec::new(),
    }
}

/// Delivers what is due.
async fn deliver(storage: &Storage, account: AccountId) {
    for leased in storage.claim(100).await.unwrap() {
        let append = LocalAppend {
            account,
            mailbox: MailboxName::inbox(),
            flags: Vec::new(),
            prefix: Bytes::new(),
            internal_date: Timestamp::utc(0),
            index: Arc::new(MessageIndex::default()),
        };
        let settlement = Settlement {
            id: leased.id,
            appends: vec![append],
            outcomes: vec![(0, Outcome::Delivered)],
            due: Timestamp::utc(0),
            kept: Vec::new(),
            delay_reported: false,
            follow_ups: Vec::new(),
            trace: Vec::new(),
        };
        storage.settle(settlement).await.unwrap();
    }
}

async fn stored(storage: &Storage, account: AccountId) -> Vec<(Uid, u64)> {
    let opened = storage.open(account, &MailboxName::inbox()).await.unwrap();
    let snapshot = opened.borrow().clone();
    let uids: Vec<_> = snapshot.iter().map(|message| message.uid).collect();
    let messages = storage
        .messages(account, snapshot.mailbox, &uids)
        .await
        .unwrap();
    assert_eq!(
        messages.len(),
        uids.len(),
        "every listed message has octets"
    );
    let numbers = messages
        .into_iter()
        .map(|(uid, message)| (uid, number_of(&read_all(message.as_ref()).unwrap())));
    numbers.collect()
}

/// Opens the folder after the crash.
async fn check(folder: &Path, mode: &str, story: &Story, point: &str) {
    let storage = open(folder, mode).await;
    let account = alice(&storage).await;
    if !storage.list(1).await.unwrap().is_empty() {
        deliver(&storage, account).await;
    }
    assert!(
        storage.list(10).await.unwrap().is_empty(),
        "{point}: the queue is empty now"
    );
    let mut copies = BTreeMap::new();
    for (_, number) in stored(&storage, account).await {
        *copies.entry(number).or_insert(0) += 1;
    }
    for number in &story.acknowledged {
        if story.removed.contains(number) {
            assert!(
                !copies.contains_key(number),
                "{point}: message {number} is back"
            );
        } else if !story.removing.contains(number) {
            assert_eq!(copies.get(number), Some(&1), "{point}: message {number}");
        }
    }
    for (number, copies) in copies {
        assert!(
            story.begun.contains(&number),
            "{point}: message {number} is invented"
        );
        assert_eq!(copies, 1, "{point}: message {number} is there twice");
    }
    let report = storage.verify().await.unwrap();
    assert!(report.damaged.is_empty(), "{point}: {report:?}");
    // And life goes on.
    storage.accept(new_message(1000)).await.unwrap();
    deliver(&storage, account).await;
    storage.compact().await.unwrap();
    storage.release_held().await.unwrap();
    stored(&storage, account).await;
    assert!(
        storage.verify().await.unwrap().damaged.is_empty(),
        "{point}"
    );
    storage.close().await;
}
