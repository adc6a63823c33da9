//! The client's side: whom this server trusts when it hands mail on.

use super::pem;
use crate::TlsError;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsStream;

/// Which certificates a [`TlsConnector`] takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Trust {
    /// Any: opportunistic TLS (RFC 7435), which hides mail from those who only listen.
    #[default]
    Any,
    /// One with the right name under the trust anchors of Mozilla.
    WebPki,
    /// One with the right name under the trust anchors of a PEM file.
    File(PathBuf),
}

/// Performs the client's side of handshakes; remembers sessions for resumption.
#[derive(Debug, Clone)]
pub struct TlsConnector {
    rustls: Arc<ClientConfig>,
}

impl TlsConnector {
    /// With the given trust.
    ///
    /// # Errors
    /// [`TlsError::Pem`] when the file of trust anchors is unusable.
    pub fn new(trust: &Trust) -> Result<Self, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError::Generate(error.to_string()))?;
        let config = match trust {
            Trust::Any => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
                .with_no_client_auth(),
            Trust::WebPki => {
                let anchors = webpki_roots::TLS_SERVER_ROOTS.iter().cloned();
                let anchors: RootCertStore = anchors.collect();
                builder
                    .with_root_certificates(anchors)
                    .with_no_client_auth()
            }
            Trust::File(file) => {
                let mut anchors = RootCertStore::empty();
                let (added, _) = anchors.add_parsable_certificates(pem::certificates(file)?);
                if added == 0 {
                    return Err(TlsError::Pem {
                        file: file.display().to_string(),
                        problem: "holds no usable trust anchor".to_owned(),
                    });
                }
                builder
                    .with_root_certificates(anchors)
                    .with_no_client_auth()
            }
        };
        Ok(Self {
            rustls: Arc::new(config),
        })
    }

    pub(crate) async fn handshake(
        &self,
        host: &str,
        socket: TcpStream,
    ) -> io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(host.trim_end_matches('.').to_owned())
            .map_err(|_| io::Error::other(format!("{host:?} is not a host name")))?;
        let connector = tokio_rustls::TlsConnector::from(Arc::clone(&self.rustls));
        Ok(TlsStream::Client(connector.connect(name, socket).await?))
    }
}

/// Takes any certificate, but still checks that the peer has its key.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
