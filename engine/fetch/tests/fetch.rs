//! The client against servers on loopback that answer by a script.

#![expect(clippy::unwrap_used, reason = "what surprises a test ends it")]

use async_trait::async_trait;
use bytes::Bytes;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use waxseal_fetch::Fetch;
use waxseal_mail::Domain;
use waxseal_ports::http_client::{HttpClient, HttpError, HttpRequest, HttpResponse};
use waxseal_ports::resolver::{Exchange, LookupError, RecordKind, Records, ResolveError, Resolver};

/// Every name is at loopback, beside nothing else.
struct Loopback;

#[async_trait]
impl Resolver for Loopback {
    async fn exchanges(&self, _: &Domain) -> Result<Vec<Exchange>, ResolveError> {
        Err(ResolveError::NoSuchName)
    }
    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        match host {
            "missing.test" => Err(ResolveError::NoSuchName),
            _ => Ok(vec![[127, 0, 0, 1].into(), "::1".parse().unwrap()]),
        }
    }
    async fn name_of(&self, _: IpAddr) -> Option<String> {
        None
    }
    async fn lookup(&self, _: &str, _: RecordKind) -> Result<Records, LookupError> {
        Err(LookupError::NoSuchName)
    }
}

/// A server that gives `answer` to every request; its base URL.
async fn serve(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut seen = Vec::new();
                while !seen.ends_with(b"\r\n\r\n") && !seen.ends_with(b"octets") {
                    let mut buffer = [0; 1024];
                    match stream.read(&mut buffer).await {
                        Ok(0) | Err(_) => return,
                        Ok(octets) => seen.extend_from_slice(&buffer[..octets]),
                    }
                }
                if answer.is_empty() {
                    std::future::pending::<()>().await;
                }
                let echo =
                    answer.replace("ECHO", &format!("{:?}", String::from_utf8(seen).unwrap()));
                drop(stream.write_all(echo.as_bytes()).await);
            });
        }
    });
    format!("http://{address}")
}

fn get(url: String) -> HttpRequest {
    HttpRequest {
        method: "GET".to_owned(),
        url,
        headers: vec![("X-A".to_owned(), "b".to_owned())],
        body: Bytes::new(),
        timeout: Duration::from_secs(10),
        response_octets_max: 1_000,
    }
}

async fn send(request: HttpRequest) -> Result<HttpResponse, HttpError> {
    Fetch::new(Arc::new(Loopback)).send(request).await
}

#[tokio::test]
async fn a_response_comes_as_it_is() {
    let base = serve(
        "HTTP/1.1 302 Found\r\nLocation: http://elsewhere.test/\r\nX-Seen: ECHO\r\n\
         Connection: close\r\n\r\nbody",
    )
    .await;
    let mut request = get(format!("{base}/p?q=1"));
    request.method = "POST".to_owned();
    request.body = Bytes::from_static(b"octets");
    let response = send(request).await.unwrap();
    assert_eq!(
        (response.status, &response.body[..]),
        (302, &b"body"[..]),
        "not followed"
    );
    assert_eq!(
        response.headers[0],
        ("location".to_owned(), "http://elsewhere.test/".to_owned())
    );
    let seen = &response.headers[1].1;
    assert!(
        seen.starts_with("\"POST /p?q=1 HTTP/1.1\\r\\nx-a: b\\r\\n"),
        "{seen}"
    );
    assert!(seen.contains("content-length: 6\\r\\n"), "{seen}");
    assert!(
        seen.contains(&format!("host: {}\\r\\n", &base[7..])),
        "{seen}"
    );
}

#[tokio::test]
async fn names_that_lead_home_are_closed() {
    let base = serve("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let port = base.rsplit(':').next().unwrap();
    let closed = send(get(format!("http://inside.test:{port}/"))).await;
    assert_eq!(closed, Err(HttpError::Closed("inside.test".to_owned())));
    let missing = send(get("http://missing.test/".to_owned())).await;
    assert!(
        matches!(missing, Err(HttpError::Transport(_))),
        "{missing:?}"
    );
    assert_eq!(
        send(get(base)).await.unwrap().status,
        200,
        "an address itself is open"
    );
}

#[tokio::test]
async fn limits_hold() {
    let silent = serve("").await;
    let mut request = get(silent);
    request.timeout = Duration::from_millis(50);
    assert_eq!(send(request).await, Err(HttpError::Timeout));
    let large = serve("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789").await;
    let mut request = get(large);
    request.response_octets_max = 8;
    assert_eq!(send(request.clone()).await, Err(HttpError::TooLarge));
    request.response_octets_max = 9;
    assert_eq!(send(request).await.unwrap().body.len(), 9);
    let broken = serve("nonsense\r\n\r\n").await;
    let broken = send(get(broken)).await;
    assert!(matches!(broken, Err(HttpError::Transport(_))), "{broken:?}");
}

#[tokio::test]
async fn a_request_that_is_none_is_not_sent() {
    for (name, value) in [
        ("X A", "b"),
        ("X-A", "b\r\nX-B: c"),
        ("Content-Length", "3"),
    ] {
        let mut request = get("http://127.0.0.1:9/".to_owned());
        request.headers = vec![(name.to_owned(), value.to_owned())];
        let refused = send(request).await;
        assert!(
            matches!(refused, Err(HttpError::Transport(_))),
            "{refused:?}"
        );
    }
}
