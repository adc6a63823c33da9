//! Mailboxes as named things.

use super::world::{append, listing, mailbox, snapshot, subjects, two_tenants, uids};
use crate::store::{FlagChange, FlagMode, SpecialUse, StoreError, Transfer};
use crate::{Directory, Store};
use waxseal_mail::{AccountId, Flag, MailboxId};

async fn names<S: Store + ?Sized>(storage: &S, account: AccountId) -> Vec<String> {
    let list = storage.mailboxes(account).await.unwrap();
    list.iter().map(|info| info.name.to_string()).collect()
}

pub(super) async fn new_accounts_have_special_mailboxes<S: Store + Directory>(storage: &S) {
    let (alice, _) = two_tenants(storage).await;
    let list = storage.mailboxes(alice).await.unwrap();
    let special = |name: &str| {
        let found = list.iter().find(|info| info.name == mailbox(name));
        found.unwrap().special_use
    };
    assert_eq!(special("INBOX"), None);
    assert_eq!(special("Sent"), Some(SpecialUse::Sent));
    assert_eq!(special("Drafts"), Some(SpecialUse::Drafts));
    assert_eq!(special("Junk"), Some(SpecialUse::Junk));
    assert_eq!(special("Trash"), Some(SpecialUse::Trash));
    assert_eq!(special("Archive"), Some(SpecialUse::Archive));
    let inbox = snapshot(storage, alice, "INBOX").await;
    assert!(inbox.is_empty());
    assert_eq!(inbox.uid_next.get(), 1);
}

pub(super) async fn create_and_delete<S: Store + Directory>(storage: &S) {
    let (alice, _) = two_tenants(storage).await;
    let id = storage
        .create(alice, &mailbox("a/b/c"), Some(SpecialUse::All))
        .await
        .unwrap();
    let all = names(storage, alice).await;
    let below: Vec<_> = all.iter().filter(|name| name.starts_with("a")).collect();
    assert_eq!(below, ["a", "a/b", "a/b/c"], "parents come first");
    let list = storage.mailboxes(alice).await.unwrap();
    let info = list.iter().find(|info| info.id == id).unwrap();
    assert_eq!(info.special_use, Some(SpecialUse::All));
    let again = storage.create(alice, &mailbox("a/b"), None).await;
    assert!(matches!(again, Err(StoreError::Exists(_))));

    let mut watch = storage.open(alice, &mailbox("a/b")).await.unwrap();
    storage.delete(alice, &mailbox("a/b")).await.unwrap();
    while watch.changed().await.is_ok() {}
    assert!(names(storage, alice).await.contains(&"a/b/c".to_owned()));
    let gone = storage.delete(alice, &mailbox("a/b")).await;
    assert!(matches!(gone, Err(StoreError::NoSuchMailbox(_))));
    let gone = storage.open(alice, &mailbox("a/b")).await.map(drop);
    assert!(matches!(gone, Err(StoreError::NoSuchMailbox(_))));
    let inbox = storage.delete(alice, &mailbox("INBOX")).await;
    assert!(matches!(inbox, Err(StoreError::Limit(_))));

    append(storage, alice, "a/b/c", &["one"]).await;
    let before = snapshot(storage, alice, "a/b/c").await;
    storage.delete(alice, &mailbox("a/b/c")).await.unwrap();
    storage
        .create(alice, &mailbox("a/b/c"), None)
        .await
        .unwrap();
    let after = snapshot(storage, alice, "a/b/c").await;
    assert!(after.is_empty());
    assert_ne!(after.mailbox, before.mailbox, "row numbers are not reused");
    let ambiguous = after.uid_validity == before.uid_validity && after.uid_next < before.uid_next;
    assert!(!ambiguous, "a UID once seen names its octets for ever");
}

