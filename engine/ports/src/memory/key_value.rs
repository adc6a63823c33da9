//! Keys and values in memory, with the quotas and times of the real ones.

use crate::Clock;
use crate::key_value::{KeyValue, KeyValueError, Owner, VALUE_OCTETS_MAX, check_keys, number};
use async_trait::async_trait;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A [`KeyValue`] for tests; `clock` says when a value's time is over.
pub struct MemoryKeyValue {
    clock: Arc<dyn Clock>,
    owners: Mutex<BTreeMap<String, Entries>>,
}

type Entries = BTreeMap<String, Entry>;

#[derive(Clone)]
struct Entry {
    value: Bytes,
    /// In seconds since 1970.
    expires: Option<i64>,
}

impl MemoryKeyValue {
    /// Nothing stored.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            owners: Mutex::default(),
        }
    }

    /// All keys and values of an owner that are there now, in order: for tests that look.
    #[must_use]
    pub fn entries(&self, owner: &Owner) -> Vec<(String, Bytes)> {
        let now = self.clock.wall().unix_secs;
        let mut owners = self.owners();
        let entries = live(&mut owners, owner, now).iter();
        entries
            .map(|(key, entry)| (key.clone(), entry.value.clone()))
            .collect()
    }

    fn owners(&self) -> MutexGuard<'_, BTreeMap<String, Entries>> {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn expires(&self, ttl: Option<Duration>) -> Option<i64> {
        let secs = |ttl: Duration| i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX);
        ttl.map(|ttl| self.clock.wall().unix_secs.saturating_add(secs(ttl)))
    }
}

/// What an owner has, without what is over.
fn live<'a>(owners: &'a mut BTreeMap<String, Entries>, owner: &Owner, now: i64) -> &'a mut Entries {
    let entries = owners.entry(owner.to_string()).or_default();
    entries.retain(|_, entry| entry.expires.is_none_or(|expires| expires > now));
    entries
}

fn check_quota(before: &Entries, after: &Entries, owner: &Owner) -> Result<(), KeyValueError> {
    let octets = |entries: &Entries| {
        let octets = entries
            .iter()
            .map(|(key, entry)| key.len() + entry.value.len());
        u64::try_from(octets.sum::<usize>()).unwrap_or(u64::MAX)
    };
    if octets(after) > owner.octets_max.max(octets(before)) {
        return Err(KeyValueError::Quota);
    }
    Ok(())
}

#[async_trait]
impl KeyValue for MemoryKeyValue {
    async fn get_many(
        &self,
        owner: &Owner,
        keys: &[String],
    ) -> Result<Vec<Option<Bytes>>, KeyValueError> {
        check_keys(keys.iter().map(String::as_str))?;
        let now = self.clock.wall().unix_secs;
        let mut owners = self.owners();
        let entries = live(&mut owners, owner, now);
        let value = |key: &String| entries.get(key).map(|entry| entry.value.clone());
        Ok(keys.iter().map(value).collect())
    }

    async fn set(
        &self,
        owner: &Owner,
        key: &str,
        value: Bytes,
        ttl: Option<Duration>,
    ) -> Result<(), KeyValueError> {
        check_keys([key].into_iter())?;
        if value.len() > VALUE_OCTETS_MAX {
            return Err(KeyValueError::TooLarge);
        }
        let (now, expires) = (self.clock.wall().unix_secs, self.expires(ttl));
        let mut owners = self.owners();
        let entries = live(&mut owners, owner, now);
        let mut changed = entries.clone();
        changed.insert(key.to_owned(), Entry { value, expires });
        check_quota(entries, &changed, owner)?;
        *entries = changed;
        Ok(())
    }

    async fn delete(&self, owner: &Owner, key: &str) -> Result<(), KeyValueError> {
        check_keys([key].into_iter())?;
        if let Some(entries) = self.owners().get_mut(&owner.to_string()) {
            entries.remove(key);
        }
        Ok(())
    }

    async fn incr_many(
        &self,
        owner: &Owner,
        changes: &[(String, i32)],
        ttl: Option<Duration>,
    ) -> Result<Vec<i32>, KeyValueError> {
        check_keys(changes.iter().map(|(key, _)| key.as_str()))?;
        let (now, expires) = (self.clock.wall().unix_secs, self.expires(ttl));
        let mut owners = self.owners();
        let entries = live(&mut owners, owner, now);
        let mut changed = entries.clone();
        let mut sums = Vec::with_capacity(changes.len());
        for (key, by) in changes {
            let former = changed.get(key);
            let former = former.and_then(|entry| Some((number(&entry.value)?, entry.expires)));
            let (held, expires) = former.unwrap_or((0, expires));
            let sum = held.saturating_add(*by);
            let value = Bytes::from(sum.to_string());
            changed.insert(key.clone(), Entry { value, expires });
            sums.push(sum);
        }
        check_quota(entries, &changed, owner)?;
        *entries = changed;
        Ok(sums)
    }
}
