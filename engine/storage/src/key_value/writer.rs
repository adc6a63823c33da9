//! The thread that writes `kv.db` for all who wait.

use super::database::Owners;
use super::plan::{Entry, NUMBER_OCTETS_MAX, Place, Plan};
use bytes::Bytes;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, Connection, Row, Sqlite, SqliteConnection};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use waxseal_ports::Clock;
use waxseal_ports::key_value::{KeyValueError, Owner};

/// Keys of one transaction; one operation may have more.
const BATCH_KEYS_MAX: usize = 4_096;
/// Rows of one statement.
const ROWS_MAX: usize = 200;
/// Entries that one look for expired ones removes.
const SWEPT_MAX: usize = 5_000;
/// The longest time between two looks, and the shortest.
const SWEEP_WAIT: Duration = Duration::from_secs(60);
const SWEEP_PAUSE: Duration = Duration::from_secs(1);

/// What to do.
pub(super) enum Action {
    Set {
        key: Box<[u8]>,
        value: Bytes,
        expires: Option<i64>,
    },
    Delete {
        key: Box<[u8]>,
    },
    Add {
        changes: Vec<(Box<[u8]>, i32)>,
        expires: Option<i64>,
    },
}

impl Action {
    fn keys(&self) -> Vec<&[u8]> {
        match self {
            Self::Set { key, .. } | Self::Delete { key } => vec![key],
            Self::Add { changes, .. } => changes.iter().map(|(key, _)| &**key).collect(),
        }
    }
}

/// An operation and who waits for it.
pub(super) struct Ticket {
    pub(super) owner: Owner,
    pub(super) action: Action,
    pub(super) answer: oneshot::Sender<Result<Vec<i32>, KeyValueError>>,
}

/// Owns the one connection that writes.
pub(super) struct Writer {
    pub(super) connection: SqliteConnection,
    pub(super) owners: Arc<RwLock<Owners>>,
    pub(super) clock: Arc<dyn Clock>,
    /// When expired entries were looked for last.
    pub(super) swept: Option<Instant>,
}

type Outcome = Result<Vec<i32>, KeyValueError>;

impl Writer {
    /// Works until every sender of `waiting` is gone.
    pub(super) async fn run(mut self, mut waiting: mpsc::Receiver<Ticket>) {
        loop {
            match timeout(SWEEP_WAIT, waiting.recv()).await {
                Err(_) => self.sweep_alone().await,
                Ok(None) => break,
                Ok(Some(ticket)) => {
                    let mut keys = ticket.action.keys().len();
                    let mut batch = vec![ticket];
                    while keys < BATCH_KEYS_MAX
                        && let Ok(ticket) = waiting.try_recv()
                    {
                        keys += ticket.action.keys().len();
                        batch.push(ticket);
                    }
                    self.serve(batch).await;
                }
            }
            let is_due = |swept: Instant| {
                self.clock.monotonic().saturating_duration_since(swept) >= SWEEP_WAIT
            };
            if self.swept.is_none_or(is_due) {
                self.sweep_alone().await;
            }
        }
        if let Err(error) = self.connection.close().await {
            tracing::warn!(%error, "kv.db did not close cleanly");
        }
    }

    /// One transaction for all of a batch.
    async fn serve(&mut self, batch: Vec<Ticket>) {
        let outcome = match self.transact(&batch).await {
            Ok(outcomes) => Ok(outcomes),
            Err(error) => {
                tracing::warn!(%error, "kv.db could not be written");
                self.roll_back().await;
                Err(error.to_string())
            }
        };
        match outcome {
            Ok(outcomes) => {
                for (ticket, outcome) in batch.into_iter().zip(outcomes) {
                    drop(ticket.answer.send(outcome));
                }
            }
            Err(why) => {
                for ticket in batch {
                    let error = KeyValueError::Unavailable(why.clone().into());
                    drop(ticket.answer.send(Err(error)));
                }
            }
        }
    }

