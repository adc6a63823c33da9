//! The directory in memory.

use crate::folder::OpenError;
use sqlx::{Row, SqliteConnection};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use waxseal_mail::{AccountId, Domain, DomainId, Mailbox};
use waxseal_ports::directory::{Account, Alias, DirectoryError, DomainInfo};

/// Addresses remembered by account.
const ADDRESSES_MAX: usize = 20_000;

/// Everything the directory knows, as committed.
#[derive(Debug)]
pub(crate) struct Roster {
    tables: RwLock<Tables>,
    /// Found by account; an account never changes its address.
    addresses: Mutex<HashMap<AccountId, String>>,
    pub(super) separators: String,
}

/// The tables by what they are asked for.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// By ASCII name.
    pub(super) domains: HashMap<String, DomainInfo>,
    /// By domain and folded local-part.
    pub(super) accounts: HashMap<(DomainId, String), Credentials>,
    /// By domain and folded local-part.
    pub(super) aliases: HashMap<(DomainId, String), Alias>,
}

/// An account and the hash of its password.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    pub(crate) account: Account,
    pub(crate) hash: Arc<str>,
}

impl Tables {
    /// Where an address belongs, if its domain is hosted.
    pub(super) fn key(&self, mailbox: &Mailbox) -> Option<(DomainId, String)> {
        let domain = self.domains.get(mailbox.domain().ascii())?;
        Some((domain.id, mailbox.local_part().folded()))
    }
}

impl Roster {
    /// Reads everything.
    pub(crate) async fn load(
        connection: &mut SqliteConnection,
        separators: &str,
    ) -> Result<Self, OpenError> {
        let mut tables = Tables::default();
        let rows = sqlx::query("SELECT id, name, catch_all FROM domain")
            .fetch_all(&mut *connection)
            .await?;
        for row in rows {
            let name: String = row.try_get(1)?;
            let name = Domain::parse(&name).map_err(|_| OpenError::Corrupt(name))?;
            let catch_all = row.try_get::<Option<String>, _>(2)?;
            let catch_all = catch_all.map(|text| address(&text)).transpose()?;
            let id = DomainId(row.try_get(0)?);
            let info = DomainInfo {
                id,
                name,
                catch_all,
            };
            tables.domains.insert(info.name.ascii().to_owned(), info);
        }
        let rows =
            sqlx::query("SELECT id, domain, local_part, address, password_hash FROM account")
                .fetch_all(&mut *connection)
                .await?;
        for row in rows {
            let domain = DomainId(row.try_get(1)?);
            let account = Account {
                id: AccountId(row.try_get(0)?),
                domain,
                address: address(&row.try_get::<String, _>(3)?)?,
            };
            let hash = row.try_get::<String, _>(4)?.into();
            let credentials = Credentials { account, hash };
            tables
                .accounts
                .insert((domain, row.try_get(2)?), credentials);
        }
        let rows = sqlx::query("SELECT domain, local_part, address, targets FROM alias")
            .fetch_all(&mut *connection)
            .await?;
        for row in rows {
            let targets: String = row.try_get(3)?;
            let alias = Alias {
                address: address(&row.try_get::<String, _>(2)?)?,
                targets: targets.lines().map(address).collect::<Result<_, _>>()?,
            };
            let key = (DomainId(row.try_get(0)?), row.try_get(1)?);
            tables.aliases.insert(key, alias);
        }
        Ok(Self {
            tables: RwLock::new(tables),
            addresses: Mutex::default(),
            separators: separators.to_owned(),
        })
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, Tables> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Tables> {
        self.tables.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The account that has exactly this address.
    pub(crate) fn credentials(&self, address: &Mailbox) -> Option<Credentials> {
        let tables = self.read();
        let key = tables.key(address)?;
        tables.accounts.get(&key).cloned()
    }

    /// The address of an account.
    pub(crate) fn address(&self, account: AccountId) -> Option<String> {
        let mut addresses = self
            .addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(address) = addresses.get(&account) {
            return Some(address.clone());
        }
        let tables = self.read();
        let mut known = tables.accounts.values().map(|known| &known.account);
        let address = known.find(|known| known.id == account)?.address.to_string();
        if addresses.len() >= ADDRESSES_MAX {
            addresses.clear();
        }
        addresses.insert(account, address.clone());
        Some(address)
    }

    pub(super) fn domains(&self) -> Vec<DomainInfo> {
        let mut domains: Vec<_> = self.read().domains.values().cloned().collect();
        domains.sort_by(|a, b| a.name.ascii().cmp(b.name.ascii()));
        domains
    }

    pub(super) fn accounts(&self, domain: Option<&Domain>) -> Result<Vec<Account>, DirectoryError> {
        let tables = self.read();
        let wanted = wanted(&tables, domain)?;
        let accounts = tables.accounts.values().map(|known| &known.account);
        let mut accounts: Vec<_> = accounts
            .filter(|account| wanted.is_none_or(|wanted| account.domain == wanted))
            .cloned()
            .collect();
        accounts.sort_by_cached_key(|account| sort_key(&account.address));
        Ok(accounts)
    }

    pub(super) fn aliases(&self, domain: Option<&Domain>) -> Result<Vec<Alias>, DirectoryError> {
        let tables = self.read();
        let wanted = wanted(&tables, domain)?;
        let mut aliases: Vec<_> = tables
            .aliases
            .iter()
            .filter(|((domain, _), _)| wanted.is_none_or(|wanted| *domain == wanted))
            .map(|(_, alias)| alias.clone())
            .collect();
        aliases.sort_by_cached_key(|alias| sort_key(&alias.address));
        Ok(aliases)
    }
}

/// The row of a domain asked for.
fn wanted(tables: &Tables, domain: Option<&Domain>) -> Result<Option<DomainId>, DirectoryError> {
    let Some(domain) = domain else {
        return Ok(None);
    };
    match tables.domains.get(domain.ascii()) {
        Some(info) => Ok(Some(info.id)),
        None => Err(DirectoryError::NoSuchDomain(domain.clone())),
    }
}

/// Lists go by domain, then by local-part.
fn sort_key(address: &Mailbox) -> (String, String) {
    (
        address.domain().ascii().to_owned(),
        address.local_part().folded(),
    )
}

fn address(text: &str) -> Result<Mailbox, OpenError> {
    Mailbox::parse(text).map_err(|_| OpenError::Corrupt(text.to_owned()))
}
