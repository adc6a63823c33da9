//! Who is hosted here: domains, accounts, aliases, passwords.

use async_trait::async_trait;
use std::error::Error;
use waxseal_mail::{AccountId, Domain, DomainId, Mailbox};

/// The directory of hosted domains. Questions are cheap enough to ask for every RCPT; changes are
/// seen at once.
#[async_trait]
pub trait Directory: Send + Sync {
    /// What an address is to this server: exact account, then alias, then account without
    /// subaddress, then alias without subaddress, then the domain's catch-all. Aliases are followed
    /// to their ends (at most 10 deep, 1,000 targets).
    ///
    /// # Errors
    /// [`DirectoryError::Unavailable`].
    async fn resolve(&self, mailbox: &Mailbox) -> Result<Resolution, DirectoryError>;

    /// Checks a password. Takes the same time for an unknown user, and says nothing about which
    /// half was wrong.
    ///
    /// # Errors
    /// [`DirectoryError::Unavailable`].
    async fn authenticate(
        &self,
        user: &str,
        password: &str,
    ) -> Result<Option<Account>, DirectoryError>;

    /// Whether `account` may use `sender` as reverse-path: its own address with any subaddress, or
    /// an alias of which it is a target.
    ///
    /// # Errors
    /// [`DirectoryError::Unavailable`].
    async fn may_send_as(
        &self,
        account: AccountId,
        sender: &Mailbox,
    ) -> Result<bool, DirectoryError>;

    /// All hosted domains, by name.
    ///
    /// # Errors
    /// [`DirectoryError::Unavailable`].
    async fn domains(&self) -> Result<Vec<DomainInfo>, DirectoryError>;

    /// Hosts a domain.
    ///
    /// # Errors
    /// [`DirectoryError::Exists`].
    async fn add_domain(&self, domain: &Domain) -> Result<DomainId, DirectoryError>;

    /// Sets or clears where mail for unknown users of a domain goes.
    ///
    /// # Errors
    /// [`DirectoryError::NoSuchDomain`].
    async fn set_catch_all(
        &self,
        domain: &Domain,
        to: Option<&Mailbox>,
    ) -> Result<(), DirectoryError>;

    /// Stops hosting a domain that has no accounts and no aliases.
    ///
    /// # Errors
    /// [`DirectoryError::NoSuchDomain`] or [`DirectoryError::InUse`].
    async fn remove_domain(&self, domain: &Domain) -> Result<(), DirectoryError>;

    /// The accounts of a domain, or all, by address.
    ///
    /// # Errors
    /// [`DirectoryError::Unavailable`].
    async fn accounts(&self, domain: Option<&Domain>) -> Result<Vec<Account>, DirectoryError>;

    /// Creates an account with an Argon2id hash of `password`, and its INBOX and special-use
    /// mailboxes (Sent, Drafts, Junk, Trash, Archive).
    ///
    /// # Errors
    /// [`DirectoryError::NoSuchDomain`] or [`DirectoryError::Exists`].
    async fn add_account(
        &self,
        address: &Mailbox,
        password: &str,
    ) -> Result<AccountId, DirectoryError>;

    /// Replaces the password of an account.
    ///
    /// # Errors
    /// [`DirectoryError::NoSuchAccount`].
    async fn set_password(&self, address: &Mailbox, password: &str) -> Result<(), DirectoryError>;

    /// Removes an account with all its mail.
    ///
    /// # Errors
    /// [`DirectoryError::NoSuchAccount`].
    async fn remove_account(&self, address: &Mailbox) -> Result<(), DirectoryError>;

    /// The aliases of a domain, or all, by address.
    ///
    /// # Errors
    /// [`DirectoryError::Unavailable`].
    async fn aliases(&self, domain: Option<&Domain>) -> Result<Vec<Alias>, DirectoryError>;

    /// Creates an alias, or adds targets to it.
    ///
    /// # Errors
    /// [`DirectoryError::NoSuchDomain`]; [`DirectoryError::Exists`] where an account has the address.
    async fn add_alias(&self, address: &Mailbox, targets: &[Mailbox])
    -> Result<(), DirectoryError>;

    /// Removes an alias.
    ///
    /// # Errors
    /// [`DirectoryError::NoSuchAlias`].
    async fn remove_alias(&self, address: &Mailbox) -> Result<(), DirectoryError>;
}

/// What an address is to this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// Its domain is not hosted here.
    NotHosted,
    /// Its domain is hosted; the user is unknown.
    Unknown,
    /// It leads to these ends; at least one.
    Targets(Vec<Target>),
}

/// One end of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A hosted account.
    Account {
        /// Which.
        account: Account,
        /// The subaddress, if the address had one (RFC 5233).
        detail: Option<String>,
    },
    /// An address elsewhere.
    Remote(Mailbox),
}

/// A hosted account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its row.
    pub id: AccountId,
    /// Its tenant.
    pub domain: DomainId,
    /// Its address.
    pub address: Mailbox,
}

/// A hosted domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainInfo {
    /// Its row.
    pub id: DomainId,
    /// Its name.
    pub name: Domain,
    /// Where mail for unknown users goes.
    pub catch_all: Option<Mailbox>,
}

/// An alias and where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// Its address.
    pub address: Mailbox,
    /// Where it leads; at least one.
    pub targets: Vec<Mailbox>,
}

/// Why the directory could not do it.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The domain is not hosted.
    #[error("domain {0} is not hosted here; add it with `waxseal domain add {0}`")]
    NoSuchDomain(Domain),
    /// No such account.
    #[error("there is no account {0}")]
    NoSuchAccount(Mailbox),
    /// No such alias.
    #[error("there is no alias {0}")]
    NoSuchAlias(Mailbox),
    /// The name is taken.
    #[error("{0} exists already")]
    Exists(String),
    /// Something still hangs on it.
    #[error("{0} is still in use: {1}")]
    InUse(String, String),
    /// The database failed: 451 4.3.0.
    #[error("the directory is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}
