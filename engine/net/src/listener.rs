//! A bound port: accepts, admits, performs implicit TLS, and hands connections to a protocol.

use crate::{
    Admission, Admitted, BindError, Connection, Deadline, Descriptors, NetError, TlsAcceptor,
    refusal_line,
};
use async_trait::async_trait;
use serde::Deserialize;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use waxseal_ports::filter::Protocol;
use waxseal_settings::{Choice, Shape};

/// Connections that the kernel holds for a listener that does not accept at the moment.
const BACKLOG: u32 = 1024;
/// How long the accept loop rests when the system has no descriptor or memory left.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(100);

/// One `[[listener]]` section.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, waxseal_settings::Setting)]
#[serde(deny_unknown_fields)]
pub struct ListenerConfig {
    /// What is spoken: `smtp` (port 25), `submission` (587 and 465), `lmtp`, `imap` (143 and 993)
    /// or `pop3` (110 and 995).
    #[serde(deserialize_with = "protocol")]
    #[setting(shape = protocols)]
    pub protocol: Protocol,
    /// Address and port, for example `0.0.0.0:25` or `[::]:993`; on Linux `[::]` takes IPv4 as
    /// well.
    pub address: SocketAddr,
    /// When TLS begins. Anything but `none` needs the table `[tls]`.
    #[serde(default)]
    pub tls: TlsMode,
    /// Connections served at once. Past it: 421, `* BYE` or `-ERR`.
    #[serde(default = "connections_max")]
    pub connections_max: usize,
    /// Connections from one IPv4 address or IPv6 /64. Past it: 421 4.7.0, `* BYE` or `-ERR`.
    #[serde(default = "connections_per_address_max")]
    pub connections_per_address_max: usize,
    /// Seconds for an implicit TLS handshake. Past it the connection is closed.
    #[serde(default = "handshake_secs_max")]
    pub handshake_secs_max: u64,
}

const fn connections_max() -> usize {
    2_000
}
const fn connections_per_address_max() -> usize {
    50
}
const fn handshake_secs_max() -> u64 {
    30
}

/// When a listener begins TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, waxseal_settings::Setting)]
#[serde(rename_all = "lowercase")]
pub enum TlsMode {
    /// Never; STARTTLS is not announced.
    #[default]
    None,
    /// When the client asks (RFC 3207, RFC 9051 §6.2.1, RFC 2595 §4).
    Starttls,
    /// Before the greeting (RFC 8314 §3).
    Implicit,
}

/// Whoever speaks a protocol on accepted connections: one object per listener.
#[async_trait]
pub trait Handler: Send + Sync {
    /// Serves one connection to its end. A panic ends that connection only.
    async fn handle(&self, connection: Connection, accepted: Accepted);
}

/// What a handler has to know about a connection beside the connection itself.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// What is spoken on the listener.
    pub protocol: Protocol,
    /// For STARTTLS; `None` where TLS runs already or is not offered.
    pub starttls: Option<TlsAcceptor>,
    /// Cancelled when the server stops: finish the command under way, say goodbye, return.
    pub stop: CancellationToken,
}

/// What all listeners share.
#[derive(Debug, Clone)]
pub struct Gate {
    /// The certificate, where any listener uses TLS.
    pub tls: Option<TlsAcceptor>,
    /// Descriptors for connections.
    pub descriptors: Descriptors,
    /// Every session's task is tracked here.
    pub tracker: TaskTracker,
    /// Cancelled when the server stops.
    pub stop: CancellationToken,
}

/// A bound port that does not accept yet.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    config: ListenerConfig,
    admission: Arc<Admission>,
}

impl Listener {
    /// Binds with `SO_REUSEADDR` and a backlog of 1,024. Must be called inside the runtime.
    ///
    /// # Errors
    /// [`BindError`].
    pub fn bind(config: ListenerConfig) -> Result<Self, BindError> {
        let socket = listen(config.address).map_err(|source| BindError {
            address: config.address,
            protocol: config.protocol.as_str(),
            source,
        })?;
        let admission = Admission::new(config.connections_max, config.connections_per_address_max);
        Ok(Self {
            socket,
            config,
            admission,
        })
    }

    /// Where it listens; the port is the one that was given out where the configuration said 0.
    ///
    /// # Errors
    /// When the socket is dead.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Who is connected, for metrics and tests.
    #[must_use]
    pub fn admission(&self) -> Arc<Admission> {
        Arc::clone(&self.admission)
    }

    /// Accepts until `gate.stop`; sessions run on as tasks of `gate.tracker`.
    pub async fn run(self, handler: Arc<dyn Handler>, gate: Gate) {
        let session = Arc::new(SessionStart {
            protocol: self.config.protocol,
            mode: self.config.tls,
            handshake: Duration::from_secs(self.config.handshake_secs_max),
            tls: gate.tls,
            stop: gate.stop.clone(),
            handler,
        });
        loop {
            let accepted = tokio::select! {
                () = gate.stop.cancelled() => break,
                accepted = accept(&self.socket, &gate.descriptors) => accepted,
            };
            let (socket, descriptor) = match accepted {
                Ok(Some(accepted)) => accepted,
                Ok(None) => break,
                Err(error) => {
                    tokio::select! {
                        () = gate.stop.cancelled() => break,
                        () = rest_after(&error, self.config.protocol) => continue,
                    }
                }
            };
            if let Some(open) = self.admit(socket, descriptor) {
                gate.tracker.spawn(Arc::clone(&session).run(open));
            }
        }
    }

