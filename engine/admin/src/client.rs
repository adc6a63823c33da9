//! The client of the Unix socket: what the command line uses while a server runs.

use crate::{Answer, Problem, Request};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::io;
use std::path::Path;
use std::time::Duration;
use tokio::net::UnixStream;

/// Octets of an answer: 10,000 queued messages fit.
const ANSWER_OCTETS_MAX: usize = 64 * 1024 * 1024;
/// How long an answer may take.
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(60);

/// Why a running server gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Nobody listens on the socket: no server runs on this data folder.
    #[error("no server is running")]
    NoServer(#[source] io::Error),
    /// The socket is another user's.
    #[error("no permission to talk to the running server; become its user")]
    Forbidden(#[source] io::Error),
    /// The server said no.
    #[error(transparent)]
    Problem(#[from] Problem),
    /// The conversation failed.
    #[error("the running server gave no usable answer: {0}")]
    Broken(String),
}

/// Asks the server behind `socket`.
///
/// # Errors
/// [`CallError`].
pub async fn call(socket: &Path, request: &Request) -> Result<Answer, CallError> {
    let stream = UnixStream::connect(socket).await.map_err(|error| {
        if error.kind() == io::ErrorKind::PermissionDenied {
            CallError::Forbidden(error)
        } else {
            CallError::NoServer(error)
        }
    })?;
    tokio::time::timeout(ANSWER_WAIT_MAX, exchange(stream, request))
        .await
        .map_err(|_| CallError::Broken("it took too long".to_owned()))?
}

async fn exchange(stream: UnixStream, request: &Request) -> Result<Answer, CallError> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    let body = serde_json::to_vec(request).map_err(broken)?;
    let request = hyper::Request::post("/v1")
        .header("host", "waxseal")
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body)))
        .map_err(broken)?;
    let conversation = async {
        let response = sender.send_request(request).await.map_err(broken)?;
        let good = response.status().is_success();
        let body = Limited::new(response.into_body(), ANSWER_OCTETS_MAX);
        let body = body.collect().await.map_err(broken)?.to_bytes();
        Ok::<_, CallError>((good, body))
    };
    let (good, body) = tokio::select! {
        outcome = conversation => outcome?,
        ended = drive(connection) => return Err(ended),
    };
    if good {
        serde_json::from_slice(&body).map_err(broken)
    } else {
        let problem: Problem = serde_json::from_slice(&body).map_err(broken)?;
        Err(problem.into())
    }
}

/// Moves octets until the exchange is over; an answer wins over the end of the connection.
async fn drive(connection: http1::Connection<TokioIo<UnixStream>, Full<Bytes>>) -> CallError {
    match connection.await {
        // The other branch has everything it needs by now.
        Ok(()) => std::future::pending().await,
        Err(error) => broken(error),
    }
}

fn broken(error: impl std::fmt::Display) -> CallError {
    CallError::Broken(error.to_string())
}
