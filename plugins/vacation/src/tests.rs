use super::*;
use std::time::Duration;
use waxseal_plugin_sdk::testing::Server;

const CONFIG: &str = r#"{
    "skip_tags": "junk", "skip_senders": "*@robots.example",
    "person": [
        {"address":"alice@example.test","aliases":["info@example.test"],"text":"Away.","every":"7d"},
        {"address":"carol@example.test","text":"Away.","until":"2025-12-31"}
    ]}"#;

fn start() -> Server {
    let server = Server::start();
    server.config(CONFIG).sender("bob@example.org");
    server.message("To: alice@example.test\r\nSubject: Lunch?\r\n\r\nHungry.\r\n");
    server
}

/// Who gets an answer.
fn answered(recipient: &str) -> Option<String> {
    let actions = Vacation::configure().unwrap().route(recipient).unwrap();
    match &actions[..] {
        [] => None,
        [Action::AsPlanned, Action::Respond(response)] => {
            assert_eq!(response.sender, "");
            let text = String::from_utf8_lossy(&response.message);
            assert!(text.contains("\r\nSubject: Auto: Lunch?\r\n"));
            Some(response.recipient.clone())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_sender_is_answered_once_a_week() {
    let server = start();
    assert_eq!(
        answered("alice@example.test").as_deref(),
        Some("bob@example.org")
    );
    server
        .advance(Duration::from_secs(6 * 86_400))
        .sender("Bob@Example.org");
    assert_eq!(answered("alice@example.test"), None);
    server.sender("eve@example.org");
    assert!(answered("alice@example.test").is_some());
    server
        .advance(Duration::from_secs(86_401))
        .sender("bob@example.org");
    assert!(answered("Alice+x@example.test").is_some());
    assert_eq!(server.metric("answered_total"), Some(3.0));
}

#[test]
fn another_text_is_another_answer() {
    let server = start();
    assert!(answered("alice@example.test").is_some());
    server.config(&CONFIG.replace("Away.", "Back on Monday."));
    assert!(answered("alice@example.test").is_some());
}

#[test]
fn others_are_not_answered() {
    let changes: [fn(&Server); 5] = [
        |server| {
            server.sender("");
        },
        |server| {
            server.sender("x@robots.example");
        },
        |server| {
            server.tag("junk");
        },
        |server| {
            server.message("To: alice@example.test\r\nList-Id: <a.b>\r\n\r\nx");
        },
        |server| {
            server.message("To: undisclosed:;\r\n\r\nx");
        },
    ];
    for change in changes {
        let server = start();
        change(&server);
        assert_eq!(answered("alice@example.test"), None);
        assert_eq!(server.kv_keys(), [""; 0]);
    }
    let _server = start();
    assert_eq!(
        (
            answered("carol@example.test"),
            answered("dave@example.test")
        ),
        (None, None)
    );
}

#[test]
fn without_a_memory_nobody_is_answered() {
    let server = start();
    server.kv_bytes(5);
    assert_eq!(answered("alice@example.test"), None);
    server.kv_bytes(0);
    let error = Vacation::configure()
        .unwrap()
        .route("alice@example.test")
        .unwrap_err();
    assert_eq!(error.code, "kv-denied");
}
