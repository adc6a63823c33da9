//! Keys and values with the limits of the interface.

use crate::kv::Error;
use std::collections::BTreeMap;

/// Octets of a key.
const KEY_MAX: usize = 256;
/// Octets of a value.
const VALUE_MAX: usize = 64 * 1024;
/// Keys in one call.
const LIST_MAX: usize = 1000;

/// A value, and the moment when it is gone.
struct Entry {
    value: Vec<u8>,
    ends_ms: Option<f64>,
}

pub(super) struct Store {
    entries: BTreeMap<String, Entry>,
    pub(super) granted: usize,
}

impl Store {
    pub(super) const fn new() -> Self {
        Self {
            entries: BTreeMap::new(),
            granted: 64 << 20,
        }
    }

    fn check(&self, key: &str) -> Result<(), Error> {
        if self.granted == 0 {
            return Err(Error::Denied);
        }
        let fits = (1..=KEY_MAX).contains(&key.len());
        fits.then_some(()).ok_or(Error::TooLarge)
    }

    pub(super) fn keys(&self, now_ms: f64) -> Vec<String> {
        let there = |entry: &Entry| entry.ends_ms.is_none_or(|ends| ends > now_ms);
        let entries = self.entries.iter().filter(|(_, entry)| there(entry));
        entries.map(|(key, _)| key.clone()).collect()
    }

    pub(super) fn get(&mut self, now_ms: f64, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.check(key)?;
        if let Some(ends) = self.entries.get(key).and_then(|entry| entry.ends_ms)
            && ends <= now_ms
        {
            self.entries.remove(key);
        }
        Ok(self.entries.get(key).map(|entry| entry.value.clone()))
    }

    pub(super) fn get_many(
        &mut self,
        now_ms: f64,
        keys: &[String],
    ) -> Result<Vec<Option<Vec<u8>>>, Error> {
        if keys.len() > LIST_MAX {
            return Err(Error::TooLarge);
        }
        keys.iter().map(|key| self.get(now_ms, key)).collect()
    }

    pub(super) fn set(
        &mut self,
        key: &str,
        value: &[u8],
        ends_ms: Option<f64>,
    ) -> Result<(), Error> {
        self.check(key)?;
        if value.len() > VALUE_MAX {
            return Err(Error::TooLarge);
        }
        let others = self.entries.iter().filter(|(known, _)| *known != key);
        let used: usize = others
            .map(|(key, entry)| key.len() + entry.value.len())
            .sum();
        if used + key.len() + value.len() > self.granted {
            return Err(Error::Quota);
        }
        let value = value.to_vec();
        self.entries
            .insert(key.to_owned(), Entry { value, ends_ms });
        Ok(())
    }

    pub(super) fn delete(&mut self, key: &str) -> Result<(), Error> {
        self.check(key)?;
        self.entries.remove(key);
        Ok(())
    }

    pub(super) fn incr(
        &mut self,
        now_ms: f64,
        key: &str,
        by: i32,
        ttl_seconds: Option<u32>,
    ) -> Result<i32, Error> {
        let former = self.get(now_ms, key)?;
        let former = former.and_then(|value| String::from_utf8(value).ok()?.parse::<i32>().ok());
        let kept = self.entries.get(key).and_then(|entry| entry.ends_ms);
        let ends = match former {
            Some(_) => kept,
            None => ttl_seconds.map(|ttl| now_ms + f64::from(ttl) * 1000.0),
        };
        let sum = former.unwrap_or(0).saturating_add(by);
        self.set(key, sum.to_string().as_bytes(), ends)?;
        Ok(sum)
    }

    pub(super) fn incr_many(
        &mut self,
        now_ms: f64,
        changes: &[(String, i32)],
    ) -> Result<Vec<i32>, Error> {
        if changes.len() > LIST_MAX {
            return Err(Error::TooLarge);
        }
        let changes = changes.iter();
        changes
            .map(|(key, by)| self.incr(now_ms, key, *by, None))
            .collect()
    }
}
