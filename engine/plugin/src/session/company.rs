//! Recipients of different tenants in one session.

use super::Session;
use crate::scope::one_tenant_at_a_time;
use crate::stage::Stage;
use crate::tenant::Tenant;
use std::sync::Arc;
use waxseal_ports::filter::{Ruling, Verdict, describe};
use waxseal_ports::trace::TraceEvent;

impl Session {
    /// Whether a recipient is to come in another transaction than those before it: they are of
    /// different tenants, and a plugin of one of these judges whole messages. Logged-in users need not
    /// care.
    pub(super) fn is_apart(&self, recipient: &str) -> bool {
        let (chain, state) = (&self.chain, self.state());
        let (None, Some(first)) = (&state.user, state.recipients.first()) else {
            return false;
        };
        let both = (chain.tenants.of(first), chain.tenants.of(recipient));
        let judged = |tenant: Option<&Arc<Tenant>>| {
            tenant.is_some_and(|tenant| chain.judges_messages_of(tenant))
        };
        both.0 != both.1 && (judged(both.0) || judged(both.1))
    }

    /// The ruling on such a recipient.
    pub(super) fn apart(&self) -> Ruling {
        let mut ruling = Ruling::next();
        ruling.verdict = Verdict::Defer(one_tenant_at_a_time());
        ruling.trace.push(TraceEvent {
            at: self.shared.clock.wall(),
            stage: Stage::Rcpt.as_str().to_owned(),
            actor: "tenants".to_owned(),
            outcome: describe(&ruling.verdict),
            micros: None,
        });
        ruling
    }

    /// Remembers whose mail the session is about.
    pub(super) fn meet(&self, address: &str) {
        if let Some(tenant) = self.chain.tenants.of(address) {
            self.state().meet(tenant);
        }
    }
}
