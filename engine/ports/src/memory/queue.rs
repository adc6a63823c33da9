//! The queue: rows in the order of acceptance.

use super::{Memory, State, mailbox::Incoming};
use crate::queue::{Kept, Leased, NewMessage, Outcome, Queue, QueueError, QueuedInfo, Settlement};
use crate::{Clock, ReadAt, draft::Joined, trace::TraceEvent};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::Arc;
use waxseal_mail::{MessageId, Timestamp};

pub(super) struct QueuedRow {
    message: NewMessage,
    /// Whether each recipient is open, and its last reply.
    recipients: Vec<(bool, Option<String>)>,
    kept: BTreeMap<u32, Kept>,
    due: Timestamp,
    attempts: u32,
    delay_reported: bool,
    leased: bool,
}

impl QueuedRow {
    fn new(message: NewMessage) -> Self {
        Self {
            recipients: vec![(true, None); message.envelope.recipients.len()],
            kept: BTreeMap::new(),
            due: Timestamp::utc(0),
            attempts: 0,
            delay_reported: false,
            leased: false,
            message,
        }
    }

    fn open(&self) -> Vec<u32> {
        let open = (0_u32..).zip(&self.recipients);
        open.filter(|(_, (open, _))| *open)
            .map(|(at, _)| at)
            .collect()
    }

    fn lease(&mut self) -> Leased {
        self.leased = true;
        let open = self.open();
        let kept = self.kept.iter().filter(|(at, _)| open.contains(at));
        Leased {
            id: self.message.id,
            envelope: self.message.envelope.clone(),
            kept: kept.map(|(at, kept)| (*at, kept.clone())).collect(),
            open,
            attempts: self.attempts,
            received: self.message.received,
            delay_reported: self.delay_reported,
            tags: self.message.tags.clone(),
            notes: self.message.notes.clone(),
            quarantine: self.message.quarantine.clone(),
            message: self.message.message.clone(),
        }
    }

    fn info(&self) -> QueuedInfo {
        let envelope = &self.message.envelope;
        let recipients = envelope.recipients.iter().zip(&self.recipients);
        QueuedInfo {
            id: self.message.id,
            sender: envelope.reverse_path.to_string(),
            recipients: recipients
                .map(|(r, (open, reply))| (r.forward_path.to_string(), *open, reply.clone()))
                .collect(),
            octets: self.message.message.octets(),
            received: self.message.received,
            due: self.due,
            attempts: self.attempts,
            hold: self.message.hold.clone(),
        }
    }

    fn record(&mut self, position: u32, outcome: &Outcome) {
        let position = usize::try_from(position).unwrap_or(usize::MAX);
        let Some(recipient) = self.recipients.get_mut(position) else {
            return;
        };
        *recipient = match outcome {
            Outcome::Delivered => (false, None),
            Outcome::Deferred(reply) => (true, Some(reply_text(reply))),
            Outcome::Failed(reply) => (false, Some(reply_text(reply))),
        };
    }
}

fn reply_text(reply: &waxseal_mail::Reply) -> String {
    let mut wire = Vec::new();
    reply.write_to(&mut wire);
    String::from_utf8_lossy(&wire).trim_end().to_owned()
}

fn refused(why: String) -> QueueError {
    QueueError::Unavailable(why.into())
}

impl State {
    fn row(&mut self, id: MessageId) -> Option<&mut QueuedRow> {
        self.queue.iter_mut().find(|row| row.message.id == id)
    }

    fn check_new(&self, message: &NewMessage) -> Result<(), QueueError> {
        if self.full {
            Err(QueueError::Full)
        } else if message.envelope.recipients.is_empty() {
            Err(refused(format!("{} has no recipient", message.id)))
        } else if self.queue.iter().any(|row| row.message.id == message.id) {
            Err(refused(format!("{} is in the queue already", message.id)))
        } else {
            Ok(())
        }
    }

    fn enqueue(&mut self, mut message: NewMessage) {
        let trace = std::mem::take(&mut message.trace);
        self.traces.entry(message.id).or_default().extend(trace);
        self.queue.push(QueuedRow::new(message));
    }

    fn claim_due(&mut self, now: Timestamp, max: usize) -> Vec<Leased> {
        let due = self.queue.iter_mut().filter(|row| {
            !row.leased && row.message.hold.is_none() && row.due.unix_secs <= now.unix_secs
        });
        due.take(max).map(QueuedRow::lease).collect()
    }

