//! One attempt at one leased message, from its routes to its settlement.

use crate::config::RelayConfig;
use crate::plan::{self, Plan};
use crate::recipient_result::{RecipientResult, Via};
use crate::report::{self, Circumstances};
use crate::runner::Shared;
use crate::trail::{Trail, one_line};
use crate::{forward, local, schedule};
use std::io;
use waxseal_mail::{Reply, Timestamp};
use waxseal_ports::queue::{Leased, LocalAppend, NewMessage, Outcome, QueueError, Settlement};

/// After a settlement that could not be recorded, the message waits this long, in seconds.
const SETTLE_RETRY_SECS: u64 = 30;

/// What an attempt brought so far.
#[derive(Default)]
struct Work {
    appends: Vec<LocalAppend>,
    follow_ups: Vec<NewMessage>,
    results: Vec<RecipientResult>,
    /// When recipients that were not tried are due; `None` where all were.
    untried_secs: Option<u64>,
}

/// Does everything that can be done for `leased` now, and settles it.
pub(crate) async fn attempt(shared: &Shared, leased: Leased) {
    let now = shared.ports.clock.wall();
    let mut trail = Trail::new(now);
    let plan = plan::make(&*shared.ports.router, &leased, &shared.junk, &mut trail).await;
    let done = match perform(shared, &leased, plan, &mut trail).await {
        Ok(work) => settle(shared, &leased, work, trail).await,
        Err(error) => Err(error),
    };
    if let Err(error) = done {
        tracing::error!(message = %leased.id, error = %error, "a queued message cannot be read");
        give_back(shared, &leased, SETTLE_RETRY_SECS).await;
    }
}

/// Local work first and by itself, so that no mailbox waits for a slow host elsewhere.
async fn perform(
    shared: &Shared,
    leased: &Leased,
    plan: Plan,
    trail: &mut Trail,
) -> io::Result<Work> {
    let now = shared.ports.clock.wall();
    let mut work = Work {
        results: plan.settled,
        ..Work::default()
    };
    let local = !plan.keeps.is_empty() || !plan.forwards.is_empty();
    if local {
        work.appends = local::appends(&shared.ports.parser, leased, &plan.keeps, now).await?;
        work.follow_ups = forward::follow_ups(leased, &plan.forwards, &mut work.results, now)?;
    }
    if local && !plan.relays.is_empty() && !shared.relay.is_on_hold() {
        work.untried_secs = Some(0);
    } else if !plan.relays.is_empty() {
        let relayed = shared.relay.deliver(leased, plan.relays, trail).await?;
        work.results.extend(relayed.results);
        // What a stop left untried is for the next process to do at once.
        let wait = if shared.stopping.is_cancelled() {
            0
        } else {
            RelayConfig::OVERFLOW_SECS
        };
        work.untried_secs = relayed.untried.then_some(wait);
    }
    Ok(work)
}

/// Records what came of it, with the reports that follow.
///
/// # Errors
/// When the message cannot be read.
async fn settle(
    shared: &Shared,
    leased: &Leased,
    mut work: Work,
    mut trail: Trail,
) -> io::Result<()> {
    if work.results.is_empty() {
        // Nothing was tried, so nothing is counted as an attempt.
        give_back(
            shared,
            leased,
            work.untried_secs.unwrap_or(SETTLE_RETRY_SECS),
        )
        .await;
        return Ok(());
    }
    let now = shared.ports.clock.wall();
    trail.set_now(now);
    let retry = &shared.config.retry;
    let next = schedule::next(retry, leased.received, now);
    if next.give_up {
        work.results.iter_mut().for_each(give_up);
    }
    let reports = report::reports(
        leased,
        &work.results,
        &Circumstances {
            hostname: shared.hostname.ascii(),
            config: &shared.config.report,
            next,
            until: schedule::later(leased.received, retry.give_up_secs),
            now,
        },
    )
    .await?;
    work.follow_ups.extend(reports.messages);
    let due = match work.untried_secs {
        Some(secs) => schedule::later(now, secs),
        None => next.due,
    };
    count(&work.results);
    let outcomes = work.results.into_iter().map(|r| (r.position, r.outcome));
    let outcomes: Vec<_> = outcomes.collect();
    let settlement = Settlement {
        id: leased.id,
        appends: work.appends,
        due,
        delay_reported: reports.delay,
        follow_ups: work.follow_ups,
        trace: trail.finish(summary(&outcomes, due)),
        outcomes,
    };
    if let Err(error) = shared.ports.queue.settle(settlement).await {
        let full = matches!(error, QueueError::Full);
        tracing::error!(message = %leased.id, error = %error, full,
            "an attempt could not be recorded");
        metrics::counter!("waxseal_delivery_settle_failures_total").increment(1);
        give_back(shared, leased, SETTLE_RETRY_SECS).await;
    }
    Ok(())
}

/// A recipient that is still deferred when time is up has failed.
fn give_up(result: &mut RecipientResult) {
    match &result.outcome {
        Outcome::Deferred(reply) if result.via != Via::Hold => {
            let text = format!(
                "tried for too long without success; last: {}",
                one_line(reply)
            );
            result.outcome = Outcome::Failed(Reply::own(550, (5, 4, 7), text));
            result.via = Via::Local;
        }
        Outcome::Deferred(_) | Outcome::Delivered | Outcome::Failed(_) => {}
    }
}

/// Ends the lease with nothing recorded.
pub(crate) async fn give_back(shared: &Shared, leased: &Leased, after_secs: u64) {
    let due = schedule::later(shared.ports.clock.wall(), after_secs);
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

fn count(results: &[RecipientResult]) {
    for result in results {
        let outcome = match result.outcome {
            Outcome::Delivered => "delivered",
            Outcome::Deferred(_) => "deferred",
            Outcome::Failed(_) => "failed",
        };
        let via = match result.via {
            Via::Local | Via::Discard => "local",
            Via::Forward => "forward",
            Via::Hold | Via::Relay { .. } => "relay",
        };
        metrics::counter!("waxseal_delivery_recipients_total", "outcome" => outcome, "via" => via)
            .increment(1);
    }
}
