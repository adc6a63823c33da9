//! Checks a password the same way for every protocol: the throttle first, then the directory, then the
//! filters.

use crate::Access;
use tracing::{error, info, warn};
use waxseal_mail::Reply;
use waxseal_net::Connection;
use waxseal_ports::FilterSession;
use waxseal_ports::directory::Account;
use waxseal_ports::filter::{Protocol, Verdict};

/// What the client said to prove who it is.
pub(crate) struct Credentials<'a> {
    pub(crate) user: &'a str,
    pub(crate) password: &'a str,
    /// For the filters: `PLAIN`, `LOGIN`, `USER`.
    pub(crate) mechanism: &'a str,
    pub(crate) protocol: Protocol,
}

/// Why nobody was logged in.
pub(crate) enum Denied {
    /// Too many failures came before; nothing was checked.
    Throttled,
    /// The directory gave no answer.
    Unavailable,
    /// No such user, or another password.
    Wrong,
    /// A filter refuses; its reply.
    Refused(Reply),
}

impl Access {
    /// Who the credentials belong to. What is wrong with a login is said in the log and in the
    /// metrics; the caller only words it for its protocol.
    pub(crate) async fn check_login(
        &self,
        connection: &Connection,
        filter: &mut dyn FilterSession,
        credentials: Credentials<'_>,
    ) -> Result<Account, Denied> {
        let (session, peer) = (connection.session(), connection.peer().ip());
        let Credentials {
            user,
            password,
            mechanism,
            protocol,
        } = credentials;
        let Ok(attempt) = self.throttle.begin(user, peer) else {
            warn!(%session, %peer, user, "too many failed logins, not checked");
            return Err(Denied::Throttled);
        };
        let account = match self.ports.directory.authenticate(user, password).await {
            Ok(account) => account,
            Err(source) => {
                attempt.cancelled();
                error!(%session, error = %source, "cannot check a password");
                return Err(Denied::Unavailable);
            }
        };
        let success = account.is_some();
        metrics::counter!("waxseal_access_logins_total", "protocol" => protocol.as_str(),
            "outcome" => if success { "success" } else { "failure" })
        .increment(1);
        let ruling = filter.auth(user, mechanism, success).await;
        let Some(account) = account else {
            attempt.failed();
            info!(%session, %peer, user, "login failed");
            return Err(Denied::Wrong);
        };
        attempt.succeeded();
        match ruling.verdict {
            Verdict::Reject(reply) | Verdict::Defer(reply) => Err(Denied::Refused(reply)),
            Verdict::Next
            | Verdict::Accept
            | Verdict::Discard
            | Verdict::Quarantine(_)
            | Verdict::Hold(_) => Ok(account),
        }
    }
}
