//! Recording what came of an attempt: local delivery and the end of the lease are one transaction, so
//! that acknowledged mail is in its mailbox exactly once.

use super::QueuedChange;
use super::accept::Newcomer;
use crate::Storage;
use crate::blobs::Holding;
use crate::codec::{Attempt, Progress, encode_facts, encode_trace};
use crate::commit::{
    Batch, Change, DetailRow, QueueEffect, QueueProgressRow, RefRow, message_row_id,
};
use crate::outage::Outage;
use crate::pack::{PackBlob, PendingBlob, Place};
use std::collections::BTreeMap;
use std::sync::Arc;
use waxseal_mail::{AccountId, Flag, FlagBits, MailboxId, MailboxName, MessageId};
use waxseal_ports::queue::{LocalAppend, QueueError, Settlement};
use waxseal_ports::snapshot::MessageState;
use waxseal_ports::store::StoreError;
use waxseal_ports::{ReadAt, Store};

pub(super) async fn settle(storage: &Storage, settlement: Settlement) -> Result<(), QueueError> {
    for append in &settlement.appends {
        create_if_missing(storage, append.account, &append.mailbox).await?;
    }
    let mut held = Vec::new();
    let settled = match Settle::prepare(storage, settlement, &mut held).await {
        Ok(settle) if settle.blobs.is_empty() => storage.batched(settle).await,
        Ok(settle) => storage.with_blobs(settle).await,
        Err(error) => Err(error),
    };
    match settled {
        Ok(Recorded::Yes) => Ok(()),
        Ok(Recorded::No) => {
            storage.give_up_held(held).await;
            Ok(())
        }
        Err(error) => {
            storage.give_up_held(held).await;
            Err(error)
        }
    }
}

/// Whether a settlement changed anything.
enum Recorded {
    Yes,
    /// The message was removed by hand while it was leased.
    No,
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
    attempt: Attempt,
    due: i64,
    now: i64,
    newcomers: Vec<Newcomer>,
    /// Of the newcomers, then those that belong to one account.
    blobs: Vec<PendingBlob>,
    /// Where in `blobs` an account has octets of its own; others share those of the queue.
    own: BTreeMap<AccountId, usize>,
    trace: Option<Vec<u8>>,
}

impl Settle {
    /// Adds to `held` what holders were given for it, also when it fails.
    async fn prepare(
        storage: &Storage,
        settlement: Settlement,
        held: &mut Vec<Holding>,
    ) -> Result<Self, QueueError> {
        let (mut newcomers, mut blobs) = (Vec::new(), Vec::new());
        for message in settlement.follow_ups {
            let (newcomer, blob) = Newcomer::prepare(storage, message).await?;
            held.extend(blob.held().cloned());
            newcomers.push(newcomer);
            blobs.push(blob);
        }
        let mut own = BTreeMap::new();
        let mut queued: Option<Arc<dyn ReadAt>> = None;
        for append in &settlement.appends {
            let owner = storage.owner(append.account);
            if owner.is_none() || own.contains_key(&append.account) {
                continue;
            }
            if queued.is_none() {
                queued = queued_octets(storage, settlement.id).await?;
            }
            let Some(message) = queued.clone() else {
                break;
            };
            let blob = storage.blobs().pend(message, owner).await?;
            held.extend(blob.held().cloned());
            own.insert(append.account, blobs.len());
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
            attempt: Attempt {
                outcomes: settlement.outcomes,
                kept: settlement.kept,
                delay_reported: settlement.delay_reported,
            },
            due: settlement.due.unix_secs,
            now: storage.now(),
            newcomers,
            blobs,
            own,
            trace: (!trace.is_empty()).then(|| encode_trace(trace)),
        })
    }

    /// Appends the message to its mailboxes; they were checked before.
    fn append(
        &self,
        queued: Place,
        mailboxes: &[MailboxId],
        batch: &mut Batch<'_>,
    ) -> Result<(), Outage> {
        let mut own = BTreeMap::new();
        for (account, position) in &self.own {
            if let Some(blob) = self.blobs.get(*position) {
                own.insert(*account, RefRow::new(blob, 0)?);
            }
        }
        for ((append, facts), mailbox) in self.appends.iter().zip(mailboxes) {
            let bits = learn_what_fits(batch, *mailbox, &append.flags);
            let place = match own.get_mut(&append.account) {
                Some(named) => {
                    named.refs += 1;
                    named.place
                }
                None => {
                    batch.add_refs(queued.id, 1);
                    queued
                }
            };
            let size = place.message_octets() + append.prefix.len() as u64;
            let uids = batch.append(*mailbox, 1, |_, uid, modseq| {
                MessageState::new(uid, size, modseq, bits, append.internal_date)
            });
            batch.rows.details.extend(uids.iter().map(|uid| DetailRow {
                id: message_row_id(*mailbox, *uid),
                blob: place.id,
                prefix: append.prefix.to_vec(),
                facts: facts.clone(),
            }));
        }
        batch.rows.blobs.extend(own.into_values());
        Ok(())
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

/// The octets of a leased message; `None` if it was removed by hand meanwhile.
async fn queued_octets(
    storage: &Storage,
    id: MessageId,
) -> Result<Option<Arc<dyn ReadAt>>, Outage> {
    let Some(queued) = storage.view().queue.get(id) else {
        return Ok(None);
    };
    if let Some(octets) = queued.hot.and_then(|hot| hot.octets) {
        return Ok(Some(Arc::new(octets)));
    }
    let place = queued.place;
    let pack = storage.shelf().get(place.pack).map_err(Outage::broken)?;
    let record = Arc::new(PackBlob::new(pack, place));
    match place.plain {
        Some(_) => storage.blobs().open(place.id, record).await.map(Some),
        None => Ok(Some(record)),
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
    type Output = Recorded;
    type Error = QueueError;

    fn accounts(&self, into: &mut Vec<AccountId>) {
        into.extend(self.appends.iter().map(|(append, _)| append.account));
    }

    fn blobs(&mut self) -> &mut [PendingBlob] {
        &mut self.blobs
    }

    fn plan(&mut self, batch: &mut Batch<'_>) -> Result<Recorded, QueueError> {
        // Removed by hand while it was leased: nothing of it shall be recorded any more.
        let queued = batch.view.queue.get(self.id);
        let Some(queued) = queued.filter(|_| batch.is_queued(self.id)) else {
            return Ok(Recorded::No);
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
        for blob in &self.blobs {
            blob.place()?;
        }
        for (newcomer, blob) in self.newcomers.iter().zip(&self.blobs) {
            newcomer.enter(blob, batch)?;
        }
        self.append(queued.place, &mailboxes, batch)?;
        let mut progress = Progress::clone(&hot.progress);
        progress.record(&self.attempt);
        self.end_lease(queued.seq, queued.place, progress, batch);
        if let Some(trace) = &self.trace {
            batch.rows.trace.push((self.id, self.now, trace.clone()));
        }
        Ok(Recorded::Yes)
    }
}
