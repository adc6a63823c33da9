//! The committer's loop.

use super::{AloneTicket, Batch, Ticket, View, Work};
use crate::crash;
use crate::health::Health;
use crate::mailboxes::load_shelf;
use crate::outage::{Outage, is_fatal};
use sqlx::{Connection, SqliteConnection};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Bounds of one transaction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommitSettings {
    pub(crate) batch_operations_max: usize,
}

/// Owns the one connection that writes.
pub(crate) struct Committer {
    pub(crate) connection: SqliteConnection,
    pub(crate) view: Arc<View>,
    pub(crate) health: Health,
    pub(crate) settings: CommitSettings,
}

impl Committer {
    /// Works until every sender of `input` is gone, then closes the database.
    pub(crate) async fn run(mut self, mut input: mpsc::Receiver<Work>) {
        let mut held = None;
        loop {
            let next = match held.take() {
                Some(work) => Some(work),
                None => input.recv().await,
            };
            match next {
                None => break,
                Some(Work::Alone(ticket)) => self.run_alone(ticket).await,
                Some(Work::Batched(ticket)) => {
                    let mut tickets = vec![ticket];
                    while tickets.len() < self.settings.batch_operations_max && held.is_none() {
                        match input.try_recv() {
                            Ok(Work::Batched(ticket)) => tickets.push(ticket),
                            Ok(alone @ Work::Alone(_)) => held = Some(alone),
                            Err(_) => break,
                        }
                    }
                    self.run_batch(tickets).await;
                }
            }
        }
        if let Err(error) = self.connection.close().await {
            tracing::warn!(%error, "the database did not close cleanly");
        }
    }

    /// One transaction for all; where it fails for a reason that may lie in one of them, each gets a
    /// transaction of its own.
    async fn run_batch(&mut self, mut tickets: Vec<Box<dyn Ticket>>) {
        match self.commit(&mut tickets).await {
            Ok(()) => {}
            Err(_) if tickets.len() > 1 && self.health.is_good() => {
                for ticket in tickets {
                    let mut single = vec![ticket];
                    let outcome = self.commit(&mut single).await;
                    finish(single, outcome.as_ref().copied());
                }
                return;
            }
            Err(outage) => return finish(tickets, Err(&outage)),
        }
        finish(tickets, Ok(()));
    }

    async fn commit(&mut self, tickets: &mut [Box<dyn Ticket>]) -> Result<(), Outage> {
        let mut accounts = Vec::new();
        for ticket in tickets.iter() {
            ticket.accounts(&mut accounts);
        }
        self.load_shelves(accounts).await?;
        let view = self.view.clone();
        let mut batch = Batch::new(&view);
        for ticket in tickets.iter_mut() {
            ticket.plan(&mut batch);
        }
        let (rows, effects) = batch.finish();
        let script = rows.into_script();
        if script.is_empty() {
            return Ok(());
        }
        self.health.check()?;
        crash::point("commit-before");
        let outcome = script.run(&mut self.connection).await;
        self.end_transaction(outcome).await?;
        crash::point("commit-done");
        metrics::counter!("waxseal_storage_commits_total").increment(1);
        metrics::counter!("waxseal_storage_operations_total").increment(tickets.len() as u64);
        effects.publish(&view);
        crash::point("published");
        Ok(())
    }

    /// COMMIT after success, ROLLBACK after failure. When the outcome is in doubt, nothing is written
    /// any more.
    async fn end_transaction(&mut self, outcome: Result<(), sqlx::Error>) -> Result<(), Outage> {
        let outcome = match outcome {
            Ok(()) => sqlx::query("COMMIT")
                .execute(&mut self.connection)
                .await
                .map(|_| ()),
            Err(error) => Err(error),
        };
        let Err(error) = outcome else {
            return Ok(());
        };
        tracing::warn!(%error, "a transaction failed");
        if is_fatal(&error) {
            self.health.condemn(&error);
        }
        self.roll_back().await;
        Err(error.into())
    }

    async fn roll_back(&mut self) {
        // SQLite rolls back by itself after some failures; then there is nothing left to do.
        if let Err(error) = sqlx::query("ROLLBACK").execute(&mut self.connection).await
            && is_fatal(&error)
        {
            self.health.condemn(&error);
        }
    }

    async fn run_alone(&mut self, mut ticket: Box<dyn AloneTicket>) {
        let outcome = self.commit_alone(ticket.as_mut()).await;
        crash::point("reply-before");
        ticket.finish(outcome.as_ref().copied());
    }

    async fn commit_alone(&mut self, ticket: &mut dyn AloneTicket) -> Result<(), Outage> {
        self.health.check()?;
        let mut accounts = Vec::new();
        ticket.accounts(&mut accounts);
        self.load_shelves(accounts).await?;
        sqlx::query("BEGIN IMMEDIATE")
            .execute(&mut self.connection)
            .await?;
        if ticket.run(&mut self.connection, &self.view).await {
            crash::point("commit-before");
            self.end_transaction(Ok(())).await?;
            crash::point("commit-done");
            ticket.publish(&self.view);
            crash::point("published");
        } else {
            self.roll_back().await;
        }
        Ok(())
    }

    async fn load_shelves(&mut self, accounts: Vec<waxseal_mail::AccountId>) -> Result<(), Outage> {
        let mut accounts: BTreeSet<_> = accounts.into_iter().collect();
        // All are used before the first is read, so that none is evicted for another of this batch.
        accounts.retain(|account| !self.view.mailboxes.has_shelf(*account));
        for account in accounts {
            let shelf = load_shelf(&mut self.connection, account).await?;
            self.view.mailboxes.put_shelf(account, shelf);
        }
        Ok(())
    }
}

fn finish(tickets: Vec<Box<dyn Ticket>>, outcome: Result<(), &Outage>) {
    crash::point("reply-before");
    for ticket in tickets {
        ticket.finish(outcome);
    }
}
