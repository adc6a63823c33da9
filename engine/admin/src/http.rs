//! A small HTTP/1.1 server for few, mostly friendly clients: bounded in connections, headers, bodies
//! and time.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Connections served at once; others wait in the kernel's backlog.
const CONNECTIONS_MAX: usize = 64;
/// Octets of a request's header section.
const HEADER_OCTETS_MAX: usize = 16 * 1024;
/// Octets of a request's body.
const BODY_OCTETS_MAX: usize = 64 * 1024;
/// Time for a request's header section, also between requests.
const HEADER_WAIT_MAX: Duration = Duration::from_secs(10);
/// Time for one request, its body and its answer.
const REQUEST_WAIT_MAX: Duration = Duration::from_secs(60);

/// Serves `router` on `listener` until `stop`, then lets requests under way end.
pub(crate) async fn serve<L: axum::serve::Listener>(
    mut listener: L,
    router: Router,
    stop: CancellationToken,
) {
    let router = router
        .layer(DefaultBodyLimit::max(BODY_OCTETS_MAX))
        .layer(from_fn(under_deadline));
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let tracker = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&mut listener, &places) => accepted,
        };
        let Some((stream, place)) = accepted else {
            break;
        };
        tracker.spawn(converse(stream, router.clone(), stop.clone(), place));
    }
    drop(listener);
    tracker.close();
    tracker.wait().await;
}

async fn accept<L: axum::serve::Listener>(
    listener: &mut L,
    places: &Arc<Semaphore>,
) -> Option<(L::Io, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    let (stream, _) = listener.accept().await;
    Some((stream, place))
}

async fn converse<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    router: Router,
    stop: CancellationToken,
    place: OwnedSemaphorePermit,
) {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_WAIT_MAX)
        .max_buf_size(HEADER_OCTETS_MAX);
    let service = TowerToHyperService::new(router);
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "an administrator's connection ended early");
    }
    drop(place);
}

async fn under_deadline(request: Request, next: Next) -> Response {
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|octets| octets > BODY_OCTETS_MAX) {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    match tokio::time::timeout(REQUEST_WAIT_MAX, next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
