//! Connections to `kv.db`, its schema, and its owners.

use crate::folder::OpenError;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Row, SqlitePool};
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;
use waxseal_ports::key_value::Owner;

/// `PRAGMA user_version` of this schema.
const VERSION: i64 = 1;

const SCHEMA: &str = "
    BEGIN IMMEDIATE;
    CREATE TABLE owner (
        id INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        plugin TEXT NOT NULL,
        octets INTEGER NOT NULL,
        UNIQUE (tenant, plugin)
    );
    CREATE TABLE entry (
        owner INTEGER NOT NULL,
        key BLOB NOT NULL,
        value BLOB NOT NULL,
        expires INTEGER,
        PRIMARY KEY (owner, key)
    ) WITHOUT ROWID;
    CREATE INDEX entry_expires ON entry (expires) WHERE expires IS NOT NULL;
    PRAGMA user_version = 1;
    COMMIT";

/// Who has keys, and octets of how many.
#[derive(Debug, Default)]
pub(super) struct Owners {
    by_name: HashMap<(String, String), i64>,
    octets: HashMap<i64, u64>,
}

impl Owners {
    pub(super) fn id(&self, owner: &Owner) -> Option<i64> {
        let name = (owner.tenant.clone(), owner.plugin.clone());
        self.by_name.get(&name).copied()
    }

    pub(super) fn octets(&self, id: i64) -> u64 {
        self.octets.get(&id).copied().unwrap_or_default()
    }

    pub(super) fn add(&mut self, owner: &Owner, id: i64) {
        self.by_name
            .insert((owner.tenant.clone(), owner.plugin.clone()), id);
    }

    pub(super) fn set_octets(&mut self, id: i64, octets: u64) {
        self.octets.insert(id, octets);
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(Duration::from_secs(30))
        .disable_statement_logging()
}

/// The one connection that writes, and the owners that there are.
pub(super) async fn connect_writer(path: &Path) -> Result<(SqliteConnection, Owners), OpenError> {
    let options = options(path).pragma("cache_size", "-16384");
    let mut connection = options.connect().await?;
    let row = sqlx::query("PRAGMA user_version")
        .fetch_one(&mut connection)
        .await?;
    match row.try_get(0)? {
        0 => {
            sqlx::raw_sql(SCHEMA).execute(&mut connection).await?;
        }
        VERSION => {}
        found => {
            return Err(OpenError::TooNew {
                found,
                known: VERSION,
            });
        }
    }
    let mut owners = Owners::default();
    let rows = sqlx::query("SELECT id, tenant, plugin, octets FROM owner");
    for row in rows.fetch_all(&mut connection).await? {
        let id = row.try_get(0)?;
        let name = (row.try_get(1)?, row.try_get(2)?);
        owners.by_name.insert(name, id);
        owners
            .octets
            .insert(id, row.try_get::<i64, _>(3)?.unsigned_abs());
    }
    Ok((connection, owners))
}

/// The connections that read.
pub(super) async fn connect_readers(path: &Path, count: u32) -> Result<SqlitePool, OpenError> {
    let options = options(path)
        .pragma("query_only", "1")
        .pragma("cache_size", "-8192");
    Ok(SqlitePoolOptions::new()
        .max_connections(count)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await?)
}