    async fn transact(&mut self, batch: &[Ticket]) -> Result<Vec<Outcome>, sqlx::Error> {
        self.execute("BEGIN IMMEDIATE").await?;
        let mut plan = Plan::at(self.clock.wall().unix_secs);
        let mut ids = Vec::with_capacity(batch.len());
        for ticket in batch {
            ids.push(self.owner_id(&ticket.owner).await?);
        }
        self.load(&mut plan, batch, &ids).await?;
        let mut outcomes = Vec::with_capacity(batch.len());
        for (ticket, id) in batch.iter().zip(ids) {
            let limit = (id, ticket.owner.octets_max);
            let mut outcome = plan.apply(limit, &ticket.action);
            if matches!(outcome, Err(KeyValueError::Quota)) && self.may_sweep() {
                self.sweep(&mut plan).await?;
                outcome = plan.apply(limit, &ticket.action);
            }
            outcomes.push(outcome);
        }
        self.store(&plan).await?;
        self.execute("COMMIT").await?;
        let mut owners = self.owners.write().unwrap_or_else(PoisonError::into_inner);
        for (id, octets) in plan.octets {
            owners.set_octets(id, octets);
        }
        Ok(outcomes)
    }

    async fn execute(&mut self, text: &'static str) -> Result<(), sqlx::Error> {
        sqlx::query(text)
            .execute(&mut self.connection)
            .await
            .map(drop)
    }

    async fn roll_back(&mut self) {
        if let Err(error) = self.execute("ROLLBACK").await {
            tracing::debug!(%error, "there was nothing to roll back");
        }
    }

    /// The row of an owner, made where there is none: at once, since an owner without entries harms
    /// nobody.
    async fn owner_id(&mut self, owner: &Owner) -> Result<i64, sqlx::Error> {
        let known = {
            let owners = self.owners.read().unwrap_or_else(PoisonError::into_inner);
            owners.id(owner)
        };
        if let Some(id) = known {
            return Ok(id);
        }
        let text = "INSERT INTO owner (tenant, plugin, octets) VALUES (?, ?, 0) \
                    ON CONFLICT (tenant, plugin) DO UPDATE SET octets = octets RETURNING id";
        let made = sqlx::query(text).bind(&owner.tenant).bind(&owner.plugin);
        let id = made.fetch_one(&mut self.connection).await?.try_get(0)?;
        self.execute("COMMIT").await?;
        self.execute("BEGIN IMMEDIATE").await?;
        self.owners
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .add(owner, id);
        Ok(id)
    }

    /// Reads what the batch touches.
    async fn load(
        &mut self,
        plan: &mut Plan,
        batch: &[Ticket],
        ids: &[i64],
    ) -> Result<(), sqlx::Error> {
        let mut places = Vec::new();
        for (ticket, id) in batch.iter().zip(ids) {
            places.extend(ticket.action.keys().into_iter().map(|key| (*id, key)));
        }
        places.sort_unstable();
        places.dedup();
        {
            let owners = self.owners.read().unwrap_or_else(PoisonError::into_inner);
            plan.octets = ids.iter().map(|id| (*id, owners.octets(*id))).collect();
        }
        for places in places.chunks(ROWS_MAX) {
            let text = format!(
                "WITH wanted (owner, key) AS (VALUES {}) SELECT entry.owner, entry.key, \
                 length(value), CASE WHEN length(value) <= {NUMBER_OCTETS_MAX} THEN value END, \
                 expires FROM wanted CROSS JOIN entry ON entry.owner = wanted.owner \
                 AND entry.key = wanted.key",
                marks("(?,?)", places.len())
            );
            let query = statement(text, places.len());
            let query = places
                .iter()
                .fold(query, |query, (id, key)| query.bind(*id).bind(*key));
            for row in query.fetch_all(&mut self.connection).await? {
                let place = (row.try_get(0)?, row.try_get::<Vec<u8>, _>(1)?.into());
                let octets = row.try_get::<i64, _>(2)?;
                let value: Option<Vec<u8>> = row.try_get(3)?;
                let entry = Entry {
                    value: value.map(Bytes::from),
                    octets: usize::try_from(octets).unwrap_or(usize::MAX),
                    expires: row.try_get(4)?,
                };
                plan.hold(place, entry);
            }
        }
        Ok(())
    }

