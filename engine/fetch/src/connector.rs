//! From a URL to a connection with an address that was checked.

use http::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tower_service::Service;
use waxseal_ports::{Resolver, is_public};

/// Addresses of one host that are tried.
const ADDRESSES_MAX: usize = 4;

/// Makes connections.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) tls: Arc<ClientConfig>,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    #[error("{0} leads to closed addresses only")]
    Closed(String),
    #[error("{0}")]
    Failed(String),
    #[error("cannot connect to {0}: {1}")]
    Refused(String, #[source] io::Error),
}

impl Connector {
    async fn connect(self, uri: Uri) -> Result<TokioIo<Wire>, ConnectError> {
        let secure = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let host = uri.host().unwrap_or_default();
        let host = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let stream = self.dial(&host, port).await?;
        if !secure {
            return Ok(TokioIo::new(Wire::Plain(stream)));
        }
        let name = ServerName::try_from(host.clone());
        let name = name.map_err(|error| ConnectError::Failed(error.to_string()))?;
        let secured = TlsConnector::from(self.tls).connect(name, stream).await;
        let secured = secured.map_err(|error| ConnectError::Refused(host, error))?;
        Ok(TokioIo::new(Wire::Secure(Box::new(secured))))
    }

    /// The first of the host's open addresses that answers.
    async fn dial(&self, host: &str, port: u16) -> Result<TcpStream, ConnectError> {
        let mut last = ConnectError::Failed(format!("{host} has no address"));
        for address in self.addresses(host).await?.into_iter().take(ADDRESSES_MAX) {
            match TcpStream::connect(SocketAddr::new(address, port)).await {
                Ok(stream) => {
                    let quick = stream.set_nodelay(true);
                    return quick
                        .map(|()| stream)
                        .map_err(|error| ConnectError::Refused(host.to_owned(), error));
                }
                Err(error) => last = ConnectError::Refused(host.to_owned(), error),
            }
        }
        Err(last)
    }

    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ConnectError> {
        if let Ok(address) = host.parse() {
            return Ok(vec![address]);
        }
        let found = self.resolver.addresses(host).await;
        let found = found.map_err(|error| ConnectError::Failed(format!("{host}: {error}")))?;
        let open: Vec<_> = found
            .into_iter()
            .filter(|address| is_public(*address))
            .collect();
        if open.is_empty() {
            return Err(ConnectError::Closed(host.to_owned()));
        }
        Ok(open)
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Wire>;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, ConnectError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

/// A connection, in clear or not.
pub(crate) enum Wire {
    Plain(TcpStream),
    Secure(Box<TlsStream<TcpStream>>),
}

impl Connection for Wire {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Secure(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, octets),
            Self::Secure(stream) => Pin::new(stream).poll_write(context, octets),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Secure(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Secure(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
