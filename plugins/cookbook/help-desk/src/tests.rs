use super::*;
use waxseal_plugin_sdk::http::{Error as HttpError, Response as HttpResponse};
use waxseal_plugin_sdk::testing::Server;

fn started() -> Server {
    let server = Server::start();
    server.config(
        r#"{"address":"help@example.test","on_call":"night@example.net",
            "chat_url":"https://chat.example.test/hook"}"#,
    );
    server
        .secret("chat-token", "hunter2")
        .sender("bob@example.org");
    server.message("Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nThe printer burns.\r\n");
    server
}

fn routed() -> Vec<Action> {
    HelpDesk::configure()
        .unwrap()
        .route("Help@example.test")
        .unwrap()
}

fn delivered(attempt: u32) -> TransportResult {
    HelpDesk::configure()
        .unwrap()
        .deliver("help@example.test", attempt)
        .unwrap()
}

#[test]
fn at_night_somebody_on_call_gets_a_copy() {
    let server = started();
    let actions = routed();
    let [
        Action::AsPlanned,
        Action::Transport(chat),
        Action::Respond(receipt),
        on_call,
    ] = &actions[..]
    else {
        panic!("{actions:?}");
    };
    assert_eq!(chat, "help-desk");
    assert_eq!(*on_call, Action::Forward("night@example.net".into()));
    assert_eq!(
        (receipt.sender.as_str(), receipt.recipient.as_str()),
        ("", "bob@example.org")
    );
    let text = String::from_utf8(receipt.message.clone()).unwrap();
    // "[#1] Grüße"
    assert!(
        text.contains("\r\nSubject: =?utf-8?B?WyMxXSBHcsO8w59l?=\r\n"),
        "{text}"
    );
    assert!(
        text.contains("\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n"),
        "{text}"
    );
    // By day, and with no second receipt.
    server.advance(Duration::from_secs(9 * 3600));
    assert_eq!(
        routed(),
        [Action::AsPlanned, Action::Transport("help-desk".into())]
    );
    server.advance(DAY);
    assert_eq!(routed().len(), 3);
    assert_eq!(server.kv("number"), Some(b"2".to_vec()));
}

#[test]
fn other_addresses_are_not_its_own() {
    let _server = started();
    let mut desk = HelpDesk::configure().unwrap();
    assert_eq!(desk.route("alice@example.test").unwrap(), []);
}

#[test]
fn the_chat_gets_the_text() {
    let server = started();
    server.http(|_| {
        Ok(HttpResponse {
            status: 204,
            headers: Vec::new(),
            body: Vec::new(),
        })
    });
    assert_eq!(delivered(1), TransportResult::done("posted"));
    let requests = server.requests();
    let body = String::from_utf8_lossy(&requests[0].body);
    assert_eq!(
        body,
        "Grüße (from bob@example.org)\n\nThe printer burns.\r\n"
    );
    let token = ("authorization".to_owned(), "Bearer hunter2".to_owned());
    assert!(requests[0].headers.contains(&token));
}

#[test]
fn a_chat_that_is_silent_bounces_nothing() {
    let server = started();
    server.http(|_| Err(HttpError::Timeout));
    let later = TransportResult::not_now(451, "4.4.1", "the chat does not answer");
    assert_eq!(delivered(1), later);
    assert_eq!(delivered(4), TransportResult::done("given up on the chat"));
    assert_eq!(server.log()[0].message, "not posted");
}
