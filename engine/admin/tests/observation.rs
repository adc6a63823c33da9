//! The TCP port from outside.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use metrics_exporter_prometheus::PrometheusBuilder;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use waxseal_admin::{
    Check, ListenerView, NoPlugins, NoRecording, Operations, Readiness, Status, serve_observation,
};
use waxseal_ports::memory::Memory;

struct Disk(std::sync::atomic::AtomicBool);

#[async_trait::async_trait]
impl Check for Disk {
    fn name(&self) -> &'static str {
        "storage"
    }
    async fn check(&self) -> Result<(), String> {
        if self.0.load(std::sync::atomic::Ordering::Relaxed) {
            Ok(())
        } else {
            Err("no space <left>".to_owned())
        }
    }
}

async fn get(address: SocketAddr, line: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response
}

#[tokio::test]
async fn tells_and_never_changes() {
    let memory = Arc::new(Memory::example());
    let stop = CancellationToken::new();
    let disk = Arc::new(Disk(true.into()));
    let readiness = Readiness::new(vec![disk.clone()], stop.clone());
    let recorder = PrometheusBuilder::new().build_recorder();
    metrics::with_local_recorder(&recorder, || {
        metrics::counter!("waxseal_test_things_total", "kind" => "<odd>").increment(3);
    });
    let status = Arc::new(Status {
        hostname: "mx.example.test".to_owned(),
        version: "1.2.3",
        listeners: vec![ListenerView {
            protocol: "imap",
            address: "127.0.0.1:143".parse().unwrap(),
            tls: "starttls",
        }],
        readiness: readiness.clone(),
        metrics: recorder.handle(),
        operations: Operations {
            directory: memory.clone(),
            queue: memory,
            plugins: Arc::new(NoPlugins),
            recording: Arc::new(NoRecording),
        },
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = tokio::spawn(serve_observation(listener, status, stop.clone()));

    assert!(get(address, "GET /healthz").await.ends_with("ok\n"));
    let early = get(address, "GET /readyz").await;
    assert!(early.starts_with("HTTP/1.1 503 ") && early.ends_with("listeners are not up yet\n"));
    readiness.set_listening();
    assert!(get(address, "GET /readyz").await.ends_with("ready\n"));
    let page = get(address, "GET /").await;
    assert!(
        page.contains("content-security-policy: default-src 'none'"),
        "{page}"
    );
    assert!(
        page.contains("<td>imap<td>127.0.0.1:143<td>starttls"),
        "{page}"
    );
    assert!(
        page.contains("kind=&quot;&lt;odd&gt;&quot;}<td>3"),
        "{page}"
    );
    assert!(!page.contains("<script"), "{page}");
    assert!(
        get(address, "GET /metrics")
            .await
            .contains("waxseal_test_things_total")
    );
    assert!(get(address, "POST /").await.starts_with("HTTP/1.1 405 "));
    assert!(get(address, "POST /v1").await.starts_with("HTTP/1.1 404 "));

    disk.0.store(false, std::sync::atomic::Ordering::Relaxed);
    assert!(
        get(address, "GET /readyz")
            .await
            .ends_with("storage: no space <left>\n")
    );
    assert!(
        get(address, "GET /")
            .await
            .contains("no space &lt;left&gt;")
    );
    stop.cancel();
    served.await.unwrap();
}
