//! RENAME (RFC 9051 §6.3.6).

use super::{check_count, insert_mailbox, missing_parents};
use crate::Storage;
use crate::commit::{Alone, View, uid_of_row};
use crate::mailboxes::{Delta, DeltaKind, Published, Row};
use crate::outage::Outage;
use async_trait::async_trait;
use sqlx::{Row as _, SqliteConnection};
use std::collections::HashSet;
use std::sync::Arc;
use waxseal_mail::{AccountId, HIERARCHY_DELIMITER, MailboxId, MailboxName, ModSeq, Uid};
use waxseal_ports::store::StoreError;

pub(crate) async fn rename(
    storage: &Storage,
    account: AccountId,
    from: &MailboxName,
    to: &MailboxName,
) -> Result<(), StoreError> {
    let rename = Rename {
        account,
        from: from.clone(),
        to: to.clone(),
        mailboxes_max: storage.config().mailboxes_per_account_max,
    };
    storage.alone(rename).await?;
    Ok(())
}

struct Rename {
    account: AccountId,
    from: MailboxName,
    to: MailboxName,
    mailboxes_max: usize,
}

/// What a rename did.
struct Renamed {
    made: Vec<(MailboxName, Row)>,
    names: Vec<(MailboxName, MailboxName)>,
    emptied: Option<Emptied>,
}

/// INBOX after its messages went to another mailbox.
struct Emptied {
    inbox: Row,
    uids: HashSet<Uid>,
}

#[async_trait]
impl Alone for Rename {
    type Output = Renamed;
    type Error = StoreError;

    fn accounts(&self, into: &mut Vec<AccountId>) {
        into.push(self.account);
    }

    async fn run(
        &mut self,
        transaction: &mut SqliteConnection,
        view: &View,
    ) -> Result<Renamed, StoreError> {
        let source = view.mailboxes.by_name(self.account, &self.from);
        let source = source.ok_or_else(|| StoreError::NoSuchMailbox(self.from.to_string()))?;
        if view.mailboxes.by_name(self.account, &self.to).is_some() {
            return Err(StoreError::Exists(self.to.clone()));
        }
        if self.to.is_below(&self.from) && !self.from.is_inbox() {
            return Err(StoreError::Limit("a mailbox cannot go below itself".into()));
        }
        let names = self.new_names(view)?;
        let parents = missing_parents(view, self.account, &self.to);
        check_count(view, self.account, parents.len() + 1, self.mailboxes_max)?;
        let mut made = Vec::new();
        for parent in parents {
            let row = insert_mailbox(transaction, self.account, &parent, None).await?;
            made.push((parent, row));
        }
        if self.from.is_inbox() {
            let row = insert_mailbox(transaction, self.account, &self.to, None).await?;
            let (row, emptied) = move_inbox(transaction, source, row).await?;
            made.push((self.to.clone(), row));
            let emptied = Some(emptied);
            return Ok(Renamed {
                made,
                names: Vec::new(),
                emptied,
            });
        }
        for (from, to) in &names {
            sqlx::query("UPDATE mailbox SET name = ? WHERE account = ? AND name = ?")
                .bind(to.as_str().to_owned())
                .bind(self.account.0)
                .bind(from.as_str().to_owned())
                .execute(&mut *transaction)
                .await
                .map_err(Outage::from)?;
        }
        Ok(Renamed {
            made,
            names,
            emptied: None,
        })
    }

    fn publish(&mut self, renamed: &Renamed, view: &View) {
        view.mailboxes.change_shelf(self.account, |shelf| {
            for (name, row) in &renamed.made {
                shelf.insert(name.clone(), row.clone());
            }
            for (from, to) in &renamed.names {
                if let Some(row) = shelf.remove(from) {
                    shelf.insert(to.clone(), row);
                }
            }
        });
        if let Some(Emptied { inbox, uids }) = &renamed.emptied {
            let delta = Delta {
                modseq: inbox.highest_modseq,
                keywords: inbox.keywords.clone(),
                kind: DeltaKind::Removed(Arc::new(uids.clone())),
            };
            let published = Published {
                uid_next: inbox.uid_next,
                highest_modseq: inbox.highest_modseq,
                keywords: inbox.keywords.clone(),
                deltas: vec![delta],
            };
            view.mailboxes.publish(inbox.id, published);
        }
    }
}

