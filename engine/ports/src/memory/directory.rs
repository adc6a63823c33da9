//! The directory: who is hosted, by folded address.

use super::{Memory, State};
use crate::directory::{Account, Alias, Directory, DirectoryError, DomainInfo, Resolution};
use crate::store::SpecialUse;
use async_trait::async_trait;
use waxseal_mail::{AccountId, Domain, DomainId, Mailbox, MailboxName};

pub(super) struct DomainRow {
    pub(super) info: DomainInfo,
}

pub(super) struct AccountRow {
    pub(super) account: Account,
    password: String,
}

/// The mailboxes of a new account beside INBOX.
const SPECIAL_MAILBOXES: [(&str, SpecialUse); 5] = [
    ("Archive", SpecialUse::Archive),
    ("Drafts", SpecialUse::Drafts),
    ("Junk", SpecialUse::Junk),
    ("Sent", SpecialUse::Sent),
    ("Trash", SpecialUse::Trash),
];

/// The form in which hosted addresses are compared.
pub(super) fn key(address: &Mailbox) -> String {
    format!(
        "{}@{}",
        address.local_part().folded(),
        address.domain().ascii()
    )
}

impl State {
    pub(super) fn add_domain(&mut self, name: &Domain) -> Result<DomainId, DirectoryError> {
        if self.domains.contains_key(name.ascii()) {
            return Err(DirectoryError::Exists(name.to_string()));
        }
        let id = DomainId(self.next_id());
        let info = DomainInfo {
            id,
            name: name.clone(),
            catch_all: None,
        };
        self.domains
            .insert(name.ascii().to_owned(), DomainRow { info });
        Ok(id)
    }

    pub(super) fn add_account(
        &mut self,
        address: &Mailbox,
        password: &str,
    ) -> Result<AccountId, DirectoryError> {
        let domain = self.domain(address.domain())?.info.id;
        let key = key(address);
        if self.accounts.contains_key(&key) || self.aliases.contains_key(&key) {
            return Err(DirectoryError::Exists(address.to_string()));
        }
        let id = AccountId(self.next_id());
        let account = Account {
            id,
            domain,
            address: address.clone(),
        };
        let password = password.to_owned();
        self.accounts.insert(key, AccountRow { account, password });
        self.mailbox_or_new(id, &MailboxName::inbox(), None);
        for (name, special_use) in SPECIAL_MAILBOXES {
            if let Ok(name) = MailboxName::new(name) {
                self.mailbox_or_new(id, &name, Some(special_use));
                self.subscriptions.insert((id, name));
            }
        }
        self.subscriptions.insert((id, MailboxName::inbox()));
        Ok(id)
    }

    pub(super) fn add_alias(
        &mut self,
        address: &Mailbox,
        targets: &[Mailbox],
    ) -> Result<(), DirectoryError> {
        self.domain(address.domain())?;
        let key = key(address);
        if self.accounts.contains_key(&key) {
            return Err(DirectoryError::Exists(address.to_string()));
        }
        let alias = self.aliases.entry(key).or_insert_with(|| Alias {
            address: address.clone(),
            targets: Vec::new(),
        });
        for target in targets {
            if !alias.targets.contains(target) {
                alias.targets.push(target.clone());
            }
        }
        Ok(())
    }

    fn domain(&mut self, name: &Domain) -> Result<&mut DomainRow, DirectoryError> {
        let found = self.domains.get_mut(name.ascii());
        found.ok_or_else(|| DirectoryError::NoSuchDomain(name.clone()))
    }
}

#[async_trait]
impl Directory for Memory {
    async fn resolve(&self, mailbox: &Mailbox) -> Result<Resolution, DirectoryError> {
        Ok(self.state().resolve(mailbox))
    }

    async fn authenticate(
        &self,
        user: &str,
        password: &str,
    ) -> Result<Option<Account>, DirectoryError> {
        let Ok(address) = Mailbox::parse(user) else {
            return Ok(None);
        };
        let state = self.state();
        let row = state.accounts.get(&key(&address));
        Ok(row
            .filter(|row| row.password == password)
            .map(|row| row.account.clone()))
    }

    async fn may_send_as(
        &self,
        account: AccountId,
        sender: &Mailbox,
    ) -> Result<bool, DirectoryError> {
        Ok(self.state().may_send_as(account, sender))
    }

    async fn domains(&self) -> Result<Vec<DomainInfo>, DirectoryError> {
        let state = self.state();
        Ok(state.domains.values().map(|row| row.info.clone()).collect())
    }

    async fn add_domain(&self, domain: &Domain) -> Result<DomainId, DirectoryError> {
        self.state().add_domain(domain)
    }

    async fn set_catch_all(
        &self,
        domain: &Domain,
        to: Option<&Mailbox>,
    ) -> Result<(), DirectoryError> {
        self.state().domain(domain)?.info.catch_all = to.cloned();
        Ok(())
    }

    async fn remove_domain(&self, domain: &Domain) -> Result<(), DirectoryError> {
        let mut state = self.state();
        state.domain(domain)?;
        let accounts = state.accounts.values().map(|row| &row.account.address);
        let aliases = state.aliases.values().map(|alias| &alias.address);
        if let Some(user) = accounts.chain(aliases).find(|a| a.domain() == domain) {
            return Err(DirectoryError::InUse(domain.to_string(), user.to_string()));
        }
        state.domains.remove(domain.ascii());
        Ok(())
    }

    async fn accounts(&self, domain: Option<&Domain>) -> Result<Vec<Account>, DirectoryError> {
        let state = self.state();
        let accounts = state.accounts.values().map(|row| row.account.clone());
        Ok(accounts
            .filter(|account| domain.is_none_or(|domain| account.address.domain() == domain))
            .collect())
    }

    async fn add_account(
        &self,
        address: &Mailbox,
        password: &str,
    ) -> Result<AccountId, DirectoryError> {
        self.state().add_account(address, password)
    }

    async fn set_password(&self, address: &Mailbox, password: &str) -> Result<(), DirectoryError> {
        let mut state = self.state();
        let row = state.accounts.get_mut(&key(address));
        let row = row.ok_or_else(|| DirectoryError::NoSuchAccount(address.clone()))?;
        password.clone_into(&mut row.password);
        Ok(())
    }

    async fn remove_account(&self, address: &Mailbox) -> Result<(), DirectoryError> {
        let mut state = self.state();
        let row = state.accounts.remove(&key(address));
        let row = row.ok_or_else(|| DirectoryError::NoSuchAccount(address.clone()))?;
        let id = row.account.id;
        state.mailboxes.retain(|(account, _), _| *account != id);
        state.subscriptions.retain(|(account, _)| *account != id);
        Ok(())
    }

    async fn aliases(&self, domain: Option<&Domain>) -> Result<Vec<Alias>, DirectoryError> {
        let state = self.state();
        let aliases = state.aliases.values().cloned();
        Ok(aliases
            .filter(|alias| domain.is_none_or(|domain| alias.address.domain() == domain))
            .collect())
    }

    async fn add_alias(
        &self,
        address: &Mailbox,
        targets: &[Mailbox],
    ) -> Result<(), DirectoryError> {
        self.state().add_alias(address, targets)
    }

    async fn remove_alias(&self, address: &Mailbox) -> Result<(), DirectoryError> {
        let removed = self.state().aliases.remove(&key(address));
        removed
            .map(drop)
            .ok_or_else(|| DirectoryError::NoSuchAlias(address.clone()))
    }
}
