//! Recording what came of an attempt: local delivery and the end of the lease are one transaction, so
//! that acknowledged mail is in its mailbox exactly once.

use super::QueuedChange;
use super::accept::Newcomer;
use crate::Storage;
use crate::codec::{Progress, encode_facts, encode_trace};
use crate::commit::{Batch, Change, DetailRow, QueueEffect, QueueProgressRow, message_row_id};
use crate::outage::Outage;
use crate::pack::{PendingBlob, Place};
use std::sync::Arc;
use waxseal_mail::{AccountId, Flag, FlagBits, MailboxId, MailboxName, MessageId};
use waxseal_ports::Store;
use waxseal_ports::queue::{LocalAppend, Outcome, QueueError, Settlement};
use waxseal_ports::snapshot::MessageState;
use waxseal_ports::store::StoreError;

pub(super) async fn settle(storage: &Storage, settlement: Settlement) -> Result<(), QueueError> {
    for append in &settlement.appends {
        create_if_missing(storage, append.account, &append.mailbox).await?;
    }
    let settle = Settle::prepare(storage.now(), settlement).await?;
    if settle.blobs.is_empty() {
        storage.batched(settle).await
    } else {
        storage.with_blobs(settle).await
    }
}

/// Local delivery creates what routes name. Should the mailbox vanish again before the settlement, that
/// fails and the message is tried again later.
async fn create_if_missing(
    storage: &Storage,
    account: AccountId,
    name: &MailboxName,
) -> Result<(), QueueError> {
    storage.ensure_shelf(account).await?;
    if storage.view().mailboxes.by_name(account, name).is_some() {
        return Ok(());
    }
    match storage.create(account, name, None).await {
        Ok(_) | Err(StoreError::Exists(_)) => Ok(()),
        Err(StoreError::Full) => Err(QueueError::Full),
        Err(other) => Err(Outage::broken(other).into()),
    }
}

/// A settlement with everything encoded that can be.
struct Settle {
    id: MessageId,
    appends: Vec<(LocalAppend, Vec<u8>)>,
    outcomes: Vec<(u32, Outcome)>,
    due: i64,
    now: i64,
    delay_reported: bool,
    newcomers: Vec<Newcomer>,
    blobs: Vec<PendingBlob>,
    trace: Option<Vec<u8>>,
}

impl Settle {
    async fn prepare(now: i64, settlement: Settlement) -> Result<Self, QueueError> {
        let (mut newcomers, mut blobs) = (Vec::new(), Vec::new());
        for message in settlement.follow_ups {
            let (newcomer, blob) = Newcomer::prepare(message, now).await?;
            newcomers.push(newcomer);
            blobs.push(blob);
        }
        let appends = settlement.appends.into_iter().map(|append| {
            let facts = encode_facts(&append.index);
            (append, facts)
        });
        let trace = &settlement.trace;
        Ok(Self {
            id: settlement.id,
            appends: appends.collect(),
            outcomes: settlement.outcomes,
            due: settlement.due.unix_secs,
            now,
            delay_reported: settlement.delay_reported,
            newcomers,
            blobs,
            trace: (!trace.is_empty()).then(|| encode_trace(trace)),
        })
    }

    /// Appends the message to its mailboxes; they were checked before.
    fn append(&self, place: Place, mailboxes: &[MailboxId], batch: &mut Batch<'_>) {
        for ((append, facts), mailbox) in self.appends.iter().zip(mailboxes) {
            let bits = learn_what_fits(batch, *mailbox, &append.flags);
            let size = place.octets + append.prefix.len() as u64;
            let uids = batch.append(*mailbox, 1, |_, uid, modseq| {
                MessageState::new(uid, size, modseq, bits, append.internal_date)
            });
            batch.rows.details.extend(uids.iter().map(|uid| DetailRow {
                id: message_row_id(*mailbox, *uid),
                blob: place.id,
                prefix: append.prefix.to_vec(),
                facts: facts.clone(),
            }));
            batch.add_refs(place.id, 1);
        }
    }

    /// Ends the lease: the message leaves the queue, or waits for its next attempt.
    fn end_lease(&self, seq: i64, place: Place, progress: Progress, batch: &mut Batch<'_>) {
        if progress.recipients.iter().all(|recipient| !recipient.open) {
            batch.add_refs(place.id, -1);
            batch.rows.queue_removed.push(seq);
            batch.affect_queue(QueueEffect::Remove(self.id));
            return;
        }
        batch.rows.progress.push(QueueProgressRow {
            seq,
            due: self.due,
            attempts: progress.attempts,
            progress: progress.encode(),
        });
        let change = QueuedChange {
            due: self.due,
            release_hold: false,
            progress: Some(Arc::new(progress)),
        };
        batch.affect_queue(QueueEffect::Change(self.id, change));
    }
}

/// A keyword too many does not stop a delivery.
fn learn_what_fits(batch: &mut Batch<'_>, mailbox: MailboxId, flags: &[Flag]) -> FlagBits {
    flags.iter().fold(FlagBits::NONE, |bits, flag| {
        let learned = batch.learn(mailbox, std::slice::from_ref(flag));
        bits.with(learned.unwrap_or(FlagBits::NONE))
    })
}

impl Change for Settle {
    type Output = ();
    type Error = QueueError;

    fn accounts(&self, into: &mut Vec<AccountId>) {
        into.extend(self.appends.iter().map(|(append, _)| append.account));
    }

    fn blobs(&mut self) -> &mut [PendingBlob] {
        &mut self.blobs
    }

    fn plan(&mut self, batch: &mut Batch<'_>) -> Result<(), QueueError> {
        // Removed by hand while it was leased: nothing of it shall be recorded any more.
        let queued = batch.view.queue.get(self.id);
        let Some(queued) = queued.filter(|_| batch.is_queued(self.id)) else {
            return Ok(());
        };
        let hot = queued
            .hot
            .ok_or_else(|| Outage::broken(format_args!("{} is not leased", self.id)))?;
        for newcomer in &self.newcomers {
            newcomer.check(batch)?;
        }
        let mut mailboxes = Vec::with_capacity(self.appends.len());
        for (append, _) in &self.appends {
            let working = batch
                .by_name(append.account, &append.mailbox)
                .map_err(Outage::broken)?;
            working
                .check_room(self.appends.len())
                .map_err(Outage::broken)?;
            mailboxes.push(working.id);
        }
        for (newcomer, blob) in self.newcomers.iter().zip(&self.blobs) {
            newcomer.enter(blob, batch)?;
        }
        self.append(queued.place, &mailboxes, batch);
        let mut progress = Progress::clone(&hot.progress);
        progress.record(&self.outcomes, self.delay_reported);
        self.end_lease(queued.seq, queued.place, progress, batch);
        if let Some(trace) = &self.trace {
            batch.rows.trace.push((self.id, self.now, trace.clone()));
        }
        Ok(())
    }
}
