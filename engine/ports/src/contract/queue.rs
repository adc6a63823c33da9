//! The queue and the deliveries that settle it.

use super::world::{
    AT_ONCE, MUCH_LATER, RECEIVED, address, listing, queued, snapshot, subjects, two_tenants, uids,
};
use crate::queue::{Kept, KeptTransport, LocalAppend, Outcome, QueueError, Settlement};
use crate::read_at::read_all;
use crate::trace::TraceEvent;
use crate::{Directory, Queue, Store};
use bytes::Bytes;
use std::sync::Arc;
use waxseal_mail::{AccountId, Flag, MailboxName, MessageId, Reply, Timestamp};

fn settlement(id: u64, outcomes: Vec<(u32, Outcome)>) -> Settlement {
    Settlement {
        id: MessageId(id),
        appends: Vec::new(),
        outcomes,
        kept: Vec::new(),
        due: AT_ONCE,
        delay_reported: false,
        follow_ups: Vec::new(),
        trace: Vec::new(),
    }
}

fn local(account: AccountId, name: &str) -> LocalAppend {
    LocalAppend {
        account,
        mailbox: MailboxName::new(name).unwrap(),
        flags: vec![Flag::Seen],
        prefix: Bytes::from_static(b"Return-Path: <>\r\n"),
        internal_date: RECEIVED,
        index: Arc::new(super::world::index("queued", 44)),
    }
}

fn event(stage: &str) -> TraceEvent {
    TraceEvent {
        at: Timestamp::utc(RECEIVED.unix_secs),
        stage: stage.to_owned(),
        actor: "contract".to_owned(),
        outcome: "noted".to_owned(),
        micros: Some(7),
    }
}

pub(super) async fn a_lease_is_exclusive<S: Queue + Directory>(storage: &S) {
    for id in [11, 12, 13] {
        storage
            .accept(queued(id, &["a@b.test", "c@d.test"]))
            .await
            .unwrap();
    }
    let first = storage.claim(2).await.unwrap();
    let second = storage.claim(2).await.unwrap();
    let mut ids: Vec<_> = first
        .iter()
        .chain(&second)
        .map(|leased| leased.id.0)
        .collect();
    ids.sort_unstable();
    assert_eq!((first.len(), ids), (2, vec![11, 12, 13]));
    let expected = queued(first[0].id.0, &["a@b.test", "c@d.test"]);
    let leased = &first[0];
    assert_eq!(leased.envelope, expected.envelope);
    assert_eq!((&leased.open[..], leased.attempts), (&[0, 1][..], 0));
    assert_eq!((leased.received, &leased.tags), (RECEIVED, &expected.tags));
    assert_eq!(leased.notes, expected.notes);
    let octets = read_all(&*leased.message).unwrap();
    assert_eq!(octets, read_all(&*expected.message).unwrap());
    let again = storage.accept(queued(11, &["a@b.test"])).await;
    assert!(again.is_err(), "an id is used once");
}

pub(super) async fn reading_changes_nothing<S: Queue + Directory>(storage: &S) {
    storage.accept(queued(11, &["a@b.test"])).await.unwrap();
    let before = format!("{:?}", storage.show(MessageId(11)).await.unwrap());
    let octets = storage.read(MessageId(11)).await.unwrap().unwrap();
    let leased = storage.claim(1).await.unwrap();
    assert_eq!(
        read_all(&*octets).unwrap(),
        read_all(&*leased[0].message).unwrap()
    );
    // Leased by somebody or not: whoever looks sees it.
    assert!(storage.read(MessageId(11)).await.unwrap().is_some());
    assert!(storage.read(MessageId(12)).await.unwrap().is_none());
    let after = format!("{:?}", storage.show(MessageId(11)).await.unwrap());
    assert_eq!(before, after);
}

pub(super) async fn claim_waits_for_accept<S: Queue + Directory>(storage: &S) {
    let (claimed, accepted) =
        tokio::join!(storage.claim(5), storage.accept(queued(1, &["a@b.test"])));
    accepted.unwrap();
    assert_eq!(claimed.unwrap()[0].id, MessageId(1));
}

