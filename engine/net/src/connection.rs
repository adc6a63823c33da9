//! A stream with its identity and one input buffer: what a protocol driver works with.

use crate::{Deadline, NetError, Stream, TlsAcceptor, TlsConnector, TlsSummary, random_u64};
use bytes::{BufMut, BytesMut};
use std::future::poll_fn;
use std::io;
use std::mem::replace;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_util::io::poll_read_buf;
use waxseal_mail::SessionId;

/// Octets asked of the socket at first; doubled while reads fill them.
const CHUNK_OCTETS_MIN: usize = 8 * 1024;
/// Octets asked of the socket at most, when a message streams in.
const CHUNK_OCTETS_MAX: usize = 64 * 1024;

/// One connection of a client, or of this server to another one.
///
/// The input buffer holds what was read and not yet taken. While it is empty and nothing comes, its
/// memory is given back, so an idle session costs its state and the TLS state only.
#[derive(Debug)]
pub struct Connection {
    stream: Stream,
    peer: SocketAddr,
    local: SocketAddr,
    session: SessionId,
    input: BytesMut,
    chunk_octets: usize,
}

impl Connection {
    /// Around a connected socket, with a random session identifier.
    ///
    /// # Errors
    /// When the socket is dead already.
    pub fn new(socket: TcpStream) -> io::Result<Self> {
        let (peer, local) = (socket.peer_addr()?, socket.local_addr()?);
        Ok(Self {
            stream: Stream::plain(socket)?,
            peer: canonical(peer),
            local: canonical(local),
            session: SessionId(random_u64()),
            input: BytesMut::new(),
            chunk_octets: CHUNK_OCTETS_MIN,
        })
    }

    /// Where the other side is; an IPv4 address is never written as an IPv6 one.
    #[must_use]
    pub const fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Where this side is.
    #[must_use]
    pub const fn local(&self) -> SocketAddr {
        self.local
    }

    /// The name of the session in logs and traces.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// What was read and not yet taken; take octets with `split_to` or `advance`.
    pub const fn input(&mut self) -> &mut BytesMut {
        &mut self.input
    }

    /// What the TLS handshake agreed on; `None` in clear text.
    #[must_use]
    pub fn tls_summary(&self) -> Option<TlsSummary> {
        self.stream.tls_summary()
    }

    /// Whether octets are protected.
    #[must_use]
    pub const fn is_tls(&self) -> bool {
        self.stream.is_tls()
    }

    /// Reads once and appends to [`Connection::input`]; answers how many octets came, at most 64 KiB,
    /// 0 when the peer will send no more. The caller bounds the buffer by taking octets out of it.
    ///
    /// Cancel-safe: an abandoned call has lost nothing.
    ///
    /// # Errors
    /// [`NetError::TimedOut`], [`NetError::Closed`], [`NetError::Io`].
    pub async fn fill(&mut self, deadline: Deadline) -> Result<usize, NetError> {
        let read = deadline.bound(poll_fn(|cx| self.poll_fill(cx))).await?;
        Ok(read?)
    }

    /// As [`Connection::fill`], without a wait: `None` when nothing has come.
    ///
    /// # Errors
    /// [`NetError::Closed`], [`NetError::Io`].
    pub fn try_fill(&mut self) -> Result<Option<usize>, NetError> {
        let mut cx = Context::from_waker(std::task::Waker::noop());
        match self.poll_fill(&mut cx) {
            Poll::Ready(read) => Ok(Some(read?)),
            Poll::Pending => Ok(None),
        }
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.input.reserve(self.chunk_octets);
        let mut room = (&mut self.input).limit(self.chunk_octets);
        let polled = poll_read_buf(Pin::new(&mut self.stream), cx, &mut room);
        if polled.is_pending() && self.input.is_empty() {
            self.input = BytesMut::new();
            self.chunk_octets = CHUNK_OCTETS_MIN;
        }
        let read = ready!(polled)?;
        if read == self.chunk_octets {
            self.chunk_octets = (self.chunk_octets * 2).min(CHUNK_OCTETS_MAX);
        }
        Poll::Ready(Ok(read))
    }

    /// Writes all of `octets` and flushes; the deadline is for the whole.
    ///
    /// # Errors
    /// [`NetError::TimedOut`] when the peer does not read, [`NetError::Closed`], [`NetError::Io`].
    pub async fn write_all(&mut self, octets: &[u8], deadline: Deadline) -> Result<(), NetError> {
        let stream = &mut self.stream;
        let write = async {
            stream.write_all(octets).await?;
            stream.flush().await
        };
        Ok(deadline.bound(write).await??)
    }

    /// Performs the server's side of a TLS handshake after STARTTLS or STLS, or at once.
    ///
    /// Octets that came behind the command in clear text are thrown away, so that nothing an attacker
    /// put there is ever taken for protected input (RFC 3207 §4.2, RFC 9051 §6.2.1).
    ///
    /// # Errors
    /// [`NetError::Tls`], [`NetError::TimedOut`]; the connection is gone then.
    pub async fn start_tls(
        &mut self,
        acceptor: &TlsAcceptor,
        deadline: Deadline,
    ) -> Result<(), NetError> {
        let socket = self.take_plain()?;
        let handshake = acceptor.handshake(socket);
        let stream = deadline.bound(handshake).await?.map_err(NetError::Tls)?;
        self.stream = Stream::Tls(Box::new(stream));
        Ok(())
    }

    /// Performs the client's side of a TLS handshake. `host` is the name the certificate must have
    /// where the connector verifies, and goes into SNI where it is a DNS name.
    ///
    /// # Errors
    /// As [`Connection::start_tls`].
    pub async fn connect_tls(
        &mut self,
        connector: &TlsConnector,
        host: &str,
        deadline: Deadline,
    ) -> Result<(), NetError> {
        let socket = self.take_plain()?;
        let handshake = connector.handshake(host, socket);
        let stream = deadline.bound(handshake).await?.map_err(NetError::Tls)?;
        self.stream = Stream::Tls(Box::new(stream));
        Ok(())
    }

    /// Says that no more octets will be written (TLS: `close_notify`), giving up silently at
    /// `deadline`.
    pub async fn shutdown(&mut self, deadline: Deadline) {
        let closed = deadline.bound(self.stream.shutdown()).await;
        // The peer may be gone already; there is nobody left to tell.
        drop(closed);
    }

    fn take_plain(&mut self) -> Result<TcpStream, NetError> {
        if !self.input.is_empty() {
            metrics::counter!("waxseal_net_starttls_octets_dropped_total")
                .increment(u64::try_from(self.input.len()).unwrap_or(u64::MAX));
            tracing::warn!(session = %self.session, octets = self.input.len(),
                "octets behind STARTTLS thrown away");
        }
        self.input = BytesMut::new();
        match replace(&mut self.stream, Stream::Gone) {
            Stream::Plain(socket) => Ok(socket),
            other @ (Stream::Tls(_) | Stream::Gone) => {
                self.stream = other;
                Err(NetError::Tls(io::Error::other("TLS is in use already")))
            }
        }
    }
}

/// `::ffff:192.0.2.1` as `192.0.2.1`.
const fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
