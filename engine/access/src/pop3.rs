//! The POP3 driver: moves octets and answers between a connection, a session and the ports.

mod answers;
mod config;
mod lock;

pub use config::Pop3Config;
pub(crate) use lock::MaildropLocks;

use crate::Access;
use lock::MaildropLock;
use std::sync::Arc;
use tokio::runtime::{Handle, RuntimeFlavor};
use tracing::{debug, info};
use waxseal_net::{Accepted, Connection, Deadline, NetError};
use waxseal_pop3::{Policy, Session, Step};
use waxseal_ports::directory::Account;
use waxseal_ports::filter::{FilterSession, Protocol, SessionInfo, Verdict};

/// How long a TLS handshake may take.
const HANDSHAKE_SECS_MAX: u64 = 60;

/// One client being served.
struct Driver<'a> {
    access: &'a Access,
    connection: Connection,
    accepted: Accepted,
    session: Session,
    filter: Box<dyn FilterSession>,
    account: Option<Account>,
    /// Held from login to QUIT.
    lock: Option<MaildropLock>,
    /// When the login has to be done.
    login_by: Deadline,
    /// When the line that has begun to arrive has to be complete.
    line_by: Option<Deadline>,
}

/// Serves one client to its end.
pub(crate) async fn serve(access: &Access, connection: Connection, accepted: Accepted) {
    let session = connection.session();
    let peer = connection.peer();
    metrics::counter!("waxseal_access_pop3_sessions_total").increment(1);
    metrics::gauge!("waxseal_access_pop3_sessions").increment(1.0);
    debug!(%session, %peer, "pop3 session begins");
    let mut driver = Box::new(Driver::new(access, connection, accepted));
    let result = driver.run().await;
    driver.filter.disconnect().await;
    metrics::gauge!("waxseal_access_pop3_sessions").decrement(1.0);
    match result {
        Err(error) if !error.is_ordinary() => info!(%session, %peer, %error, "pop3 session failed"),
        Ok(()) | Err(_) => debug!(%session, "pop3 session ends"),
    }
}

impl<'a> Driver<'a> {
    fn new(access: &'a Access, connection: Connection, accepted: Accepted) -> Self {
        let config = &access.config.pop3;
        let policy = Policy {
            tls: connection.is_tls(),
            stls: accepted.starttls.is_some(),
            clear_text_login: config.clear_text_login,
        };
        let filter = access.ports.filter.session(SessionInfo {
            id: connection.session(),
            protocol: Protocol::Pop3,
            peer: connection.peer(),
            tls: connection.tls_summary().map(|summary| summary.to_string()),
        });
        Self {
            access,
            session: Session::new(Arc::clone(&access.pop3_limits), policy),
            connection,
            accepted,
            filter,
            account: None,
            lock: None,
            login_by: Deadline::after_secs(config.login_secs_max),
            line_by: None,
        }
    }

    async fn run(&mut self) -> Result<(), NetError> {
        if let Verdict::Reject(reply) | Verdict::Defer(reply) = self.filter.connect().await.verdict
        {
            let text = reply.lines().first().cloned().unwrap_or_default();
            // In place of the greeting.
            self.session.output().clear();
            self.session.farewell(&text);
        }
        loop {
            match self.step() {
                Step::Read => self.read().await?,
                Step::Send => self.flush().await?,
                Step::Ask(question) => {
                    let answer = Box::pin(self.answer(question)).await;
                    self.session.answer(answer);
                }
                Step::StartTls => self.start_tls().await?,
                Step::Close => {
                    // Free before the reply goes out: the client may be back at once.
                    self.lock = None;
                    self.flush().await?;
                    self.connection.shutdown(Deadline::after_secs(1)).await;
                    return Ok(());
                }
                Step::Abort => {
                    tracing::error!(session = %self.connection.session(), "cannot read a message");
                    return Err(NetError::Closed);
                }
            }
        }
    }

    /// Lets the session go on; reading a message from the disk leaves the reactor alone.
    fn step(&mut self) -> Step {
        let threads = Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread;
        let input = self.connection.input();
        if threads && self.session.is_sending() {
            tokio::task::block_in_place(|| self.session.step(input))
        } else {
            self.session.step(input)
        }
    }

    /// Sends all output. Each buffer has a deadline of its own, so a slow reader of a large message
    /// is no problem and one that does not read is.
    async fn flush(&mut self) -> Result<(), NetError> {
        let by = Deadline::after_secs(self.access.config.pop3.write_secs_max);
        let output = self.session.output();
        if !output.is_empty() {
            self.connection.write_all(output, by).await?;
            output.clear();
        }
        Ok(())
    }

    /// Sends what is to be sent and waits for octets, or for a reason to say goodbye.
    async fn read(&mut self) -> Result<(), NetError> {
        self.flush().await?;
        self.session.shrink();
        let by = self.read_by();
        let filled = tokio::select! {
            filled = self.connection.fill(by) => filled,
            () = self.accepted.stop.cancelled() => {
                self.session.farewell("the server is shutting down");
                return Ok(());
            }
        };
        match filled {
            Ok(0) => Err(NetError::Closed),
            Ok(_) => Ok(()),
            Err(NetError::TimedOut) => {
                // RFC 1939 §3: the autologout timer removes nothing.
                self.session.farewell("you took too long");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// The deadline of the next octets: of the login, of the line, or of patience.
    fn read_by(&mut self) -> Deadline {
        let config = &self.access.config.pop3;
        let wait = if self.connection.input().is_empty() {
            self.line_by = None;
            Deadline::after_secs(config.idle_secs_max)
        } else {
            let by = Deadline::after_secs(config.command_secs_max);
            *self.line_by.get_or_insert(by)
        };
        if self.session.is_logged_in() {
            wait
        } else {
            wait.or_earlier(self.login_by)
        }
    }

    async fn start_tls(&mut self) -> Result<(), NetError> {
        self.flush().await?;
        let Some(acceptor) = self.accepted.starttls.clone() else {
            return Err(NetError::Closed);
        };
        let by = Deadline::after_secs(HANDSHAKE_SECS_MAX).or_earlier(self.login_by);
        self.connection.start_tls(&acceptor, by).await?;
        if let Some(summary) = self.connection.tls_summary() {
            self.filter.tls(&summary.to_string());
        }
        self.session.tls_started();
        Ok(())
    }
}