pub(super) async fn settle_records_each_recipient<S: Queue + Directory>(storage: &S) {
    storage
        .accept(queued(1, &["a@b.test", "c@d.test", "e@f.test"]))
        .await
        .unwrap();
    storage.claim(1).await.unwrap();
    let later = Outcome::Deferred(Reply::own(451, (4, 3, 0), "later"));
    let failed = Outcome::Failed(Reply::own(550, (5, 1, 1), "no such user"));
    let mut first = settlement(1, vec![(0, Outcome::Delivered), (1, later), (2, failed)]);
    first.delay_reported = true;
    storage.settle(first).await.unwrap();

    let info = storage.show(MessageId(1)).await.unwrap().unwrap();
    let open: Vec<_> = info.recipients.iter().map(|(_, open, _)| *open).collect();
    assert_eq!((open, info.attempts), (vec![false, true, false], 1));
    assert!(info.recipients[1].2.as_ref().unwrap().contains("later"));
    assert_eq!(
        (info.sender.as_str(), info.octets),
        ("sender@elsewhere.test", 26)
    );

    let leased = storage.claim(1).await.unwrap();
    assert_eq!((&leased[0].open[..], leased[0].attempts), (&[1][..], 1));
    assert_eq!(leased[0].envelope.recipients.len(), 3, "positions are kept");
    assert!(leased[0].delay_reported);
    storage
        .settle(settlement(1, vec![(1, Outcome::Delivered)]))
        .await
        .unwrap();
    assert!(storage.show(MessageId(1)).await.unwrap().is_none());
    assert!(storage.list(9).await.unwrap().is_empty());
    assert!(!storage.retry(MessageId(1)).await.unwrap());
    assert!(!storage.remove(MessageId(1)).await.unwrap());
}

pub(super) async fn settle_appends_with_prefix<S: Queue + Store + Directory>(storage: &S) {
    let (alice, bob) = two_tenants(storage).await;
    storage
        .accept(queued(1, &["alice@example.test", "bob@other.test"]))
        .await
        .unwrap();
    let leased = storage.claim(1).await.unwrap();
    let mut done = settlement(1, vec![(0, Outcome::Delivered), (1, Outcome::Delivered)]);
    done.appends = vec![local(alice, "INBOX"), local(bob, "Lists/rust")];
    storage.settle(done).await.unwrap();
    assert_eq!(subjects(storage, alice, "INBOX").await, ["queued"]);
    assert_eq!(
        listing(storage, bob, "Lists/rust").await,
        ["1 \\Seen"],
        "created"
    );
    let inbox = snapshot(storage, alice, "INBOX").await;
    let state = *inbox.iter().next().unwrap();
    let messages = storage
        .messages(alice, inbox.mailbox, &uids(&[1]))
        .await
        .unwrap();
    let octets = read_all(&*messages[0].1).unwrap();
    let shared = read_all(&*leased[0].message).unwrap();
    let expected = [&b"Return-Path: <>\r\n"[..], &shared].concat();
    assert_eq!(octets, expected);
    assert_eq!(usize::try_from(state.size).unwrap(), expected.len());
    assert_eq!(state.internal_date(), RECEIVED);
}

/// What is decided about a recipient stays with it, until it is decided anew.
pub(super) async fn settle_keeps_decisions<S: Queue + Directory>(storage: &S) {
    storage
        .accept(queued(1, &["a@b.test", "c@d.test", "e@f.test"]))
        .await
        .unwrap();
    assert!(storage.claim(1).await.unwrap()[0].kept.is_empty());
    let transport = |attempts| KeptTransport {
        name: "fax".to_owned(),
        attempts,
    };
    let first = Kept {
        not_before: Some(MUCH_LATER),
        asked: vec!["vacation".to_owned(), "archive".to_owned()],
        planned: false,
        transports: vec![transport(0), transport(7)],
        failed: Some(Reply::own(554, (5, 4, 6), "a part failed")),
    };
    let mut decided = settlement(1, vec![(0, Outcome::Delivered)]);
    decided.kept = vec![(0, first.clone()), (2, first.clone())];
    storage.settle(decided).await.unwrap();
    let leased = storage.claim(1).await.unwrap();
    assert_eq!(leased[0].open, [1, 2]);
    assert_eq!(leased[0].kept, [(2, first.clone())], "of open ones only");

    let again = Kept {
        asked: vec!["rules".to_owned()],
        ..Kept::default()
    };
    let later = Outcome::Deferred(Reply::own(451, (4, 3, 0), "later"));
    let mut second = settlement(1, vec![(1, later)]);
    second.kept = vec![(1, again.clone())];
    storage.settle(second).await.unwrap();
    let leased = storage.claim(1).await.unwrap();
    assert_eq!(leased[0].kept, [(1, again), (2, first)]);
}

