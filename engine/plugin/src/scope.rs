//! Which calls of a session a tenant's plugin takes part in, and how far its answers reach.
//!
//! A plugin of no tenant takes part in all. A tenant's is asked about logins of its accounts, about
//! what its logged-in accounts send, and about recipients and messages in its domains. Of strangers,
//! recipients of different tenants come in transactions of their own; a logged-in user may name
//! recipients of several, and then those tenants' plugins judge their part of the message only.

use crate::answer::{Checked, Edit};
use crate::call::Call;
use crate::plugin::Plugin;
use crate::state::State;
use crate::tenant::Tenant;
use std::sync::{Mutex, PoisonError};
use waxseal_mail::Reply;
use waxseal_ports::filter::Verdict;

/// How much of what is asked about is the business of a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All of it.
    Whole,
    /// Some recipients of a message; what is said holds for these alone.
    Part,
}

impl Scope {
    /// Of a call for a plugin; `None` where it is not asked.
    pub(crate) fn of(plugin: &Plugin, call: &Call, state: &Mutex<State>) -> Option<Self> {
        let Some(tenant) = &plugin.tenant else {
            return Some(Self::Whole);
        };
        let state = state.lock().unwrap_or_else(PoisonError::into_inner);
        Self::for_tenant(tenant, call, &state)
    }

    fn for_tenant(tenant: &Tenant, call: &Call, state: &State) -> Option<Self> {
        let sends = state.is_sent_by(tenant);
        let concerned = match call {
            // Refused when it is loaded: nobody is known yet.
            Call::Connect | Call::Helo(_) => false,
            Call::Auth { user, .. } => tenant.owns(user),
            Call::Mail { .. } => sends,
            Call::Rcpt { recipient, .. } => sends || tenant.owns(recipient),
            Call::Headers | Call::Message if sends => true,
            Call::Headers | Call::Message => {
                let named = &state.recipients;
                let own = named.iter().filter(|text| tenant.owns(text)).count();
                if own > 0 && own < named.len() {
                    return Some(Self::Part);
                }
                own > 0
            }
            Call::Disconnect => state.met(tenant),
        };
        concerned.then_some(Self::Whole)
    }

    /// Takes out of an answer what is not for a plugin of this tenant to do; answers how many edits
    /// that were.
    pub(crate) fn confine(self, checked: &mut Checked, tenant: &Tenant, state: &State) -> usize {
        let visible = state.recipient_texts(Some(tenant));
        let may_remove = |text: &str| visible.iter().any(|own| own.eq_ignore_ascii_case(text));
        let before = checked.edits.len();
        checked.edits.retain(|edit| match edit {
            Edit::RemoveRecipient(text) => may_remove(text),
            Edit::Header(_) | Edit::AddRecipient(_) | Edit::SetSender(_) => self == Self::Whole,
        });
        let unmade = before - checked.edits.len();
        if self == Self::Part {
            let verdict = std::mem::replace(&mut checked.verdict, Verdict::Next);
            checked.verdict = match verdict {
                Verdict::Next | Verdict::Accept => Verdict::Next,
                Verdict::Discard => {
                    let gone = visible.into_iter().map(Edit::RemoveRecipient);
                    checked.edits.extend(gone);
                    Verdict::Next
                }
                Verdict::Quarantine(_) | Verdict::Hold(_) => Verdict::Reject(not_in_company()),
                refusal @ (Verdict::Reject(_) | Verdict::Defer(_)) => refusal,
            };
        }
        unmade
    }
}

/// To a logged-in user: a part of a message cannot be set aside.
fn not_in_company() -> Reply {
    let text = "some recipients do not take this message beside others; send it to them apart";
    Reply::own(550, (5, 7, 1), text)
}

/// To a stranger that names recipients of a second tenant: in the next transaction, please
/// (RFC 5321 §4.5.3.1.10).
pub(crate) fn one_tenant_at_a_time() -> Reply {
    let text = "recipients of this domain are taken in a transaction of their own";
    Reply::own(452, (4, 5, 3), text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Answer;
    use crate::stage::Stage;
    use crate::tenant::{TenantConfig, Tenants};
    use std::sync::Arc;

    fn tenant(name: &str) -> Arc<Tenant> {
        let config = TenantConfig {
            domains: vec![format!("{name}.test")],
            ..TenantConfig::default()
        };
        let tenants = Tenants::read(&[(name.to_owned(), config)].into()).unwrap();
        tenants.named(name).unwrap().clone()
    }

    #[track_caller]
    fn check(user: Option<&str>, named: &[&str], call: &Call, expected: Option<Scope>) {
        let mut state = State::outside_sessions();
        state.user = user.map(ToOwned::to_owned);
        state.recipients = named.iter().map(ToString::to_string).collect();
        assert_eq!(
            Scope::for_tenant(&tenant("a"), call, &state),
            expected,
            "{call:?}"
        );
    }

    #[test]
    fn a_tenant_is_asked_about_its_own() {
        let (whole, part) = (Some(Scope::Whole), Some(Scope::Part));
        let own = Some("u@a.test");
        let mail = Call::Mail {
            sender: "u@a.test".to_owned(),
            params: Vec::new(),
        };
        check(None, &[], &mail, None);
        check(own, &[], &mail, whole);
        check(Some("u@b.test"), &[], &mail, None);
        let rcpt = |recipient: &str| Call::Rcpt {
            recipient: recipient.to_owned(),
            params: Vec::new(),
        };
        check(None, &[], &rcpt("x@A.test"), whole);
        check(None, &[], &rcpt("x@b.test"), None);
        check(own, &[], &rcpt("x@b.test"), whole);
        for call in [Call::Headers, Call::Message] {
            check(None, &["x@a.test", "y@a.test"], &call, whole);
            check(None, &["x@b.test"], &call, None);
            check(Some("u@b.test"), &["x@a.test", "y@b.test"], &call, part);
            check(own, &["x@a.test", "y@b.test"], &call, whole);
            check(own, &["y@b.test"], &call, whole);
        }
        let auth = |user: &str| Call::Auth {
            user: user.to_owned(),
            mechanism: "PLAIN".to_owned(),
            success: false,
        };
        check(None, &[], &auth("u@a.test"), whole);
        check(None, &[], &auth("u@b.test"), None);
        check(own, &[], &Call::Connect, None);
        check(own, &[], &Call::Disconnect, None);
    }

    #[test]
    fn what_is_said_about_a_part_holds_for_that_part() {
        let mut state = State::outside_sessions();
        state.recipients = vec!["x@a.test".to_owned(), "y@b.test".to_owned()];
        let confined = |verdict: Verdict| {
            let mut checked = Answer::default().check(Stage::Message).unwrap();
            checked.verdict = verdict;
            let path = Edit::SetSender(waxseal_mail::ReversePath::Null);
            let remove = |text: &str| Edit::RemoveRecipient(text.to_owned());
            checked.edits = vec![path, remove("Y@b.test"), remove("X@a.test")];
            let unmade = Scope::Part.confine(&mut checked, &tenant("a"), &state);
            assert_eq!(unmade, 2);
            assert_eq!(checked.edits[0], remove("X@a.test"));
            (checked.verdict, checked.edits.len())
        };
        assert_eq!(confined(Verdict::Accept), (Verdict::Next, 1));
        assert_eq!(confined(Verdict::Discard), (Verdict::Next, 2));
        let company = Verdict::Reject(not_in_company());
        assert_eq!(confined(Verdict::Hold("h".to_owned())), (company, 1));
    }
}
