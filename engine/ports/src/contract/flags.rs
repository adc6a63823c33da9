//! Flags, keywords and MODSEQ.

use super::world::{append, listing, snapshot, two_tenants, uids};
use crate::store::{FlagChange, FlagMode, FlagsChanged, StoreError};
use crate::{Directory, Store};
use waxseal_mail::{AccountId, FLAG_KEYWORDS_MAX, Flag, Keyword, MailboxId, ModSeq};

struct Inbox<'a, S> {
    storage: &'a S,
    account: AccountId,
    mailbox: MailboxId,
}

impl<'a, S: Store + Directory> Inbox<'a, S> {
    /// Alice's INBOX with three messages.
    async fn new(storage: &'a S) -> Self {
        let (account, _) = two_tenants(storage).await;
        append(storage, account, "INBOX", &["1", "2", "3"]).await;
        let mailbox = snapshot(storage, account, "INBOX").await.mailbox;
        Self {
            storage,
            account,
            mailbox,
        }
    }

    async fn change(&self, on: &[u32], mode: FlagMode, flags: &[Flag]) -> FlagsChanged {
        let change = change(on, mode, flags, None);
        let answer = self
            .storage
            .change_flags(self.account, self.mailbox, change);
        answer.await.unwrap()
    }

    async fn listing(&self) -> Vec<String> {
        listing(self.storage, self.account, "INBOX").await
    }

    async fn modseq(&self, uid: u32) -> ModSeq {
        let snapshot = snapshot(self.storage, self.account, "INBOX").await;
        let found = snapshot.find(uids(&[uid])[0]);
        found.unwrap().1.modseq
    }
}

fn change(on: &[u32], mode: FlagMode, flags: &[Flag], since: Option<ModSeq>) -> FlagChange {
    FlagChange {
        uids: uids(on),
        mode,
        flags: flags.to_vec(),
        unchanged_since: since,
    }
}

fn keyword(text: &str) -> Flag {
    Flag::Keyword(Keyword::new(text).unwrap())
}

pub(super) async fn modes<S: Store + Directory>(storage: &S) {
    let inbox = Inbox::new(storage).await;
    let flags = [Flag::Seen, keyword("$Junk")];
    inbox.change(&[1, 2], FlagMode::Add, &flags).await;
    assert_eq!(
        inbox.listing().await,
        ["1 \\Seen $Junk", "2 \\Seen $Junk", "3"]
    );
    inbox
        .change(
            &[1],
            FlagMode::Remove,
            &[keyword("$JUNK"), keyword("other")],
        )
        .await;
    inbox
        .change(&[2, 3], FlagMode::Replace, &[Flag::Draft])
        .await;
    assert_eq!(
        inbox.listing().await,
        ["1 \\Seen", "2 \\Draft", "3 \\Draft"]
    );
    let answer = inbox.change(&[9, 3, 7], FlagMode::Replace, &[]).await;
    assert_eq!(
        (answer.missing, answer.modified),
        (uids(&[7, 9]), uids(&[]))
    );
    assert_eq!(inbox.listing().await, ["1 \\Seen", "2 \\Draft", "3"]);
}

pub(super) async fn modseq_moves_only_on_change<S: Store + Directory>(storage: &S) {
    let inbox = Inbox::new(storage).await;
    inbox.change(&[1], FlagMode::Add, &[Flag::Seen]).await;
    let (seen, other) = (inbox.modseq(1).await, inbox.modseq(2).await);
    assert!(seen > other && other > ModSeq(0), "{seen} {other}");
    let answer = inbox.change(&[1, 2], FlagMode::Add, &[Flag::Seen]).await;
    assert_eq!(inbox.modseq(1).await, seen, "nothing changed on 1");
    assert!(inbox.modseq(2).await > seen);
    let snapshot = snapshot(storage, inbox.account, "INBOX").await;
    assert_eq!(answer.highest_modseq, snapshot.highest_modseq);
    assert_eq!(snapshot.highest_modseq, inbox.modseq(2).await);
    let same = inbox
        .change(&[1, 2], FlagMode::Replace, &[Flag::Seen])
        .await;
    assert_eq!(same.highest_modseq, answer.highest_modseq);
}

/// RFC 7162 §3.1.3: messages changed since are left alone and named.
pub(super) async fn unchanged_since<S: Store + Directory>(storage: &S) {
    let inbox = Inbox::new(storage).await;
    let before = inbox.modseq(1).await;
    inbox.change(&[2], FlagMode::Add, &[Flag::Seen]).await;
    let change = change(&[1, 2, 3, 9], FlagMode::Add, &[Flag::Deleted], Some(before));
    let answer = storage.change_flags(inbox.account, inbox.mailbox, change);
    let answer = answer.await.unwrap();
    assert_eq!((answer.modified, answer.missing), (uids(&[2]), uids(&[9])));
    assert_eq!(
        inbox.listing().await,
        ["1 \\Deleted", "2 \\Seen", "3 \\Deleted"]
    );
}

pub(super) async fn keywords_are_limited<S: Store + Directory>(storage: &S) {
    let inbox = Inbox::new(storage).await;
    for n in 0..FLAG_KEYWORDS_MAX {
        inbox
            .change(&[1], FlagMode::Replace, &[keyword(&format!("k{n}"))])
            .await;
    }
    let change = change(&[2], FlagMode::Add, &[Flag::Seen, keyword("more")], None);
    let refused = storage
        .change_flags(inbox.account, inbox.mailbox, change)
        .await;
    assert!(matches!(refused, Err(StoreError::Keyword(_))));
    let last = format!("1 k{}", FLAG_KEYWORDS_MAX - 1);
    assert_eq!(inbox.listing().await, [last.as_str(), "2", "3"]);
}
