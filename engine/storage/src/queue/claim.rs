//! Handing out messages that are due.

use super::state::Claimed;
use super::{Hot, NewQueued};
use crate::Storage;
use crate::codec::{Progress, QueueEntry};
use crate::outage::Outage;
use crate::pack::Place;
use sqlx::{Row, SqliteConnection};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use waxseal_mail::MessageId;
use waxseal_ports::ReadAt;
use waxseal_ports::queue::{Leased, QueueError};

/// A wait for a due time ends at least so often, so that a jump of the wall clock is noticed.
const WAIT_SECS_MAX: u64 = 30;

pub(super) async fn claim(storage: &Storage, max: usize) -> Result<Vec<Leased>, QueueError> {
    let queue = &storage.view().queue;
    loop {
        let woken = queue.wake.notified();
        let now = storage.now();
        let (claimed, next) = queue.lease(now, max.max(1));
        if !claimed.is_empty() {
            if next.is_some_and(|next| next <= now) {
                // More is due: let another waiting claim have it.
                queue.wake.notify_one();
            }
            return lend(storage, claimed).await;
        }
        let wait = next.map_or(WAIT_SECS_MAX, |next| {
            u64::try_from(next - now)
                .unwrap_or(1)
                .clamp(1, WAIT_SECS_MAX)
        });
        tokio::select! {
            () = woken => {}
            () = tokio::time::sleep(Duration::from_secs(wait)) => {}
        }
    }
}

/// Gives leases back that did not reach the caller: it was cancelled, or reading failed.
struct Leases<'a> {
    storage: &'a Storage,
    ids: Vec<MessageId>,
}

impl Drop for Leases<'_> {
    fn drop(&mut self) {
        for id in &self.ids {
            self.storage
                .view()
                .queue
                .release(*id, self.storage.now() + 1);
        }
    }
}

async fn lend(storage: &Storage, claimed: Vec<Claimed>) -> Result<Vec<Leased>, QueueError> {
    let ids = claimed.iter().map(|claimed| claimed.id).collect();
    let mut leases = Leases { storage, ids };
    let cold: Vec<_> = claimed
        .iter()
        .filter(|claimed| claimed.hot.is_none())
        .map(|claimed| claimed.seq)
        .collect();
    let mut read = read_entries(storage, &cold).await?;
    let mut lent = Vec::with_capacity(claimed.len());
    for claimed in claimed {
        let hot = match claimed.hot {
            Some(hot) => hot,
            None => {
                let hot = read.remove(&claimed.seq);
                let hot = hot.ok_or_else(|| Outage::broken("a queued message has no row"))?;
                storage.view().queue.warm(claimed.id, &hot);
                hot
            }
        };
        let message: Arc<dyn ReadAt> = match hot.octets {
            Some(octets) => Arc::new(octets),
            None => storage.blob(claimed.place).map_err(Outage::broken)?,
        };
        lent.push(Leased {
            id: claimed.id,
            envelope: hot.entry.envelope.clone(),
            open: hot.progress.open(),
            kept: hot.progress.kept(),
            attempts: hot.progress.attempts,
            received: hot.entry.received,
            delay_reported: hot.progress.delay_reported,
            tags: hot.entry.tags.clone(),
            notes: hot.entry.notes.clone(),
            quarantine: hot.entry.quarantine.clone(),
            message,
        });
    }
    leases.ids.clear();
    Ok(lent)
}

/// Reads queued messages by their place in order.
pub(super) async fn read_entries(
    storage: &Storage,
    seqs: &[i64],
) -> Result<HashMap<i64, Hot>, Outage> {
    if seqs.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(
        "SELECT seq, entry, progress FROM queue WHERE seq IN (SELECT value FROM json_each(?))",
    )
    .bind(serde_json::json!(seqs).to_string())
    .fetch_all(storage.readers())
    .await?;
    let mut entries = HashMap::with_capacity(rows.len());
    for row in rows {
        let entry = QueueEntry::decode(row.try_get(1)?).map_err(Outage::broken)?;
        let progress = Progress::decode(row.try_get(2)?).map_err(Outage::broken)?;
        let hot = Hot {
            entry: Arc::new(entry),
            progress: Arc::new(progress),
            octets: None,
        };
        entries.insert(row.try_get(0)?, hot);
    }
    Ok(entries)
}

/// Reads the outline of the whole queue, when the storage is opened.
pub(crate) async fn load_queue(
    connection: &mut SqliteConnection,
) -> Result<Vec<NewQueued>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT q.seq, q.id, q.due, q.attempts, q.hold, b.id, b.pack, b.offset, b.octets, b.crc, \
         b.plain FROM queue q JOIN blob b ON b.id = q.blob ORDER BY q.seq",
    )
    .fetch_all(connection)
    .await?;
    let read = |row: sqlx::sqlite::SqliteRow| {
        Ok(NewQueued {
            seq: row.try_get(0)?,
            id: MessageId(row.try_get::<i64, _>(1)?.cast_unsigned()),
            due: row.try_get(2)?,
            attempts: row.try_get(3)?,
            hold: row.try_get(4)?,
            place: Place::from_row(&row, 5)?,
            hot: None,
        })
    };
    rows.into_iter().map(read).collect()
}
