//! Changes of the directory; each is a transaction of its own.

mod account;
mod alias;
mod domain;

pub(super) use account::{AddAccount, RemoveAccount, SetPassword};
pub(super) use alias::{AddAlias, RemoveAlias};
pub(super) use domain::{AddDomain, RemoveDomain, SetCatchAll};

use super::roster::Tables;
use waxseal_mail::{DomainId, Mailbox};
use waxseal_ports::directory::DirectoryError;

/// Where an address of a hosted domain belongs.
fn hosted_key(tables: &Tables, address: &Mailbox) -> Result<(DomainId, String), DirectoryError> {
    let key = tables.key(address);
    key.ok_or_else(|| DirectoryError::NoSuchDomain(address.domain().clone()))
}
