//! What a restart finds.

use super::{Fixture, clock, config, delivered, fixture, mailbox, new_append, new_message, octets};
use crate::{OpenError, Storage};
use std::time::Instant;
use waxseal_mail::{Flag, Keyword, MailboxName, ModSeq, Uid};
use waxseal_ports::clock::SystemClock;
use waxseal_ports::read_at::read_all;
use waxseal_ports::store::{FlagChange, FlagMode};
use waxseal_ports::{Clock, Directory, Queue, Store};

#[tokio::test]
async fn everything_acknowledged_is_there_after_a_drop_without_close() {
    let fixture = fixture().await;
    let account = fixture.alice().await;
    fixture
        .accept(new_message(1, octets(1, 5000)))
        .await
        .unwrap();
    fixture
        .accept(new_message(2, octets(2, 700_000)))
        .await
        .unwrap();
    let leased = fixture.claim_one().await;
    assert_eq!(leased.id.0, 1);
    fixture.settle(delivered(&leased, account)).await.unwrap();
    let before = fixture.claim_one().await;

    let fixture = fixture.reopen().await;
    let again = fixture.claim_one().await;
    assert_eq!((again.id, &again.envelope), (before.id, &before.envelope));
    assert_eq!(
        read_all(again.message.as_ref()).unwrap(),
        octets(2, 700_000)
    );
    assert_eq!(stored(&fixture, account).await, [(1, octets(1, 5000))]);
    let hosted = fixture.authenticate("alice@example.test", "secret").await;
    assert_eq!(hosted.unwrap().unwrap().id, account);
}

/// UIDs of INBOX with the octets behind the prefix.
pub(super) async fn stored(
    fixture: &Fixture,
    account: waxseal_mail::AccountId,
) -> Vec<(u32, Vec<u8>)> {
    let snapshot = fixture.open(account, &MailboxName::inbox()).await.unwrap();
    let snapshot = snapshot.borrow().clone();
    let uids: Vec<_> = snapshot.iter().map(|message| message.uid).collect();
    let messages = fixture.messages(account, snapshot.mailbox, &uids).await;
    let mut stored = Vec::new();
    for (uid, message) in messages.unwrap() {
        let octets = read_all(message.as_ref()).unwrap();
        let prefix = b"Return-Path: <>\r\n";
        let octets = octets.strip_prefix(prefix.as_slice()).unwrap_or(&octets);
        stored.push((uid.get(), octets.to_vec()));
    }
    stored
}

#[tokio::test]
async fn uids_and_modseqs_never_come_back() {
    let fixture = fixture().await;
    let account = fixture.alice().await;
    let inbox = MailboxName::inbox();
    let appended = fixture
        .append(account, &inbox, vec![new_append("a"), new_append("b")])
        .await
        .unwrap();
    let junk = Flag::Keyword(Keyword::new("$Junk").unwrap());
    let change = FlagChange {
        uids: appended.uids.clone(),
        mode: FlagMode::Add,
        flags: vec![junk.clone(), Flag::Seen],
        unchanged_since: None,
    };
    let mailbox = appended.mailbox;
    fixture
        .change_flags(account, mailbox, change)
        .await
        .unwrap();
    let last = appended.uids[1];
    Store::remove(&*fixture, account, mailbox, vec![last])
        .await
        .unwrap();
    let before = fixture
        .open(account, &inbox)
        .await
        .unwrap()
        .borrow()
        .clone();

    let fixture = fixture.reopen().await;
    let after = fixture
        .open(account, &inbox)
        .await
        .unwrap()
        .borrow()
        .clone();
    assert_eq!(after.uid_next, Uid::new(3).unwrap());
    assert_eq!(after.uid_validity, before.uid_validity);
    assert_eq!(after.highest_modseq, before.highest_modseq);
    assert_eq!(after.highest_modseq, ModSeq(4));
    assert_eq!(
        after.iter().collect::<Vec<_>>(),
        before.iter().collect::<Vec<_>>()
    );
    let bits = after.find(appended.uids[0]).unwrap().1.flags;
    let flags: Vec<_> = after.keywords.flags(bits).collect();
    assert_eq!(flags, [Flag::Seen, junk]);
    let next = fixture.append(account, &inbox, vec![new_append("c")]).await;
    assert_eq!(next.unwrap().uids, [Uid::new(3).unwrap()]);
}

#[tokio::test]
async fn one_process_a_folder() {
    let fixture = fixture().await;
    let error = Storage::open(&config(fixture.folder.path()), clock()).await;
    let Err(OpenError::Locked { holder, .. }) = error else {
        panic!("opened twice");
    };
    assert_eq!(holder, std::process::id().to_string());
}

#[tokio::test]
async fn closed_storages_take_nothing() {
    let fixture = fixture().await;
    fixture.close().await;
    assert!(fixture.accept(new_message(1, "x")).await.is_err());
    let address = mailbox("bob@example.test");
    assert!(fixture.add_account(&address, "x").await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_messages_open_at_once() {
    const MESSAGES: u32 = 100_000;
    let fixture = fixture().await;
    let account = fixture.alice().await;
    let inbox = MailboxName::inbox();
    for batch in 0..MESSAGES / 2000 {
        let messages = (0..2000).map(|n| new_append(format!("message {batch} {n}")));
        let messages = messages.collect();
        fixture.append(account, &inbox, messages).await.unwrap();
    }
    let start = SystemClock.monotonic();
    let fixture = fixture.reopen().await;
    let opened = SystemClock.monotonic();
    let snapshot = fixture
        .open(account, &inbox)
        .await
        .unwrap()
        .borrow()
        .clone();
    let selected = SystemClock.monotonic();
    assert_eq!(snapshot.len(), MESSAGES as usize);
    println!("open {:?}, select {:?}", opened - start, selected - opened);
    assert!(
        too_long(start, selected).is_none(),
        "{:?}",
        selected - start
    );
}

/// Ten times the promise of one second, as machines for tests are slow and shared.
fn too_long(start: Instant, end: Instant) -> Option<Instant> {
    (end - start > std::time::Duration::from_secs(10)).then_some(end)
}

/// What becomes known of a message after its commit stands behind what was known before.
#[tokio::test]
async fn a_story_goes_on_after_the_commit() {
    use waxseal_ports::trace::{LateTrace, TraceEvent};
    let fixture = fixture().await;
    fixture
        .accept(new_message(1, octets(1, 100)))
        .await
        .unwrap();
    let before = fixture.trace(waxseal_mail::MessageId(1)).await.unwrap();
    let late = TraceEvent {
        at: waxseal_mail::Timestamp::utc(5),
        stage: "mail".to_owned(),
        actor: "shade 1.0".to_owned(),
        outcome: "in shadow, same: next".to_owned(),
        micros: Some(7),
    };
    fixture
        .add(waxseal_mail::MessageId(1), vec![late.clone()])
        .await;
    let after = fixture.trace(waxseal_mail::MessageId(1)).await.unwrap();
    assert_eq!(after, [before, vec![late]].concat());
}
