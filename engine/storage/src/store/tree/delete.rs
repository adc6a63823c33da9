//! DELETE (RFC 9051 §6.3.5).

use crate::Storage;
use crate::commit::{Alone, View};
use crate::outage::Outage;
use async_trait::async_trait;
use sqlx::SqliteConnection;
use waxseal_mail::{AccountId, MailboxId, MailboxName};
use waxseal_ports::store::StoreError;

pub(crate) async fn delete(
    storage: &Storage,
    account: AccountId,
    name: &MailboxName,
) -> Result<(), StoreError> {
    if name.is_inbox() {
        return Err(StoreError::Limit("INBOX cannot be deleted".into()));
    }
    let name = name.clone();
    storage.alone(Delete { account, name }).await?;
    Ok(())
}

struct Delete {
    account: AccountId,
    name: MailboxName,
}

#[async_trait]
impl Alone for Delete {
    type Output = MailboxId;
    type Error = StoreError;

    fn accounts(&self, into: &mut Vec<AccountId>) {
        into.push(self.account);
    }

    async fn run(
        &mut self,
        transaction: &mut SqliteConnection,
        view: &View,
    ) -> Result<MailboxId, StoreError> {
        let row = view.mailboxes.by_name(self.account, &self.name);
        let row = row.ok_or_else(|| StoreError::NoSuchMailbox(self.name.to_string()))?;
        delete_messages(transaction, row.id).await?;
        for sql in [
            "DELETE FROM mailbox_counter WHERE id = ?",
            "DELETE FROM mailbox WHERE id = ?",
        ] {
            sqlx::query(sql)
                .bind(row.id.0)
                .execute(&mut *transaction)
                .await
                .map_err(Outage::from)?;
        }
        Ok(row.id)
    }

    fn publish(&mut self, mailbox: &MailboxId, view: &View) {
        view.mailboxes.change_shelf(self.account, |shelf| {
            shelf.remove(&self.name);
        });
        view.mailboxes.close(*mailbox);
    }
}

/// Deletes all messages of a mailbox; blobs nobody names any more become garbage.
pub(crate) async fn delete_messages(
    transaction: &mut SqliteConnection,
    mailbox: MailboxId,
) -> Result<(), Outage> {
    let (first, last) = (mailbox.0 << 32, (mailbox.0 << 32) | 0xffff_ffff);
    for sql in [
        "UPDATE blob SET refs = refs - c.n FROM (SELECT blob AS b, count(*) AS n \
         FROM message_detail WHERE id BETWEEN ? AND ? GROUP BY blob) c WHERE blob.id = c.b",
        "DELETE FROM message_detail WHERE id BETWEEN ? AND ?",
        "DELETE FROM message WHERE id BETWEEN ? AND ?",
    ] {
        sqlx::query(sql)
            .bind(first)
            .bind(last)
            .execute(&mut *transaction)
            .await?;
    }
    Ok(())
}
