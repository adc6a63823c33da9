//! Following an address to its ends.

use super::{State, directory::key};
use crate::directory::{Account, Alias, Resolution, Target};
use waxseal_mail::{AccountId, Mailbox};

/// Aliases behind aliases.
const ALIAS_DEPTH_MAX: usize = 10;
/// Ends of one address.
const TARGETS_MAX: usize = 1000;
/// What divides user and detail of a subaddress (RFC 5233).
const SUBADDRESS_SEPARATORS: &str = "+";

/// What one hosted name is, before anything is followed.
enum Found<'a> {
    Account(&'a Account, Option<String>),
    Alias(&'a Alias),
}

impl State {
    pub(super) fn resolve(&self, mailbox: &Mailbox) -> Resolution {
        if !self.domains.contains_key(mailbox.domain().ascii()) {
            return Resolution::NotHosted;
        }
        let mut targets = Vec::new();
        self.follow(mailbox, 0, &mut targets);
        if targets.is_empty() {
            Resolution::Unknown
        } else {
            Resolution::Targets(targets)
        }
    }

    pub(super) fn may_send_as(&self, account: AccountId, sender: &Mailbox) -> bool {
        match self.find(sender) {
            Some(Found::Account(found, _)) => found.id == account,
            Some(Found::Alias(_)) => {
                let mut targets = Vec::new();
                self.follow(sender, 0, &mut targets);
                let mine = |target: &Target| matches!(target, Target::Account { account: a, .. } if a.id == account);
                targets.iter().any(mine)
            }
            None => false,
        }
    }

    /// Exact account, alias, account without subaddress, alias without subaddress.
    fn find(&self, mailbox: &Mailbox) -> Option<Found<'_>> {
        let exact = key(mailbox);
        let (user, detail) = mailbox.local_part().split_subaddress(SUBADDRESS_SEPARATORS);
        let base = key(&Mailbox::new(user, mailbox.domain().clone()));
        for (key, detail) in [(exact, None), (base, detail)] {
            if let Some(row) = self.accounts.get(&key) {
                return Some(Found::Account(&row.account, detail));
            }
            if let Some(alias) = self.aliases.get(&key) {
                return Some(Found::Alias(alias));
            }
        }
        None
    }

    /// Adds the ends of `mailbox`; those that are unknown or too deep add nothing.
    fn follow(&self, mailbox: &Mailbox, depth: usize, targets: &mut Vec<Target>) {
        if depth > ALIAS_DEPTH_MAX || targets.len() >= TARGETS_MAX {
            return;
        }
        let Some(domain) = self.domains.get(mailbox.domain().ascii()) else {
            push(targets, Target::Remote(mailbox.clone()));
            return;
        };
        match self.find(mailbox) {
            Some(Found::Account(account, detail)) => {
                let account = account.clone();
                push(targets, Target::Account { account, detail });
            }
            Some(Found::Alias(alias)) => {
                for target in &alias.targets {
                    self.follow(target, depth + 1, targets);
                }
            }
            None => {
                if let Some(catch_all) = &domain.info.catch_all {
                    self.follow(catch_all, depth + 1, targets);
                }
            }
        }
    }
}

/// Each end once.
fn push(targets: &mut Vec<Target>, target: Target) {
    if targets.len() < TARGETS_MAX && !targets.contains(&target) {
        targets.push(target);
    }
}
