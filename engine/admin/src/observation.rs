//! The TCP port: health, readiness, metrics and a status page. It has no route that changes anything.

use crate::{Operations, Readiness, http, page, plugin_page};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How often the exporter folds histogram samples together.
const UPKEEP_PERIOD: Duration = Duration::from_secs(5);

/// What the port tells about.
pub struct Status {
    /// The server's name.
    pub hostname: String,
    /// The program's version.
    pub version: &'static str,
    /// Where it listens.
    pub listeners: Vec<ListenerView>,
    /// Whether it can do its work.
    pub readiness: Arc<Readiness>,
    /// Counters and gauges.
    pub metrics: PrometheusHandle,
    /// For the length of the queue.
    pub operations: Operations,
}

/// One listener on the status page.
#[derive(Debug, Clone)]
pub struct ListenerView {
    /// What is spoken.
    pub protocol: &'static str,
    /// Where.
    pub address: SocketAddr,
    /// `none`, `starttls` or `implicit`.
    pub tls: &'static str,
}

/// Answers on `listener` until `stop`.
pub async fn serve_observation(
    listener: TcpListener,
    status: Arc<Status>,
    stop: CancellationToken,
) {
    let upkeep = async {
        let mut period = tokio::time::interval(UPKEEP_PERIOD);
        loop {
            period.tick().await;
            status.metrics.run_upkeep();
        }
    };
    let router = router(Arc::clone(&status));
    tokio::select! {
        () = http::serve(listener, router, stop) => {}
        () = upkeep => {}
    }
}

pub(crate) fn router(status: Arc<Status>) -> Router {
    Router::new()
        .route("/", get(status_page))
        .route("/plugins", get(plugins_page))
        .route("/style.css", get(style))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(render_metrics))
        .layer(map_response(harden))
        .with_state(status)
}

/// The process answers; nothing more.
async fn healthz() -> &'static str {
    "ok\n"
}

async fn readyz(State(status): State<Arc<Status>>) -> (StatusCode, String) {
    let obstacles = status.readiness.obstacles().await;
    if obstacles.is_empty() {
        (StatusCode::OK, "ready\n".to_owned())
    } else {
        let text = obstacles.join("\n") + "\n";
        (StatusCode::SERVICE_UNAVAILABLE, text)
    }
}

async fn render_metrics(State(status): State<Arc<Status>>) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (kind, status.metrics.render()).into_response()
}

async fn status_page(State(status): State<Arc<Status>>) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (kind, page::render(&status).await).into_response()
}

async fn plugins_page(State(status): State<Arc<Status>>) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    let plugins = status.operations.plugins.report();
    (kind, plugin_page::render(&status.hostname, &plugins)).into_response()
}

async fn style() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (kind, page::STYLE).into_response()
}

/// Nothing runs, nothing is embedded, nothing is kept.
async fn harden(mut response: Response) -> Response {
    let fixed = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in fixed {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}
