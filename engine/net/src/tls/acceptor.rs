//! The server's side: one certificate that can be replaced while connections go on.

use super::pem;
use crate::TlsError;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use serde::Deserialize;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::net::TcpStream;
use tokio_rustls::TlsStream;

/// Where the server's certificate lies; the `[tls]` section.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, waxseal_settings::Setting)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// PEM file with the certificate and its intermediates, the server's own first. A reload reads
    /// the file again, at the same path.
    pub certificate: PathBuf,
    /// PEM file with the private key. A reload reads the file again, at the same path.
    pub key: PathBuf,
}

/// Performs the server's side of handshakes: TLS 1.2 and 1.3, session resumption on.
#[derive(Debug, Clone)]
pub struct TlsAcceptor {
    files: TlsConfig,
    current: Arc<Current>,
    rustls: Arc<ServerConfig>,
}

/// The certificate in use; handshakes take it at their start.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(
            &self.0.read().unwrap_or_else(PoisonError::into_inner),
        ))
    }
}

impl TlsAcceptor {
    /// Reads certificate and key, and checks that they belong together.
    ///
    /// # Errors
    /// [`TlsError::Pem`] or [`TlsError::Pair`].
    pub fn load(config: &TlsConfig) -> Result<Self, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let current = Arc::new(Current(RwLock::new(Arc::new(read_pair(
            config, &provider,
        )?))));
        let resolver: Arc<dyn ResolvesServerCert> = current.clone();
        let builder = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError::Generate(error.to_string()))?;
        let mut rustls = builder.with_no_client_auth().with_cert_resolver(resolver);
        // Tickets keep resumption state at the client, so that it costs no memory here.
        rustls.ticketer =
            ring::Ticketer::new().map_err(|error| TlsError::Generate(error.to_string()))?;
        Ok(Self {
            files: config.clone(),
            current,
            rustls: Arc::new(rustls),
        })
    }

    /// Reads the files again; new handshakes use what is found, running sessions go on.
    ///
    /// # Errors
    /// As [`TlsAcceptor::load`]; the former certificate stays in use.
    pub fn reload(&self) -> Result<(), TlsError> {
        let pair = read_pair(&self.files, &ring::default_provider())?;
        *self
            .current
            .0
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(pair);
        Ok(())
    }

    pub(crate) async fn handshake(&self, socket: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::clone(&self.rustls));
        Ok(TlsStream::Server(acceptor.accept(socket).await?))
    }
}

fn read_pair(config: &TlsConfig, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
    let chain = pem::certificates(&config.certificate)?;
    let key = pem::private_key(&config.key)?;
    CertifiedKey::from_der(chain, key, provider).map_err(|error| TlsError::Pair {
        certificate: config.certificate.display().to_string(),
        key: config.key.display().to_string(),
        problem: error.to_string(),
    })
}
