//! What the committer can be asked to do, and how the asker learns what came of it.

use super::{Batch, View};
use crate::outage::Outage;
use crate::pack::PendingBlob;
use async_trait::async_trait;
use sqlx::SqliteConnection;
use tokio::sync::oneshot;
use waxseal_mail::AccountId;

/// An operation that shares its transaction with others.
pub(crate) trait Change: Send + 'static {
    type Output: Send + 'static;
    type Error: From<Outage> + Send + 'static;

    /// Accounts whose mailboxes must be in memory before [`Change::plan`].
    fn accounts(&self, _into: &mut Vec<AccountId>) {}

    /// Messages to write before.
    fn blobs(&mut self) -> &mut [PendingBlob] {
        &mut []
    }

    /// Whether it is refused when little space is left.
    fn grows(&self) -> bool {
        false
    }

    /// Checks everything, then adds rows and effects to the batch; a refusal leaves the batch as it
    /// was. May be called again when a batch is taken apart.
    fn plan(&mut self, batch: &mut Batch<'_>) -> Result<Self::Output, Self::Error>;
}

/// An operation that has a transaction of its own, for what is rare and hard to merge.
#[async_trait]
pub(crate) trait Alone: Send + 'static {
    type Output: Send + 'static;
    type Error: From<Outage> + Send + 'static;

    /// Accounts whose mailboxes must be in memory before.
    fn accounts(&self, _into: &mut Vec<AccountId>) {}

    /// Does the work inside the transaction.
    async fn run(
        &mut self,
        transaction: &mut SqliteConnection,
        view: &View,
    ) -> Result<Self::Output, Self::Error>;

    /// Takes over the outcome into memory, after the commit.
    fn publish(&mut self, output: &Self::Output, view: &View);
}

/// What travels to the committer.
pub(crate) enum Work {
    Batched(Box<dyn Ticket>),
    Alone(Box<dyn AloneTicket>),
}

impl Work {
    pub(crate) fn refuse(self, outage: &Outage) {
        match self {
            Self::Batched(ticket) => ticket.refuse(outage),
            Self::Alone(ticket) => ticket.finish(Err(outage)),
        }
    }
}

/// A [`Change`] with someone waiting for it.
pub(crate) trait Ticket: Send {
    fn accounts(&self, into: &mut Vec<AccountId>);
    fn blobs(&mut self) -> &mut [PendingBlob];
    fn grows(&self) -> bool;
    fn plan(&mut self, batch: &mut Batch<'_>);
    /// Tells the waiting one after the transaction ended.
    fn finish(self: Box<Self>, committed: Result<(), &Outage>);

    /// Tells the waiting one that nothing was done.
    fn refuse(self: Box<Self>, outage: &Outage) {
        self.finish(Err(outage));
    }
}

pub(crate) type Reply<T, E> = oneshot::Sender<Result<T, E>>;
pub(crate) type Answer<T, E> = oneshot::Receiver<Result<T, E>>;

struct Waiting<C: Change> {
    change: C,
    planned: Option<Result<C::Output, C::Error>>,
    reply: Reply<C::Output, C::Error>,
}

/// Wraps a change; the receiver gets its outcome.
pub(crate) fn ticket<C: Change>(change: C) -> (Box<dyn Ticket>, Answer<C::Output, C::Error>) {
    let (reply, answer) = oneshot::channel();
    let waiting = Waiting {
        change,
        planned: None,
        reply,
    };
    (Box::new(waiting), answer)
}

impl<C: Change> Ticket for Waiting<C>
where
    C::Output: Send,
{
    fn accounts(&self, into: &mut Vec<AccountId>) {
        self.change.accounts(into);
    }

    fn blobs(&mut self) -> &mut [PendingBlob] {
        self.change.blobs()
    }

    fn grows(&self) -> bool {
        self.change.grows()
    }

    fn plan(&mut self, batch: &mut Batch<'_>) {
        self.planned = Some(self.change.plan(batch));
    }

    fn finish(self: Box<Self>, committed: Result<(), &Outage>) {
        let answer = match (self.planned, committed) {
            (Some(Err(refusal)), _) => Err(refusal),
            (Some(Ok(output)), Ok(())) => Ok(output),
            (_, Err(outage)) => Err(outage.clone().into()),
            (None, Ok(())) => Err(Outage::broken("an operation was not planned").into()),
        };
        // Nobody waits any more: the outcome stands all the same.
        drop(self.reply.send(answer));
    }
}

/// An [`Alone`] with someone waiting for it.
#[async_trait]
pub(crate) trait AloneTicket: Send {
    fn accounts(&self, into: &mut Vec<AccountId>);
    /// Whether the transaction shall be committed.
    async fn run(&mut self, transaction: &mut SqliteConnection, view: &View) -> bool;
    fn publish(&mut self, view: &View);
    fn finish(self: Box<Self>, committed: Result<(), &Outage>);
}

struct WaitingAlone<A: Alone> {
    operation: A,
    outcome: Option<Result<A::Output, A::Error>>,
    reply: Reply<A::Output, A::Error>,
}

/// Wraps an operation; the receiver gets its outcome.
pub(crate) fn alone_ticket<A: Alone>(
    operation: A,
) -> (Box<dyn AloneTicket>, Answer<A::Output, A::Error>)
where
    A::Output: Sync,
    A::Error: Sync,
{
    let (reply, answer) = oneshot::channel();
    let waiting = WaitingAlone {
        operation,
        outcome: None,
        reply,
    };
    (Box::new(waiting), answer)
}

#[async_trait]
impl<A: Alone> AloneTicket for WaitingAlone<A>
where
    A::Output: Sync,
    A::Error: Sync,
{
    fn accounts(&self, into: &mut Vec<AccountId>) {
        self.operation.accounts(into);
    }

    async fn run(&mut self, transaction: &mut SqliteConnection, view: &View) -> bool {
        let outcome = self.operation.run(transaction, view).await;
        let commit = outcome.is_ok();
        self.outcome = Some(outcome);
        commit
    }

    fn publish(&mut self, view: &View) {
        if let Some(Ok(output)) = &self.outcome {
            self.operation.publish(output, view);
        }
    }

    fn finish(self: Box<Self>, committed: Result<(), &Outage>) {
        let answer = match (self.outcome, committed) {
            (Some(Err(refusal)), _) => Err(refusal),
            (Some(Ok(output)), Ok(())) => Ok(output),
            (_, Err(outage)) => Err(outage.clone().into()),
            (None, Ok(())) => Err(Outage::broken("an operation was not run").into()),
        };
        // Nobody waits any more: the outcome stands all the same.
        drop(self.reply.send(answer));
    }
}
