//! The Unix socket from outside: requests in, answers and problems out.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use expect_test::{Expect, expect};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio_util::sync::CancellationToken;
use waxseal_admin::{CallError, NoPlugins, NoRecording, Operations, Request, call, serve_commands};
use waxseal_ports::memory::Memory;

struct Server {
    socket: PathBuf,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

fn start(name: &str) -> Server {
    let memory = Arc::new(Memory::example());
    let operations = Operations {
        directory: memory.clone(),
        queue: memory,
        plugins: Arc::new(NoPlugins),
        recording: Arc::new(NoRecording),
    };
    let socket = std::env::temp_dir().join(format!("waxseal-{name}-{}.sock", std::process::id()));
    let stop = CancellationToken::new();
    let served = serve_commands(&socket, operations, stop.clone()).unwrap();
    Server {
        socket,
        stop,
        task: tokio::spawn(served),
    }
}

impl Server {
    async fn check(&self, request: Request, expected: Expect) {
        let text = match call(&self.socket, &request).await {
            Ok(answer) => serde_json::to_string(&answer).unwrap(),
            Err(CallError::Problem(problem)) => serde_json::to_string(&problem).unwrap(),
            Err(other) => panic!("{other}"),
        };
        expected.assert_eq(&text);
    }

    async fn raw(&self, request: &str) -> String {
        let mut stream = UnixStream::connect(&self.socket).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        response
    }
}

fn text(value: &str) -> String {
    value.to_owned()
}

#[tokio::test]
async fn queued_messages_are_read_in_pieces() {
    let server = start("pieces");
    let read = Request::QueueRead {
        id: text("m0000000000000"),
        offset: 0,
    };
    let expected = expect![[
        r#"{"status":404,"title":"no such thing","detail":"message m0000000000000 is not in the queue"}"#
    ]];
    server.check(read, expected).await;
    server.stop.cancel();
    server.task.await.unwrap();
}

#[tokio::test]
async fn answers_and_problems() {
    let server = start("answers");
    let show = |domain: &str| Request::DomainShow {
        domain: text(domain),
    };
    let expected = expect![[
        r#"{"kind":"domains","domains":[{"name":"example.test","catch_all":null,"accounts":2,"aliases":1}]}"#
    ]];
    server.check(show("example.test"), expected).await;
    let expected = expect![[
        r#"{"status":404,"title":"no such thing","detail":"domain other.test is not hosted here; add it with `waxseal domain add other.test`"}"#
    ]];
    server.check(show("other.test"), expected).await;
    let add = Request::AccountAdd {
        address: text("carol@example.test"),
        password: text("secret3"),
    };
    let expected = expect![[r#"{"kind":"done","message":"account carol@example.test is ready"}"#]];
    server.check(add.clone(), expected).await;
    let expected = expect![[
        r#"{"status":409,"title":"exists already","detail":"carol@example.test exists already"}"#
    ]];
    server.check(add, expected).await;
    let nameless = Request::AccountAdd {
        address: text("carol"),
        password: text("secret3"),
    };
    let expected = expect![[
        r#"{"status":422,"title":"value not possible","detail":"address \"carol\": an address needs a local-part, @ and a domain"}"#
    ]];
    server.check(nameless, expected).await;
    let trace = Request::MessageTrace {
        id: text("nothing"),
    };
    let expected = expect![[
        r#"{"status":422,"title":"value not possible","detail":"\"nothing\" is no message identifier: they have the letter m and 13 characters, as in the 250 reply and in Received"}"#
    ]];
    server.check(trace, expected).await;
    let reload = expect![[
        r#"{"status":404,"title":"no such thing","detail":"no server is running, so there is nothing to reload"}"#
    ]];
    server.check(Request::PluginReload, reload).await;
    let log = Request::PluginLog {
        name: text("rules"),
        after: 0,
        wait: false,
    };
    let expected = expect![[
        r#"{"status":404,"title":"no such thing","detail":"no server is running, so there is no log of plugins"}"#
    ]];
    server.check(log, expected).await;
}

#[tokio::test]
async fn malformed_requests_are_named() {
    let server = start("malformed");
    let post = |body: &str| {
        format!(
            "POST /v1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let unknown = server.raw(&post(r#"{"operation":"domain-burn"}"#)).await;
    assert!(unknown.starts_with("HTTP/1.1 400 "), "{unknown}");
    assert!(unknown.contains("application/problem+json"), "{unknown}");
    assert!(
        unknown.contains("unknown variant `domain-burn`"),
        "{unknown}"
    );
    let extra = server
        .raw(&post(
            r#"{"operation":"domain-add","domain":"a.test","x":1}"#,
        ))
        .await;
    assert!(extra.contains("unknown field `x`"), "{extra}");
    let get = "GET /v1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert!(server.raw(get).await.starts_with("HTTP/1.1 404 "));
    let large = "POST /v1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{";
    assert!(server.raw(large).await.starts_with("HTTP/1.1 413 "));
}

#[tokio::test]
async fn the_socket_is_private_and_goes_away() {
    use std::os::unix::fs::PermissionsExt;
    let server = start("private");
    let mode = std::fs::metadata(&server.socket)
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    server.stop.cancel();
    server.task.await.unwrap();
    assert!(!server.socket.exists());
    let gone = call(&server.socket, &Request::DomainList).await;
    assert!(matches!(gone, Err(CallError::NoServer(_))), "{gone:?}");
}