/// One append that is impossible: nothing at all is recorded, and the lease still holds.
pub(super) async fn settle_is_all_or_none<S: Queue + Store + Directory>(storage: &S) {
    let (alice, bob) = two_tenants(storage).await;
    storage
        .accept(queued(1, &["alice@example.test", "bob@other.test"]))
        .await
        .unwrap();
    storage.claim(1).await.unwrap();
    storage
        .remove_account(&address("bob@other.test"))
        .await
        .unwrap();
    let outcomes = vec![(0, Outcome::Delivered), (1, Outcome::Delivered)];
    let mut broken = settlement(1, outcomes);
    broken.appends = vec![local(alice, "INBOX"), local(bob, "INBOX")];
    broken.follow_ups = vec![queued(2, &["x@y.test"])];
    broken.trace = vec![event("delivery")];
    let refused = storage.settle(broken).await;
    assert!(matches!(refused, Err(QueueError::Unavailable(_))));
    assert!(listing(storage, alice, "INBOX").await.is_empty());
    assert!(storage.show(MessageId(2)).await.unwrap().is_none());
    assert!(storage.trace(MessageId(1)).await.unwrap().is_empty());
    let info = storage.show(MessageId(1)).await.unwrap().unwrap();
    assert_eq!(info.attempts, 0);
    storage.accept(queued(3, &["x@y.test"])).await.unwrap();
    let claimed = storage.claim(9).await.unwrap();
    assert_eq!(
        (claimed.len(), claimed[0].id),
        (1, MessageId(3)),
        "1 is leased still"
    );

    let mut done = settlement(1, vec![(0, Outcome::Delivered)]);
    done.appends = vec![local(alice, "INBOX")];
    storage.settle(done).await.unwrap();
    assert_eq!(listing(storage, alice, "INBOX").await, ["1 \\Seen"]);
}

pub(super) async fn release_and_retry<S: Queue + Directory>(storage: &S) {
    storage.accept(queued(1, &["a@b.test"])).await.unwrap();
    storage.claim(1).await.unwrap();
    storage.release(MessageId(1), MUCH_LATER).await;
    let info = storage.show(MessageId(1)).await.unwrap().unwrap();
    assert_eq!(
        (info.attempts, info.due.unix_secs),
        (0, MUCH_LATER.unix_secs)
    );
    storage.accept(queued(2, &["a@b.test"])).await.unwrap();
    let claimed = storage.claim(9).await.unwrap();
    assert_eq!(
        (claimed.len(), claimed[0].id),
        (1, MessageId(2)),
        "1 is not due"
    );
    let (claimed, found) = tokio::join!(storage.claim(9), storage.retry(MessageId(1)));
    assert!(found.unwrap());
    assert_eq!(claimed.unwrap()[0].id, MessageId(1));
    storage.release(MessageId(1), AT_ONCE).await;
    assert_eq!(storage.claim(9).await.unwrap()[0].id, MessageId(1));
    let order: Vec<_> = storage
        .list(9)
        .await
        .unwrap()
        .iter()
        .map(|info| info.id.0)
        .collect();
    assert_eq!(order, [1, 2], "oldest first");
    assert_eq!(storage.list(1).await.unwrap().len(), 1);
    assert!(storage.remove(MessageId(2)).await.unwrap());
    assert!(storage.show(MessageId(2)).await.unwrap().is_none());
}

pub(super) async fn hold_until_retry<S: Queue + Directory>(storage: &S) {
    let mut held = queued(1, &["a@b.test"]);
    held.hold = Some("looks odd".to_owned());
    held.quarantine = Some("spam".to_owned());
    storage.accept(held).await.unwrap();
    storage.accept(queued(2, &["a@b.test"])).await.unwrap();
    let claimed = storage.claim(9).await.unwrap();
    assert_eq!((claimed.len(), claimed[0].id), (1, MessageId(2)));
    let info = storage.show(MessageId(1)).await.unwrap().unwrap();
    assert_eq!(info.hold.as_deref(), Some("looks odd"));
    assert!(storage.retry(MessageId(1)).await.unwrap());
    let claimed = storage.claim(9).await.unwrap();
    assert_eq!(claimed[0].quarantine.as_deref(), Some("spam"));
    let info = storage.show(MessageId(1)).await.unwrap().unwrap();
    assert_eq!(info.hold, None);
}

pub(super) async fn follow_ups_and_traces<S: Queue + Directory>(storage: &S) {
    let mut first = queued(1, &["a@b.test"]);
    first.trace = vec![event("connect"), event("commit")];
    storage.accept(first).await.unwrap();
    storage.claim(1).await.unwrap();
    let failed = Outcome::Failed(Reply::own(550, (5, 1, 1), "no"));
    let mut done = settlement(1, vec![(0, failed)]);
    done.follow_ups = vec![queued(2, &["sender@elsewhere.test"])];
    done.trace = vec![event("delivery")];
    let (claimed, settled) = tokio::join!(storage.claim(9), storage.settle(done));
    settled.unwrap();
    assert_eq!(
        claimed.unwrap()[0].id,
        MessageId(2),
        "a follow-up is due at once"
    );
    let expected = [event("connect"), event("commit"), event("delivery")];
    assert_eq!(storage.trace(MessageId(1)).await.unwrap(), expected);
    assert!(storage.trace(MessageId(99)).await.unwrap().is_empty());
}
