//! The dump as a database that any SQLite can open.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

use crate::catalog::Catalog;

/// Name of the file.
pub const FILE: &str = "catalog.db";

/// Makes the database anew in a folder that is there.
///
/// # Errors
/// When an older file cannot be removed or the new one not written.
pub async fn write(catalog: &Catalog, folder: &Path) -> anyhow::Result<PathBuf> {
    let path = folder.join(FILE);
    if path.exists() {
        std::fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
    }
    let writing = || format!("writing {}", path.display());
    let mut connection = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Off)
        .connect()
        .await
        .with_context(writing)?;
    // The script is made of the catalog with every text in quotes; `literal` sees to that.
    sqlx::raw_sql(AssertSqlSafe(super::sql(catalog)))
        .execute(&mut connection)
        .await
        .with_context(writing)?;
    connection.close().await.with_context(writing)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Scratch, real_site};
    use sqlx::Row as _;

    #[tokio::test]
    async fn the_database_holds_every_table() {
        let catalog = &real_site().catalog;
        let folder = Scratch::new("database");
        let path = write(catalog, folder.path()).await.unwrap();
        assert!(
            std::fs::read(&path)
                .unwrap()
                .starts_with(b"SQLite format 3\0")
        );
        let mut connection = SqliteConnectOptions::new()
            .filename(&path)
            .read_only(true)
            .connect()
            .await
            .unwrap();
        for table in super::super::tables(catalog) {
            let count = format!("SELECT count(*) FROM \"{}\"", table.name);
            let row = sqlx::query(AssertSqlSafe(count))
                .fetch_one(&mut connection)
                .await
                .unwrap();
            let rows = usize::try_from(row.get::<i64, _>(0)).unwrap();
            assert_eq!(rows, table.rows.len(), "{}", table.name);
        }
        connection.close().await.unwrap();
    }
}
