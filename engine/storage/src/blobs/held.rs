//! What holders keep for us and need not keep any longer.

use super::recipe::Holding;
use crate::Storage;
use crate::commit::{Alone, View};
use crate::crash;
use crate::outage::Outage;
use async_trait::async_trait;
use sqlx::{Row, SqliteConnection};
use std::collections::BTreeSet;
use waxseal_ports::blob_codec::BlobError;
use waxseal_ports::store::StoreError;

/// Keys that are read and forgotten at once.
const ROUND_MAX: i64 = 1_000;

impl Storage {
    /// Tells the holders which blobs nothing names any more; answers how many they forgot. What cannot
    /// be deleted now stays for the next time, and so do keys past the first thousand.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the database fails.
    pub async fn release_held(&self) -> Result<u64, StoreError> {
        // A holder that fails once would fail for all it has, perhaps after a long wait each time.
        let mut failed = BTreeSet::new();
        let mut count = 0;
        loop {
            let before = failed.len();
            let mut forgotten = Vec::new();
            for (id, holder, key) in self.unnamed_held(&failed).await? {
                if failed.contains(&holder) {
                    continue;
                }
                match self.delete_held(&holder, &key).await {
                    Ok(()) => forgotten.push(id),
                    Err(error) => {
                        tracing::warn!(%error, "a holder keeps what it could forget");
                        failed.insert(holder);
                    }
                }
            }
            count += forgotten.len() as u64;
            if !forgotten.is_empty() {
                crash::point("holder-forgot");
                self.alone(Forget { ids: forgotten }).await?;
            }
            // What failed may have stood before what others can forget.
            if failed.len() == before {
                return Ok(count);
            }
        }
    }

    /// The oldest that nothing names any more, by row, holder and key, of all holders but `failed`.
    async fn unnamed_held(
        &self,
        failed: &BTreeSet<String>,
    ) -> Result<Vec<(i64, String, String)>, Outage> {
        let rows = sqlx::query(
            "SELECT h.id, h.holder, h.key FROM blob_held h LEFT JOIN blob b ON b.id = h.id \
             WHERE b.id IS NULL AND h.holder NOT IN (SELECT value FROM json_each(?)) \
             ORDER BY h.id LIMIT ?",
        )
        .bind(serde_json::json!(failed).to_string())
        .bind(ROUND_MAX)
        .fetch_all(self.readers())
        .await?;
        let mut held = Vec::with_capacity(rows.len());
        for row in rows {
            held.push((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
        }
        Ok(held)
    }

    /// Takes back what a holder was given for an operation that did not happen. After a failure that
    /// leaves it in doubt whether it happened, the holder keeps it.
    pub(crate) async fn give_up_held(&self, held: impl IntoIterator<Item = Holding>) {
        if !self.healthy() {
            return;
        }
        for held in held {
            if let Err(error) = self.delete_held(&held.holder, &held.key).await {
                let Holding { holder, key, .. } = held;
                tracing::warn!(%error, holder, key, "a holder keeps a blob that nothing names");
            }
        }
    }

    async fn delete_held(&self, holder: &str, key: &str) -> Result<(), BlobError> {
        self.blobs().running(holder)?.delete(holder, key).await
    }
}

/// Removes the rows of what holders forgot.
struct Forget {
    ids: Vec<i64>,
}

#[async_trait]
impl Alone for Forget {
    type Output = ();
    type Error = Outage;

    async fn run(
        &mut self,
        transaction: &mut SqliteConnection,
        _view: &View,
    ) -> Result<(), Outage> {
        let ids = serde_json::json!(self.ids).to_string();
        sqlx::query("DELETE FROM blob_held WHERE id IN (SELECT value FROM json_each(?))")
            .bind(ids)
            .execute(transaction)
            .await?;
        Ok(())
    }

    fn publish(&mut self, (): &(), _view: &View) {}
}
