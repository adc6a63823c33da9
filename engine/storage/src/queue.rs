//! The queue: what is accepted and not yet where it belongs.

mod accept;
mod admin;
mod claim;
mod settle;
mod state;

pub(crate) use claim::load_queue;
pub(crate) use state::{Hot, NewQueued, QueueState, QueuedChange};

use crate::Storage;
use crate::codec::encode_trace;
use crate::outage::Outage;
use async_trait::async_trait;
use std::sync::Arc;
use waxseal_mail::{MessageId, Timestamp};
use waxseal_ports::queue::{Leased, NewMessage, QueueError, QueuedInfo, Settlement};
use waxseal_ports::trace::{LateTrace, TraceEvent};
use waxseal_ports::{Queue, ReadAt};

#[async_trait]
impl Queue for Storage {
    async fn accept(&self, message: NewMessage) -> Result<(), QueueError> {
        accept::accept(self, message).await
    }

    async fn claim(&self, max: usize) -> Result<Vec<Leased>, QueueError> {
        claim::claim(self, max).await
    }

    async fn settle(&self, settlement: Settlement) -> Result<(), QueueError> {
        settle::settle(self, settlement).await
    }

    async fn release(&self, id: MessageId, due: Timestamp) {
        self.view().queue.release(id, due.unix_secs);
    }

    async fn list(&self, max: usize) -> Result<Vec<QueuedInfo>, QueueError> {
        admin::list(self, max).await
    }

    async fn show(&self, id: MessageId) -> Result<Option<QueuedInfo>, QueueError> {
        admin::show(self, id).await
    }

    async fn read(&self, id: MessageId) -> Result<Option<Arc<dyn ReadAt>>, QueueError> {
        let place = self.view().queue.place(id);
        let octets = place.map(|place| self.blob(place)).transpose();
        Ok(octets.map_err(Outage::broken)?)
    }

    async fn retry(&self, id: MessageId) -> Result<bool, QueueError> {
        self.batched(admin::Retry::new(id, self.now())).await
    }

    async fn remove(&self, id: MessageId) -> Result<bool, QueueError> {
        self.batched(admin::RemoveQueued(id)).await
    }

    async fn trace(&self, id: MessageId) -> Result<Vec<TraceEvent>, QueueError> {
        admin::trace(self, id).await
    }
}

#[async_trait]
impl LateTrace for Storage {
    async fn add(&self, id: MessageId, events: Vec<TraceEvent>) {
        let added = self.batched(admin::AddTrace {
            id,
            now: self.now(),
            events: encode_trace(&events),
        });
        if let Err(error) = added.await {
            tracing::warn!(message = %id, %error, "the trace of a message lacks some lines");
        }
    }
}

impl Storage {
    /// Wall-clock seconds.
    pub(crate) fn now(&self) -> i64 {
        self.clock().wall().unix_secs
    }

    /// The octets of a blob.
    pub(crate) fn blob(&self, place: crate::pack::Place) -> std::io::Result<Arc<dyn ReadAt>> {
        let pack = self.shelf().get(place.pack)?;
        Ok(self.blob_in(pack, place))
    }
}
