//! Messages that go through codecs and holders.

use super::reopen::stored;
use super::{Fixture, clock, config, delivered, new_append, new_message, octets};
use crate::commit::{Alone, View};
use crate::outage::Outage;
use crate::{CodecsError, Config, Storage};
use async_trait::async_trait;
use bytes::Bytes;
use sqlx::SqliteConnection;
use std::sync::Arc;
use tempfile::TempDir;
use waxseal_mail::{AccountId, MailboxName};
use waxseal_ports::memory::MemoryCodecs;
use waxseal_ports::queue::QueueError;
use waxseal_ports::read_at::{read_all, read_range};
use waxseal_ports::store::{StoreError, Transfer};
use waxseal_ports::{Directory, Queue, Store};

/// A storage whose configuration names storage plugins.
async fn with(change: impl Fn(&mut Config), codecs: &Arc<MemoryCodecs>) -> Fixture {
    open(TempDir::new().unwrap(), change, codecs).await
}

async fn open(
    folder: TempDir,
    change: impl Fn(&mut Config),
    codecs: &Arc<MemoryCodecs>,
) -> Fixture {
    let mut config = config(folder.path());
    change(&mut config);
    config.check().unwrap();
    let storage = Storage::open(&config, clock()).await.unwrap();
    storage.use_codecs(codecs.clone()).unwrap();
    Fixture { storage, folder }
}

/// Closes the storage and opens it under another configuration.
async fn again(
    fixture: Fixture,
    change: impl Fn(&mut Config),
    codecs: &Arc<MemoryCodecs>,
) -> Fixture {
    let Fixture { storage, folder } = fixture;
    drop(storage);
    open(folder, change, codecs).await
}

fn xor(config: &mut Config) {
    config.plugins = vec!["xor".into()];
}

fn both(config: &mut Config) {
    config.plugins = vec!["reverse".into(), "xor".into()];
}

