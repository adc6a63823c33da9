//! One attempt at one leased message, from its routes to its settlement.

use crate::case::{self, Case, Moments};
use crate::config::RelayConfig;
use crate::handover::{Untried, hand_over};
use crate::plan::{self, Plan};
use crate::recipient_result::{RecipientResult, Via};
use crate::report::{self, Circumstances};
use crate::runner::Shared;
use crate::schedule::{Next, later};
use crate::trail::{Trail, one_line};
use crate::{forward, local, respond, schedule};
use std::io;
use waxseal_mail::{Reply, Timestamp};
use waxseal_ports::queue::{
    Kept, Leased, LocalAppend, NewMessage, Outcome, QueueError, Settlement,
};

/// After a settlement that could not be recorded, the message waits this long, in seconds.
const SETTLE_RETRY_SECS: u64 = 30;

/// What an attempt brought so far.
struct Work {
    appends: Vec<LocalAppend>,
    follow_ups: Vec<NewMessage>,
    cases: Vec<Case>,
    /// When recipients that were not tried are due, in seconds.
    untried_secs: u64,
}

/// Does everything that can be done for `leased` now, and settles it.
pub(crate) async fn attempt(shared: &Shared, leased: Leased) {
    let now = shared.ports.clock.wall();
    let mut trail = Trail::new(now);
    let cases = case::due(&leased, now);
    let plan = plan::make(&shared.ports, &leased, cases, &shared.junk, &mut trail).await;
    let done = match perform(shared, &leased, plan, &mut trail).await {
        Ok(work) => settle(shared, &leased, work, trail).await,
        Err(error) => Err(error),
    };
    if let Err(error) = done {
        tracing::error!(message = %leased.id, error = %error, "a queued message cannot be read");
        give_back(shared, &leased, SETTLE_RETRY_SECS).await;
    }
}

/// What this server settles by itself comes first and alone: no mailbox waits for a slow host
/// elsewhere, and what was decided is kept before anything leaves.
async fn perform(
    shared: &Shared,
    leased: &Leased,
    plan: Plan,
    trail: &mut Trail,
) -> io::Result<Work> {
    let now = shared.ports.clock.wall();
    let first = plan.is_local() || plan.cases.iter().any(Case::waits_to_be_kept);
    let mut cases = plan.cases;
    let appends = local::appends(&shared.ports.parser, leased, &plan.keeps, now).await?;
    let mut follow_ups = forward::follow_ups(leased, &plan.forwards, &mut cases, now)?;
    let by = (shared.hostname.ascii(), now);
    follow_ups.extend(respond::follow_ups(leased, plan.responses, by, trail)?);
    let mut untried_secs = 0;
    if !plan.relays.is_empty() && (!first || shared.relay.is_on_hold()) {
        let relayed = shared.relay.deliver(leased, plan.relays, trail).await?;
        // What a stop left untried is for the next process to do at once.
        if relayed.untried && !shared.stopping.is_cancelled() {
            untried_secs = RelayConfig::OVERFLOW_SECS;
        }
        for result in relayed.results {
            let mut found = cases.iter_mut();
            if let Some(case) = found.find(|case| case.position == result.position) {
                case.relayed(result);
            }
        }
    }
    if !first && cases.iter().any(|case| !case.transports().is_empty()) {
        match hand_over(shared, leased, &mut cases, trail).await {
            Untried::None | Untried::Some => {}
            Untried::Overflow => untried_secs = RelayConfig::OVERFLOW_SECS,
        }
    }
    Ok(Work {
        appends,
        follow_ups,
        cases,
        untried_secs,
    })
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
    let now = shared.ports.clock.wall();
    trail.set_now(now);
    let retry = &shared.config.retry;
    let next = schedule::next(retry, leased.received, now);
    let mut results: Vec<_> = work.cases.iter().filter_map(Case::result).collect();
    if next.give_up {
        results.iter_mut().for_each(give_up);
    }
    let (due, kept) = left(
        leased,
        work.cases,
        &results,
        moments(now, next, work.untried_secs),
    );
    if results.is_empty() && kept.is_empty() {
        // Nothing was tried or decided, so nothing is counted as an attempt.
        shared.ports.queue.release(leased.id, due).await;
        return Ok(());
    }
    let circumstances = Circumstances {
        hostname: shared.hostname.ascii(),
        config: &shared.config.report,
        next,
        until: later(leased.received, retry.give_up_secs),
        now,
    };
    let reports = report::reports(leased, &results, &circumstances).await?;
    work.follow_ups.extend(reports.messages);
    count(&results);
    let outcomes = results.into_iter().map(|r| (r.position, r.outcome));
    let outcomes: Vec<_> = outcomes.collect();
    let settlement = Settlement {
        id: leased.id,
        appends: work.appends,
        kept,
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

fn moments(now: Timestamp, next: Next, untried_secs: u64) -> Moments {
    Moments {
        now,
        next: next.due,
        untried: later(now, untried_secs),
    }
}

/// When the message is due again, and what is to be kept of the recipients that stay open: each waits
/// for its own moment, the message for the first of them.
fn left(
    leased: &Leased,
    cases: Vec<Case>,
    results: &[RecipientResult],
    moments: Moments,
) -> (Timestamp, Vec<(u32, Kept)>) {
    let is_closed = |case: &Case| {
        let mut of_this = results.iter().filter(|r| r.position == case.position);
        of_this.any(|result| !matches!(result.outcome, Outcome::Deferred(_)))
    };
    let tried: Vec<_> = cases.iter().map(|case| case.position).collect();
    let waiting = leased.kept.iter().filter(|(at, _)| !tried.contains(at));
    let waiting = waiting.filter_map(|(_, kept)| kept.not_before);
    let open: Vec<_> = cases
        .into_iter()
        .filter(|case| !is_closed(case))
        .map(|case| (case.due(&moments), case))
        .collect();
    let first = open.iter().map(|(due, _)| *due).chain(waiting);
    let due = first
        .min_by_key(|due| due.unix_secs)
        .unwrap_or(moments.next);
    let kept = open.into_iter().filter_map(|(own, case)| {
        let waits = own.unix_secs > due.unix_secs;
        case.into_kept(waits.then_some(own))
    });
    (due, kept.collect())
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
    let due = later(shared.ports.clock.wall(), after_secs);
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
            Via::Transport => "transport",
            Via::Hold | Via::Relay { .. } => "relay",
        };
        metrics::counter!("waxseal_delivery_recipients_total", "outcome" => outcome, "via" => via)
            .increment(1);
    }
}
