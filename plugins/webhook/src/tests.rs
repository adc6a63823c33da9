use super::*;
use serde_json::{Value, json};
use waxseal_plugin_sdk::http::{self, Response};
use waxseal_plugin_sdk::testing::Server;

fn start(more: &str, status: u16, answer: &'static str) -> (Server, Webhook) {
    let server = Server::start();
    server.config(&format!(r#"{{"url":"https://hooks.example/v1"{more}}}"#));
    server.secret("token", "s3cret").secret("password", "pw");
    server.http(move |_| {
        Ok(Response {
            status,
            headers: vec![],
            body: answer.into(),
        })
    });
    server
        .helo("mail.example.org")
        .sender("bob@example.org")
        .recipients(&["alice@example.test"]);
    server.message("Subject: Hi\r\nX-A: 1\r\n\r\nCaf\u{e9}\r\n");
    let filter = Webhook::configure().unwrap();
    (server, filter)
}

fn sent(server: &Server) -> Value {
    serde_json::from_slice(&server.requests().last().unwrap().body).unwrap()
}

fn param(key: &str, value: Option<&str>) -> Param {
    Param {
        key: key.to_owned(),
        value: value.map(str::to_owned),
    }
}

#[test]
fn the_service_is_told_the_message() {
    let answer = r#"{"action":"reject","response":{"status":550,"message":"no"}}"#;
    let (server, mut filter) = start(
        r#","bearer":"token","headers":{"x-tenant":"a"}"#,
        200,
        answer,
    );
    server.session(|session| session.tls = Some("TLSv1.3 AES".into()));
    assert_eq!(
        Webhook::stages(),
        [Stage::Mail, Stage::Rcpt, Stage::Message]
    );
    let size = [param("SIZE", Some("40")), param("SMTPUTF8", None)];
    assert_eq!(
        filter.on_mail("bob@example.org", &size).unwrap(),
        Outcome::next()
    );
    for recipient in ["refused@example.test", "alice@example.test"] {
        assert_eq!(filter.on_rcpt(recipient, &[]).unwrap(), Outcome::next());
    }
    assert_eq!(
        filter.on_message().unwrap(),
        Outcome::reject(550, "5.7.1", "no")
    );
    let expected = json!({
        "context": {
            "stage": "DATA",
            "client": { "ip": "192.0.2.1", "port": 50_000, "ptr": null, "ehlo": "mail.example.org",
                        "activeConnections": 1 },
            "server": { "protocol": "smtp" },
            "session": "test-1",
            "protocol": { "version": 1 },
            "tls": { "version": "TLSv1.3", "cipher": "AES" },
        },
        "envelope": {
            "from": { "address": "bob@example.org", "parameters": { "size": "40", "smtputf8": true } },
            "to": [{ "address": "alice@example.test", "parameters": {} }],
        },
        "message": {
            "headers": [["Subject", " Hi"], ["X-A", " 1"]],
            "serverHeaders": [],
            "size": 31,
            "contents": "Caf\u{e9}\r\n",
        },
    });
    let mut sent = sent(&server);
    sent["message"]["size"] = json!(31);
    assert_eq!(sent, expected);
    let request = &server.requests()[0];
    let field = |name: &str| {
        let mut headers = request.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(
        (field("authorization"), field("x-tenant")),
        (Some("Bearer s3cret"), Some("a"))
    );
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn early_stages_are_asked_where_they_are_named() {
    let more = r#","stages":["connect","ehlo","auth","rcpt"],"user":"u","password":"password""#;
    let (server, mut filter) = start(more, 200, r#"{"action":"accept"}"#);
    assert_eq!(filter.on_connect().unwrap(), Outcome::next());
    assert!(sent(&server).get("envelope").is_none());
    assert_eq!(filter.on_helo("x").unwrap(), Outcome::next());
    assert_eq!(
        filter.on_auth("alice", "PLAIN", false).unwrap(),
        Outcome::next()
    );
    let sasl = json!({ "login": "alice", "method": "PLAIN", "success": false });
    assert_eq!(sent(&server)["context"]["sasl"], sasl);
    assert_eq!(
        filter
            .on_rcpt("alice@example.test", &[param("NOTIFY", Some("NEVER"))])
            .unwrap(),
        Outcome::next()
    );
    let to = json!([{ "address": "alice@example.test", "parameters": { "notify": "NEVER" } }]);
    assert_eq!(sent(&server)["envelope"]["to"], to);
    let (_, authorization) = &server.requests()[0].headers[2];
    assert_eq!(authorization, "Basic dTpwdw==");
}

#[test]
fn refused_recipients_are_not_told() {
    let (server, mut filter) = start(r#","stages":"rcpt""#, 200, r#"{"action":"accept"}"#);
    let told = |filter: &mut Webhook, accepted: &[&str], recipient: &str| {
        server.recipients(accepted);
        let notify = [param("NOTIFY", Some("NEVER"))];
        assert_eq!(filter.on_rcpt(recipient, &notify).unwrap(), Outcome::next());
        let to = sent(&server)["envelope"]["to"].clone();
        let to = to.as_array().unwrap().clone();
        let is_known = |to: &Value| to["parameters"]["notify"] == "NEVER";
        assert!(to.iter().all(is_known), "{to:?}");
        let addresses = to
            .iter()
            .map(|to| to["address"].as_str().unwrap_or_default().to_owned());
        addresses.collect::<Vec<_>>()
    };
    assert_eq!(told(&mut filter, &[], "a@x.test"), ["a@x.test"]);
    let second = told(&mut filter, &["a@x.test"], "refused@x.test");
    assert_eq!(second, ["a@x.test", "refused@x.test"]);
    let third = told(&mut filter, &["a@x.test"], "b@x.test");
    assert_eq!(third, ["a@x.test", "b@x.test"]);
    let again = told(&mut filter, &["a@x.test", "b@x.test"], "a@x.test");
    assert_eq!(again, ["b@x.test", "a@x.test"]);
}

#[test]
fn bodies_are_left_out_where_they_are_not_wanted_or_long() {
    for more in [r#","body":false"#, r#","body_max":4"#] {
        let (server, mut filter) = start(more, 200, r#"{"action":"accept"}"#);
        assert_eq!(filter.on_message().unwrap(), Outcome::next());
        let message = &sent(&server)["message"];
        assert!(message.get("contents").is_none() && message["headers"].is_array());
    }
}

#[test]
fn failures_are_the_plugins_own() {
    let (server, mut filter) = start("", 503, "");
    let error = filter.on_message().unwrap_err();
    assert_eq!((error.code.as_str(), error.retryable), ("bad-status", true));
    server.http(|_| Err(http::Error::Timeout));
    assert_eq!(filter.on_message().unwrap_err().code, "http-timeout");
    server.http(|_| {
        Ok(Response {
            status: 200,
            headers: vec![],
            body: b"<html>".to_vec(),
        })
    });
    assert_eq!(filter.on_message().unwrap_err().code, "bad-response");
    server.config(r#"{"url":"https://hooks.example/v1","bearer":"missing"}"#);
    assert_eq!(
        Webhook::configure().map(drop).unwrap_err().code,
        "no-secret"
    );
}

#[test]
fn users_can_be_left_out() {
    let (server, mut filter) = start(r#","users":false"#, 200, r#"{"action":"discard"}"#);
    server.user("alice");
    assert_eq!(filter.on_message().unwrap(), Outcome::next());
    assert!(server.requests().is_empty());
}
