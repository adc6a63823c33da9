use super::*;
use waxseal_plugin_sdk::http::{Error as HttpError, Response};
use waxseal_plugin_sdk::testing::Server;

const MESSAGE: &str = "Received: by x id 1\r\nMessage-ID: <1@x>\r\n\r\nCaf\u{e9}\r\n";

fn start(config: &str) -> (Server, HttpTransport) {
    let server = Server::start();
    server.config(config).secret("token", "s3cret");
    server.sender("bob@example.org").message(MESSAGE);
    server.http(|_| {
        Ok(Response {
            status: 202,
            headers: vec![],
            body: b"queued as 7".to_vec(),
        })
    });
    let plugin = HttpTransport::configure().unwrap();
    (server, plugin)
}

fn field(request: &Request, name: &str) -> Option<String> {
    let mut headers = request.headers.iter();
    headers
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.clone())
}

#[test]
fn a_message_is_posted_as_it_is() {
    let (server, mut plugin) = start(
        r#"{"url":"https://in.example/{domain}/{local}","bearer":"token","recipients":"*@app.example"}"#,
    );
    let route = plugin.route("a/b+c@app.example").unwrap();
    assert_eq!(route, [Action::Transport("http-transport".to_owned())]);
    assert_eq!(plugin.route("alice@example.test").unwrap(), []);
    let done = plugin.deliver("a/b+c@app.example", 1).unwrap();
    assert_eq!(
        done,
        TransportResult::done("the service answered 202: queued as 7")
    );
    let request = &server.requests()[0];
    assert_eq!(request.url, "https://in.example/app.example/a%2Fb%2Bc");
    assert_eq!(
        (request.method.as_str(), request.timeout_ms),
        ("POST", 8_000)
    );
    assert_eq!(request.body, MESSAGE.as_bytes());
    assert_eq!(
        field(request, "content-type").as_deref(),
        Some("message/rfc822")
    );
    assert_eq!(
        field(request, "x-envelope-from").as_deref(),
        Some("bob@example.org")
    );
    assert_eq!(
        field(request, "x-envelope-to").as_deref(),
        Some("a/b+c@app.example")
    );
    assert_eq!(
        field(request, "authorization").as_deref(),
        Some("Bearer s3cret")
    );
    assert!(plugin.deliver("a/b+c@app.example", 2).is_ok());
    assert!(plugin.deliver("other@app.example", 1).is_ok());
    let keys: Vec<_> = server
        .requests()
        .iter()
        .map(|r| field(r, "idempotency-key"))
        .collect();
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[0], keys[2]);
}

#[test]
fn json_holds_the_message_in_base_64() {
    let (server, mut plugin) = start(r#"{"url":"https://in.example/","form":"json"}"#);
    assert!(plugin.deliver("alice@app.example", 3).is_ok());
    let body: serde_json::Value = serde_json::from_slice(&server.requests()[0].body).unwrap();
    let expected = json!({
        "sender": "bob@example.org",
        "recipient": "alice@app.example",
        "attempt": 3,
        "message": base64::encode(MESSAGE.as_bytes()),
    });
    assert_eq!(body, expected);
}

#[test]
fn failures_are_for_now() {
    let (server, mut plugin) = start(r#"{"url":"https://in.example/"}"#);
    server.http(|_| Err(HttpError::Transport("connection\r\nrefused".into())));
    let expected = TransportResult::not_now(
        451,
        "4.4.1",
        "the service was not reached: connectionrefused",
    );
    assert_eq!(plugin.deliver("alice@app.example", 1).unwrap(), expected);
    server.http(|_| Err(HttpError::Denied));
    assert_eq!(
        plugin.deliver("alice@app.example", 1).unwrap_err().code,
        "http-denied"
    );
    assert_eq!(
        server.metric(r#"deliveries_total{how="temporary"}"#),
        Some(1.0)
    );
}

#[test]
fn too_large_messages_are_refused() {
    let (server, mut plugin) = start(r#"{"url":"https://in.example/","max_size":20}"#);
    let refused = plugin.deliver("alice@app.example", 1).unwrap();
    let text = "the message is too large for the service";
    assert_eq!(refused, TransportResult::failed(552, "5.3.4", text));
    assert!(server.requests().is_empty());
}

#[test]
fn a_missing_secret_refuses_the_configuration() {
    let (server, _) = start(r#"{"url":"https://in.example/"}"#);
    server.config(r#"{"url":"https://in.example/","bearer":"other"}"#);
    assert_eq!(
        HttpTransport::configure().map(drop).unwrap_err().code,
        "no-secret"
    );
}