    async fn store(&mut self, plan: &Plan) -> Result<(), sqlx::Error> {
        let (written, removed) = plan.changes();
        for rows in written.chunks(ROWS_MAX) {
            let text = format!(
                "INSERT INTO entry (owner, key, value, expires) VALUES {} ON CONFLICT (owner, key) \
                 DO UPDATE SET value = excluded.value, expires = excluded.expires",
                marks("(?,?,?,?)", rows.len())
            );
            let query = statement(text, rows.len());
            let query = rows.iter().fold(query, |query, ((id, key), entry)| {
                let value = entry.value.as_deref().unwrap_or_default();
                query.bind(*id).bind(&**key).bind(value).bind(entry.expires)
            });
            query.execute(&mut self.connection).await?;
        }
        for rows in removed.chunks(ROWS_MAX) {
            let text = format!(
                "DELETE FROM entry WHERE (owner, key) IN (VALUES {})",
                marks("(?,?)", rows.len())
            );
            let query = statement(text, rows.len());
            let query = rows
                .iter()
                .fold(query, |query, (id, key)| query.bind(*id).bind(&**key));
            query.execute(&mut self.connection).await?;
        }
        // Also where entries only expired.
        for (id, octets) in &plan.octets {
            let octets = i64::try_from(*octets).unwrap_or(i64::MAX);
            let query = sqlx::query("UPDATE owner SET octets = ? WHERE id = ? AND octets <> ?");
            let query = query.bind(octets).bind(*id).bind(octets);
            query.execute(&mut self.connection).await?;
        }
        Ok(())
    }

    fn may_sweep(&self) -> bool {
        let now = self.clock.monotonic();
        let paused = |swept| now.saturating_duration_since(swept) >= SWEEP_PAUSE;
        self.swept.is_none_or(paused)
    }

    /// Removes expired entries within the open transaction.
    async fn sweep(&mut self, plan: &mut Plan) -> Result<(), sqlx::Error> {
        self.swept = Some(self.clock.monotonic());
        let text = format!(
            "DELETE FROM entry WHERE (owner, key) IN (SELECT owner, key FROM entry \
             WHERE expires <= ? LIMIT {SWEPT_MAX}) RETURNING owner, key, length(value)"
        );
        let query = sqlx::query(AssertSqlSafe(text)).bind(plan.now);
        for row in query.fetch_all(&mut self.connection).await? {
            let place: Place = (row.try_get(0)?, row.try_get::<Vec<u8>, _>(1)?.into());
            if plan.forget(&place) {
                continue;
            }
            let octets = row.try_get::<i64, _>(2)?.unsigned_abs();
            let octets = octets + u64::try_from(place.1.len()).unwrap_or(0);
            let known = {
                let owners = self.owners.read().unwrap_or_else(PoisonError::into_inner);
                owners.octets(place.0)
            };
            let held = plan.octets.entry(place.0).or_insert(known);
            *held = held.saturating_sub(octets);
        }
        Ok(())
    }

    async fn sweep_alone(&mut self) {
        let mut plan = Plan::at(self.clock.wall().unix_secs);
        let swept = self.sweep_transaction(&mut plan).await;
        if let Err(error) = swept {
            tracing::warn!(%error, "kv.db could not be swept");
            self.roll_back().await;
        }
    }

    async fn sweep_transaction(&mut self, plan: &mut Plan) -> Result<(), sqlx::Error> {
        self.execute("BEGIN IMMEDIATE").await?;
        self.sweep(plan).await?;
        self.store(plan).await?;
        self.execute("COMMIT").await?;
        let mut owners = self.owners.write().unwrap_or_else(PoisonError::into_inner);
        for (id, octets) in &plan.octets {
            owners.set_octets(*id, *octets);
        }
        Ok(())
    }
}

/// `row`, `count` times.
fn marks(row: &str, count: usize) -> String {
    vec![row; count].join(",")
}

/// A statement for so many rows; only those for few or for full ones are kept.
fn statement<'q>(text: String, rows: usize) -> Query<'q, Sqlite, SqliteArguments> {
    let kept = rows <= 16 || rows == ROWS_MAX;
    sqlx::query(AssertSqlSafe(text)).persistent(kept)
}
