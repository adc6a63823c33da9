//! The tree of mailboxes: CREATE, DELETE, RENAME, LIST, SUBSCRIBE (RFC 9051 §6.3).

mod delete;
mod rename;

pub(super) use delete::delete;
pub(crate) use delete::delete_messages;
pub(super) use rename::rename;

use crate::Storage;
use crate::commit::{Alone, View};
use crate::mailboxes::{Row, special_use_text};
use crate::outage::Outage;
use async_trait::async_trait;
use sqlx::SqliteConnection;
use std::sync::Arc;
use waxseal_mail::{AccountId, KeywordTable, MailboxId, MailboxName, ModSeq, Uid, UidValidity};
use waxseal_ports::store::{MailboxInfo, SpecialUse, StoreError};

pub(super) async fn list(
    storage: &Storage,
    account: AccountId,
) -> Result<Vec<MailboxInfo>, StoreError> {
    storage.ensure_shelf(account).await?;
    let list = storage.view().mailboxes.with_shelf(account, |shelf| {
        let infos = shelf.iter().map(|(name, row)| MailboxInfo {
            id: row.id,
            name: name.clone(),
            special_use: row.special_use,
            subscribed: shelf.subscriptions.contains(name),
            uid_validity: row.uid_validity,
        });
        infos.collect()
    });
    Ok(list.unwrap_or_default())
}

pub(super) async fn subscriptions(
    storage: &Storage,
    account: AccountId,
) -> Result<Vec<MailboxName>, StoreError> {
    storage.ensure_shelf(account).await?;
    let names = storage.view().mailboxes.with_shelf(account, |shelf| {
        shelf.subscriptions.iter().cloned().collect()
    });
    Ok(names.unwrap_or_default())
}

pub(super) async fn create(
    storage: &Storage,
    account: AccountId,
    name: &MailboxName,
    special_use: Option<SpecialUse>,
) -> Result<MailboxId, StoreError> {
    let create = Create {
        account,
        name: name.clone(),
        special_use,
        mailboxes_max: storage.config().mailboxes_per_account_max,
    };
    let made = storage.alone(create).await?;
    let last = made.last().map(|(_, row)| row.id);
    last.ok_or_else(|| Outage::broken("no mailbox was made").into())
}

struct Create {
    account: AccountId,
    name: MailboxName,
    special_use: Option<SpecialUse>,
    mailboxes_max: usize,
}

#[async_trait]
impl Alone for Create {
    type Output = Vec<(MailboxName, Row)>;
    type Error = StoreError;

    fn accounts(&self, into: &mut Vec<AccountId>) {
        into.push(self.account);
    }

    async fn run(
        &mut self,
        transaction: &mut SqliteConnection,
        view: &View,
    ) -> Result<Self::Output, StoreError> {
        let mailboxes = &view.mailboxes;
        if mailboxes.by_name(self.account, &self.name).is_some() {
            return Err(StoreError::Exists(self.name.clone()));
        }
        let parents = missing_parents(view, self.account, &self.name);
        check_count(view, self.account, parents.len() + 1, self.mailboxes_max)?;
        let mut made = Vec::new();
        for parent in parents {
            let row = insert_mailbox(transaction, self.account, &parent, None).await?;
            made.push((parent, row));
        }
        let row = insert_mailbox(transaction, self.account, &self.name, self.special_use).await?;
        made.push((self.name.clone(), row));
        Ok(made)
    }

    fn publish(&mut self, made: &Self::Output, view: &View) {
        view.mailboxes.change_shelf(self.account, |shelf| {
            for (name, row) in made {
                shelf.insert(name.clone(), row.clone());
            }
        });
    }
}

/// The levels above `name` that do not exist, topmost first.
fn missing_parents(view: &View, account: AccountId, name: &MailboxName) -> Vec<MailboxName> {
    let parents = std::iter::successors(name.parent(), MailboxName::parent);
    let mut missing: Vec<_> = parents
        .filter(|parent| view.mailboxes.by_name(account, parent).is_none())
        .collect();
    missing.reverse();
    missing
}

