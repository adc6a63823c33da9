//! The world of a case, as far as it lasts from step to step.

use super::Step;
use crate::AuthorError;
use crate::component::Subject;
use crate::stub::{Shelf, StubEntropy};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use waxseal_mail::Timestamp;
use waxseal_ports::KeyValue;
use waxseal_ports::blob_codec::Attributes;
use waxseal_ports::key_value::Owner;
use waxseal_ports::memory::{FakeClock, MemoryKeyValue};

/// What stays from step to step.
pub(super) struct Stubs {
    pub(super) clock: Arc<FakeClock>,
    pub(super) key_value: Arc<MemoryKeyValue>,
    /// The plugin as the owner of keys.
    owner: Owner,
    pub(super) entropy: Arc<StubEntropy>,
    /// What stubbed HTTP servers keep.
    pub(super) shelf: Arc<Shelf>,
    stored: Mutex<BTreeMap<String, Stored>>,
}

/// A blob that a former step stored.
#[derive(Debug, Clone, Default)]
pub(super) struct Stored {
    /// As it was given.
    pub(super) plain: Bytes,
    /// As it rests; nothing at a holder.
    pub(super) octets: Bytes,
    /// What a codec wants to know when it reads it.
    pub(super) attributes: Attributes,
    /// A holder's key for it.
    pub(super) key: String,
}

impl Stubs {
    /// As the first step of a case says.
    ///
    /// # Errors
    /// [`AuthorError::Wrong`].
    pub(super) async fn new(subject: &Subject, step: &Step) -> Result<Self, AuthorError> {
        let now = step.stub.now.as_deref();
        let now = now
            .map(|text| OffsetDateTime::parse(text, &Rfc3339))
            .transpose();
        let now = now.map_err(|error| {
            AuthorError::Wrong(format!(
                "`stub.now` is not as 2026-11-24T05:29:34Z: {error}"
            ))
        })?;
        let wall = |now: OffsetDateTime| Timestamp::utc(now.unix_timestamp());
        let clock = now.map_or_else(FakeClock::default, |now| FakeClock::at(wall(now)));
        let clock = Arc::new(clock);
        let stubs = Self {
            key_value: Arc::new(MemoryKeyValue::new(clock.clone())),
            entropy: Arc::new(StubEntropy::new(step.stub.random)),
            owner: Owner {
                tenant: String::new(),
                plugin: subject.name.clone(),
                octets_max: u64::MAX,
            },
            shelf: Arc::default(),
            stored: Mutex::default(),
            clock,
        };
        for (key, value) in &step.stub.kv {
            let value = Bytes::from(value.clone());
            let set = stubs.key_value.set(&stubs.owner, key, value, None).await;
            set.map_err(|error| AuthorError::Wrong(format!("`stub.kv.{key}`: {error}")))?;
        }
        Ok(stubs)
    }

    /// The keys and values there are now; octets that are no UTF-8 are replaced.
    pub(super) fn kv(&self) -> BTreeMap<String, String> {
        let entries = self.key_value.entries(&self.owner).into_iter();
        entries
            .map(|(key, value)| (key, String::from_utf8_lossy(&value).into_owned()))
            .collect()
    }

    /// Blobs of former steps, by their names.
    pub(super) fn stored(&self) -> MutexGuard<'_, BTreeMap<String, Stored>> {
        self.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
