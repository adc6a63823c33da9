//! TLS: the server's certificate, the client's trust, and what a handshake agreed on.

mod acceptor;
mod connector;
mod pem;
mod self_signed;

pub use acceptor::{TlsAcceptor, TlsConfig};
pub use connector::{TlsConnector, Trust};
pub use self_signed::SelfSigned;

use std::fmt;
use tokio::net::TcpStream;
use tokio_rustls::TlsStream;

/// What a handshake agreed on. Prints as `TLSv1.3 TLS13_AES_128_GCM_SHA256`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSummary {
    /// `TLSv1.2` or `TLSv1.3`.
    pub version: &'static str,
    /// The cipher suite's IANA name.
    pub cipher: &'static str,
    /// The name the client asked for (SNI), on the server's side.
    pub server_name: Option<String>,
}

impl TlsSummary {
    pub(crate) fn of(stream: &TlsStream<TcpStream>) -> Self {
        let (_, state) = stream.get_ref();
        let server_name = match stream {
            TlsStream::Server(server) => server.get_ref().1.server_name().map(str::to_owned),
            TlsStream::Client(_) => None,
        };
        Self {
            version: match state.protocol_version() {
                Some(rustls::ProtocolVersion::TLSv1_2) => "TLSv1.2",
                _ => "TLSv1.3",
            },
            cipher: state
                .negotiated_cipher_suite()
                .and_then(|suite| suite.suite().as_str())
                .unwrap_or("unknown"),
            server_name,
        }
    }
}

impl fmt::Display for TlsSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.version, self.cipher)
    }
}
