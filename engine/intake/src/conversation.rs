//! One connection, from accept to close: octets to the session, its steps to whoever they are for.

use crate::Intake;
use crate::gathering::{Gathering, SessionStory};
use crate::waits::Waits;
use bytes::Buf;
use std::net::SocketAddr;
use waxseal_mail::{Reply, SessionId};
use waxseal_net::{Accepted, Connection, Deadline, NetError};
use waxseal_ports::FilterSession;
use waxseal_ports::directory::Account;
use waxseal_ports::filter::{Protocol, SessionInfo};
use waxseal_smtp::server::{Expects, Role, Session, SessionConfig, Step};

/// Seconds for the last reply to leave and for TLS to close.
const FAREWELL_SECS_MAX: u64 = 5;
/// Seconds that a session which is over waits for the client to close.
const LINGER_SECS_MAX: u64 = 1;
/// Octets of such a client that are thrown away.
const LINGER_OCTETS_MAX: usize = 1024 * 1024;

/// Everything about one client.
pub(crate) struct Conversation<'a> {
    pub(crate) intake: &'a Intake,
    pub(crate) id: SessionId,
    pub(crate) peer: SocketAddr,
    pub(crate) protocol: Protocol,
    pub(crate) role: Role,
    pub(crate) session: Session,
    pub(crate) filter: Box<dyn FilterSession>,
    /// The TLS in use.
    pub(crate) tls: Option<String>,
    /// Who authenticated.
    pub(crate) account: Option<Account>,
    pub(crate) session_story: SessionStory,
    /// The transaction under way.
    pub(crate) gathering: Option<Gathering>,
    connection: Connection,
    accepted: Accepted,
    waits: Waits,
}

impl<'a> Conversation<'a> {
    pub(crate) fn new(
        intake: &'a Intake,
        connection: Connection,
        accepted: Accepted,
        role: Role,
    ) -> Self {
        let tls = connection.tls_summary().map(|tls| tls.to_string());
        let info = SessionInfo {
            id: connection.session(),
            protocol: accepted.protocol,
            peer: connection.peer(),
            tls: tls.clone(),
        };
        let config = SessionConfig {
            hostname: intake.hostname.clone(),
            role,
            starttls: accepted.starttls.is_some(),
            limits: intake.limits.clone(),
        };
        Self {
            id: info.id,
            peer: info.peer,
            protocol: accepted.protocol,
            role,
            session: Session::new(config, tls.is_some()),
            filter: intake.ports.filter.session(info),
            tls,
            account: None,
            session_story: SessionStory::default(),
            gathering: None,
            waits: Waits::new(&intake.limits),
            intake,
            connection,
            accepted,
        }
    }

    /// Serves the client until it leaves, errs too much, is too slow, or the server stops.
    pub(crate) async fn run(mut self) {
        tracing::debug!(session = %self.id, peer = %self.peer, protocol = self.protocol.as_str(),
            "session begins");
        let ended = self.converse().await;
        if let Err(error) = &ended {
            metrics::counter!("waxseal_intake_sessions_broken_total",
                "protocol" => self.protocol.as_str())
            .increment(1);
            tracing::debug!(session = %self.id, peer = %self.peer, %error, "session broken off");
        }
        self.gathering = None;
        self.filter.disconnect().await;
        let farewell = Deadline::after_secs(FAREWELL_SECS_MAX);
        self.connection.shutdown(farewell).await;
        if ended.is_ok() {
            self.linger().await;
        }
        tracing::debug!(session = %self.id, "session ends");
    }

    /// Reads for a moment what the client still sends: closing with octets unread would reset the
    /// connection, and the client might never see the last reply.
    async fn linger(&mut self) {
        let deadline = Deadline::after_secs(LINGER_SECS_MAX);
        let mut octets = 0;
        while octets < LINGER_OCTETS_MAX {
            self.connection.input().clear();
            match self.connection.fill(deadline).await {
                Ok(0) | Err(_) => return,
                Ok(read) => octets += read,
            }
        }
    }

