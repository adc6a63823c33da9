//! Tenants: the tables `[tenants.NAME]`, and what their plugins may be granted.

use super::document::At;
use super::vault::{Keeping, VaultProblem, read_vault};
use super::{Config, Mistake};
use serde::Deserialize;
use std::collections::BTreeMap;
use waxseal_plugin::{PluginConfig, TenantConfig};

/// One tenant of the server.
#[derive(Debug, Clone, Deserialize, waxseal_settings::Setting)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenantTable {
    /// Domains whose mail is the tenant's; each of one tenant at most.
    #[setting(len_min = 1)]
    pub domains: Vec<String>,
    /// Texts that plugins of this tenant, and no others, may be granted, by name.
    #[serde(default)]
    pub secrets: BTreeMap<String, Keeping>,
    /// Keys that plugins of this tenant, and no others, may be granted, by name.
    #[serde(default)]
    pub aead_keys: BTreeMap<String, Keeping>,
}

impl TenantTable {
    /// All that it keeps.
    pub(super) fn kept_mut(&mut self) -> impl Iterator<Item = &mut Keeping> {
        self.secrets.values_mut().chain(self.aead_keys.values_mut())
    }
}

impl Config {
    /// The tenants as the plugin host knows them, and what is wrong with their secrets and keys.
    pub(crate) fn tenants(&self) -> (BTreeMap<String, TenantConfig>, Vec<VaultProblem>) {
        let mut problems = Vec::new();
        let tenants = self.tenants.iter().map(|(name, table)| {
            let (vault, wrong) = read_vault(&table.secrets, &table.aead_keys);
            problems.extend(wrong.into_iter().map(|problem| VaultProblem {
                tenant: Some(name.clone()),
                ..problem
            }));
            let domains = table.domains.clone();
            (name.clone(), TenantConfig { domains, vault })
        });
        (tenants.collect(), problems)
    }

    /// What a plugin may be granted: the secrets and keys of its tenant, or else the server's.
    pub(super) fn kept_for(&self, plugin: &PluginConfig) -> [&BTreeMap<String, Keeping>; 2] {
        match &plugin.tenant {
            None => [&self.secrets, &self.aead_keys],
            Some(tenant) => match self.tenants.get(tenant) {
                Some(table) => [&table.secrets, &table.aead_keys],
                None => [const { &BTreeMap::new() }; 2],
            },
        }
    }

    /// What is wrong with how `[storage]` uses plugins of tenants.
    pub(super) fn misused_by_storage(
        &self,
        mistake: impl Fn(&[At<'_>], String) -> Mistake,
    ) -> Vec<Mistake> {
        let storage = &self.storage;
        let of_tenant = |name: &&String| {
            let mut plugins = self.plugin.iter();
            plugins.any(|plugin| plugin.tenant.is_some() && plugin.full_name() == **name)
        };
        let mut mistakes = Vec::new();
        if let Some(name) = storage.plugins.iter().find(of_tenant)
            && !storage.per_account
        {
            let message = format!(
                "{name} is a tenant's and encodes what is its accounts'; that needs per_account = true"
            );
            mistakes.push(mistake(&[At::Key("storage"), At::Key("plugins")], message));
        }
        if let Some(name) = storage.holder.as_ref().filter(of_tenant) {
            let message = format!("{name} is a tenant's, and a holder keeps everybody's messages");
            mistakes.push(mistake(&[At::Key("storage"), At::Key("holder")], message));
        }
        mistakes
    }
}