/// Refuses mailboxes past the limit of the account; an account that is gone has none.
fn check_count(view: &View, account: AccountId, more: usize, max: usize) -> Result<(), StoreError> {
    let there = view
        .mailboxes
        .with_shelf(account, crate::mailboxes::Shelf::len);
    match there {
        None | Some(0) => Err(StoreError::NoSuchMailbox("of an unknown account".into())),
        Some(there) if there + more > max => Err(StoreError::Limit(format!(
            "an account has at most {max} mailboxes"
        ))),
        Some(_) => Ok(()),
    }
}

/// Creates one mailbox. Its row number is never reused, so it serves as UIDVALIDITY too: a mailbox
/// created again under an old name has another.
pub(crate) async fn insert_mailbox(
    transaction: &mut SqliteConnection,
    account: AccountId,
    name: &MailboxName,
    special_use: Option<SpecialUse>,
) -> Result<Row, Outage> {
    let inserted = sqlx::query(
        "INSERT INTO mailbox (account, name, special_use, uid_validity) \
         VALUES (?, ?, ?, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'mailbox'), 0) + 1)",
    )
    .bind(account.0)
    .bind(name.as_str().to_owned())
    .bind(special_use.map(special_use_text))
    .execute(&mut *transaction)
    .await?;
    let id = inserted.last_insert_rowid();
    sqlx::query("INSERT INTO mailbox_counter (id, uid_next, highest_modseq) VALUES (?, 1, 1)")
        .bind(id)
        .execute(&mut *transaction)
        .await?;
    let uid_validity = u32::try_from(id & 0x7fff_ffff)
        .ok()
        .and_then(UidValidity::new);
    Ok(Row {
        id: MailboxId(id),
        special_use,
        uid_validity: uid_validity.ok_or_else(|| Outage::broken("no UIDVALIDITY is left"))?,
        uid_next: Uid::FIRST,
        highest_modseq: ModSeq(1),
        keywords: Arc::new(KeywordTable::default()),
    })
}

pub(super) async fn subscribe(
    storage: &Storage,
    account: AccountId,
    name: &MailboxName,
    subscribed: bool,
) -> Result<(), StoreError> {
    let subscribe = Subscribe {
        account,
        name: name.clone(),
        subscribed,
        max: storage.config().subscriptions_per_account_max,
    };
    storage.alone(subscribe).await
}

struct Subscribe {
    account: AccountId,
    name: MailboxName,
    subscribed: bool,
    max: usize,
}

#[async_trait]
impl Alone for Subscribe {
    type Output = ();
    type Error = StoreError;

    fn accounts(&self, into: &mut Vec<AccountId>) {
        into.push(self.account);
    }

    async fn run(
        &mut self,
        transaction: &mut SqliteConnection,
        view: &View,
    ) -> Result<(), StoreError> {
        let count = view
            .mailboxes
            .with_shelf(self.account, |shelf| shelf.subscriptions.len());
        if self.subscribed && count.unwrap_or(0) >= self.max {
            let text = format!("an account has at most {} subscriptions", self.max);
            return Err(StoreError::Limit(text));
        }
        let sql = if self.subscribed {
            "INSERT OR IGNORE INTO subscription (account, name) VALUES (?, ?)"
        } else {
            "DELETE FROM subscription WHERE account = ? AND name = ?"
        };
        sqlx::query(sql)
            .bind(self.account.0)
            .bind(self.name.as_str().to_owned())
            .execute(transaction)
            .await
            .map_err(Outage::from)?;
        Ok(())
    }

    fn publish(&mut self, (): &(), view: &View) {
        view.mailboxes.change_shelf(self.account, |shelf| {
            if self.subscribed {
                shelf.subscriptions.insert(self.name.clone());
            } else {
                shelf.subscriptions.remove(&self.name);
            }
        });
    }
}