    async fn converse(&mut self) -> Result<(), NetError> {
        loop {
            match self.next_step() {
                Step::Read => self.read().await?,
                Step::Flush => self.flush().await?,
                Step::Ask(question) => {
                    let answer = self.answer(question).await;
                    self.session.answer(answer);
                }
                Step::Body(_) => {}
                Step::Reset => self.reset(),
                Step::StartTls => self.start_tls().await?,
                Step::Close => return self.farewell().await,
            }
        }
    }

    /// Gives the session what was read, and the sink what is the message's.
    fn next_step(&mut self) -> Step<'static> {
        loop {
            let mut rest = &self.connection.input()[..];
            let held = rest.len();
            let step = self.session.next(&mut rest);
            let used = held - rest.len();
            let step = match step {
                Step::Body(octets) => {
                    if let Some(gathering) = &mut self.gathering {
                        gathering
                            .sink
                            .write(octets, self.intake.ports.spool.as_ref());
                    }
                    None
                }
                Step::Read => Some(Step::Read),
                Step::Flush => Some(Step::Flush),
                Step::Ask(question) => Some(Step::Ask(question)),
                Step::Reset => Some(Step::Reset),
                Step::StartTls => Some(Step::StartTls),
                Step::Close => Some(Step::Close),
            };
            if self.session.expects() == Expects::Content {
                self.waits.received(used, &self.intake.limits);
            }
            self.connection.input().advance(used);
            if let Some(step) = step {
                return step;
            }
        }
    }

    /// Sends what waits and reads more. The server's stop ends a session between transactions at
    /// once, others when their transaction is over.
    async fn read(&mut self) -> Result<(), NetError> {
        let expects = self.session.expects();
        self.flush().await?;
        let stop = &self.accepted.stop;
        let read = tokio::select! {
            biased;
            () = stop.cancelled(), if expects == Expects::Idle => {
                self.session.end(&Reply::own(421, (4, 3, 2), "the server is stopping"));
                return Ok(());
            }
            read = self.connection.fill(self.waits.deadline()) => read,
        };
        match read {
            Ok(0) => Err(NetError::Closed),
            Ok(_) => Ok(()),
            Err(NetError::TimedOut) => {
                metrics::counter!("waxseal_intake_timeouts_total",
                    "protocol" => self.protocol.as_str())
                .increment(1);
                self.session
                    .end(&Reply::own(421, (4, 4, 2), "waited too long"));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Sends the replies that wait; what comes after them is new.
    async fn flush(&mut self) -> Result<(), NetError> {
        if self.session.output().is_empty() {
            return Ok(());
        }
        let expects = self.session.expects();
        let deadline = Deadline::after_secs(self.intake.limits.command_secs_max);
        self.send(deadline).await?;
        self.waits.renew(expects, &self.intake.limits);
        Ok(())
    }

    async fn send(&mut self, deadline: Deadline) -> Result<(), NetError> {
        let output = self.session.output();
        self.connection.write_all(output, deadline).await?;
        output.clear();
        Ok(())
    }

    async fn farewell(&mut self) -> Result<(), NetError> {
        self.send(Deadline::after_secs(FAREWELL_SECS_MAX)).await
    }

    /// The transaction is over without a message.
    pub(crate) fn reset(&mut self) {
        self.gathering = None;
        self.filter.reset();
    }

    /// Negotiates TLS; what the client said before is forgotten (RFC 3207 §4.2).
    async fn start_tls(&mut self) -> Result<(), NetError> {
        self.flush().await?;
        let Some(acceptor) = self.accepted.starttls.clone() else {
            return Err(NetError::Closed);
        };
        let deadline = Deadline::after(self.intake.handshake);
        self.connection.start_tls(&acceptor, deadline).await?;
        self.tls = self.connection.tls_summary().map(|tls| tls.to_string());
        self.filter.tls(self.tls.as_deref().unwrap_or_default());
        self.waits.renew(Expects::Idle, &self.intake.limits);
        Ok(())
    }
}