pub(super) async fn rename_moves_what_lies_below<S: Store + Directory>(storage: &S) {
    let (alice, _) = two_tenants(storage).await;
    storage
        .create(alice, &mailbox("a/b/c"), None)
        .await
        .unwrap();
    storage.create(alice, &mailbox("ab"), None).await.unwrap();
    append(storage, alice, "a/b", &["kept"]).await;
    storage
        .rename(alice, &mailbox("a"), &mailbox("x/y"))
        .await
        .unwrap();
    let all = names(storage, alice).await;
    for name in ["x", "x/y", "x/y/b", "x/y/b/c", "ab"] {
        assert!(all.contains(&name.to_owned()), "{name} in {all:?}");
    }
    assert!(
        !all.iter().any(|name| name == "a" || name.starts_with("a/")),
        "{all:?}"
    );
    assert_eq!(subjects(storage, alice, "x/y/b").await, ["kept"]);
    let taken = storage.rename(alice, &mailbox("ab"), &mailbox("x")).await;
    assert!(matches!(taken, Err(StoreError::Exists(_))));
    let missing = storage
        .rename(alice, &mailbox("none"), &mailbox("new"))
        .await;
    assert!(matches!(missing, Err(StoreError::NoSuchMailbox(_))));
    assert!(!names(storage, alice).await.contains(&"new".to_owned()));
}

pub(super) async fn rename_of_inbox_moves_its_messages<S: Store + Directory>(storage: &S) {
    let (alice, _) = two_tenants(storage).await;
    storage
        .create(alice, &mailbox("INBOX/below"), None)
        .await
        .unwrap();
    append(storage, alice, "INBOX", &["one", "two"]).await;
    storage
        .rename(alice, &mailbox("inbox"), &mailbox("Old/2026"))
        .await
        .unwrap();
    assert_eq!(subjects(storage, alice, "Old/2026").await, ["one", "two"]);
    let inbox = snapshot(storage, alice, "INBOX").await;
    assert!(inbox.is_empty());
    assert_eq!(inbox.uid_next.get(), 3, "UIDs are not reused");
    assert!(
        names(storage, alice)
            .await
            .contains(&"INBOX/below".to_owned())
    );
}

pub(super) async fn subscriptions<S: Store + Directory>(storage: &S) {
    let (alice, bob) = two_tenants(storage).await;
    let ghost = mailbox("does/not/exist");
    storage.subscribe(alice, &ghost, true).await.unwrap();
    storage.subscribe(alice, &ghost, true).await.unwrap();
    let mine = storage.subscriptions(alice).await.unwrap();
    assert_eq!(mine.iter().filter(|name| **name == ghost).count(), 1);
    assert!(!storage.subscriptions(bob).await.unwrap().contains(&ghost));
    storage.subscribe(alice, &ghost, false).await.unwrap();
    assert!(!storage.subscriptions(alice).await.unwrap().contains(&ghost));

    let name = mailbox("Lists");
    storage.create(alice, &name, None).await.unwrap();
    storage.subscribe(alice, &name, true).await.unwrap();
    let list = storage.mailboxes(alice).await.unwrap();
    assert!(list.iter().any(|info| info.name == name && info.subscribed));
    storage.delete(alice, &name).await.unwrap();
    let kept = storage.subscriptions(alice).await.unwrap();
    assert!(kept.contains(&name), "a subscription outlives its mailbox");
}

/// Every call with a foreign mailbox answers what it answers for one that never was.
pub(super) async fn tenants_do_not_see_each_other<S: Store + Directory>(storage: &S) {
    let (alice, bob) = two_tenants(storage).await;
    append(storage, alice, "INBOX", &["private"]).await;
    let foreign = snapshot(storage, alice, "INBOX").await.mailbox;
    for id in [foreign, MailboxId(i64::MAX)] {
        let change = FlagChange {
            uids: uids(&[1]),
            mode: FlagMode::Add,
            flags: vec![Flag::Deleted],
            unchanged_since: None,
        };
        let inbox = mailbox("INBOX");
        let copy = storage.copy(bob, id, uids(&[1]), &inbox, Transfer::Move);
        let answers = [
            storage.change_flags(bob, id, change).await.map(drop),
            storage.expunge(bob, id, None).await.map(drop),
            storage.remove(bob, id, uids(&[1])).await.map(drop),
            storage.indexes(bob, id, &uids(&[1])).await.map(drop),
            storage.messages(bob, id, &uids(&[1])).await.map(drop),
            copy.await.map(drop),
        ];
        for answer in answers {
            assert!(matches!(answer, Err(StoreError::NoSuchMailbox(_))));
        }
    }
    assert_eq!(listing(storage, alice, "INBOX").await, ["1"]);
    assert!(listing(storage, bob, "INBOX").await.is_empty());
}
