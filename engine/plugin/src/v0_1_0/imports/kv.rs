//! The plugin's own keys and values.

use crate::guest::Guest;
use crate::reach::Denied;
use crate::v0_1_0::bindings::waxseal::plugin::kv::{Error, Host};
use bytes::Bytes;
use std::time::Duration;
use waxseal_ports::key_value::KeyValueError;

/// Octets of all values of one answer.
const ANSWER_OCTETS_MAX: usize = 4 * 1024 * 1024;

impl From<Denied> for Error {
    fn from(_: Denied) -> Self {
        Self::Denied
    }
}

impl From<KeyValueError> for Error {
    fn from(error: KeyValueError) -> Self {
        match error {
            KeyValueError::Quota => Self::Quota,
            KeyValueError::TooLarge => Self::TooLarge,
            KeyValueError::Unavailable(_) => Self::Unavailable(error.to_string()),
        }
    }
}

type Answer<T> = wasmtime::Result<Result<T, Error>>;

fn secs(ttl: Option<u32>) -> Option<Duration> {
    ttl.map(|secs| Duration::from_secs(secs.into()))
}

impl Guest {
    async fn values(&mut self, keys: Vec<String>) -> Result<Vec<Option<Vec<u8>>>, Error> {
        let (store, owner) = self.profile.reach.key_value()?;
        let values = self
            .wait(async move { store.get_many(&owner, &keys).await })
            .await?;
        let octets: usize = values.iter().flatten().map(Bytes::len).sum();
        if octets > ANSWER_OCTETS_MAX {
            return Err(Error::TooLarge);
        }
        Ok(values
            .into_iter()
            .map(|value| value.map(Vec::from))
            .collect())
    }

    async fn sums(
        &mut self,
        changes: Vec<(String, i32)>,
        ttl: Option<u32>,
    ) -> Result<Vec<i32>, Error> {
        let (store, owner) = self.profile.reach.key_value()?;
        let added = async move { store.incr_many(&owner, &changes, secs(ttl)).await };
        Ok(self.wait(added).await?)
    }

    async fn put(&mut self, key: String, value: Vec<u8>, ttl: Option<u32>) -> Result<(), Error> {
        let (store, owner) = self.profile.reach.key_value()?;
        let value = Bytes::from(value);
        let set = async move { store.set(&owner, &key, value, secs(ttl)).await };
        Ok(self.wait(set).await?)
    }

    async fn remove(&mut self, key: String) -> Result<(), Error> {
        let (store, owner) = self.profile.reach.key_value()?;
        let removed = async move { store.delete(&owner, &key).await };
        Ok(self.wait(removed).await?)
    }
}

impl Host for Guest {
    async fn get(&mut self, key: String) -> Answer<Option<Vec<u8>>> {
        let values = self.values(vec![key]).await;
        Ok(values.map(|values| values.into_iter().next().flatten()))
    }

    async fn get_many(&mut self, keys: Vec<String>) -> Answer<Vec<Option<Vec<u8>>>> {
        Ok(self.values(keys).await)
    }

    async fn set(&mut self, key: String, value: Vec<u8>, ttl_seconds: Option<u32>) -> Answer<()> {
        Ok(self.put(key, value, ttl_seconds).await)
    }

    async fn delete(&mut self, key: String) -> Answer<()> {
        Ok(self.remove(key).await)
    }

    async fn incr(&mut self, key: String, by: i32, ttl_seconds: Option<u32>) -> Answer<i32> {
        let sums = self.sums(vec![(key, by)], ttl_seconds).await;
        Ok(sums.map(|sums| sums.first().copied().unwrap_or_default()))
    }

    async fn incr_many(&mut self, changes: Vec<(String, i32)>) -> Answer<Vec<i32>> {
        Ok(self.sums(changes, None).await)
    }
}
