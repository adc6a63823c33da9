//! What can go wrong on a connection, and what that means for the session.

use std::io;
use std::net::SocketAddr;

/// Why a call on a connection failed. The session is over in every case; only the farewell differs.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// The deadline passed: SMTP answers 421 4.4.2, IMAP and POP3 say goodbye.
    #[error("the deadline passed")]
    TimedOut,
    /// The peer closed or reset the connection.
    #[error("the peer closed the connection")]
    Closed,
    /// The socket failed in another way.
    #[error("the connection failed")]
    Io(#[source] io::Error),
    /// The TLS handshake failed; nothing more can be said in clear text.
    #[error("the TLS handshake failed")]
    Tls(#[source] io::Error),
}

impl From<io::Error> for NetError {
    fn from(error: io::Error) -> Self {
        let kind = error.kind();
        let gone = [
            io::ErrorKind::ConnectionReset,
            io::ErrorKind::ConnectionAborted,
            io::ErrorKind::BrokenPipe,
            io::ErrorKind::UnexpectedEof,
            io::ErrorKind::NotConnected,
        ];
        if gone.contains(&kind) {
            Self::Closed
        } else {
            Self::Io(error)
        }
    }
}

impl NetError {
    /// Whether the peer is merely gone or slow, which is no fault worth a warning.
    #[must_use]
    pub const fn is_ordinary(&self) -> bool {
        match self {
            Self::TimedOut | Self::Closed | Self::Tls(_) => true,
            Self::Io(_) => false,
        }
    }
}

/// Why a listener could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} for {protocol}")]
pub struct BindError {
    /// Where.
    pub address: SocketAddr,
    /// What for.
    pub protocol: &'static str,
    /// Why not.
    #[source]
    pub source: io::Error,
}

/// Why a certificate, its key or a set of trust anchors cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A PEM file cannot be read, or holds nothing of the kind.
    #[error("{file}: {problem}")]
    Pem {
        /// Which file.
        file: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The key does not belong to the certificate, or is of a kind that is not supported.
    #[error("certificate {certificate} and key {key} do not fit: {problem}")]
    Pair {
        /// The certificate file.
        certificate: String,
        /// The key file.
        key: String,
        /// What rustls says.
        problem: String,
    },
    /// A certificate could not be made.
    #[error("cannot make a certificate: {0}")]
    Generate(String),
}
