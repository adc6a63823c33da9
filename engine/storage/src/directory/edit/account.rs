//! Accounts come and go.

use super::hosted_key;
use crate::commit::{Alone, View};
use crate::directory::roster::Credentials;
use crate::outage::Outage;
use crate::store::{delete_messages, insert_mailbox};
use async_trait::async_trait;
use sqlx::{Row, SqliteConnection};
use waxseal_mail::{AccountId, Mailbox, MailboxId, MailboxName};
use waxseal_ports::directory::{Account, DirectoryError};
use waxseal_ports::store::SpecialUse;

/// What every account starts with, besides INBOX.
const MAILBOXES: [(&str, SpecialUse); 5] = [
    ("Sent", SpecialUse::Sent),
    ("Drafts", SpecialUse::Drafts),
    ("Junk", SpecialUse::Junk),
    ("Trash", SpecialUse::Trash),
    ("Archive", SpecialUse::Archive),
];

pub(crate) struct AddAccount {
    pub(crate) address: Mailbox,
    pub(crate) hash: String,
}

#[async_trait]
impl Alone for AddAccount {
    type Output = Account;
    type Error = DirectoryError;

    async fn run(
        &mut self,
        transaction: &mut SqliteConnection,
        view: &View,
    ) -> Result<Account, DirectoryError> {
        let key = {
            let tables = view.roster.read();
            let key = hosted_key(&tables, &self.address)?;
            if tables.accounts.contains_key(&key) || tables.aliases.contains_key(&key) {
                return Err(DirectoryError::Exists(self.address.to_string()));
            }
            key
        };
        let domain = key.0;
        let inserted = sqlx::query(
            "INSERT INTO account (domain, local_part, address, password_hash) VALUES (?, ?, ?, ?)",
        )
        .bind(domain.0)
        .bind(key.1)
        .bind(self.address.to_string())
        .bind(self.hash.clone())
        .execute(&mut *transaction)
        .await
        .map_err(Outage::from)?;
        let id = AccountId(inserted.last_insert_rowid());
        let inbox = MailboxName::inbox();
        insert_mailbox(transaction, id, &inbox, None).await?;
        subscribe(transaction, id, &inbox).await?;
        for (name, special_use) in MAILBOXES {
            let name = MailboxName::new(name).map_err(Outage::broken)?;
            insert_mailbox(transaction, id, &name, Some(special_use)).await?;
            subscribe(transaction, id, &name).await?;
        }
        let address = self.address.clone();
        Ok(Account {
            id,
            domain,
            address,
        })
    }

    fn publish(&mut self, account: &Account, view: &View) {
        let mut tables = view.roster.write();
        if let Some(key) = tables.key(&self.address) {
            let account = account.clone();
            let hash = self.hash.as_str().into();
            tables.accounts.insert(key, Credentials { account, hash });
        }
    }
}

async fn subscribe(
    transaction: &mut SqliteConnection,
    account: AccountId,
    name: &MailboxName,
) -> Result<(), Outage> {
    sqlx::query("INSERT INTO subscription (account, name) VALUES (?, ?)")
        .bind(account.0)
        .bind(name.as_str().to_owned())
        .execute(transaction)
        .await?;
    Ok(())
}

pub(crate) struct SetPassword {
    pub(crate) address: Mailbox,
    pub(crate) hash: String,
}

#[async_trait]
impl Alone for SetPassword {
    type Output = AccountId;
    type Error = DirectoryError;

    async fn run(
        &mut self,
        transaction: &mut SqliteConnection,
        view: &View,
    ) -> Result<AccountId, DirectoryError> {
        let known = view.roster.credentials(&self.address);
        let known = known.ok_or_else(|| DirectoryError::NoSuchAccount(self.address.clone()))?;
        sqlx::query("UPDATE account SET password_hash = ? WHERE id = ?")
            .bind(self.hash.clone())
            .bind(known.account.id.0)
            .execute(transaction)
            .await
            .map_err(Outage::from)?;
        Ok(known.account.id)
    }

    fn publish(&mut self, _id: &AccountId, view: &View) {
        let mut tables = view.roster.write();
        if let Some(key) = tables.key(&self.address)
            && let Some(known) = tables.accounts.get_mut(&key)
        {
            known.hash = self.hash.as_str().into();
        }
    }
}

pub(crate) struct RemoveAccount(pub(crate) Mailbox);

#[async_trait]
impl Alone for RemoveAccount {
    type Output = AccountId;
    type Error = DirectoryError;

    async fn run(
        &mut self,
        transaction: &mut SqliteConnection,
        view: &View,
    ) -> Result<AccountId, DirectoryError> {
        let known = view.roster.credentials(&self.0);
        let known = known.ok_or_else(|| DirectoryError::NoSuchAccount(self.0.clone()))?;
        let id = known.account.id;
        let rows = sqlx::query("SELECT id FROM mailbox WHERE account = ?")
            .bind(id.0)
            .fetch_all(&mut *transaction)
            .await
            .map_err(Outage::from)?;
        for row in rows {
            let mailbox = MailboxId(row.try_get(0).map_err(Outage::from)?);
            delete_messages(transaction, mailbox).await?;
        }
        for sql in [
            "DELETE FROM mailbox_counter WHERE id IN (SELECT id FROM mailbox WHERE account = ?)",
            "DELETE FROM mailbox WHERE account = ?",
            "DELETE FROM subscription WHERE account = ?",
            "DELETE FROM account WHERE id = ?",
        ] {
            sqlx::query(sql)
                .bind(id.0)
                .execute(&mut *transaction)
                .await
                .map_err(Outage::from)?;
        }
        Ok(id)
    }

    fn publish(&mut self, id: &AccountId, view: &View) {
        let mut tables = view.roster.write();
        if let Some(key) = tables.key(&self.0) {
            tables.accounts.remove(&key);
        }
        drop(tables);
        view.mailboxes.drop_account(*id);
    }
}
