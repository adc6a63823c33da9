//! Checks a password: the throttle first, then the directory, then the filters.

use super::Driver;
use tracing::{info, warn};
use waxseal_imap::Login;
use waxseal_ports::filter::Verdict;

impl Driver<'_> {
    pub(super) async fn log_in(&mut self, user: &str, password: &str, mechanism: &str) -> Login {
        let session = self.connection.session();
        let peer = self.connection.peer().ip();
        let Ok(attempt) = self.access.throttle.begin(user, peer) else {
            warn!(%session, %peer, user, "too many failed logins, not checked");
            return Login::Unavailable;
        };
        let found = self
            .access
            .ports
            .directory
            .authenticate(user, password)
            .await;
        let account = match found {
            Ok(account) => account,
            Err(error) => {
                attempt.cancelled();
                tracing::error!(%session, %error, "cannot check a password");
                return Login::Unavailable;
            }
        };
        let success = account.is_some();
        let outcome = if success { "success" } else { "failure" };
        metrics::counter!("waxseal_access_logins_total", "protocol" => "imap", "outcome" => outcome)
            .increment(1);
        let ruling = self.filter.auth(user, mechanism, success).await;
        let Some(account) = account else {
            attempt.failed();
            info!(%session, %peer, user, "login failed");
            return Login::Wrong;
        };
        attempt.succeeded();
        if let Verdict::Reject(reply) | Verdict::Defer(reply) = ruling.verdict {
            let text = reply.lines().first().cloned().unwrap_or_default();
            return Login::Refused(text);
        }
        info!(%session, %peer, account = %account.address, "logged in");
        self.desk.account = Some(account);
        Login::Accepted
    }
}
