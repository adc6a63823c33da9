//! The IMAP driver: moves octets and answers between a connection, a session and the ports.

mod append;
mod desk;
mod login;
mod moves;
mod send;
#[cfg(test)]
mod tests;

use crate::Access;
use bytes::Buf;
use desk::Desk;
pub(crate) use moves::Moves;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Handle, RuntimeFlavor};
use tracing::{debug, info};
use waxseal_imap::{Answer, Policy, Question, Session, Step};
use waxseal_net::{Accepted, Connection, Deadline, NetError};
use waxseal_ports::filter::{FilterSession, Protocol, SessionInfo, Verdict};
use waxseal_ports::store::StoreError;

/// After so long without input a session gives its buffers back.
const SHRINK_AFTER: Duration = Duration::from_secs(1);
/// How long a TLS handshake may take.
const HANDSHAKE_SECS_MAX: u64 = 60;

/// One client being served.
struct Driver<'a> {
    access: &'a Access,
    connection: Connection,
    accepted: Accepted,
    session: Session,
    filter: Box<dyn FilterSession>,
    desk: Desk,
    /// When the login has to be done.
    login_by: Deadline,
    /// When the command under way has to be complete.
    command_by: Option<Deadline>,
}

/// Serves one client to its end.
pub(crate) async fn serve(access: &Access, connection: Connection, accepted: Accepted) {
    let session = connection.session();
    let peer = connection.peer();
    metrics::counter!("waxseal_access_imap_sessions_total").increment(1);
    metrics::gauge!("waxseal_access_imap_sessions").increment(1.0);
    debug!(%session, %peer, "imap session begins");
    let mut driver = Box::new(Driver::new(access, connection, accepted));
    let result = driver.run().await;
    driver.tell_moves();
    driver.filter.disconnect().await;
    metrics::gauge!("waxseal_access_imap_sessions").decrement(1.0);
    match result {
        Err(error) if !error.is_ordinary() => info!(%session, %peer, %error, "imap session failed"),
        Ok(()) | Err(_) => debug!(%session, "imap session ends"),
    }
}

impl<'a> Driver<'a> {
    fn new(access: &'a Access, connection: Connection, accepted: Accepted) -> Self {
        let config = &access.config.imap;
        let policy = Policy {
            tls: connection.is_tls(),
            starttls: accepted.starttls.is_some(),
            clear_text_login: config.clear_text_login,
        };
        let tls = connection.tls_summary().map(|summary| summary.to_string());
        let filter = access.ports.filter.session(SessionInfo {
            id: connection.session(),
            protocol: Protocol::Imap,
            peer: connection.peer(),
            tls,
        });
        let parser = Arc::clone(&access.ports.parser);
        Self {
            access,
            session: Session::new(Arc::clone(&access.imap_limits), parser, policy),
            connection,
            accepted,
            filter,
            desk: Desk::new(access.ports.clone()),
            login_by: Deadline::after_secs(config.login_secs_max),
            command_by: None,
        }
    }

    async fn run(&mut self) -> Result<(), NetError> {
        let ruling = self.filter.connect().await;
        if let Verdict::Reject(reply) | Verdict::Defer(reply) = ruling.verdict {
            self.session.output().clear();
            self.session
                .bye(reply.lines().first().map_or("", String::as_str));
        }
        loop {
            match self.step() {
                Step::Read => self.read().await?,
                Step::Send => self.flush().await?,
                Step::Idle => self.idle().await?,
                Step::Spool(octets) => self.spool(octets),
                Step::Ask(Question::Login {
                    user,
                    password,
                    mechanism,
                }) => {
                    let login = Box::pin(self.log_in(&user, &password, mechanism)).await;
                    self.take_answer(Answer::Login(login));
                }
                Step::Ask(question) => {
                    let answer = Box::pin(self.desk.ask(question)).await;
                    self.take_answer(answer);
                }
                Step::StartTls => self.start_tls().await?,
                Step::Close => {
                    self.flush().await?;
                    self.connection.shutdown(Deadline::after_secs(1)).await;
                    return Ok(());
                }
            }
        }
    }

    /// Lets the session go on; rendering of messages that were read leaves the reactor alone.
    fn step(&mut self) -> Step {
        let heavy = self.session.is_rendering();
        let session = &mut self.session;
        let input = self.connection.input();
        let mut rest = &input[..];
        let step = off_reactor(heavy, || session.step(&mut rest));
        let taken = input.len() - rest.len();
        input.advance(taken);
        step
    }

