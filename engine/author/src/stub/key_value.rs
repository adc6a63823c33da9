//! Keys and values in memory, whose time passes as the case says.

use crate::stub::StubClock;
use async_trait::async_trait;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use waxseal_ports::key_value::{KeyValueError, Owner, VALUE_OCTETS_MAX, check_keys, number};
use waxseal_ports::{Clock, KeyValue};

/// A value and when it goes.
type Row = (Bytes, Option<Instant>);

/// The keys of one plugin.
#[derive(Debug)]
pub struct StubKeyValue {
    rows: Mutex<BTreeMap<String, Row>>,
    clock: Arc<StubClock>,
}

impl StubKeyValue {
    /// Holds `start`, forever.
    #[must_use]
    pub fn new(start: &BTreeMap<String, String>, clock: Arc<StubClock>) -> Self {
        let rows = start.iter();
        let rows = rows.map(|(key, value)| (key.clone(), (Bytes::from(value.clone()), None)));
        Self {
            rows: Mutex::new(rows.collect()),
            clock,
        }
    }

    /// What there is now; octets that are no UTF-8 are replaced.
    #[must_use]
    pub fn all(&self) -> BTreeMap<String, String> {
        let rows = self.rows();
        let rows = rows.iter();
        rows.map(|(key, (value, _))| (key.clone(), String::from_utf8_lossy(value).into_owned()))
            .collect()
    }

    /// The rows without those whose time is over.
    fn rows(&self) -> MutexGuard<'_, BTreeMap<String, Row>> {
        let now = self.clock.monotonic();
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows.retain(|_, (_, end)| end.is_none_or(|end| end > now));
        rows
    }

    fn end(&self, ttl: Option<Duration>) -> Option<Instant> {
        ttl.map(|ttl| self.clock.monotonic() + ttl)
    }
}

fn octets(rows: &BTreeMap<String, Row>) -> u64 {
    let octets = rows.iter().map(|(key, (value, _))| key.len() + value.len());
    u64::try_from(octets.sum::<usize>()).unwrap_or(u64::MAX)
}

/// Puts `changed` in place of `rows` where the owner may have that much.
fn keep(
    rows: &mut BTreeMap<String, Row>,
    changed: BTreeMap<String, Row>,
    owner: &Owner,
) -> Result<(), KeyValueError> {
    let wanted = octets(&changed);
    if wanted > owner.octets_max && wanted > octets(rows) {
        return Err(KeyValueError::Quota);
    }
    *rows = changed;
    Ok(())
}

#[async_trait]
impl KeyValue for StubKeyValue {
    async fn get_many(
        &self,
        _owner: &Owner,
        keys: &[String],
    ) -> Result<Vec<Option<Bytes>>, KeyValueError> {
        check_keys(keys.iter().map(String::as_str))?;
        let rows = self.rows();
        let values = keys.iter();
        Ok(values
            .map(|key| rows.get(key).map(|(value, _)| value.clone()))
            .collect())
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
        let end = self.end(ttl);
        let mut rows = self.rows();
        let mut changed = rows.clone();
        changed.insert(key.to_owned(), (value, end));
        keep(&mut rows, changed, owner)
    }

    async fn delete(&self, _owner: &Owner, key: &str) -> Result<(), KeyValueError> {
        check_keys([key].into_iter())?;
        self.rows().remove(key);
        Ok(())
    }

    async fn incr_many(
        &self,
        owner: &Owner,
        changes: &[(String, i32)],
        ttl: Option<Duration>,
    ) -> Result<Vec<i32>, KeyValueError> {
        check_keys(changes.iter().map(|(key, _)| key.as_str()))?;
        let begins = self.end(ttl);
        let mut rows = self.rows();
        let mut changed = rows.clone();
        let mut sums = Vec::new();
        for (key, by) in changes {
            let former = changed.get(key);
            let known = former.and_then(|(value, end)| Some((number(value)?, *end)));
            let (was, end) = known.unwrap_or((0, begins));
            let sum = was.saturating_add(*by);
            changed.insert(key.clone(), (Bytes::from(sum.to_string()), end));
            sums.push(sum);
        }
        keep(&mut rows, changed, owner)?;
        Ok(sums)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> Owner {
        Owner {
            tenant: String::new(),
            plugin: "p".to_owned(),
            octets_max: 20,
        }
    }

    #[tokio::test]
    async fn time_and_quota() {
        let clock = Arc::new(StubClock::new(None));
        let start = BTreeMap::from([("n".to_owned(), "4".to_owned())]);
        let kv = StubKeyValue::new(&start, clock.clone());
        let ten = Some(Duration::from_secs(10));
        let up = |key: &str, by| vec![(key.to_owned(), by)];
        assert_eq!(kv.incr_many(&owner(), &up("n", 3), ten).await.unwrap(), [7]);
        assert_eq!(kv.incr_many(&owner(), &up("m", 1), ten).await.unwrap(), [1]);
        clock.advance(6);
        assert_eq!(kv.incr_many(&owner(), &up("m", 1), ten).await.unwrap(), [2]);
        clock.advance(5);
        assert_eq!(kv.all(), BTreeMap::from([("n".to_owned(), "7".to_owned())]));
        let long = kv
            .set(&owner(), "k", Bytes::from(vec![b'x'; 30]), None)
            .await;
        assert!(matches!(long, Err(KeyValueError::Quota)));
        assert_eq!(kv.all().len(), 1);
        kv.delete(&owner(), "n").await.unwrap();
        assert!(kv.all().is_empty());
    }
}