impl Rename {
    /// The mailbox and those below it, with their new names.
    fn new_names(&self, view: &View) -> Result<Vec<(MailboxName, MailboxName)>, StoreError> {
        let concerned = view.mailboxes.with_shelf(self.account, |shelf| {
            let names = shelf.iter().map(|(name, _)| name);
            let concerned = names.filter(|name| **name == self.from || name.is_below(&self.from));
            concerned.cloned().collect::<Vec<_>>()
        });
        let mut renamed = Vec::new();
        for name in concerned.unwrap_or_default() {
            let rest = name
                .as_str()
                .get(self.from.as_str().len()..)
                .unwrap_or_default();
            let text = format!("{}{rest}", self.to);
            let to =
                MailboxName::new(&text).map_err(|error| StoreError::Limit(error.to_string()))?;
            if view.mailboxes.by_name(self.account, &to).is_some() {
                return Err(StoreError::Exists(to));
            }
            debug_assert!(rest.is_empty() || rest.starts_with(HIERARCHY_DELIMITER));
            renamed.push((name, to));
        }
        Ok(renamed)
    }
}

/// Moves everything out of INBOX; UIDs stay, as the UIDVALIDITY of the new mailbox is another.
async fn move_inbox(
    transaction: &mut SqliteConnection,
    mut inbox: Row,
    mut target: Row,
) -> Result<(Row, Emptied), Outage> {
    let (first, last) = (inbox.id.0 << 32, (inbox.id.0 << 32) | 0xffff_ffff);
    let rows = sqlx::query("SELECT id FROM message WHERE id BETWEEN ? AND ?")
        .bind(first)
        .bind(last)
        .fetch_all(&mut *transaction)
        .await?;
    let mut uids = HashSet::with_capacity(rows.len());
    for row in rows {
        uids.extend(uid_of_row(row.try_get(0)?));
    }
    for sql in [
        "UPDATE message SET id = id + ? WHERE id BETWEEN ? AND ?",
        "UPDATE message_detail SET id = id + ? WHERE id BETWEEN ? AND ?",
    ] {
        sqlx::query(sql)
            .bind((target.id.0 - inbox.id.0) << 32)
            .bind(first)
            .bind(last)
            .execute(&mut *transaction)
            .await?;
    }
    target.uid_next = inbox.uid_next;
    target.highest_modseq = inbox.highest_modseq;
    target.keywords = inbox.keywords.clone();
    inbox.highest_modseq = ModSeq(inbox.highest_modseq.0 + 1);
    set_counters(transaction, target.id, &target).await?;
    set_counters(transaction, inbox.id, &inbox).await?;
    sqlx::query(
        "UPDATE mailbox SET keywords = (SELECT keywords FROM mailbox WHERE id = ?) WHERE id = ?",
    )
    .bind(inbox.id.0)
    .bind(target.id.0)
    .execute(transaction)
    .await?;
    Ok((target, Emptied { inbox, uids }))
}

async fn set_counters(
    transaction: &mut SqliteConnection,
    mailbox: MailboxId,
    row: &Row,
) -> Result<(), Outage> {
    sqlx::query("UPDATE mailbox_counter SET uid_next = ?, highest_modseq = ? WHERE id = ?")
        .bind(i64::from(row.uid_next.get()))
        .bind(row.highest_modseq.0.cast_signed())
        .bind(mailbox.0)
        .execute(transaction)
        .await?;
    Ok(())
}