    /// Moves octets from the input into the spool.
    fn spool(&mut self, octets: usize) {
        let input = self.connection.input();
        let octets = octets.min(input.len());
        let failed = self.desk.spool(input.get(..octets).unwrap_or_default());
        input.advance(octets);
        self.session.spooled(octets);
        if let Some(failed) = failed {
            self.take_answer(failed);
        }
    }

    fn take_answer(&mut self, answer: Answer) {
        if let Answer::Failed(StoreError::Unavailable(source)) = &answer {
            let session = self.connection.session();
            tracing::error!(%session, error = %source, "the store is unavailable");
        }
        let heavy = matches!(answer, Answer::Read(_));
        let session = &mut self.session;
        off_reactor(heavy, || session.answer(answer));
    }

    /// The deadline of the next octets: of the login, of the command, or of patience.
    fn read_by(&mut self) -> Deadline {
        let config = &self.access.config.imap;
        if !self.session.is_receiving() {
            self.command_by = None;
        }
        let wait = if self.session.is_receiving() {
            let by = Deadline::after_secs(config.command_secs_max);
            *self.command_by.get_or_insert(by)
        } else {
            Deadline::after_secs(config.idle_secs_max)
        };
        if self.session.is_authenticated() {
            wait
        } else {
            wait.or_earlier(self.login_by)
        }
    }

    /// Sends what is to be sent and waits for octets.
    async fn read(&mut self) -> Result<(), NetError> {
        self.flush().await?;
        self.tell_moves();
        let by = self.read_by();
        let soon = Deadline::after(SHRINK_AFTER).or_earlier(by);
        if self.fill(soon).await? == Filled::Nothing {
            self.session.output().shrink();
            if self.fill(by).await? == Filled::Nothing {
                self.session.bye("[UNAVAILABLE] you took too long");
            }
        }
        Ok(())
    }

    /// The client has its answer: those who learn from what it did hear of it now.
    fn tell_moves(&mut self) {
        if !self.desk.transferred.is_empty() {
            let transferred = std::mem::take(&mut self.desk.transferred);
            self.access.moves.tell(&self.desk.ports, transferred);
        }
    }

    /// Octets, or a reason to say goodbye.
    async fn fill(&mut self, by: Deadline) -> Result<Filled, NetError> {
        let filled = tokio::select! {
            filled = self.connection.fill(by) => filled,
            () = self.accepted.stop.cancelled() => {
                self.session.bye("the server is shutting down");
                return Ok(Filled::Something);
            }
        };
        match filled {
            Ok(0) => Err(NetError::Closed),
            Ok(_) => Ok(Filled::Something),
            Err(NetError::TimedOut) => Ok(Filled::Nothing),
            Err(error) => Err(error),
        }
    }

    /// IDLE: waits for octets or for a change of the selected mailbox.
    async fn idle(&mut self) -> Result<(), NetError> {
        self.changed();
        if !self.session.output().is_empty() {
            // What was told may have ended the session, so it has the next word.
            return self.flush().await;
        }
        self.tell_moves();
        self.session.output().shrink();
        let by = Deadline::after_secs(self.access.config.imap.idle_secs_max);
        let changed = async {
            match &mut self.desk.selected {
                // An error means that the mailbox is gone; `changed` finds that out again.
                Some(selected) => drop(selected.changed().await),
                None => std::future::pending().await,
            }
        };
        let filled = tokio::select! {
            filled = self.connection.fill(by) => filled,
            () = changed => return Ok(()),
            () = self.accepted.stop.cancelled() => {
                self.session.bye("the server is shutting down");
                return Ok(());
            }
        };
        match filled {
            Ok(0) => Err(NetError::Closed),
            Ok(_) => Ok(()),
            Err(NetError::TimedOut) => {
                self.session.bye("[UNAVAILABLE] you took too long");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Tells an idle session how its mailbox is now.
    fn changed(&mut self) {
        if self.desk.selected.is_some() {
            let newest = self.desk.newest();
            self.session.changed(newest);
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

/// Whether octets came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filled {
    Something,
    Nothing,
}

/// Runs work that reads files or computes much where it blocks no other session, if the runtime has
/// other threads.
fn off_reactor<T>(heavy: bool, work: impl FnOnce() -> T) -> T {
    let threads = Handle::try_current().map(|handle| handle.runtime_flavor());
    if heavy && matches!(threads, Ok(RuntimeFlavor::MultiThread)) {
        tokio::task::block_in_place(work)
    } else {
        work()
    }
}
