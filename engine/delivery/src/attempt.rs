//! One attempt at one leased message, from its routes to its settlement.

use crate::plan::{self, Plan};
use crate::recipient_result::RecipientResult;
use crate::runner::Shared;
use crate::trail::Trail;
use crate::{forward, local, schedule};
use std::io;
use waxseal_mail::{Reply, Timestamp};
use waxseal_ports::queue::{Leased, LocalAppend, NewMessage, Outcome, QueueError, Settlement};

/// After a settlement that could not be recorded, the message waits this long, in seconds.
const SETTLE_RETRY_SECS: i64 = 30;

/// What an attempt brought so far.
#[derive(Default)]
struct Work {
    appends: Vec<LocalAppend>,
    follow_ups: Vec<NewMessage>,
    results: Vec<RecipientResult>,
    /// Recipients are left that were not tried yet: the message is due again at once.
    more: bool,
}

/// Does everything that can be done for `leased` now, and settles it.
pub(crate) async fn attempt(shared: &Shared, leased: Leased) {
    let now = shared.ports.clock.wall();
    let mut trail = Trail::new(now);
    let plan = plan::make(&*shared.ports.router, &leased, &shared.junk, &mut trail).await;
    match perform(shared, &leased, plan, now).await {
        Ok(work) => settle(shared, &leased, work, trail).await,
        Err(error) => {
            tracing::error!(message = %leased.id, error = %error, "a queued message cannot be read");
            give_back(shared, &leased, SETTLE_RETRY_SECS).await;
        }
    }
}

/// Local work first and by itself, so that no mailbox waits for a slow host elsewhere.
async fn perform(shared: &Shared, leased: &Leased, plan: Plan, now: Timestamp) -> io::Result<Work> {
    let mut work = Work {
        results: plan.settled,
        ..Work::default()
    };
    if plan.keeps.is_empty() && plan.forwards.is_empty() {
        for (position, _) in plan.relays {
            let reply = Reply::own(450, (4, 3, 2), "relaying is on hold by configuration");
            work.results.push(RecipientResult::own(position, reply));
        }
        return Ok(work);
    }
    work.appends = local::appends(&shared.ports.parser, leased, &plan.keeps, now).await?;
    work.follow_ups = forward::follow_ups(leased, &plan.forwards, &mut work.results, now)?;
    work.more = !plan.relays.is_empty();
    Ok(work)
}

async fn settle(shared: &Shared, leased: &Leased, work: Work, mut trail: Trail) {
    let now = shared.ports.clock.wall();
    trail.set_now(now);
    let next = schedule::next(&shared.config.retry, leased.received, now);
    let due = if work.more { now } else { next.due };
    let outcomes: Vec<_> = work
        .results
        .into_iter()
        .map(|r| (r.position, r.outcome))
        .collect();
    let summary = summary(&outcomes, due);
    count(&outcomes);
    let settlement = Settlement {
        id: leased.id,
        appends: work.appends,
        outcomes,
        due,
        delay_reported: false,
        follow_ups: work.follow_ups,
        trace: trail.finish(summary),
    };
    match shared.ports.queue.settle(settlement).await {
        Ok(()) => {}
        Err(error) => {
            let full = matches!(error, QueueError::Full);
            tracing::error!(message = %leased.id, error = %error, full, "an attempt could not be recorded");
            metrics::counter!("waxseal_delivery_settle_failures_total").increment(1);
            give_back(shared, leased, SETTLE_RETRY_SECS).await;
        }
    }
}

/// Ends the lease with nothing recorded.
pub(crate) async fn give_back(shared: &Shared, leased: &Leased, after_secs: i64) {
    let now = shared.ports.clock.wall();
    let due = Timestamp {
        unix_secs: now.unix_secs.saturating_add(after_secs),
        ..now
    };
    shared.ports.queue.release(leased.id, due).await;
}

fn summary(outcomes: &[(u32, Outcome)], due: Timestamp) -> String {
    let count = |wanted: fn(&Outcome) -> bool| {
        outcomes
            .iter()
            .filter(|(_, outcome)| wanted(outcome))
            .count()
    };
    let delivered = count(|outcome| matches!(outcome, Outcome::Delivered));
    let deferred = count(|outcome| matches!(outcome, Outcome::Deferred(_)));
    let failed = count(|outcome| matches!(outcome, Outcome::Failed(_)));
    if deferred == 0 {
        format!("{delivered} delivered, {failed} failed")
    } else {
        let due = due.rfc3339();
        format!("{delivered} delivered, {failed} failed, {deferred} deferred until {due}")
    }
}

fn count(outcomes: &[(u32, Outcome)]) {
    for (_, outcome) in outcomes {
        let label = match outcome {
            Outcome::Delivered => "delivered",
            Outcome::Deferred(_) => "deferred",
            Outcome::Failed(_) => "failed",
        };
        metrics::counter!("waxseal_delivery_recipients_total", "outcome" => label).increment(1);
    }
}
