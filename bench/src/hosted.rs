//! The filters as components in the server's own plugin host.

use anyhow::{Result, anyhow};
use async_trait::async_trait;
use bytes::Bytes;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use waxseal_mime::{Limits, Parser};
use waxseal_plugin::{Config, Host, PluginConfig, Services};
use waxseal_ports::KeyValue;
use waxseal_ports::clock::SystemClock;
use waxseal_ports::key_value::{KeyValueError, Owner};

/// A host with one plugin from `file`, as `table` configures it; `stored` is what its store holds.
pub(crate) async fn host(
    file: &Path,
    table: toml::Table,
    stored: Vec<(String, Vec<u8>)>,
) -> Result<Host> {
    let mut plugin: PluginConfig = toml::Value::Table(table).try_into()?;
    plugin.file = Some(std::path::absolute(file)?);
    let folder = file.parent().unwrap_or(Path::new("/")).to_owned();
    let parser = Arc::new(Parser::new(Limits::default()));
    let mut services = Services::new(folder, parser, Arc::new(SystemClock));
    services.key_value = Arc::new(Learned::new(stored));
    let config = Config {
        plugins: vec![plugin],
        ..Config::default()
    };
    let host = Host::start(config, services).await;
    host.map_err(|error| anyhow!("{error}"))
}

/// A store in a hash table, as cheap as a store can be: what is measured is the plugin.
struct Learned(Mutex<HashMap<String, Bytes>>);

impl Learned {
    fn new(stored: Vec<(String, Vec<u8>)>) -> Self {
        let values = stored.into_iter();
        Self(Mutex::new(
            values.map(|(key, value)| (key, value.into())).collect(),
        ))
    }

    fn values(&self) -> MutexGuard<'_, HashMap<String, Bytes>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl KeyValue for Learned {
    async fn get_many(
        &self,
        _owner: &Owner,
        keys: &[String],
    ) -> Result<Vec<Option<Bytes>>, KeyValueError> {
        let values = self.values();
        Ok(keys.iter().map(|key| values.get(key).cloned()).collect())
    }

    async fn set(
        &self,
        _owner: &Owner,
        key: &str,
        value: Bytes,
        _ttl: Option<Duration>,
    ) -> Result<(), KeyValueError> {
        self.values().insert(key.to_owned(), value);
        Ok(())
    }

    async fn delete(&self, _owner: &Owner, key: &str) -> Result<(), KeyValueError> {
        self.values().remove(key);
        Ok(())
    }

    async fn incr_many(
        &self,
        _owner: &Owner,
        changes: &[(String, i32)],
        _ttl: Option<Duration>,
    ) -> Result<Vec<i32>, KeyValueError> {
        let mut values = self.values();
        let mut sums = Vec::with_capacity(changes.len());
        for (key, by) in changes {
            let held = values
                .get(key)
                .and_then(|value| waxseal_ports::key_value::number(value));
            let sum = held.unwrap_or(0).saturating_add(*by);
            values.insert(key.clone(), Bytes::from(sum.to_string()));
            sums.push(sum);
        }
        Ok(sums)
    }
}
