//! Words the outcome of a login for IMAP.

use super::Driver;
use crate::login::{Credentials, Denied};
use tracing::info;
use waxseal_imap::Login;
use waxseal_ports::filter::Protocol;

impl Driver<'_> {
    pub(super) async fn log_in(&mut self, user: &str, password: &str, mechanism: &str) -> Login {
        let credentials = Credentials {
            user,
            password,
            mechanism,
            protocol: Protocol::Imap,
        };
        let filter = self.filter.as_mut();
        let checked = self
            .access
            .check_login(&self.connection, filter, credentials);
        match checked.await {
            Ok(account) => {
                let (session, peer) = (self.connection.session(), self.connection.peer().ip());
                info!(%session, %peer, account = %account.address, "logged in");
                self.desk.account = Some(account);
                Login::Accepted
            }
            Err(Denied::Throttled | Denied::Unavailable) => Login::Unavailable,
            Err(Denied::Wrong) => Login::Wrong,
            Err(Denied::Refused(reply)) => {
                Login::Refused(reply.lines().first().cloned().unwrap_or_default())
            }
        }
    }
}
