//! The Unix socket: `POST /v1` with a [`Request`] as JSON.

use crate::{Operations, Problem, Request, http};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tokio::net::UnixListener;
use tokio_util::sync::CancellationToken;

/// Binds the socket (mode 0600) and answers until `stop`; the file is removed at the end. A file that
/// lies there already is taken for a leftover: whoever calls holds the lock of the data folder.
///
/// # Errors
/// When the socket cannot be bound, for example because its path is over 107 octets.
pub fn serve_commands(
    socket: &Path,
    operations: Operations,
    stop: CancellationToken,
) -> io::Result<impl Future<Output = ()> + Send + use<>> {
    match std::fs::remove_file(socket) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let listener = UnixListener::bind(socket)?;
    std::fs::set_permissions(socket, std::fs::Permissions::from_mode(0o600))?;
    let path = socket.to_owned();
    Ok(async move {
        http::serve(listener, router(operations), stop).await;
        if let Err(error) = std::fs::remove_file(&path) {
            tracing::debug!(%error, file = %path.display(), "the socket's file stays");
        }
    })
}

pub(crate) fn router(operations: Operations) -> Router {
    Router::new()
        .route("/v1", post(perform))
        .fallback(nothing_here)
        .method_not_allowed_fallback(nothing_here)
        .with_state(operations)
}

async fn perform(State(operations): State<Operations>, body: Bytes) -> Response {
    let request: Request = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => return Problem::malformed(error.to_string()).into_response(),
    };
    match operations.perform(request).await {
        Ok(answer) => Json(answer).into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn nothing_here() -> Problem {
    Problem::not_found("this socket answers POST /v1 only")
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        (status, kind, Json(self)).into_response()
    }
}
