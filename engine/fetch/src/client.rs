//! The `HttpClient` port on hyper.

use crate::connector::{ConnectError, Connector};
use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::{HeaderName, HeaderValue, Method, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};
use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;
use waxseal_ports::Resolver;
use waxseal_ports::http_client::{HttpClient, HttpError, HttpRequest, HttpResponse};

/// Connections kept for the next request, for each host, and for how long.
const IDLE_MAX: usize = 8;
const IDLE_SECS: u64 = 30;
/// Octets of a response's header section.
const HEADER_OCTETS_MAX: usize = 64 * 1024;

/// Sends requests. Certificates are checked against the roots of the Web.
pub struct Fetch {
    client: Client<Connector, Full<Bytes>>,
}

impl Fetch {
    /// A client that resolves names through `resolver`.
    #[must_use]
    pub fn new(resolver: Arc<dyn Resolver>) -> Self {
        let roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        let tls =
            ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
                .with_safe_default_protocol_versions()
                .map(|tls| tls.with_root_certificates(roots).with_no_client_auth());
        let tls = tls.unwrap_or_else(|_| unreachable!("ring serves the default versions"));
        let connector = Connector {
            resolver,
            tls: Arc::new(tls),
        };
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(Duration::from_secs(IDLE_SECS))
            .pool_max_idle_per_host(IDLE_MAX)
            .pool_timer(TokioTimer::new())
            .http1_max_buf_size(HEADER_OCTETS_MAX)
            .build(connector);
        Self { client }
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let octets_max = request.response_octets_max;
        let response = self.client.request(prepare(request)?).await;
        let response = response.map_err(|error| explain(&error))?;
        let headers = fields(&response);
        Ok(HttpResponse {
            status: response.status().as_u16(),
            headers,
            body: read(response.into_body(), octets_max).await?,
        })
    }
}

fn transport(error: &dyn StdError) -> HttpError {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        source = inner.source();
    }
    HttpError::Transport(text)
}

fn prepare(request: HttpRequest) -> Result<Request<Full<Bytes>>, HttpError> {
    let method: Method = request.method.parse().map_err(|error| transport(&error))?;
    let uri: Uri = request.url.parse().map_err(|error| transport(&error))?;
    let mut prepared = Request::builder().method(method).uri(uri);
    for (name, value) in &request.headers {
        let name = HeaderName::try_from(name).map_err(|error| transport(&error))?;
        let value = HeaderValue::try_from(value).map_err(|error| transport(&error))?;
        prepared = prepared.header(name, value);
    }
    prepared
        .body(Full::new(request.body))
        .map_err(|error| transport(&error))
}

fn fields(response: &Response<Incoming>) -> Vec<(String, String)> {
    let field = |(name, value): (&HeaderName, &HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    };
    response.headers().iter().map(field).collect()
}

async fn read(mut body: Incoming, octets_max: usize) -> Result<Bytes, HttpError> {
    let mut octets = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| transport(&error))?;
        if let Some(data) = frame.data_ref() {
            if octets.len() + data.len() > octets_max {
                return Err(HttpError::TooLarge);
            }
            octets.extend_from_slice(data);
        }
    }
    Ok(octets.freeze())
}

/// A host that is closed is told apart from a connection that failed.
fn explain(error: &Error) -> HttpError {
    let mut source = StdError::source(error);
    while let Some(inner) = source {
        if let Some(ConnectError::Closed(host)) = inner.downcast_ref() {
            return HttpError::Closed(host.clone());
        }
        source = inner.source();
    }
    transport(error)
}

#[async_trait]
impl HttpClient for Fetch {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let length = request.headers.iter();
        let mut length = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        if length.next().is_some() {
            let name = header::CONTENT_LENGTH;
            return Err(HttpError::Transport(format!("{name} is not the caller's")));
        }
        let timeout = request.timeout;
        let answer = tokio::time::timeout(timeout, self.exchange(request)).await;
        let answer = answer.unwrap_or(Err(HttpError::Timeout));
        let outcome = match &answer {
            Ok(_) => "response",
            Err(HttpError::Closed(_)) => "closed",
            Err(HttpError::Timeout) => "timeout",
            Err(HttpError::TooLarge) => "too_large",
            Err(HttpError::Transport(_)) => "transport",
        };
        metrics::counter!("waxseal_fetch_requests_total", "outcome" => outcome).increment(1);
        answer
    }
}
