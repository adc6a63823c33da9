//! A storage over plugins: messages written, read, and the plugins changed in between.

use crate::bench::Bench;
use crate::guest::Guest;
use crate::xor;
use bytes::Bytes;
use std::sync::Arc;
use waxseal_mail::{AccountId, Domain, Mailbox, MailboxName, MessageIndex, Timestamp};
use waxseal_ports::read_at::read_all;
use waxseal_ports::store::NewAppend;
use waxseal_ports::{Directory, ReadAt, Store};
use waxseal_storage::Storage;

/// The text in every message here; it must never be found on the disk.
const SECRET: &[u8] = b"nobody shall read this";

pub(crate) fn message(number: usize) -> Bytes {
    let mut text = format!("Subject: {number}\r\n\r\n").into_bytes();
    for _ in 0..=number * 1500 {
        text.extend_from_slice(SECRET);
        text.extend_from_slice(b"\r\n");
    }
    text.into()
}

pub(crate) async fn alice(storage: &Storage) -> AccountId {
    let domain = Domain::parse("example.test").unwrap();
    storage.add_domain(&domain).await.unwrap();
    let address = Mailbox::parse("alice@example.test").unwrap();
    storage.add_account(&address, "secret").await.unwrap()
}

pub(crate) async fn append(storage: &Storage, account: AccountId, message: Bytes) {
    let append = NewAppend {
        message: Arc::new(message),
        index: Arc::new(MessageIndex::default()),
        flags: Vec::new(),
        internal_date: Timestamp::utc(0),
    };
    let inbox = MailboxName::inbox();
    storage.append(account, &inbox, vec![append]).await.unwrap();
}

/// All messages of INBOX, each read or not.
pub(crate) async fn read(storage: &Storage, account: AccountId) -> Vec<Result<Bytes, String>> {
    let inbox = storage.open(account, &MailboxName::inbox()).await.unwrap();
    let inbox = inbox.borrow().clone();
    let uids: Vec<_> = inbox.iter().map(|message| message.uid).collect();
    let messages = storage.messages(account, inbox.mailbox, &uids).await;
    let messages: Vec<Arc<dyn ReadAt>> = messages.unwrap().into_iter().map(|m| m.1).collect();
    let read = tokio::task::spawn_blocking(move || {
        let each = messages.iter().map(|m| read_all(m.as_ref()));
        each.map(|read| read.map_err(|error| error.to_string()))
            .collect()
    });
    read.await.unwrap()
}

/// Everything in the packs.
fn packed(bench: &Bench) -> Vec<u8> {
    let packs = std::fs::read_dir(bench.path().join("data/packs")).unwrap();
    let packs = packs.map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    packs.flatten().collect()
}

/// What any codecs must hold in a storage: octets come back after a restart, to several readers, and
/// nothing of them rests in clear if they `hide` it; damage in a pack is noticed; and without them
/// there is an error that names the one missing, no loss.
pub(crate) async fn check_life(bench: &mut Bench, codecs: &[&str], hide: bool) {
    let host = bench.host().await;
    let storage = bench.storage(&host, codecs).await;
    let account = alice(&storage).await;
    let expected: Vec<_> = (0..6).map(|number| Ok(message(number))).collect();
    for number in 0..6 {
        append(&storage, account, message(number)).await;
    }
    let clear = packed(bench)
        .windows(SECRET.len())
        .any(|window| window == SECRET);
    assert!(!(hide && clear), "plaintext in a pack");
    storage.close().await;
    drop(storage);

    let storage = bench.storage(&host, codecs).await;
    let mut reading = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let storage = storage.clone();
        reading.spawn(async move { read(&storage, account).await });
    }
    for read in reading.join_all().await {
        assert!(read == expected, "a reader got something else");
    }
    assert!(storage.verify().await.unwrap().damaged.is_empty());

    let all = std::mem::take(&mut bench.config.plugins);
    host.reload(bench.config.clone()).await.unwrap();
    let last = codecs.last().unwrap();
    for read in read(&storage, account).await {
        let error = read.unwrap_err();
        assert!(
            error.contains(&format!("plugin {last} is not running")),
            "{error}"
        );
    }
    storage.compact().await.unwrap();
    storage.close().await;
    drop(storage);
    bench.config.plugins = all;
    host.reload(bench.config.clone()).await.unwrap();

    let storage = bench.storage(&host, &[]).await;
    append(&storage, account, Bytes::from_static(b"in clear")).await;
    let mut with_one_more = expected.clone();
    with_one_more.push(Ok(Bytes::from_static(b"in clear")));
    assert!(
        read(&storage, account).await == with_one_more,
        "as each was written"
    );
    storage.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storage_lives_with_its_codecs() {
    let mut bench = Bench::new();
    bench.add("xor", xor());
    bench.add("identity", Guest::codec(&crate::each_piece(crate::WRITE)));
    check_life(&mut bench, &["identity", "xor"], true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_codec_that_loses_octets_loses_no_mail() {
    let mut bench = Bench::new();
    bench.add("short", Guest::codec(&crate::each_piece(crate::SHORT)));
    let host = bench.host().await;
    let storage = bench.storage(&host, &["short"]).await;
    let account = alice(&storage).await;
    let before = packed(&bench);
    let refused = NewAppend {
        message: Arc::new(message(1)),
        index: Arc::new(MessageIndex::default()),
        flags: Vec::new(),
        internal_date: Timestamp::utc(0),
    };
    let inbox = MailboxName::inbox();
    assert!(
        storage
            .append(account, &inbox, vec![refused])
            .await
            .is_err()
    );
    assert_eq!(packed(&bench), before);
    storage.close().await;
}
