use super::*;
use waxseal_plugin_sdk::testing::Server;

const MESSAGE: &str =
    "Received: from a by b id 1\r\nMessage-ID: <1@x>\r\nSubject: Plan\r\n\r\nHello\r\n";

fn start(config: &str) -> Server {
    let server = Server::start();
    server.config(config).sender("bob@example.org");
    server
        .recipients(&["alice@example.test", "carol@example.test"])
        .message(MESSAGE);
    server
}

fn route(recipient: &str) -> Vec<Action> {
    Archive::configure().unwrap().route(recipient).unwrap()
}

#[test]
fn one_report_names_all_recipients() {
    let server = start(r#"{"to":"journal@example.test","from":"postmaster@example.test"}"#);
    let actions = route("alice@example.test");
    let [Action::AsPlanned, Action::Respond(response)] = &actions[..] else {
        panic!("{actions:?}")
    };
    assert_eq!(
        (response.sender.as_str(), response.recipient.as_str()),
        ("", "journal@example.test")
    );
    let report = String::from_utf8(response.message.clone()).unwrap();
    assert!(report.starts_with(
        "From: postmaster@example.test\r\nTo: journal@example.test\r\nSubject: Journal: Plan\r\n"
    ));
    assert!(report.contains(&format!(
        "Content-Disposition: attachment\r\n\r\n{MESSAGE}\r\n--journal-"
    )));
    // The first recipient is done with.
    server.recipients(&["carol@example.test"]);
    assert_eq!(route("carol@example.test"), []);
    // A decision that got lost is made again.
    assert_eq!(route("alice@example.test").len(), 2);
    server.message(MESSAGE.replace("id 1", "id 2"));
    assert_eq!(route("carol@example.test").len(), 2);
    assert_eq!(route("journal@example.test"), []);
}

#[test]
fn large_messages_follow_on_their_own() {
    let _server = start(r#"{"to":"journal@example.test","report_max":50}"#);
    let actions = route("alice@example.test");
    let [
        Action::AsPlanned,
        Action::Respond(response),
        Action::Forward(to),
    ] = &actions[..]
    else {
        panic!("{actions:?}")
    };
    assert_eq!(to, "journal@example.test");
    let report = String::from_utf8_lossy(&response.message);
    assert!(report.contains("text/rfc822-headers") && report.contains("Subject: Plan\r\n\r\n--"));
    assert!(!report.contains("Hello"));
}

#[test]
fn copies_go_to_addresses_and_mailboxes() {
    let _server = start(r#"{"to":"journal@example.test","form":"copy"}"#);
    let expected = [
        Action::AsPlanned,
        Action::Forward("journal@example.test".into()),
    ];
    assert_eq!(route("alice@example.test"), expected);
    let _server = start(r#"{"account":"archive@example.test","mailbox":"2026"}"#);
    let keep = KeepIn {
        address: Some("archive@example.test".into()),
        mailbox: Some("2026".into()),
        imap_flags: vec!["\\Seen".into()],
    };
    assert_eq!(
        route("alice@example.test"),
        [Action::AsPlanned, Action::Keep(keep)]
    );
    assert_eq!(route("archive@example.test"), []);
}

#[test]
fn what_machines_send_comes_as_it_is() {
    let server = start(r#"{"to":"journal@example.test"}"#);
    let copy = [
        Action::AsPlanned,
        Action::Forward("journal@example.test".into()),
    ];
    server.sender("");
    assert_eq!(route("alice@example.test"), copy);
    server.sender("bob@example.org");
    server.message("Auto-Submitted: Auto-Replied; x=y\r\nMessage-ID: <2@x>\r\n\r\nHello\r\n");
    assert_eq!(route("alice@example.test"), copy);
    server.message("Auto-Submitted: No\r\nMessage-ID: <3@x>\r\n\r\nHello\r\n");
    assert!(matches!(
        route("alice@example.test")[..],
        [Action::AsPlanned, Action::Respond(_)]
    ));
}

#[test]
fn only_some_mail_is_kept() {
    let config = r#"{"to":"j@example.test","only":["carol@*","*@law.example"],"skip_tags":"junk"}"#;
    let server = start(config);
    assert_eq!(route("alice@example.test").len(), 2);
    server
        .recipients(&["alice@example.test"])
        .message(MESSAGE.replace("id 1", "id 3"));
    assert_eq!(route("alice@example.test"), []);
    server.sender("x@law.example");
    assert_eq!(route("alice@example.test").len(), 2);
    server.tag("junk");
    assert_eq!(route("alice@example.test"), []);
}

#[test]
fn without_a_store_each_recipient_gets_a_copy() {
    let server = start(r#"{"to":"journal@example.test"}"#);
    server.kv_bytes(3);
    assert_eq!(route("alice@example.test").len(), 2);
    assert_eq!(route("carol@example.test").len(), 2);
    server.kv_bytes(0);
    let error = Archive::configure()
        .unwrap()
        .route("alice@example.test")
        .unwrap_err();
    assert_eq!(error.code, "kv-denied");
}
