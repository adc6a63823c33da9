//! What the suites put into a storage.

use crate::queue::NewMessage;
use crate::store::{Appended, NewAppend, Store};
use crate::{Directory, Notes, Snapshot};
use bytes::Bytes;
use std::sync::Arc;
use waxseal_mail::{
    AccountId, BodyKind, Domain, DsnNotify, Envelope, Flag, ForwardPath, Mailbox, MailboxName,
    MessageId, MessageIndex, Recipient, ReversePath, Timestamp, Uid,
};

pub(super) const RECEIVED: Timestamp = Timestamp {
    unix_secs: 1_795_498_174,
    offset_minutes: 60,
};
/// Long before any clock.
pub(super) const AT_ONCE: Timestamp = Timestamp::utc(0);
/// Long after any clock: 2100.
pub(super) const MUCH_LATER: Timestamp = Timestamp::utc(4_102_444_800);

pub(super) fn address(text: &str) -> Mailbox {
    Mailbox::parse(text).unwrap()
}

pub(super) fn mailbox(text: &str) -> MailboxName {
    MailboxName::new(text).unwrap()
}

pub(super) fn uids(numbers: &[u32]) -> Vec<Uid> {
    numbers.iter().map(|n| Uid::new(*n).unwrap()).collect()
}

/// Hosts `example.test` with alice, and `other.test` with bob.
pub(super) async fn two_tenants<S: Directory + ?Sized>(storage: &S) -> (AccountId, AccountId) {
    for domain in ["example.test", "other.test"] {
        storage
            .add_domain(&Domain::parse(domain).unwrap())
            .await
            .unwrap();
    }
    let (alice, bob) = (address("alice@example.test"), address("bob@other.test"));
    let alice = storage.add_account(&alice, "secret1").await.unwrap();
    let bob = storage.add_account(&bob, "secret2").await.unwrap();
    (alice, bob)
}

/// A message of its own text, with an index that names it.
pub(super) fn message(text: &str, flags: &[Flag]) -> NewAppend {
    let octets = Bytes::from(format!("Subject: {text}\r\n\r\n{text}\r\n"));
    NewAppend {
        index: Arc::new(index(text, octets.len())),
        message: Arc::new(octets),
        flags: flags.to_vec(),
        internal_date: RECEIVED,
    }
}

pub(super) fn index(text: &str, octets: usize) -> MessageIndex {
    MessageIndex {
        size: u64::try_from(octets).unwrap(),
        subject: text.to_owned(),
        ..MessageIndex::default()
    }
}

/// Appends one message a text to a mailbox.
pub(super) async fn append<S: Store + ?Sized>(
    storage: &S,
    account: AccountId,
    name: &str,
    texts: &[&str],
) -> Appended {
    let messages = texts.iter().map(|text| message(text, &[])).collect();
    let appended = storage.append(account, &mailbox(name), messages).await;
    appended.unwrap()
}

pub(super) async fn snapshot<S: Store + ?Sized>(
    storage: &S,
    account: AccountId,
    name: &str,
) -> Arc<Snapshot> {
    let watch = storage.open(account, &mailbox(name)).await.unwrap();
    watch.borrow().clone()
}

/// The UIDs of a mailbox with their flags as text, for comparison: `1 \Seen $Junk`.
pub(super) async fn listing<S: Store + ?Sized>(
    storage: &S,
    account: AccountId,
    name: &str,
) -> Vec<String> {
    let snapshot = snapshot(storage, account, name).await;
    let line = |message: &crate::snapshot::MessageState| {
        let flags = snapshot.keywords.flags(message.flags);
        flags.fold(message.uid.to_string(), |line, flag| {
            format!("{line} {flag}")
        })
    };
    snapshot.iter().map(line).collect()
}

/// The subjects of a mailbox's messages, by the stored indexes.
pub(super) async fn subjects<S: Store + ?Sized>(
    storage: &S,
    account: AccountId,
    name: &str,
) -> Vec<String> {
    let snapshot = snapshot(storage, account, name).await;
    let uids: Vec<_> = snapshot.iter().map(|message| message.uid).collect();
    let indexes = storage.indexes(account, snapshot.mailbox, &uids).await;
    let indexes = indexes.unwrap().into_iter();
    indexes.map(|(_, index)| index.subject.clone()).collect()
}

/// What two plugins left at a message.
pub(super) fn noted() -> Notes {
    let mut notes = Notes::new();
    notes.set("rules", "why", "looks odd");
    notes.set("bayes", "score", "7");
    notes
}

/// A message for the queue.
pub(super) fn queued(id: u64, recipients: &[&str]) -> NewMessage {
    let recipient = |text: &&str| Recipient {
        forward_path: ForwardPath::Mailbox(address(text)),
        orcpt: None,
        notify: DsnNotify::default(),
    };
    NewMessage {
        id: MessageId(id),
        envelope: Envelope {
            reverse_path: ReversePath::Mailbox(address("sender@elsewhere.test")),
            recipients: recipients.iter().map(recipient).collect(),
            body: BodyKind::EightBitMime,
            smtputf8: false,
            envid: Some("env-1".to_owned()),
            dsn_return: None,
        },
        message: Arc::new(Bytes::from_static(b"Received: here\r\n\r\nqueued\r\n")),
        received: RECEIVED,
        tags: vec!["tag".to_owned()],
        notes: noted(),
        quarantine: None,
        hold: None,
        trace: Vec::new(),
    }
}