    /// Lets the client in, or tells it why not and closes.
    fn admit(&self, socket: TcpStream, descriptor: OwnedSemaphorePermit) -> Option<Open> {
        let peer = socket.peer_addr().ok()?;
        match self.admission.admit(peer.ip()) {
            Ok(admitted) => {
                let connection = Connection::new(socket).ok()?;
                let guard = SessionGuard {
                    session: connection.session(),
                    _admitted: admitted,
                    _descriptor: descriptor,
                };
                Some(Open { connection, guard })
            }
            Err(denied) => {
                let protocol = self.config.protocol;
                count(protocol, "refused");
                tracing::info!(%peer, protocol = protocol.as_str(), ?denied, "connection refused");
                if self.config.tls != TlsMode::Implicit {
                    // Best effort: an empty send buffer always takes one line.
                    drop(socket.try_write(refusal_line(protocol, denied).as_bytes()));
                }
                None
            }
        }
    }
}

/// A connection that was let in.
struct Open {
    connection: Connection,
    guard: SessionGuard,
}

/// Holds a session's places until its task ends, by return or by panic.
struct SessionGuard {
    session: waxseal_mail::SessionId,
    _admitted: Admitted,
    _descriptor: OwnedSemaphorePermit,
}

impl Drop for SessionGuard {
    fn drop(&mut self) {
        if std::thread::panicking() {
            metrics::counter!("waxseal_net_session_panics_total").increment(1);
            tracing::error!(session = %self.session, "the session panicked and was closed");
        }
    }
}

/// What every session of a listener starts with.
struct SessionStart {
    protocol: Protocol,
    mode: TlsMode,
    handshake: Duration,
    tls: Option<TlsAcceptor>,
    stop: CancellationToken,
    handler: Arc<dyn Handler>,
}

impl SessionStart {
    async fn run(self: Arc<Self>, open: Open) {
        let Open {
            mut connection,
            guard,
        } = open;
        count(self.protocol, "accepted");
        if let Err(error) = self.implicit_tls(&mut connection).await {
            count(self.protocol, "tls_failed");
            tracing::debug!(session = %guard.session, peer = %connection.peer(), %error,
                cause = std::error::Error::source(&error).map(tracing::field::display),
                "TLS handshake failed");
            return;
        }
        let starttls = self.tls.clone().filter(|_| self.mode == TlsMode::Starttls);
        let accepted = Accepted {
            protocol: self.protocol,
            starttls,
            stop: self.stop.clone(),
        };
        self.handler.handle(connection, accepted).await;
        drop(guard);
    }

    async fn implicit_tls(&self, connection: &mut Connection) -> Result<(), NetError> {
        match (&self.tls, self.mode) {
            (Some(tls), TlsMode::Implicit) => {
                connection
                    .start_tls(tls, Deadline::after(self.handshake))
                    .await
            }
            (None, TlsMode::Implicit) => Err(NetError::Tls(io::Error::other("no certificate"))),
            (_, TlsMode::None | TlsMode::Starttls) => Ok(()),
        }
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Takes a descriptor, then a connection.
async fn accept(
    socket: &TcpListener,
    descriptors: &Descriptors,
) -> io::Result<Option<(TcpStream, OwnedSemaphorePermit)>> {
    let Some(descriptor) = descriptors.take().await else {
        return Ok(None);
    };
    let (connection, _) = socket.accept().await?;
    Ok(Some((connection, descriptor)))
}

/// A client that left early costs nothing; a system without descriptors is given time.
async fn rest_after(error: &io::Error, protocol: Protocol) {
    let aborted = [
        io::ErrorKind::ConnectionAborted,
        io::ErrorKind::ConnectionReset,
    ];
    if aborted.contains(&error.kind()) {
        return;
    }
    count(protocol, "exhausted");
    tracing::warn!(protocol = protocol.as_str(), %error, "accepting pauses");
    tokio::time::sleep(EXHAUSTED_PAUSE).await;
}

fn count(protocol: Protocol, outcome: &'static str) {
    metrics::counter!("waxseal_net_connections_total",
        "protocol" => protocol.as_str(), "outcome" => outcome)
    .increment(1);
}

fn protocol<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Protocol, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.as_str() {
        "smtp" => Ok(Protocol::Smtp),
        "submission" => Ok(Protocol::Submission),
        "lmtp" => Ok(Protocol::Lmtp),
        "imap" => Ok(Protocol::Imap),
        "pop3" => Ok(Protocol::Pop3),
        other => Err(serde::de::Error::unknown_variant(other, &NAMES)),
    }
}

/// What a listener can speak, for the reference of the configuration.
fn protocols() -> Shape {
    let docs = [
        "Mail from other servers.",
        "Mail from users of ours, who log in.",
        "Mail from a server of ours, such as Postfix, for local accounts.",
        "Mailboxes.",
        "INBOX only.",
    ];
    let choices = NAMES.iter().zip(docs);
    let choices = choices.map(|(name, docs)| Choice {
        name: (*name).to_owned(),
        docs,
    });
    Shape::Choice(choices.collect())
}

const NAMES: [&str; 5] = ["smtp", "submission", "lmtp", "imap", "pop3"];
