//! Taking a message: the moment responsibility changes hands (RFC 5321 §6.1).

use super::{Hot, NewQueued};
use crate::Storage;
use crate::codec::{Progress, QueueEntry, encode_trace};
use crate::commit::{Batch, Change, QueueEffect, QueueRow, RefRow};
use crate::outage::Outage;
use crate::pack::PendingBlob;
use std::sync::Arc;
use waxseal_mail::MessageId;
use waxseal_ports::queue::{NewMessage, QueueError};

/// Messages up to this size stay in memory for their first delivery.
const HOT_OCTETS_MAX: usize = 256 << 10;

pub(super) async fn accept(storage: &Storage, message: NewMessage) -> Result<(), QueueError> {
    let (newcomer, blob) = Newcomer::prepare(storage, message).await?;
    let held = blob.held().cloned();
    let accept = Accept {
        newcomer,
        blob: [blob],
    };
    let accepted = storage.with_blobs(accept).await;
    if accepted.is_err() {
        storage.give_up_held(held).await;
    }
    accepted
}

/// A new message without its octets.
pub(super) struct Newcomer {
    id: MessageId,
    entry: Arc<QueueEntry>,
    hold: Option<String>,
    due: i64,
    progress: Arc<Progress>,
    encoded: (Vec<u8>, Vec<u8>),
    trace: Vec<u8>,
}

impl Newcomer {
    /// Does on the caller's side what can be done there: checksums and encoding.
    pub(super) async fn prepare(
        storage: &Storage,
        message: NewMessage,
    ) -> Result<(Self, PendingBlob), QueueError> {
        let blob = storage.blobs().pend(message.message, None).await?;
        let progress = Progress::new(message.envelope.recipients.len());
        let entry = QueueEntry {
            envelope: message.envelope,
            received: message.received,
            tags: message.tags,
            notes: message.notes,
            quarantine: message.quarantine,
        };
        let newcomer = Self {
            id: message.id,
            encoded: (entry.encode(), progress.encode()),
            entry: Arc::new(entry),
            hold: message.hold,
            due: storage.now(),
            progress: Arc::new(progress),
            trace: encode_trace(&message.trace),
        };
        Ok((newcomer, blob))
    }

    pub(super) fn check(&self, batch: &Batch<'_>) -> Result<(), QueueError> {
        if batch.is_queued(self.id) {
            return Err(Outage::broken(format_args!("{} is in the queue already", self.id)).into());
        }
        Ok(())
    }

    /// Adds rows and effects; checked before.
    pub(super) fn enter(&self, blob: &PendingBlob, batch: &mut Batch<'_>) -> Result<(), Outage> {
        let named = RefRow::new(blob, 1)?;
        let place = named.place;
        let seq = batch.view.queue.take_seq();
        batch.rows.blobs.push(named);
        batch.rows.queue.push(QueueRow {
            seq,
            id: self.id,
            blob: place.id,
            due: self.due,
            hold: self.hold.clone(),
            entry: self.encoded.0.clone(),
            progress: self.encoded.1.clone(),
        });
        let trace = (self.id, self.due, self.trace.clone());
        batch.rows.trace.push(trace);
        let octets = blob
            .in_memory()
            .filter(|octets| octets.len() <= HOT_OCTETS_MAX);
        let hot = Hot {
            entry: self.entry.clone(),
            progress: self.progress.clone(),
            octets,
        };
        batch.affect_queue(QueueEffect::Insert(NewQueued {
            id: self.id,
            seq,
            place,
            due: self.due,
            hold: self.hold.clone(),
            attempts: 0,
            hot: Some(hot),
        }));
        Ok(())
    }
}

struct Accept {
    newcomer: Newcomer,
    blob: [PendingBlob; 1],
}

impl Change for Accept {
    type Output = ();
    type Error = QueueError;

    fn blobs(&mut self) -> &mut [PendingBlob] {
        &mut self.blob
    }

    fn grows(&self) -> bool {
        true
    }

    fn plan(&mut self, batch: &mut Batch<'_>) -> Result<(), QueueError> {
        self.newcomer.check(batch)?;
        let [blob] = &self.blob;
        Ok(self.newcomer.enter(blob, batch)?)
    }
}
