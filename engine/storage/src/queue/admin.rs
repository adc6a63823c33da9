//! Looking at the queue and taking part in it by hand.

use super::claim::read_entries;
use super::state::Outline;
use super::{Hot, QueuedChange};
use crate::Storage;
use crate::codec::decode_trace;
use crate::commit::{Batch, Change, QueueEffect, QueueReleaseRow};
use crate::outage::Outage;
use sqlx::Row;
use waxseal_mail::MessageId;
use waxseal_ports::queue::{QueueError, QueuedInfo};
use waxseal_ports::trace::TraceEvent;

pub(super) async fn list(storage: &Storage, max: usize) -> Result<Vec<QueuedInfo>, QueueError> {
    infos(storage, storage.view().queue.outlines(max)).await
}

pub(super) async fn show(
    storage: &Storage,
    id: MessageId,
) -> Result<Option<QueuedInfo>, QueueError> {
    let outline = storage.view().queue.outline(id);
    let infos = infos(storage, outline.into_iter().collect()).await?;
    Ok(infos.into_iter().next())
}

/// Messages that left the queue while their rows were read are left out.
async fn infos(storage: &Storage, outlines: Vec<Outline>) -> Result<Vec<QueuedInfo>, QueueError> {
    let seqs: Vec<_> = outlines.iter().map(|outline| outline.seq).collect();
    let mut entries = read_entries(storage, &seqs).await?;
    let infos = outlines.into_iter().filter_map(|outline| {
        let hot = entries.remove(&outline.seq)?;
        Some(info(outline, &hot))
    });
    Ok(infos.collect())
}

fn info(outline: Outline, hot: &Hot) -> QueuedInfo {
    let envelope = &hot.entry.envelope;
    let recipients = envelope.recipients.iter().zip(&hot.progress.recipients);
    QueuedInfo {
        id: outline.id,
        sender: envelope.reverse_path.to_string(),
        recipients: recipients
            .map(|(recipient, progress)| {
                let text = recipient.forward_path.to_string();
                (text, progress.open, progress.last_reply.clone())
            })
            .collect(),
        octets: outline.octets,
        received: hot.entry.received,
        due: waxseal_mail::Timestamp::utc(outline.due),
        attempts: outline.attempts,
        hold: outline.hold,
    }
}

/// Makes a message due now and ends its hold.
pub(super) struct Retry {
    id: MessageId,
    now: i64,
}

impl Retry {
    pub(super) const fn new(id: MessageId, now: i64) -> Self {
        Self { id, now }
    }
}

impl Change for Retry {
    type Output = bool;
    type Error = QueueError;

    fn plan(&mut self, batch: &mut Batch<'_>) -> Result<bool, QueueError> {
        let queued = batch.view.queue.get(self.id);
        let Some(queued) = queued.filter(|_| batch.is_queued(self.id)) else {
            return Ok(false);
        };
        batch.rows.released.push(QueueReleaseRow {
            seq: queued.seq,
            due: self.now,
        });
        let change = QueuedChange {
            due: self.now,
            release_hold: true,
            progress: None,
        };
        batch.affect_queue(QueueEffect::Change(self.id, change));
        Ok(true)
    }
}

/// Takes a message out of the queue without a report.
pub(super) struct RemoveQueued(pub(super) MessageId);

impl Change for RemoveQueued {
    type Output = bool;
    type Error = QueueError;

    fn plan(&mut self, batch: &mut Batch<'_>) -> Result<bool, QueueError> {
        let queued = batch.view.queue.get(self.0);
        let Some(queued) = queued.filter(|_| batch.is_queued(self.0)) else {
            return Ok(false);
        };
        batch.add_refs(queued.place.id, -1);
        batch.rows.queue_removed.push(queued.seq);
        batch.affect_queue(QueueEffect::Remove(self.0));
        Ok(true)
    }
}

/// More of the story of a message.
pub(super) struct AddTrace {
    pub(super) id: MessageId,
    pub(super) now: i64,
    pub(super) events: Vec<u8>,
}

impl Change for AddTrace {
    type Output = ();
    type Error = QueueError;

    fn plan(&mut self, batch: &mut Batch<'_>) -> Result<(), QueueError> {
        let row = (self.id, self.now, self.events.clone());
        batch.rows.trace.push(row);
        Ok(())
    }
}

pub(super) async fn trace(storage: &Storage, id: MessageId) -> Result<Vec<TraceEvent>, QueueError> {
    let rows = sqlx::query("SELECT events FROM trace WHERE message = ? ORDER BY seq")
        .bind(id.0.cast_signed())
        .fetch_all(storage.readers())
        .await
        .map_err(Outage::from)?;
    let mut events = Vec::new();
    for row in rows {
        let octets: Vec<u8> = row.try_get(0).map_err(Outage::from)?;
        events.extend(decode_trace(&octets).map_err(Outage::broken)?);
    }
    Ok(events)
}
