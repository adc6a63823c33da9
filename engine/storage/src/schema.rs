//! Connections to the database and the versions of its schema.

use crate::folder::OpenError;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Row, SqlitePool};
use std::path::Path;
use std::time::Duration;

/// The migrations in order; the schema version is how many were applied. Released ones never change.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001.sql"),
    include_str!("../migrations/0002.sql"),
];

/// Pages of the write-ahead log after which a commit moves them into the database file: 32 MiB.
const CHECKPOINT_PAGES: &str = "8192";

fn options(database: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(false)
        .busy_timeout(Duration::from_secs(30))
        .statement_cache_capacity(512)
        .disable_statement_logging()
}

/// The one connection that writes.
pub(crate) async fn connect_writer(database: &Path) -> Result<SqliteConnection, OpenError> {
    let options = options(database)
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        .pragma("cache_size", "-65536");
    let mut connection = options.connect().await?;
    migrate(&mut connection).await?;
    Ok(connection)
}

/// The connections that read.
pub(crate) async fn connect_readers(database: &Path, count: u32) -> Result<SqlitePool, OpenError> {
    let options = options(database)
        .pragma("query_only", "1")
        .pragma("cache_size", "-16384");
    Ok(SqlitePoolOptions::new()
        .max_connections(count.max(1))
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await?)
}

async fn migrate(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let row = sqlx::query("PRAGMA user_version")
        .fetch_one(&mut *connection)
        .await?;
    let found: i64 = row.try_get(0)?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(OpenError::TooNew { found, known });
    }
    let skip = usize::try_from(found).unwrap_or(0);
    for (version, migration) in (1_i64..).zip(MIGRATIONS).skip(skip) {
        let script =
            format!("BEGIN IMMEDIATE; {migration} PRAGMA user_version = {version}; COMMIT");
        sqlx::raw_sql(AssertSqlSafe(script))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
