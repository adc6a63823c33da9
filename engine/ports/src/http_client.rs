//! Requests over HTTP on behalf of plugins.

use async_trait::async_trait;
use bytes::Bytes;
use std::time::Duration;

/// Sends requests to whom the caller allows.
///
/// No redirect is followed. A host that is a name is resolved, and only public addresses are
/// connected to; the connection goes to an address that was checked, never to a second answer. A
/// host that is an address itself is connected to as it stands: the caller has allowed it.
#[async_trait]
pub trait HttpClient: Send + Sync {
    /// Sends a request and reads the whole response.
    ///
    /// # Errors
    /// [`HttpError`].
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError>;
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET`, `POST` ….
    pub method: String,
    /// Absolute, `http` or `https`.
    pub url: String,
    /// Fields, without `Host`, `Content-Length` and `Connection`, which are the client's.
    pub headers: Vec<(String, String)>,
    /// The body; empty for none.
    pub body: Bytes,
    /// For everything: name, connection, request and response.
    pub timeout: Duration,
    /// Octets of the response's body.
    pub response_octets_max: usize,
}

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status, 3xx included.
    pub status: u16,
    /// Fields in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

/// Why there is no response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The host has private, loopback or link-local addresses only.
    #[error("{0} leads to closed addresses only")]
    Closed(String),
    /// Not within the timeout.
    #[error("no response in time")]
    Timeout,
    /// The response's body is over its limit.
    #[error("the response is too large")]
    TooLarge,
    /// The request is none, or the connection failed.
    #[error("{0}")]
    Transport(String),
}
