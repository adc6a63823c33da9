//! Aliases come and go.

use super::hosted_key;
use crate::commit::{Alone, View};
use crate::outage::Outage;
use async_trait::async_trait;
use sqlx::SqliteConnection;
use waxseal_mail::Mailbox;
use waxseal_ports::directory::{Alias, DirectoryError};

pub(crate) struct AddAlias {
    pub(crate) address: Mailbox,
    pub(crate) targets: Vec<Mailbox>,
}

#[async_trait]
impl Alone for AddAlias {
    type Output = Alias;
    type Error = DirectoryError;

    async fn run(
        &mut self,
        transaction: &mut SqliteConnection,
        view: &View,
    ) -> Result<Alias, DirectoryError> {
        let (key, known) = {
            let tables = view.roster.read();
            let key = hosted_key(&tables, &self.address)?;
            if tables.accounts.contains_key(&key) {
                return Err(DirectoryError::Exists(self.address.to_string()));
            }
            let known = tables.aliases.get(&key).cloned();
            (key, known)
        };
        let mut alias = known.unwrap_or_else(|| Alias {
            address: self.address.clone(),
            targets: Vec::new(),
        });
        for target in &self.targets {
            if !alias.targets.contains(target) {
                alias.targets.push(target.clone());
            }
        }
        // Addresses hold no line breaks.
        let targets: Vec<_> = alias.targets.iter().map(ToString::to_string).collect();
        sqlx::query(
            "INSERT INTO alias (domain, local_part, address, targets) VALUES (?, ?, ?, ?) \
             ON CONFLICT (domain, local_part) DO UPDATE SET targets = excluded.targets",
        )
        .bind(key.0.0)
        .bind(key.1)
        .bind(alias.address.to_string())
        .bind(targets.join("\n"))
        .execute(transaction)
        .await
        .map_err(Outage::from)?;
        Ok(alias)
    }

    fn publish(&mut self, alias: &Alias, view: &View) {
        let mut tables = view.roster.write();
        if let Some(key) = tables.key(&self.address) {
            tables.aliases.insert(key, alias.clone());
        }
    }
}

pub(crate) struct RemoveAlias(pub(crate) Mailbox);

#[async_trait]
impl Alone for RemoveAlias {
    type Output = ();
    type Error = DirectoryError;

    async fn run(
        &mut self,
        transaction: &mut SqliteConnection,
        view: &View,
    ) -> Result<(), DirectoryError> {
        let key = {
            let tables = view.roster.read();
            let key = tables.key(&self.0);
            key.filter(|key| tables.aliases.contains_key(key))
        };
        let key = key.ok_or_else(|| DirectoryError::NoSuchAlias(self.0.clone()))?;
        sqlx::query("DELETE FROM alias WHERE domain = ? AND local_part = ?")
            .bind(key.0.0)
            .bind(key.1)
            .execute(transaction)
            .await
            .map_err(Outage::from)?;
        Ok(())
    }

    fn publish(&mut self, (): &(), view: &View) {
        let mut tables = view.roster.write();
        if let Some(key) = tables.key(&self.0) {
            tables.aliases.remove(&key);
        }
    }
}
