//! Messages in mailboxes.

use super::world::{
    RECEIVED, append, listing, mailbox, message, snapshot, subjects, two_tenants, uids,
};
use crate::read_at::read_all;
use crate::store::{FlagChange, FlagMode, StoreError, Transfer};
use crate::{Directory, Store};
use waxseal_mail::{Flag, Keyword};

pub(super) async fn uids_ascend_and_are_never_reused<S: Store + Directory>(storage: &S) {
    let (alice, _) = two_tenants(storage).await;
    let first = append(storage, alice, "INBOX", &["one", "two"]).await;
    assert_eq!(first.uids, uids(&[1, 2]));
    let inbox = snapshot(storage, alice, "INBOX").await;
    assert_eq!(
        (first.mailbox, first.uid_validity),
        (inbox.mailbox, inbox.uid_validity)
    );
    storage
        .remove(alice, inbox.mailbox, uids(&[2]))
        .await
        .unwrap();
    let next = append(storage, alice, "INBOX", &["three"]).await;
    assert_eq!(next.uids, uids(&[3]));
    storage
        .remove(alice, inbox.mailbox, uids(&[1, 3]))
        .await
        .unwrap();
    let next = append(storage, alice, "INBOX", &["four"]).await;
    assert_eq!(next.uids, uids(&[4]));
    let after = snapshot(storage, alice, "INBOX").await;
    assert_eq!((after.len(), after.uid_next.get()), (1, 5));
    assert_eq!(after.uid_validity, inbox.uid_validity);
    assert!(after.highest_modseq > inbox.highest_modseq);
    let missing = storage
        .append(alice, &mailbox("none"), vec![message("x", &[])])
        .await;
    assert!(matches!(missing, Err(StoreError::NoSuchMailbox(_))));
}

pub(super) async fn octets_and_indexes_come_back<S: Store + Directory>(storage: &S) {
    let (alice, _) = two_tenants(storage).await;
    append(storage, alice, "INBOX", &["one", "two", "three"]).await;
    let inbox = snapshot(storage, alice, "INBOX").await;
    let asked = uids(&[3, 9, 1]);
    let found = storage
        .messages(alice, inbox.mailbox, &asked)
        .await
        .unwrap();
    let order: Vec<_> = found.iter().map(|(uid, _)| *uid).collect();
    assert_eq!(
        order,
        uids(&[3, 1]),
        "in the order asked, without those that are gone"
    );
    storage
        .remove(alice, inbox.mailbox, uids(&[3]))
        .await
        .unwrap();
    let octets = read_all(&*found[0].1).unwrap();
    assert_eq!(
        octets, "Subject: three\r\n\r\nthree\r\n",
        "readable though expunged meanwhile"
    );
    let indexes = storage.indexes(alice, inbox.mailbox, &asked).await.unwrap();
    assert_eq!(indexes.len(), 1);
    let expected = super::world::index("one", "Subject: one\r\n\r\none\r\n".len());
    assert_eq!(*indexes[0].1, expected);
    let (_, state) = inbox.find(uids(&[1])[0]).unwrap();
    assert_eq!(
        (u64::from(state.size), state.internal_date()),
        (expected.size, RECEIVED)
    );
}

pub(super) async fn append_is_all_or_none<S: Store + Directory>(storage: &S) {
    let (alice, _) = two_tenants(storage).await;
    let keyword = |n: usize| Flag::Keyword(Keyword::new(&format!("k{n}")).unwrap());
    let too_many: Vec<_> = (0..=waxseal_mail::FLAG_KEYWORDS_MAX).map(keyword).collect();
    let messages = vec![message("good", &[Flag::Seen]), message("bad", &too_many)];
    let refused = storage.append(alice, &mailbox("INBOX"), messages).await;
    assert!(matches!(refused, Err(StoreError::Keyword(_))));
    assert!(listing(storage, alice, "INBOX").await.is_empty());
    let messages = vec![
        message("a", &[Flag::Seen, keyword(7)]),
        message("b", &[Flag::Draft]),
    ];
    storage
        .append(alice, &mailbox("INBOX"), messages)
        .await
        .unwrap();
    let lines = listing(storage, alice, "INBOX").await;
    assert_eq!(lines.len(), 2);
    assert!(
        lines[0].ends_with(" \\Seen k7") && lines[1].ends_with(" \\Draft"),
        "{lines:?}"
    );
}

