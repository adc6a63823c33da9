//! Who is hosted here. The whole directory is small and lies in memory; the database is its record.

mod edit;
mod password;
mod resolve;
mod roster;

pub(crate) use password::Passwords;
pub(crate) use roster::Roster;

use crate::Storage;
use async_trait::async_trait;
use waxseal_mail::{AccountId, Domain, DomainId, Mailbox};
use waxseal_ports::Directory;
use waxseal_ports::directory::{Account, Alias, DirectoryError, DomainInfo, Resolution};

#[async_trait]
impl Directory for Storage {
    async fn resolve(&self, mailbox: &Mailbox) -> Result<Resolution, DirectoryError> {
        Ok(self.view().roster.resolve(mailbox))
    }

    async fn authenticate(
        &self,
        user: &str,
        password: &str,
    ) -> Result<Option<Account>, DirectoryError> {
        let known = Mailbox::parse(user)
            .ok()
            .and_then(|address| self.view().roster.credentials(&address));
        Ok(self.passwords().authenticate(known, password).await?)
    }

    async fn may_send_as(
        &self,
        account: AccountId,
        sender: &Mailbox,
    ) -> Result<bool, DirectoryError> {
        Ok(self.view().roster.may_send_as(account, sender))
    }

    async fn domains(&self) -> Result<Vec<DomainInfo>, DirectoryError> {
        Ok(self.view().roster.domains())
    }

    async fn add_domain(&self, domain: &Domain) -> Result<DomainId, DirectoryError> {
        self.alone(edit::AddDomain(domain.clone())).await
    }

    async fn set_catch_all(
        &self,
        domain: &Domain,
        to: Option<&Mailbox>,
    ) -> Result<(), DirectoryError> {
        let (domain, to) = (domain.clone(), to.cloned());
        self.alone(edit::SetCatchAll { domain, to }).await
    }

    async fn remove_domain(&self, domain: &Domain) -> Result<(), DirectoryError> {
        self.alone(edit::RemoveDomain(domain.clone())).await
    }

    async fn accounts(&self, domain: Option<&Domain>) -> Result<Vec<Account>, DirectoryError> {
        self.view().roster.accounts(domain)
    }

    async fn add_account(
        &self,
        address: &Mailbox,
        password: &str,
    ) -> Result<AccountId, DirectoryError> {
        let hash = self.passwords().hash(password).await?;
        let address = address.clone();
        let added = self.alone(edit::AddAccount { address, hash }).await?;
        Ok(added.id)
    }

    async fn set_password(&self, address: &Mailbox, password: &str) -> Result<(), DirectoryError> {
        let hash = self.passwords().hash(password).await?;
        let address = address.clone();
        self.alone(edit::SetPassword { address, hash }).await?;
        Ok(())
    }

    async fn remove_account(&self, address: &Mailbox) -> Result<(), DirectoryError> {
        self.alone(edit::RemoveAccount(address.clone())).await?;
        Ok(())
    }

    async fn aliases(&self, domain: Option<&Domain>) -> Result<Vec<Alias>, DirectoryError> {
        self.view().roster.aliases(domain)
    }

    async fn add_alias(
        &self,
        address: &Mailbox,
        targets: &[Mailbox],
    ) -> Result<(), DirectoryError> {
        let (address, targets) = (address.clone(), targets.to_vec());
        self.alone(edit::AddAlias { address, targets }).await?;
        Ok(())
    }

    async fn remove_alias(&self, address: &Mailbox) -> Result<(), DirectoryError> {
        self.alone(edit::RemoveAlias(address.clone())).await
    }
}
