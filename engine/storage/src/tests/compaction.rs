//! Space is won back and nothing is lost.

use super::reopen::stored;
use super::{Fixture, clock, config, delivered, new_append, new_message, octets};
use crate::Storage;
use tempfile::TempDir;
use waxseal_mail::MailboxName;
use waxseal_ports::read_at::read_all;
use waxseal_ports::{Queue, Store};

/// Packs of about ten messages each.
async fn small_packs() -> Fixture {
    let folder = TempDir::new().unwrap();
    let mut config = config(folder.path());
    config.pack_octets_max = 30_000;
    let storage = Storage::open(&config, clock()).await.unwrap();
    Fixture { storage, folder }
}

fn packs(fixture: &Fixture) -> usize {
    std::fs::read_dir(fixture.folder.path().join("packs"))
        .unwrap()
        .count()
}

#[tokio::test]
async fn compaction_keeps_every_message() {
    let fixture = small_packs().await;
    let account = fixture.alice().await;
    let inbox = MailboxName::inbox();
    for seed in 1..=100 {
        let messages = vec![new_append(octets(seed, 3000))];
        fixture.append(account, &inbox, messages).await.unwrap();
    }
    fixture
        .accept(new_message(7, octets(777, 3000)))
        .await
        .unwrap();
    let snapshot = fixture
        .open(account, &inbox)
        .await
        .unwrap()
        .borrow()
        .clone();
    let (gone, kept): (Vec<_>, Vec<_>) = snapshot
        .iter()
        .map(|message| message.uid)
        .partition(|uid| uid.get() % 4 != 0);
    let held = fixture
        .messages(account, snapshot.mailbox, &gone[..5])
        .await
        .unwrap();
    Store::remove(&*fixture, account, snapshot.mailbox, gone)
        .await
        .unwrap();
    assert_eq!(fixture.verify().await.unwrap().unnamed, 75);

    let before = packs(&fixture);
    let freed = fixture.compact().await.unwrap();
    assert!(freed >= 70 * 3000, "{freed}");
    assert!(packs(&fixture) < before / 2);
    for (uid, message) in held {
        let expected = octets(u64::from(uid.get()), 3000);
        assert_eq!(
            read_all(message.as_ref()).unwrap(),
            expected,
            "held while rewritten"
        );
    }
    check_kept(&fixture, account, &kept).await;
    let fixture = fixture.reopen().await;
    check_kept(&fixture, account, &kept).await;
    let leased = fixture.claim_one().await;
    assert_eq!(
        read_all(leased.message.as_ref()).unwrap(),
        octets(777, 3000)
    );
    fixture.settle(delivered(&leased, account)).await.unwrap();
    let report = fixture.verify().await.unwrap();
    assert_eq!(
        (report.good, report.unnamed, report.damaged.len()),
        (26, 0, 0)
    );
}

async fn check_kept(
    fixture: &Fixture,
    account: waxseal_mail::AccountId,
    kept: &[waxseal_mail::Uid],
) {
    let expected: Vec<_> = kept
        .iter()
        .map(|uid| (uid.get(), octets(u64::from(uid.get()), 3000)))
        .collect();
    assert_eq!(stored(fixture, account).await, expected);
}

#[tokio::test]
async fn shared_octets_go_with_their_last_mailbox() {
    let fixture = small_packs().await;
    let account = fixture.alice().await;
    let inbox = MailboxName::inbox();
    let archive = MailboxName::new("Archive").unwrap();
    let messages = (0..30).map(|seed| new_append(octets(seed, 3000))).collect();
    let appended = fixture.append(account, &inbox, messages).await.unwrap();
    let transfer = waxseal_ports::store::Transfer::Copy;
    let mailbox = appended.mailbox;
    fixture
        .copy(account, mailbox, appended.uids.clone(), &archive, transfer)
        .await
        .unwrap();
    fixture
        .append(account, &inbox, vec![new_append("newest pack")])
        .await
        .unwrap();
    Store::remove(&*fixture, account, mailbox, appended.uids)
        .await
        .unwrap();
    assert_eq!(
        fixture.compact().await.unwrap(),
        0,
        "Archive still has them"
    );
    fixture.delete(account, &archive).await.unwrap();
    assert!(fixture.compact().await.unwrap() >= 30 * 3000);
    let report = fixture.verify().await.unwrap();
    assert_eq!((report.packs, report.good), (1, 1));
}
