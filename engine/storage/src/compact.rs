//! Winning space back: packs with much garbage are rewritten, old traces forgotten.

use crate::Storage;
use crate::commit::{Alone, Batch, Change, QueueEffect, View};
use crate::crash;
use crate::outage::Outage;
use crate::pack::{PackBlob, PendingBlob, Place};
use async_trait::async_trait;
use sqlx::{Row, SqliteConnection};
use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;
use waxseal_ports::ReadAt;
use waxseal_ports::store::StoreError;

/// Octets moved by one commit.
const MOVE_OCTETS: u64 = 8 << 20;
/// Messages moved by one commit.
const MOVE_MESSAGES: usize = 256;
/// Trace rows deleted by one commit.
const PRUNE_ROWS: i64 = 5_000;

impl Storage {
    /// Rewrites every closed pack of which at least the configured share is garbage; answers how many
    /// octets were freed. Runs beside everything else; a crash at any point loses nothing.
    ///
    /// # Errors
    /// [`StoreError`]; what was rewritten until then stays so.
    pub async fn compact(&self) -> Result<u64, StoreError> {
        let _one_at_a_time = self.compacting.lock().await;
        self.alone(DropDead).await?;
        let rows = sqlx::query(
            "SELECT pack, sum(octets + ?) FROM blob WHERE refs > 0 GROUP BY pack ORDER BY pack",
        )
        .bind(crate::pack::HEADER_OCTETS as i64)
        .fetch_all(self.readers())
        .await
        .map_err(Outage::from)?;
        let mut live = HashMap::new();
        for row in rows {
            let pack: u32 = row.try_get(0).map_err(Outage::from)?;
            let octets: i64 = row.try_get(1).map_err(Outage::from)?;
            live.insert(pack, octets.cast_unsigned());
        }
        let mut freed = 0;
        let mut numbers = self.shelf().numbers().map_err(Outage::broken)?;
        // The newest is being written.
        numbers.pop();
        for number in numbers {
            let pack = self.shelf().get(number).map_err(Outage::broken)?;
            let octets = pack.file.metadata().map_err(Outage::broken)?.len();
            let live = live.get(&number).copied().unwrap_or(0);
            let garbage = octets.saturating_sub(live);
            let limit = u64::from(self.config().compact_garbage_percent.clamp(1, 100));
            if octets == 0 || garbage.saturating_mul(100) >= octets.saturating_mul(limit) {
                self.rewrite(number).await?;
                freed += garbage;
                tracing::info!(pack = number, garbage, kept = live, "rewrote a pack");
            }
        }
        Ok(freed)
    }

    /// Moves what lives in a pack to the newest one, then removes its file.
    async fn rewrite(&self, number: u32) -> Result<(), StoreError> {
        loop {
            let rows = sqlx::query(
                "SELECT id, pack, offset, octets, crc, plain FROM blob WHERE pack = ? AND refs > 0 \
                 ORDER BY offset LIMIT ?",
            )
            .bind(i64::from(number))
            .bind(i64::try_from(MOVE_MESSAGES).unwrap_or(i64::MAX))
            .fetch_all(self.readers())
            .await
            .map_err(Outage::from)?;
            if rows.is_empty() {
                break;
            }
            let pack = self.shelf().get(number).map_err(Outage::broken)?;
            let mut relocate = Relocate::default();
            let mut octets = 0;
            for row in rows {
                let place = Place::from_row(&row, 0).map_err(Outage::from)?;
                octets += place.octets;
                let source: Arc<dyn ReadAt> = Arc::new(PackBlob::new(pack.clone(), place));
                let blob = PendingBlob::seal(source).await.map_err(Outage::broken)?;
                relocate.blobs.push(blob.moved(&place));
                relocate.from.push(place);
                if octets >= MOVE_OCTETS {
                    break;
                }
            }
            self.with_blobs(relocate).await?;
        }
        crash::point("compact-copied");
        // Rows whose blob lost its last name meanwhile still say this pack.
        self.alone(DropDead).await?;
        crash::point("compact-before-unlink");
        self.shelf().unlink(number).map_err(Outage::broken)?;
        crash::point("compact-unlinked");
        Ok(())
    }

    /// Forgets traces older than configured.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn prune_traces(&self) -> Result<(), StoreError> {
        let keep = i64::from(self.config().trace_days).saturating_mul(86_400);
        let before = self.now().saturating_sub(keep);
        while self.alone(Prune { before }).await? > 0 {}
        Ok(())
    }

    /// Looks for garbage and old traces again and again, until the storage is dropped or closed. The
    /// daemon spawns this once.
    pub async fn upkeep(storage: Weak<Self>) {
        loop {
            let Some(this) = storage.upgrade() else {
                return;
            };
            let pause = Duration::from_secs(this.config().upkeep_secs.max(1));
            drop(this);
            tokio::time::sleep(pause).await;
            let Some(this) = storage.upgrade().filter(|this| this.is_open()) else {
                return;
            };
            if let Err(error) = this.prune_traces().await {
                tracing::warn!(%error, "old traces could not be forgotten");
            }
            if let Err(error) = this.compact().await {
                tracing::warn!(%error, "packs could not be compacted");
            }
            if let Err(error) = this.release_held().await {
                tracing::warn!(%error, "holders were not told what they may forget");
            }
        }
    }
}

/// Blobs that are written anew at another place.
#[derive(Default)]
struct Relocate {
    blobs: Vec<PendingBlob>,
    from: Vec<Place>,
}

impl Change for Relocate {
    type Output = ();
    type Error = StoreError;

    fn blobs(&mut self) -> &mut [PendingBlob] {
        &mut self.blobs
    }

    fn plan(&mut self, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        let mut places = HashMap::with_capacity(self.blobs.len());
        for (blob, from) in self.blobs.iter().zip(&self.from) {
            let place = blob.place()?;
            batch.rows.relocated.push((place, from.pack));
            places.insert(place.id, place);
        }
        batch.affect_queue(QueueEffect::Relocate(places));
        Ok(())
    }
}

/// Deletes the rows of blobs that nothing names.
struct DropDead;

#[async_trait]
impl Alone for DropDead {
    type Output = ();
    type Error = Outage;

    async fn run(
        &mut self,
        transaction: &mut SqliteConnection,
        _view: &View,
    ) -> Result<(), Outage> {
        sqlx::query("DELETE FROM blob WHERE refs <= 0")
            .execute(transaction)
            .await?;
        Ok(())
    }

    fn publish(&mut self, (): &(), _view: &View) {}
}

/// Deletes some rows of old traces.
struct Prune {
    before: i64,
}

#[async_trait]
impl Alone for Prune {
    type Output = u64;
    type Error = Outage;

    async fn run(
        &mut self,
        transaction: &mut SqliteConnection,
        _view: &View,
    ) -> Result<u64, Outage> {
        // Rows come in the order of time: the oldest are the first.
        let deleted = sqlx::query(
            "DELETE FROM trace WHERE at < ? AND seq IN (SELECT seq FROM trace ORDER BY seq LIMIT ?)",
        )
        .bind(self.before)
        .bind(PRUNE_ROWS)
        .execute(transaction)
        .await?;
        Ok(deleted.rows_affected())
    }

    fn publish(&mut self, _deleted: &u64, _view: &View) {}
}