/// Everything in all packs.
fn packed(fixture: &Fixture) -> Vec<u8> {
    let packs = std::fs::read_dir(fixture.folder.path().join("packs")).unwrap();
    let packs = packs.map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    packs.flatten().collect()
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

async fn append(fixture: &Fixture, account: AccountId, octets: impl Into<Bytes>) {
    let inbox = MailboxName::inbox();
    let messages = vec![new_append(octets)];
    fixture.append(account, &inbox, messages).await.unwrap();
}

/// Accepts a message and delivers it to the account.
async fn deliver(fixture: &Fixture, account: AccountId, id: u64, octets: impl Into<Bytes>) {
    fixture.accept(new_message(id, octets)).await.unwrap();
    let leased = fixture.claim_one().await;
    fixture.settle(delivered(&leased, account)).await.unwrap();
}

/// The hard sizes: none, one, around the limits of spool and pieces.
const SIZES: [usize; 9] = [
    0,
    1,
    (64 << 10) - 1,
    (64 << 10) + 1,
    256 << 10,
    (256 << 10) + 1,
    (1 << 20) - 1,
    (1 << 20) + 1,
    3_000_000,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_goes_in_comes_out_and_no_plaintext_rests() {
    let codecs = Arc::new(MemoryCodecs::default());
    let fixture = with(both, &codecs).await;
    let account = fixture.alice().await;
    let mut expected = Vec::new();
    for (uid, size) in (1..).zip(SIZES) {
        let message = octets(size as u64, size);
        expected.push((uid, message.clone()));
        append(&fixture, account, message).await;
    }
    deliver(
        &fixture,
        account,
        1,
        "Subject: a secret\r\n\r\nnobody shall read this\r\n",
    )
    .await;
    assert_eq!(stored(&fixture, account).await[..SIZES.len()], expected);
    let packed = packed(&fixture);
    assert!(!holds(&packed, b"nobody shall read this"));
    for (_, message) in expected.iter().filter(|(_, message)| message.len() > 100) {
        assert!(!holds(&packed, &message[message.len() / 2..][..40]));
    }
    let snapshot = fixture.open(account, &MailboxName::inbox()).await.unwrap();
    let sizes = snapshot
        .borrow()
        .iter()
        .map(|m| m.size as usize)
        .collect::<Vec<_>>();
    assert_eq!(
        sizes[..SIZES.len()],
        SIZES,
        "sizes are those of the messages"
    );
    let fixture = again(fixture, both, &codecs).await;
    assert_eq!(stored(&fixture, account).await[..SIZES.len()], expected);
    let report = fixture.verify().await.unwrap();
    assert_eq!((report.good, report.damaged.len()), (10, 0));
}

#[tokio::test]
async fn a_reader_on_a_runtime_with_one_thread_is_served_as_well() {
    let codecs = Arc::new(MemoryCodecs::default());
    let fixture = with(xor, &codecs).await;
    let account = fixture.alice().await;
    append(&fixture, account, octets(1, 700_000)).await;
    assert_eq!(stored(&fixture, account).await, [(1, octets(1, 700_000))]);
}

#[tokio::test]
async fn what_cannot_be_encoded_is_refused_and_nothing_of_it_is_written() {
    for codec in ["broken", "lossy", "silent"] {
        let codecs = Arc::new(MemoryCodecs::default());
        let named = |config: &mut Config| config.plugins = vec!["reverse".into(), codec.into()];
        let fixture = with(named, &codecs).await;
        let account = fixture.alice().await;
        let before = packed(&fixture);
        let refused = fixture.accept(new_message(1, "Subject: x\r\n\r\n")).await;
        assert!(
            matches!(refused, Err(QueueError::Unavailable(_))),
            "{codec}"
        );
        let appended = fixture
            .append(account, &MailboxName::inbox(), vec![new_append("x")])
            .await;
        assert!(
            matches!(appended, Err(StoreError::Unavailable(_))),
            "{codec}"
        );
        assert_eq!(packed(&fixture), before, "{codec}");
        assert!(fixture.list(10).await.unwrap().is_empty());
        assert!(fixture.healthy(), "{codec}: it costs this message only");
    }
}

#[tokio::test]
async fn plugins_that_do_not_run_are_refused_by_name() {
    let codecs = Arc::new(MemoryCodecs::default());
    let folder = TempDir::new().unwrap();
    let mut config = config(folder.path());
    config.plugins = vec!["xor".into(), "seal".into()];
    let storage = Storage::open(&config, clock()).await.unwrap();
    let refused = storage.use_codecs(codecs.clone()).unwrap_err();
    let expected = "storage.plugins names \"seal\", and no such plugin runs";
    assert_eq!(refused.to_string(), expected);
    let refused = storage.accept(new_message(1, "x")).await.unwrap_err();
    let source = std::error::Error::source(&refused).unwrap().to_string();
    assert_eq!(source, "the storage plugin xor is not running");
    drop(storage);
    config.plugins.clear();
    config.holder = Some("xor".into());
    let storage = Storage::open(&config, clock()).await.unwrap();
    let refused = storage.use_codecs(codecs).unwrap_err();
    assert!(
        matches!(
            refused,
            CodecsError::Role {
                wanted: "storage-holder",
                ..
            }
        ),
        "{refused}"
    );
}

#[tokio::test]
async fn every_blob_is_read_the_way_it_was_written() {
    let codecs = Arc::new(MemoryCodecs::default());
    let fixture = with(|_| (), &codecs).await;
    let account = fixture.alice().await;
    append(&fixture, account, "plain").await;
    let fixture = again(fixture, both, &codecs).await;
    append(&fixture, account, "both").await;
    let fixture = again(fixture, xor, &codecs).await;
    append(&fixture, account, "xor").await;
    let fixture = again(fixture, |_| (), &codecs).await;
    append(&fixture, account, "plain again").await;
    let expected = [
        (1, b"plain".to_vec()),
        (2, b"both".to_vec()),
        (3, b"xor".to_vec()),
        (4, b"plain again".to_vec()),
    ];
    assert_eq!(stored(&fixture, account).await, expected);

    codecs.remove("reverse");
    let fixture = again(fixture, |_| (), &codecs).await;
    let snapshot = fixture.open(account, &MailboxName::inbox()).await.unwrap();
    let snapshot = snapshot.borrow().clone();
    let uids: Vec<_> = snapshot.iter().map(|message| message.uid).collect();
    let messages = fixture.messages(account, snapshot.mailbox, &uids).await;
    let read: Vec<_> = messages
        .unwrap()
        .iter()
        .map(|(_, m)| read_all(m.as_ref()))
        .collect();
    assert_eq!(
        [0, 2, 3].map(|at: usize| read[at].is_ok()),
        [true; 3],
        "the others are read"
    );
    let error = read[1].as_ref().unwrap_err().to_string();
    assert!(
        error.contains("the storage plugin reverse is not running"),
        "{error}"
    );
    fixture.compact().await.unwrap();
    assert!(fixture.verify().await.unwrap().damaged.is_empty());
    codecs.restore("reverse");
    assert_eq!(stored(&fixture, account).await, expected);
}

#[tokio::test]
async fn parts_of_one_message_are_decoded_once() {
    let codecs = Arc::new(MemoryCodecs::default());
    let unverified = |config: &mut Config| {
        xor(config);
        config.verify_encoded = false;
    };
    let fixture = with(unverified, &codecs).await;
    let account = fixture.alice().await;
    append(&fixture, account, octets(1, 500_000)).await;
    assert_eq!(codecs.decoded(), 0);
    let snapshot = fixture.open(account, &MailboxName::inbox()).await.unwrap();
    let snapshot = snapshot.borrow().clone();
    let uids: Vec<_> = snapshot.iter().map(|message| message.uid).collect();
    for at in 0..20 {
        let messages = fixture
            .messages(account, snapshot.mailbox, &uids)
            .await
            .unwrap();
        assert_eq!(messages[0].1.octets(), 500_000, "known without decoding");
        let part = read_range(messages[0].1.as_ref(), at * 1000, 1000).unwrap();
        let start = usize::try_from(at).unwrap() * 1000;
        assert_eq!(part, octets(1, 500_000)[start..start + 1000]);
    }
    assert_eq!(codecs.decoded(), 1);
}

#[tokio::test]
async fn fresh_messages_are_delivered_without_decoding() {
    let codecs = Arc::new(MemoryCodecs::default());
    let fixture = with(xor, &codecs).await;
    let account = fixture.alice().await;
    fixture
        .accept(new_message(1, octets(1, 5000)))
        .await
        .unwrap();
    let verified = codecs.decoded();
    let leased = fixture.claim_one().await;
    assert_eq!(read_all(leased.message.as_ref()).unwrap(), octets(1, 5000));
    fixture.settle(delivered(&leased, account)).await.unwrap();
    assert_eq!(codecs.decoded(), verified);
    assert_eq!(codecs.encoded(), 1, "shared, not encoded again");
}

#[tokio::test]
async fn accounts_have_octets_of_their_own_if_so_configured() {
    let codecs = Arc::new(MemoryCodecs::default());
    let own = |config: &mut Config| {
        xor(config);
        config.per_account = true;
    };
    let fixture = with(own, &codecs).await;
    let alice = fixture.alice().await;
    let bob = super::mailbox("bob@example.test");
    let bob = fixture.add_account(&bob, "secret").await.unwrap();
    fixture
        .accept(new_message(1, octets(1, 5000)))
        .await
        .unwrap();
    fixture
        .accept(new_message(2, octets(2, 500_000)))
        .await
        .unwrap();
    for _ in 0..2 {
        let leased = fixture.claim_one().await;
        let mut settlement = delivered(&leased, alice);
        settlement.appends.extend(delivered(&leased, bob).appends);
        let mut second = delivered(&leased, alice).appends;
        second[0].mailbox = MailboxName::new("Archive").unwrap();
        settlement.appends.extend(second);
        fixture.settle(settlement).await.unwrap();
    }
    assert_eq!(
        codecs.encoded(),
        6,
        "each message for the queue, for alice and for bob"
    );
    let expected = [(1, octets(1, 5000)), (2, octets(2, 500_000))];
    for account in [alice, bob] {
        assert_eq!(stored(&fixture, account).await, expected);
    }
    let packed = packed(&fixture);
    assert!(holds(&packed, b"alice@example.test") && holds(&packed, b"bob@example.test"));
    let report = fixture.verify().await.unwrap();
    assert_eq!(
        (report.good, report.unnamed, report.damaged.len()),
        (6, 2, 0)
    );

    let inbox = fixture.open(alice, &MailboxName::inbox()).await.unwrap();
    let inbox = inbox.borrow().mailbox;
    let trash = MailboxName::new("Trash").unwrap();
    let uid = waxseal_mail::Uid::new(1).unwrap();
    fixture
        .copy(alice, inbox, vec![uid], &trash, Transfer::Copy)
        .await
        .unwrap();
    assert_eq!(codecs.encoded(), 6, "copies within an account share");
    Store::remove(&*fixture, alice, inbox, vec![uid])
        .await
        .unwrap();
    fixture.compact().await.unwrap();
    assert_eq!(stored(&fixture, bob).await, expected);
}

/// What a codec is not for rests as it is, and is read all the same.
#[tokio::test]
async fn a_codec_of_one_account_leaves_others_alone() {
    let codecs = Arc::new(MemoryCodecs::default());
    codecs.keep_for("alice@example.test");
    let own = |config: &mut Config| {
        xor(config);
        config.per_account = true;
    };
    let fixture = with(own, &codecs).await;
    let alice = fixture.alice().await;
    let bob = super::mailbox("bob@example.test");
    let bob = fixture.add_account(&bob, "secret").await.unwrap();
    deliver(&fixture, alice, 1, octets(1, 5000)).await;
    deliver(&fixture, bob, 2, octets(2, 5000)).await;
    assert_eq!(codecs.encoded(), 1, "not for the queue, not for bob");
    codecs.remove("xor");
    let fixture = again(fixture, |_| (), &codecs).await;
    assert_eq!(stored(&fixture, bob).await, [(1, octets(2, 5000))]);
    codecs.restore("xor");
    assert_eq!(stored(&fixture, alice).await, [(1, octets(1, 5000))]);
}

#[tokio::test]
async fn a_queued_message_is_decoded_once_for_all_accounts() {
    let codecs = Arc::new(MemoryCodecs::default());
    let own = |config: &mut Config| {
        xor(config);
        config.per_account = true;
        config.verify_encoded = false;
        config.decoded_octets_max = 0;
    };
    let fixture = with(own, &codecs).await;
    let alice = fixture.alice().await;
    let bob = super::mailbox("bob@example.test");
    let bob = fixture.add_account(&bob, "secret").await.unwrap();
    fixture
        .accept(new_message(1, octets(1, 5000)))
        .await
        .unwrap();
    // After a restart its octets do not lie in memory.
    let fixture = again(fixture, own, &codecs).await;
    let leased = fixture.claim_one().await;
    let mut settlement = delivered(&leased, alice);
    settlement.appends.extend(delivered(&leased, bob).appends);
    fixture.settle(settlement).await.unwrap();
    assert_eq!(codecs.decoded(), 1);
    for account in [alice, bob] {
        assert_eq!(stored(&fixture, account).await, [(1, octets(1, 5000))]);
    }
}

#[tokio::test]
async fn damage_in_an_encoded_record_is_found() {
    let codecs = Arc::new(MemoryCodecs::default());
    let fixture = with(xor, &codecs).await;
    let account = fixture.alice().await;
    append(&fixture, account, octets(1, 3000)).await;
    let path = fixture.folder.path().join("packs/00000001.pack");
    let sound = std::fs::read(&path).unwrap();
    // In the length of the recipe, in the recipe, in the octets behind it.
    for at in [64, 90, sound.len() - 10] {
        let mut damaged = sound.clone();
        damaged[at] ^= 8;
        std::fs::write(&path, damaged).unwrap();
        let snapshot = fixture.open(account, &MailboxName::inbox()).await.unwrap();
        let mailbox = snapshot.borrow().mailbox;
        let uid = waxseal_mail::Uid::new(1).unwrap();
        let messages = fixture.messages(account, mailbox, &[uid]).await.unwrap();
        assert!(read_all(messages[0].1.as_ref()).is_err(), "octet {at}");
        assert_eq!(
            fixture.verify().await.unwrap().damaged.len(),
            1,
            "octet {at}"
        );
    }
    std::fs::write(&path, sound).unwrap();
    assert_eq!(stored(&fixture, account).await, [(1, octets(1, 3000))]);
}

fn kept(config: &mut Config) {
    config.plugins = vec!["xor".into()];
    config.holder = Some("shelf".into());
    config.pack_octets_max = 3_000;
    // So that every read asks the holder.
    config.decoded_octets_max = 0;
}

#[tokio::test]
async fn a_holder_keeps_blobs_and_forgets_them() {
    let codecs = Arc::new(MemoryCodecs::default());
    let fixture = with(kept, &codecs).await;
    let account = fixture.alice().await;
    for seed in 1..=20 {
        append(&fixture, account, octets(seed, 4000)).await;
    }
    deliver(&fixture, account, 1, octets(21, 400_000)).await;
    assert_eq!(codecs.shelf().len(), 21);
    assert!(packed(&fixture).len() < 21 * 400, "the packs hold recipes");
    let fixture = again(fixture, kept, &codecs).await;
    let all: Vec<_> = stored(&fixture, account).await;
    let mut expected: Vec<_> = (1..=20)
        .map(|seed| (seed, octets(seed.into(), 4000)))
        .collect();
    expected.push((21, octets(21, 400_000)));
    assert_eq!(all, expected);
    assert_eq!(fixture.release_held().await.unwrap(), 0, "all are named");

    let snapshot = fixture.open(account, &MailboxName::inbox()).await.unwrap();
    let snapshot = snapshot.borrow().clone();
    let gone: Vec<_> = snapshot
        .iter()
        .map(|m| m.uid)
        .filter(|uid| uid.get() <= 18)
        .collect();
    Store::remove(&*fixture, account, snapshot.mailbox, gone)
        .await
        .unwrap();
    fixture.compact().await.unwrap();
    codecs.remove("shelf");
    assert_eq!(
        fixture.release_held().await.unwrap(),
        0,
        "nothing is forgotten unasked"
    );
    codecs.restore("shelf");
    assert_eq!(fixture.release_held().await.unwrap(), 18);
    assert_eq!(fixture.release_held().await.unwrap(), 0);
    assert_eq!(codecs.shelf().len(), 3);
    assert_eq!(stored(&fixture, account).await, expected[18..]);
    assert!(fixture.verify().await.unwrap().damaged.is_empty());
}

/// Names more blobs of a holder that does not run than one round deletes, before all others.
struct FillAttic;

#[async_trait]
impl Alone for FillAttic {
    type Output = ();
    type Error = Outage;

    async fn run(&mut self, connection: &mut SqliteConnection, _view: &View) -> Result<(), Outage> {
        sqlx::query(
            "INSERT INTO blob_held (id, holder, key) \
             WITH RECURSIVE n (at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM n WHERE at < 1500) \
             SELECT at, 'attic', 'blobs/' || at FROM n",
        )
        .execute(connection)
        .await?;
        Ok(())
    }

    fn publish(&mut self, (): &(), _view: &View) {}
}

#[tokio::test]
async fn a_holder_that_is_gone_does_not_keep_others_from_forgetting() {
    let codecs = Arc::new(MemoryCodecs::default());
    let fixture = with(kept, &codecs).await;
    let account = fixture.alice().await;
    append(&fixture, account, octets(1, 4000)).await;
    let inbox = fixture.open(account, &MailboxName::inbox()).await.unwrap();
    let inbox = inbox.borrow().mailbox;
    let uid = waxseal_mail::Uid::new(1).unwrap();
    Store::remove(&*fixture, account, inbox, vec![uid])
        .await
        .unwrap();
    fixture.compact().await.unwrap();
    fixture.alone(FillAttic).await.unwrap();
    assert_eq!(fixture.release_held().await.unwrap(), 1);
    assert!(codecs.shelf().is_empty());
    assert_eq!(fixture.release_held().await.unwrap(), 0);
}

#[tokio::test]
async fn what_a_holder_changed_is_noticed() {
    for codec in [None, Some("xor")] {
        let codecs = Arc::new(MemoryCodecs::default());
        let named = |config: &mut Config| {
            kept(config);
            config.plugins = codec.iter().map(ToString::to_string).collect();
        };
        let fixture = with(named, &codecs).await;
        let account = fixture.alice().await;
        append(&fixture, account, octets(1, 4000)).await;
        let (key, sound) = codecs.shelf().pop_first().unwrap();
        let mut flipped = sound.clone();
        flipped[2000] ^= 1;
        for tampered in [flipped, sound[1..].to_vec(), Vec::new()] {
            codecs.tamper(&key, tampered);
            let uid = waxseal_mail::Uid::new(1).unwrap();
            let inbox = fixture.open(account, &MailboxName::inbox()).await.unwrap();
            let mailbox = inbox.borrow().mailbox;
            let messages = fixture.messages(account, mailbox, &[uid]).await.unwrap();
            assert!(read_all(messages[0].1.as_ref()).is_err(), "{codec:?}");
        }
        codecs.tamper(&key, sound);
        assert_eq!(stored(&fixture, account).await, [(1, octets(1, 4000))]);
    }
}

#[tokio::test]
async fn what_was_refused_does_not_stay_with_the_holder() {
    let codecs = Arc::new(MemoryCodecs::default());
    let fixture = with(kept, &codecs).await;
    let account = fixture.alice().await;
    let nowhere = MailboxName::new("nowhere").unwrap();
    let refused = fixture
        .append(account, &nowhere, vec![new_append("x"), new_append("y")])
        .await;
    assert!(matches!(refused, Err(StoreError::NoSuchMailbox(_))));
    assert!(codecs.shelf().is_empty());
    fixture.accept(new_message(1, "x")).await.unwrap();
    assert!(fixture.accept(new_message(1, "again")).await.is_err());
    assert_eq!(codecs.shelf().len(), 1);
}
