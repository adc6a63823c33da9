//! What holders keep for us and need not keep any longer.

use super::recipe::Holding;
use crate::Storage;
use crate::commit::{Alone, View};
use crate::crash;
use crate::outage::Outage;
use async_trait::async_trait;
use sqlx::{Row, SqliteConnection};
use waxseal_ports::blob_codec::BlobError;
use waxseal_ports::store::StoreError;

/// Keys that one round deletes at most; the next one goes on.
const ROUND_MAX: i64 = 1_000;

impl Storage {
    /// Tells the holders which blobs nothing names any more; answers how many they forgot. What cannot
    /// be deleted now stays for the next time.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the database fails.
    pub async fn release_held(&self) -> Result<u64, StoreError> {
        let rows = sqlx::query(
            "SELECT h.id, h.holder, h.key FROM blob_held h LEFT JOIN blob b ON b.id = h.id \
             WHERE b.id IS NULL ORDER BY h.id LIMIT ?",
        )
        .bind(ROUND_MAX)
        .fetch_all(self.readers())
        .await
        .map_err(Outage::from)?;
        let mut forgotten = Vec::with_capacity(rows.len());
        for row in rows {
            let id: i64 = row.try_get(0).map_err(Outage::from)?;
            let holder: String = row.try_get(1).map_err(Outage::from)?;
            let key: String = row.try_get(2).map_err(Outage::from)?;
            match self.delete_held(&holder, &key).await {
                Ok(()) => forgotten.push(id),
                // All others of this round would fail the same way, perhaps after a long wait.
                Err(error) => {
                    tracing::warn!(%error, "a holder keeps what it could forget");
                    break;
                }
            }
        }
        let count = forgotten.len() as u64;
        if !forgotten.is_empty() {
            crash::point("holder-forgot");
            self.alone(Forget { ids: forgotten }).await?;
        }
        Ok(count)
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
