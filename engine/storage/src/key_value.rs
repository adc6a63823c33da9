//! What plugins keep for themselves: `kv.db`, a database of its own beside the mail.
//!
//! It is not on the durable path: its log is flushed when SQLite finds it time (`synchronous =
//! NORMAL`), so after a crash of the machine the last writes may be missing, and never more than
//! whole batches of them. One thread writes for all callers that wait; reading goes on beside it.

mod database;
mod plan;
mod writer;

use crate::folder::OpenError;
use async_trait::async_trait;
use bytes::Bytes;
use database::Owners;
use sqlx::{Row, SqlitePool};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use waxseal_ports::Clock;
use waxseal_ports::key_value::{KeyValue, KeyValueError, Owner, VALUE_OCTETS_MAX, check_keys};
use writer::{Action, Ticket, Writer};

/// Operations waiting for the writer; more wait at their callers.
const WAITING_MAX: usize = 4096;
/// Connections that read.
const READERS: u32 = 2;
/// Keys of a question whose statement is kept for the next one with as many.
const KEPT_KEYS_MAX: usize = 8;

/// Implements the port `KeyValue`.
pub struct KeyValueStore {
    clock: Arc<dyn Clock>,
    readers: SqlitePool,
    owners: Arc<RwLock<Owners>>,
    writer: Mutex<Option<Running>>,
}

/// The way to the writing thread; dropping the sender ends it.
struct Running {
    tickets: mpsc::Sender<Ticket>,
    thread: JoinHandle<()>,
}

impl KeyValueStore {
    /// Opens `kv.db` in the data folder, whose lock the caller holds, or makes it.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(folder: &Path, clock: Arc<dyn Clock>) -> Result<Arc<Self>, OpenError> {
        let path = folder.join("kv.db");
        let (connection, loaded) = database::connect_writer(&path).await?;
        let readers = database::connect_readers(&path, READERS).await?;
        let owners = Arc::new(RwLock::new(loaded));
        let (tickets, waiting) = mpsc::channel(WAITING_MAX);
        let writer = Writer {
            connection,
            owners: owners.clone(),
            clock: clock.clone(),
            swept: None,
        };
        let failed = |source| OpenError::Io {
            path: path.display().to_string(),
            source,
        };
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_time().build().map_err(failed)?;
        let thread = std::thread::Builder::new().name("storage-kv".into());
        let thread = thread.spawn(move || runtime.block_on(writer.run(waiting)));
        let thread = thread.map_err(failed)?;
        Ok(Arc::new(Self {
            clock,
            readers,
            owners,
            writer: Mutex::new(Some(Running { tickets, thread })),
        }))
    }

    /// Ends all writing after what was begun, and closes the database.
    pub async fn close(&self) {
        let running = self.running().take();
        if let Some(Running { tickets, thread }) = running {
            drop(tickets);
            let joined = tokio::task::spawn_blocking(move || thread.join()).await;
            if !matches!(joined, Ok(Ok(()))) {
                tracing::error!("the thread of kv.db had panicked");
            }
        }
        self.readers.close().await;
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Option<Running>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn expires(&self, ttl: Option<Duration>) -> Option<i64> {
        let secs = i64::try_from(ttl?.as_secs()).unwrap_or(i64::MAX);
        Some(self.clock.wall().unix_secs.saturating_add(secs))
    }

    /// Has the writer do something.
    async fn write(&self, owner: &Owner, action: Action) -> Result<Vec<i32>, KeyValueError> {
        let tickets = self
            .running()
            .as_ref()
            .map(|running| running.tickets.clone());
        let (answer, answered) = oneshot::channel();
        let ticket = Ticket {
            owner: owner.clone(),
            action,
            answer,
        };
        let sent = match tickets {
            Some(tickets) => tickets.send(ticket).await.is_ok(),
            None => false,
        };
        if sent && let Ok(outcome) = answered.await {
            return outcome;
        }
        Err(KeyValueError::Unavailable("the store is closed".into()))
    }
}

fn broken(error: sqlx::Error) -> KeyValueError {
    KeyValueError::Unavailable(Box::new(error))
}

#[async_trait]
impl KeyValue for KeyValueStore {
    async fn get_many(
        &self,
        owner: &Owner,
        keys: &[String],
    ) -> Result<Vec<Option<Bytes>>, KeyValueError> {
        check_keys(keys.iter().map(String::as_str))?;
        let id = {
            let owners = self.owners.read().unwrap_or_else(PoisonError::into_inner);
            owners.id(owner)
        };
        let Some(id) = id.filter(|_| !keys.is_empty()) else {
            return Ok(vec![None; keys.len()]);
        };
        let marks = vec!["?"; keys.len()].join(",");
        let text = format!(
            "SELECT key, value FROM entry WHERE owner = ? AND (expires IS NULL OR expires > ?) \
             AND key IN ({marks})"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(text))
            .persistent(keys.len() <= KEPT_KEYS_MAX)
            .bind(id)
            .bind(self.clock.wall().unix_secs);
        let query = keys
            .iter()
            .fold(query, |query, key| query.bind(key.as_bytes()));
        let rows = query.fetch_all(&self.readers).await.map_err(broken)?;
        let mut found = HashMap::with_capacity(rows.len());
        for row in rows {
            let key: Vec<u8> = row.try_get(0).map_err(broken)?;
            let value: Vec<u8> = row.try_get(1).map_err(broken)?;
            found.insert(key, Bytes::from(value));
        }
        Ok(keys
            .iter()
            .map(|key| found.get(key.as_bytes()).cloned())
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
        let action = Action::Set {
            key: key.as_bytes().into(),
            value,
            expires: self.expires(ttl),
        };
        self.write(owner, action).await.map(drop)
    }

    async fn delete(&self, owner: &Owner, key: &str) -> Result<(), KeyValueError> {
        check_keys([key].into_iter())?;
        self.write(
            owner,
            Action::Delete {
                key: key.as_bytes().into(),
            },
        )
        .await
        .map(drop)
    }

    async fn incr_many(
        &self,
        owner: &Owner,
        changes: &[(String, i32)],
        ttl: Option<Duration>,
    ) -> Result<Vec<i32>, KeyValueError> {
        check_keys(changes.iter().map(|(key, _)| key.as_str()))?;
        let changes = changes.iter().map(|(key, by)| (key.as_bytes().into(), *by));
        let action = Action::Add {
            changes: changes.collect(),
            expires: self.expires(ttl),
        };
        self.write(owner, action).await
    }
}

#[cfg(test)]
mod tests;
