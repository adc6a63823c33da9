//! Domains come and go.

use crate::commit::{Alone, View};
use crate::outage::Outage;
use async_trait::async_trait;
use sqlx::SqliteConnection;
use waxseal_mail::{Domain, DomainId, Mailbox};
use waxseal_ports::directory::{DirectoryError, DomainInfo};

pub(crate) struct AddDomain(pub(crate) Domain);

#[async_trait]
impl Alone for AddDomain {
    type Output = DomainId;
    type Error = DirectoryError;

    async fn run(
        &mut self,
        transaction: &mut SqliteConnection,
        view: &View,
    ) -> Result<DomainId, DirectoryError> {
        if view.roster.read().domains.contains_key(self.0.ascii()) {
            return Err(DirectoryError::Exists(self.0.to_string()));
        }
        let inserted = sqlx::query("INSERT INTO domain (name) VALUES (?)")
            .bind(self.0.as_str().to_owned())
            .execute(transaction)
            .await
            .map_err(Outage::from)?;
        Ok(DomainId(inserted.last_insert_rowid()))
    }

    fn publish(&mut self, id: &DomainId, view: &View) {
        let info = DomainInfo {
            id: *id,
            name: self.0.clone(),
            catch_all: None,
        };
        let name = self.0.ascii().to_owned();
        view.roster.write().domains.insert(name, info);
    }
}

pub(crate) struct SetCatchAll {
    pub(crate) domain: Domain,
    pub(crate) to: Option<Mailbox>,
}

#[async_trait]
impl Alone for SetCatchAll {
    type Output = ();
    type Error = DirectoryError;

    async fn run(
        &mut self,
        transaction: &mut SqliteConnection,
        view: &View,
    ) -> Result<(), DirectoryError> {
        let id = id_of(view, &self.domain)?;
        sqlx::query("UPDATE domain SET catch_all = ? WHERE id = ?")
            .bind(self.to.as_ref().map(ToString::to_string))
            .bind(id.0)
            .execute(transaction)
            .await
            .map_err(Outage::from)?;
        Ok(())
    }

    fn publish(&mut self, (): &(), view: &View) {
        if let Some(info) = view.roster.write().domains.get_mut(self.domain.ascii()) {
            info.catch_all.clone_from(&self.to);
        }
    }
}

pub(crate) struct RemoveDomain(pub(crate) Domain);

#[async_trait]
impl Alone for RemoveDomain {
    type Output = ();
    type Error = DirectoryError;

    async fn run(
        &mut self,
        transaction: &mut SqliteConnection,
        view: &View,
    ) -> Result<(), DirectoryError> {
        let id = id_of(view, &self.0)?;
        let (accounts, aliases) = {
            let tables = view.roster.read();
            let accounts = tables.accounts.keys().filter(|(domain, _)| *domain == id);
            let aliases = tables.aliases.keys().filter(|(domain, _)| *domain == id);
            (accounts.count(), aliases.count())
        };
        if accounts + aliases > 0 {
            let text = format!("{accounts} accounts and {aliases} aliases");
            return Err(DirectoryError::InUse(self.0.to_string(), text));
        }
        sqlx::query("DELETE FROM domain WHERE id = ?")
            .bind(id.0)
            .execute(transaction)
            .await
            .map_err(Outage::from)?;
        Ok(())
    }

    fn publish(&mut self, (): &(), view: &View) {
        view.roster.write().domains.remove(self.0.ascii());
    }
}

fn id_of(view: &View, domain: &Domain) -> Result<DomainId, DirectoryError> {
    let tables = view.roster.read();
    let info = tables.domains.get(domain.ascii());
    info.map(|info| info.id)
        .ok_or_else(|| DirectoryError::NoSuchDomain(domain.clone()))
}