pub(super) async fn expunge_needs_the_deleted_flag<S: Store + Directory>(storage: &S) {
    let (alice, _) = two_tenants(storage).await;
    append(storage, alice, "INBOX", &["1", "2", "3", "4", "5"]).await;
    let inbox = snapshot(storage, alice, "INBOX").await;
    let change = FlagChange {
        uids: uids(&[2, 4, 5]),
        mode: FlagMode::Add,
        flags: vec![Flag::Deleted],
        unchanged_since: None,
    };
    storage
        .change_flags(alice, inbox.mailbox, change)
        .await
        .unwrap();
    let before = snapshot(storage, alice, "INBOX").await.highest_modseq;
    let some = storage
        .expunge(alice, inbox.mailbox, Some(uids(&[4, 1, 2])))
        .await;
    assert_eq!(some.unwrap(), uids(&[2, 4]));
    let after = snapshot(storage, alice, "INBOX").await.highest_modseq;
    assert!(
        after > before,
        "removal moves HIGHESTMODSEQ (RFC 7162 §3.2.7)"
    );
    let rest = storage.expunge(alice, inbox.mailbox, None).await;
    assert_eq!(rest.unwrap(), uids(&[5]));
    let nothing = storage.expunge(alice, inbox.mailbox, None).await;
    assert!(nothing.unwrap().is_empty());
    assert_eq!(listing(storage, alice, "INBOX").await, ["1", "3"]);
    let removed = storage.remove(alice, inbox.mailbox, uids(&[3, 9, 2])).await;
    assert_eq!(removed.unwrap(), uids(&[3]), "whatever the flags");
}

pub(super) async fn copy_and_move_answer_pairs<S: Store + Directory>(storage: &S) {
    let (alice, _) = two_tenants(storage).await;
    let keyword = Flag::Keyword(Keyword::new("$Later").unwrap());
    let flags = [Flag::Flagged, keyword];
    let messages = ["1", "2", "3"].map(|text| message(text, &flags));
    storage
        .append(alice, &mailbox("INBOX"), messages.into())
        .await
        .unwrap();
    append(storage, alice, "Archive", &["old"]).await;
    let inbox = snapshot(storage, alice, "INBOX").await.mailbox;
    let archive = mailbox("Archive");
    let target = snapshot(storage, alice, "Archive").await.uid_validity;

    let copied = storage.copy(alice, inbox, uids(&[1, 3, 9]), &archive, Transfer::Copy);
    let copied = copied.await.unwrap();
    let (from, to): (Vec<_>, Vec<_>) = copied.pairs.into_iter().unzip();
    assert_eq!(
        (from, to, copied.uid_validity),
        (uids(&[1, 3]), uids(&[2, 3]), target)
    );
    let moved = storage.copy(alice, inbox, uids(&[2, 3]), &archive, Transfer::Move);
    let (from, to): (Vec<_>, Vec<_>) = moved.await.unwrap().pairs.into_iter().unzip();
    assert_eq!((from, to), (uids(&[2, 3]), uids(&[4, 5])));

    assert_eq!(subjects(storage, alice, "INBOX").await, ["1"]);
    assert_eq!(
        subjects(storage, alice, "Archive").await,
        ["old", "1", "3", "2", "3"]
    );
    let lines = listing(storage, alice, "Archive").await;
    assert_eq!(lines[4], "5 \\Flagged $Later");
    let state = *snapshot(storage, alice, "Archive")
        .await
        .iter()
        .last()
        .unwrap();
    assert_eq!(state.internal_date(), RECEIVED);

    let missing = mailbox("none");
    let refused = storage.copy(alice, inbox, uids(&[1]), &missing, Transfer::Move);
    assert!(matches!(refused.await, Err(StoreError::NoSuchMailbox(name)) if name.contains("none")));
    assert_eq!(
        subjects(storage, alice, "INBOX").await,
        ["1"],
        "all or none"
    );
    let same = mailbox("INBOX");
    let itself = storage.copy(alice, inbox, uids(&[1]), &same, Transfer::Copy);
    assert_eq!(
        itself.await.unwrap().pairs,
        [(uids(&[1])[0], uids(&[4])[0])]
    );
}

pub(super) async fn watchers_wake<S: Store + Directory>(storage: &S) {
    let (alice, _) = two_tenants(storage).await;
    let mut first = storage.open(alice, &mailbox("INBOX")).await.unwrap();
    let mut second = storage.open(alice, &mailbox("inbox")).await.unwrap();
    let (_, _, appended) = tokio::join!(
        first.changed(),
        second.changed(),
        append(storage, alice, "INBOX", &["news"]),
    );
    let seen = first.borrow_and_update().clone();
    assert_eq!((seen.len(), seen.mailbox), (1, appended.mailbox));
    assert_eq!(second.borrow_and_update().len(), 1);
    let (woken, _) = tokio::join!(
        second.changed(),
        storage.remove(alice, seen.mailbox, uids(&[1])),
    );
    woken.unwrap();
    assert!(second.borrow().is_empty());
    assert_eq!(seen.len(), 1, "a snapshot never changes");
}