    /// Checks everything first, then records everything.
    fn settle(&mut self, settlement: Settlement) -> Result<(), QueueError> {
        let id = settlement.id;
        let row = self.row(id).filter(|row| row.leased);
        let row = row.ok_or_else(|| refused(format!("{id} is not leased")))?;
        let message = row.message.message.clone();
        for follow_up in &settlement.follow_ups {
            self.check_new(follow_up)?;
        }
        if self.full && !settlement.appends.is_empty() {
            return Err(QueueError::Full);
        }
        for append in &settlement.appends {
            let known = self.accounts.values();
            if !known
                .into_iter()
                .any(|row| row.account.id == append.account)
            {
                return Err(refused(format!("account {} is gone", append.account.0)));
            }
        }
        for append in settlement.appends {
            let incoming = Incoming {
                index: append.index,
                message: Arc::new(Joined {
                    head: append.prefix,
                    tail: message.clone(),
                }),
                flags: append.flags,
                internal_date: append.internal_date,
            };
            let mailbox = self.mailbox_or_new(append.account, &append.mailbox, None);
            mailbox
                .append(vec![incoming])
                .map_err(|error| refused(error.to_string()))?;
        }
        self.traces.entry(id).or_default().extend(settlement.trace);
        for follow_up in settlement.follow_ups {
            self.enqueue(follow_up);
        }
        if let Some(row) = self.row(id) {
            row.leased = false;
            row.attempts += 1;
            row.due = settlement.due;
            row.delay_reported |= settlement.delay_reported;
            for (position, outcome) in &settlement.outcomes {
                row.record(*position, outcome);
            }
            row.kept.extend(settlement.kept);
        }
        self.queue
            .retain(|row| row.message.id != id || !row.open().is_empty());
        Ok(())
    }
}

#[async_trait]
impl Queue for Memory {
    async fn accept(&self, message: NewMessage) -> Result<(), QueueError> {
        {
            let mut state = self.state();
            state.check_new(&message)?;
            state.enqueue(message);
        }
        self.due.notify_waiters();
        Ok(())
    }

    async fn claim(&self, max: usize) -> Result<Vec<Leased>, QueueError> {
        loop {
            let due = self.due.notified();
            let moved = self.clock.moved();
            tokio::pin!(due, moved);
            // Registered before looking, so that nothing that comes between is missed.
            due.as_mut().enable();
            moved.as_mut().enable();
            let claimed = self.state().claim_due(self.clock.wall(), max);
            if !claimed.is_empty() {
                return Ok(claimed);
            }
            tokio::select! {
                () = due => {}
                () = moved => {}
            }
        }
    }

    async fn settle(&self, settlement: Settlement) -> Result<(), QueueError> {
        self.state().settle(settlement)?;
        self.due.notify_waiters();
        Ok(())
    }

    async fn release(&self, id: MessageId, due: Timestamp) {
        if let Some(row) = self.state().row(id) {
            row.leased = false;
            row.due = due;
        }
        self.due.notify_waiters();
    }

    async fn list(&self, max: usize) -> Result<Vec<QueuedInfo>, QueueError> {
        let state = self.state();
        Ok(state.queue.iter().take(max).map(QueuedRow::info).collect())
    }

    async fn show(&self, id: MessageId) -> Result<Option<QueuedInfo>, QueueError> {
        Ok(self.state().row(id).map(|row| row.info()))
    }

    async fn read(&self, id: MessageId) -> Result<Option<Arc<dyn ReadAt>>, QueueError> {
        let mut state = self.state();
        Ok(state.row(id).map(|row| row.message.message.clone()))
    }

    async fn retry(&self, id: MessageId) -> Result<bool, QueueError> {
        let found = self.state().row(id).map(|row| {
            row.due = Timestamp::utc(0);
            row.message.hold = None;
        });
        self.due.notify_waiters();
        Ok(found.is_some())
    }

    async fn remove(&self, id: MessageId) -> Result<bool, QueueError> {
        let mut state = self.state();
        let before = state.queue.len();
        state.queue.retain(|row| row.message.id != id);
        Ok(state.queue.len() < before)
    }

    async fn trace(&self, id: MessageId) -> Result<Vec<TraceEvent>, QueueError> {
        Ok(self.state().traces.get(&id).cloned().unwrap_or_default())
    }
}
