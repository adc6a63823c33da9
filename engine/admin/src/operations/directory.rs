//! Domains, accounts and aliases.

use super::{domain, done, mailbox};
use crate::{AccountView, AliasView, Answer, DomainView, Problem};
use waxseal_mail::Mailbox;
use waxseal_ports::Directory;
use waxseal_ports::directory::{Account, Alias, DirectoryError, DomainInfo};

/// Octets of a password; more would only feed the hash.
const PASSWORD_OCTETS_MAX: usize = 1024;

pub(super) async fn add_domain(directory: &dyn Directory, name: &str) -> Result<Answer, Problem> {
    let name = domain(name)?;
    directory.add_domain(&name).await?;
    Ok(done(format!("domain {name} is hosted here now")))
}

pub(super) async fn list_domains(directory: &dyn Directory) -> Result<Answer, Problem> {
    let domains = directory.domains().await?;
    Ok(Answer::Domains {
        domains: domains.iter().map(domain_view).collect(),
    })
}

pub(super) async fn show_domain(directory: &dyn Directory, name: &str) -> Result<Answer, Problem> {
    let name = domain(name)?;
    let domains = directory.domains().await?;
    let found = domains.iter().find(|known| known.name == name);
    let found = found.ok_or_else(|| DirectoryError::NoSuchDomain(name.clone()))?;
    let mut view = domain_view(found);
    view.accounts = Some(directory.accounts(Some(&name)).await?.len());
    view.aliases = Some(directory.aliases(Some(&name)).await?.len());
    Ok(Answer::Domains {
        domains: vec![view],
    })
}

pub(super) async fn remove_domain(
    directory: &dyn Directory,
    name: &str,
) -> Result<Answer, Problem> {
    let name = domain(name)?;
    directory.remove_domain(&name).await?;
    Ok(done(format!("domain {name} is no longer hosted here")))
}

pub(super) async fn set_catch_all(
    directory: &dyn Directory,
    name: &str,
    to: Option<&str>,
) -> Result<Answer, Problem> {
    let name = domain(name)?;
    let to = to.map(mailbox).transpose()?;
    directory.set_catch_all(&name, to.as_ref()).await?;
    Ok(done(match to {
        Some(to) => format!("mail for unknown users of {name} goes to {to}"),
        None => format!("mail for unknown users of {name} is refused"),
    }))
}

pub(super) async fn add_account(
    directory: &dyn Directory,
    address: &str,
    password: &str,
) -> Result<Answer, Problem> {
    let address = mailbox(address)?;
    check_password(password)?;
    directory.add_account(&address, password).await?;
    Ok(done(format!("account {address} is ready")))
}

pub(super) async fn list_accounts(
    directory: &dyn Directory,
    name: Option<&str>,
) -> Result<Answer, Problem> {
    let name = name.map(domain).transpose()?;
    let accounts = directory.accounts(name.as_ref()).await?;
    Ok(Answer::Accounts {
        accounts: accounts.iter().map(account_view).collect(),
    })
}

pub(super) async fn show_account(
    directory: &dyn Directory,
    address: &str,
) -> Result<Answer, Problem> {
    let address = mailbox(address)?;
    let accounts = directory.accounts(Some(address.domain())).await?;
    let found = accounts.iter().find(|known| known.address == address);
    let found = found.ok_or(DirectoryError::NoSuchAccount(address))?;
    Ok(Answer::Accounts {
        accounts: vec![account_view(found)],
    })
}

pub(super) async fn set_password(
    directory: &dyn Directory,
    address: &str,
    password: &str,
) -> Result<Answer, Problem> {
    let address = mailbox(address)?;
    check_password(password)?;
    directory.set_password(&address, password).await?;
    Ok(done(format!("account {address} has a new password")))
}

pub(super) async fn remove_account(
    directory: &dyn Directory,
    address: &str,
) -> Result<Answer, Problem> {
    let address = mailbox(address)?;
    directory.remove_account(&address).await?;
    Ok(done(format!("account {address} and its mail are gone")))
}

pub(super) async fn add_alias(
    directory: &dyn Directory,
    address: &str,
    targets: &[String],
) -> Result<Answer, Problem> {
    let address = mailbox(address)?;
    let targets: Vec<Mailbox> = targets
        .iter()
        .map(|text| mailbox(text))
        .collect::<Result<_, _>>()?;
    if targets.is_empty() {
        return Err(Problem::invalid(format!("alias {address} has no target")));
    }
    directory.add_alias(&address, &targets).await?;
    let names: Vec<String> = targets.iter().map(ToString::to_string).collect();
    Ok(done(format!(
        "alias {address} leads to {}",
        names.join(", ")
    )))
}

pub(super) async fn list_aliases(
    directory: &dyn Directory,
    name: Option<&str>,
) -> Result<Answer, Problem> {
    let name = name.map(domain).transpose()?;
    let aliases = directory.aliases(name.as_ref()).await?;
    Ok(Answer::Aliases {
        aliases: aliases.iter().map(alias_view).collect(),
    })
}

pub(super) async fn show_alias(
    directory: &dyn Directory,
    address: &str,
) -> Result<Answer, Problem> {
    let address = mailbox(address)?;
    let aliases = directory.aliases(Some(address.domain())).await?;
    let found = aliases.iter().find(|known| known.address == address);
    let found = found.ok_or(DirectoryError::NoSuchAlias(address))?;
    Ok(Answer::Aliases {
        aliases: vec![alias_view(found)],
    })
}

pub(super) async fn remove_alias(
    directory: &dyn Directory,
    address: &str,
) -> Result<Answer, Problem> {
    let address = mailbox(address)?;
    directory.remove_alias(&address).await?;
    Ok(done(format!("alias {address} is gone")))
}

fn check_password(password: &str) -> Result<(), Problem> {
    if password.is_empty() {
        return Err(Problem::invalid("the password is empty"));
    }
    if password.len() > PASSWORD_OCTETS_MAX {
        let problem = format!("the password is over {PASSWORD_OCTETS_MAX} octets");
        return Err(Problem::invalid(problem));
    }
    if password.contains('\0') {
        return Err(Problem::invalid("the password holds a NUL"));
    }
    Ok(())
}

fn domain_view(domain: &DomainInfo) -> DomainView {
    DomainView {
        name: domain.name.to_string(),
        catch_all: domain.catch_all.as_ref().map(ToString::to_string),
        accounts: None,
        aliases: None,
    }
}

fn account_view(account: &Account) -> AccountView {
    AccountView {
        address: account.address.to_string(),
    }
}

fn alias_view(alias: &Alias) -> AliasView {
    AliasView {
        address: alias.address.to_string(),
        targets: alias.targets.iter().map(ToString::to_string).collect(),
    }
}
