//! What one plugin can reach beyond the message, by its grants.

use crate::config::PluginConfig;
use crate::grants::{Grants, UrlPrefix};
use crate::host::Services;
use crate::vault::{AeadKey, Secret, Vault};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;
use waxseal_ports::key_value::Owner;
use waxseal_ports::{Entropy, HttpClient, KeyValue, Resolver};

/// Lines that would grant something, said for one plugin.
const HINTS_MAX: usize = 20;

/// Services with the grants of one plugin.
pub(crate) struct Reach {
    plugin: String,
    grants: Grants,
    prefixes: Vec<UrlPrefix>,
    owner: Arc<Owner>,
    secrets: BTreeMap<String, Secret>,
    keys: BTreeMap<String, AeadKey>,
    pub(crate) entropy: Arc<dyn Entropy>,
    key_value: Arc<dyn KeyValue>,
    resolver: Arc<dyn Resolver>,
    http: Arc<dyn HttpClient>,
    hinted: Mutex<HashSet<String>>,
}

/// Not granted; the log says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Denied;

/// What came of asking for a key.
pub(crate) enum Key<'a> {
    Held(&'a AeadKey),
    /// Granted, but the server has none of this name.
    Missing,
    Denied,
}

impl Reach {
    /// By the grants of `config`; `vault` holds the secrets and keys that it can be granted.
    pub(crate) fn new(services: &Services, config: &PluginConfig, vault: &Vault) -> Self {
        let grants = config.grants.clone();
        let granted = |names: &[String], name: &String| names.contains(name);
        let secrets = vault.secrets.iter();
        let secrets = secrets.filter(|(name, _)| granted(&grants.secrets, name));
        let keys = vault.aead_keys.iter();
        let keys = keys.filter(|(name, _)| granted(&grants.aead_keys, name));
        Self {
            plugin: config.full_name(),
            prefixes: UrlPrefix::all(&grants.http),
            owner: Arc::new(Owner {
                tenant: config.tenant.clone().unwrap_or_default(),
                plugin: config.name.clone(),
                octets_max: grants.kv_bytes,
            }),
            secrets: secrets
                .map(|(name, secret)| (name.clone(), secret.clone()))
                .collect(),
            keys: keys
                .map(|(name, key)| (name.clone(), key.clone()))
                .collect(),
            grants,
            entropy: services.entropy.clone(),
            key_value: services.key_value.clone(),
            resolver: services.resolver.clone(),
            http: services.http.clone(),
            hinted: Mutex::default(),
        }
    }

    pub(crate) const fn has_http(&self) -> bool {
        !self.grants.http.is_empty()
    }

    /// # Errors
    /// [`Denied`].
    pub(crate) fn key_value(&self) -> Result<(Arc<dyn KeyValue>, Arc<Owner>), Denied> {
        if self.grants.kv_bytes == 0 {
            return Err(self.deny("kv", "kv_bytes = 1048576"));
        }
        Ok((self.key_value.clone(), self.owner.clone()))
    }

    /// # Errors
    /// [`Denied`].
    pub(crate) fn resolver(&self) -> Result<Arc<dyn Resolver>, Denied> {
        if !self.grants.dns {
            return Err(self.deny("dns", "dns = true"));
        }
        Ok(self.resolver.clone())
    }

    /// Who sends a request to `url`.
    ///
    /// # Errors
    /// [`Denied`].
    pub(crate) fn http(&self, url: &Url) -> Result<Arc<dyn HttpClient>, Denied> {
        if !self.prefixes.iter().any(|prefix| prefix.covers(url)) {
            let prefix = format!("{}/", url.origin().ascii_serialization());
            return Err(self.deny("http", &line("http", &self.grants.http, &prefix)));
        }
        Ok(self.http.clone())
    }

    /// A secret; `None` where it is not granted or not there.
    pub(crate) fn secret(&self, name: &str) -> Option<&Secret> {
        if !self.grants.secrets.iter().any(|granted| granted == name) {
            self.deny(
                "config.secret",
                &line("secrets", &self.grants.secrets, name),
            );
        }
        self.secrets.get(name)
    }

    pub(crate) fn key(&self, name: &str) -> Key<'_> {
        if !self.grants.aead_keys.iter().any(|granted| granted == name) {
            self.deny("aead", &line("aead_keys", &self.grants.aead_keys, name));
            return Key::Denied;
        }
        self.keys.get(name).map_or(Key::Missing, Key::Held)
    }

    /// `text` with `[secret]` in place of every secret of the plugin.
    pub(crate) fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut masked = Cow::Borrowed(text);
        for secret in self.secrets.values().map(Secret::expose) {
            if !secret.is_empty() && masked.contains(secret) {
                masked = Cow::Owned(masked.replace(secret, "[secret]"));
            }
        }
        masked
    }

    /// Says once which line would grant it.
    fn deny(&self, import: &str, line: &str) -> Denied {
        let mut hinted = self.hinted.lock().unwrap_or_else(PoisonError::into_inner);
        if hinted.len() < HINTS_MAX && hinted.insert(line.to_owned()) {
            let plugin = self.plugin.as_str();
            tracing::warn!(
                plugin,
                import,
                "not granted; this line under [plugin.grants] of the plugin would grant it: {line}"
            );
        }
        Denied
    }
}

/// A list in TOML with one more element.
fn line(setting: &str, granted: &[String], more: &str) -> String {
    let more: String = more.chars().take(200).collect();
    let all = granted.iter().map(String::as_str).chain([more.as_str()]);
    let all: Vec<_> = all
        .map(|name| toml::Value::from(name).to_string())
        .collect();
    format!("{setting} = [{}]", all.join(", "))
}
