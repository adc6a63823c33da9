//! What an address is to this server.

use super::Roster;
use super::roster::Tables;
use std::collections::HashSet;
use waxseal_mail::{AccountId, Mailbox};
use waxseal_ports::directory::{Account, Alias, Resolution, Target};

/// Aliases of aliases followed.
const DEPTH_MAX: u32 = 10;
/// Ends of one address.
const TARGETS_MAX: usize = 1000;

impl Roster {
    /// Follows an address to its ends.
    pub(super) fn resolve(&self, mailbox: &Mailbox) -> Resolution {
        let tables = self.read();
        let Some(domain) = tables.domains.get(mailbox.domain().ascii()) else {
            return Resolution::NotHosted;
        };
        let mut walk = Walk::new(&tables, &self.separators);
        match (walk.find(mailbox), &domain.catch_all) {
            (Some(found), _) => walk.follow(found, 0),
            (None, Some(catch_all)) => walk.enter(catch_all, 1),
            (None, None) => {}
        }
        walk.finish()
    }

    /// Whether `account` may use `sender` as reverse-path. A catch-all gives no right to send.
    pub(super) fn may_send_as(&self, account: AccountId, sender: &Mailbox) -> bool {
        let tables = self.read();
        let mut walk = Walk::new(&tables, &self.separators);
        if let Some(found) = walk.find(sender) {
            walk.follow(found, 0);
        }
        walk.targets.iter().any(|target| match target {
            Target::Account { account: end, .. } => end.id == account,
            Target::Remote(_) => false,
        })
    }
}

/// What has an address, before aliases are followed.
enum Found<'a> {
    Account(&'a Account, Option<String>),
    Alias(&'a Alias),
}

/// One walk from an address to its ends.
struct Walk<'a> {
    tables: &'a Tables,
    separators: &'a str,
    seen: HashSet<Mailbox>,
    accounts: HashSet<(AccountId, Option<String>)>,
    targets: Vec<Target>,
}

impl<'a> Walk<'a> {
    fn new(tables: &'a Tables, separators: &'a str) -> Self {
        Self {
            tables,
            separators,
            seen: HashSet::new(),
            accounts: HashSet::new(),
            targets: Vec::new(),
        }
    }

    /// Exact account, exact alias, account without subaddress, alias without subaddress.
    fn find(&self, mailbox: &Mailbox) -> Option<Found<'a>> {
        if let Some(found) = self.find_exact(mailbox, None) {
            return Some(found);
        }
        let (user, detail) = mailbox.local_part().split_subaddress(self.separators);
        detail.as_ref()?;
        let base = Mailbox::new(user, mailbox.domain().clone());
        self.find_exact(&base, detail)
    }

    fn find_exact(&self, mailbox: &Mailbox, detail: Option<String>) -> Option<Found<'a>> {
        let key = self.tables.key(mailbox)?;
        if let Some(known) = self.tables.accounts.get(&key) {
            return Some(Found::Account(&known.account, detail));
        }
        self.tables.aliases.get(&key).map(Found::Alias)
    }

    fn follow(&mut self, found: Found<'a>, depth: u32) {
        match found {
            Found::Account(account, detail) => {
                if self.accounts.insert((account.id, detail.clone())) {
                    let account = account.clone();
                    self.push(Target::Account { account, detail });
                }
            }
            Found::Alias(alias) => {
                for target in &alias.targets {
                    self.enter(target, depth + 1);
                }
            }
        }
    }

    /// Goes on at an alias target. What leads nowhere, round in circles or too deep is left out.
    fn enter(&mut self, target: &Mailbox, depth: u32) {
        if depth > DEPTH_MAX || !self.seen.insert(target.clone()) {
            return;
        }
        if !self.tables.domains.contains_key(target.domain().ascii()) {
            self.push(Target::Remote(target.clone()));
        } else if let Some(found) = self.find(target) {
            self.follow(found, depth);
        }
    }

    fn push(&mut self, target: Target) {
        if self.targets.len() < TARGETS_MAX {
            self.targets.push(target);
        }
    }

    fn finish(self) -> Resolution {
        if self.targets.is_empty() {
            Resolution::Unknown
        } else {
            Resolution::Targets(self.targets)
        }
    }
}
