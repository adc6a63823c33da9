//! Handing messages to transports: one call a recipient and transport.

use crate::case::Case;
use crate::plan::recipient_at;
use crate::runner::Shared;
use crate::trail::Trail;
use waxseal_ports::queue::Leased;
use waxseal_ports::transport::Handover;

/// Hands the message over for those of `cases` that have transports left, as many as one attempt may;
/// answers whether some were not tried.
pub(crate) async fn hand_over(
    shared: &Shared,
    leased: &Leased,
    cases: &mut [Case],
    trail: &mut Trail,
) -> Untried {
    let Ok(_in_flight) = shared.handing_over.try_acquire() else {
        metrics::counter!("waxseal_delivery_transport_overflow_total").increment(1);
        return Untried::Overflow;
    };
    let mut left = shared.config.transport.handovers_max;
    for case in cases {
        let Some(recipient) = recipient_at(leased, case.position) else {
            continue;
        };
        for transport in case.transports().to_vec() {
            if left == 0 || shared.stopping.is_cancelled() {
                return Untried::Some;
            }
            left -= 1;
            let handover = Handover {
                transport: &transport.name,
                recipient: &recipient.forward_path,
                attempt: transport.attempts.saturating_add(1),
            };
            let handed = shared.ports.transport.deliver(leased, handover).await;
            trail.set_now(shared.ports.clock.wall());
            trail.extend(handed.trace);
            case.handed(&transport.name, handed.outcome);
        }
    }
    Untried::None
}

/// What was left out of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Untried {
    /// Nothing.
    None,
    /// Work for the next attempt, at once.
    Some,
    /// Everything, because too much is under way.
    Overflow,
}
