use super::*;
use waxseal_plugin_sdk::testing::Server;

const CONFIG: &str = r#"{"rule":[
    {"recipients":"alice@example.test","to":["alice@else.example"],"keep":true,"skip_tags":"junk"},
    {"recipients":"*@old.example","to":["{local}@new.example","team@new.example"],
     "except_senders":["<>","*@robots.example"]},
    {"recipients":"bob@old.example","to":"BOB@old.example","senders":"*@example.org"}]}"#;

fn start() -> Server {
    let server = Server::start();
    server.config(CONFIG).sender("eve@example.org");
    server.message("Message-ID: <1@example.org>\r\nReceived: a\r\n\r\nHello\r\n");
    server
}

fn route(recipient: &str) -> Vec<Action> {
    Forward::configure().unwrap().route(recipient).unwrap()
}

fn to(address: &str) -> Action {
    Action::Forward(address.to_owned())
}

#[test]
fn rules_that_fit_apply_together() {
    let server = start();
    assert_eq!(
        route("Alice@example.test"),
        [Action::AsPlanned, to("alice@else.example")]
    );
    assert_eq!(
        route("carol@old.example"),
        [to("carol@new.example"), to("team@new.example")]
    );
    let all = [
        Action::AsPlanned,
        to("bob@new.example"),
        to("team@new.example"),
    ];
    assert_eq!(route("bob@old.example"), all);
    assert_eq!(route("dave@example.test"), []);
    server.sender("");
    assert_eq!(route("carol@old.example"), []);
    server.sender("x@robots.example").tag("junk");
    assert_eq!(route("carol@old.example"), []);
    assert_eq!(route("alice@example.test"), []);
}

#[test]
fn loops_end() {
    let server = start();
    for _ in 0..3 {
        assert_eq!(route("carol@old.example").len(), 2);
        server
            .message("Message-ID: <1@example.org>\r\nReceived: b\r\nReceived: a\r\n\r\nHello\r\n");
    }
    assert_eq!(route("carol@old.example"), []);
    assert_eq!(server.metric("loops_total"), Some(1.0));
    assert_eq!(route("dora@old.example").len(), 2);
    let hops = "Received: x\r\n".repeat(25);
    server.message(format!(
        "Message-ID: <2@example.org>\r\n{hops}\r\nHello\r\n"
    ));
    assert_eq!(route("carol@old.example"), []);
    assert_eq!(server.log().last().unwrap().fields[1].1, "too many hops");
}

#[test]
fn what_came_round_stays() {
    let server = start();
    let text = "Delivered-To: Carol@old.example\r\nMessage-ID: <3@example.org>\r\n\r\nHello\r\n";
    server.message(text);
    assert_eq!(route("carol@old.example"), []);
    assert_eq!(
        server.log().last().unwrap().fields[1].1,
        "it was here before"
    );
    assert_eq!(route("arol@old.example").len(), 2);
}

const SRS: &str = r#"{"srs":{"domain":"srs.example.test","secret":"srs","own":"*.test"},
    "rule":[{"recipients":"alice@example.test","to":"alice@else.example"},
            {"recipients":"bob@example.test","to":"robert@other.test"}]}"#;

fn noted(server: &Server) -> Option<String> {
    let mut notes = server.notes().into_iter();
    notes
        .find(|(key, _)| key == "forward-as")
        .map(|(_, text)| text)
}

#[test]
fn senders_are_rewritten_and_reports_come_back() {
    let server = start();
    server.config(SRS).secret("srs", "secret");
    assert_eq!(route("bob@example.test"), [to("robert@other.test")]);
    assert_eq!(noted(&server), None, "it stays among our domains");
    assert_eq!(route("alice@example.test"), [to("alice@else.example")]);
    let sender = noted(&server).unwrap();
    assert!(sender.starts_with("SRS0="), "{sender}");
    assert!(
        sender.ends_with("=example.org=eve@srs.example.test"),
        "{sender}"
    );

    let server = start();
    server.config(SRS).secret("srs", "secret").sender("");
    assert_eq!(route(&sender.to_lowercase()), [to("eve@example.org")]);
    assert_eq!(noted(&server), None, "reports have no reverse-path");
    let forged = route(&sender.replace("=eve@", "=dave@"));
    assert!(matches!(forged[..], [Action::Bounce(_)]), "{forged:?}");
    let why = server.log().last().unwrap().fields[1].1.clone();
    assert_eq!(why, "forged");
    assert_eq!(server.metric("srs_returned_total"), Some(1.0));
    server.config(CONFIG);
    assert_eq!(route(&sender), [], "it is off");
}

#[test]
fn the_secret_must_be_granted() {
    let server = start();
    server.config(SRS);
    let refused = Forward::configure().err().map(|error| error.code);
    assert_eq!(refused.as_deref(), Some("no-secret"));
}

#[test]
fn the_store_is_needed() {
    let server = start();
    server.kv_bytes(3);
    assert_eq!(route("carol@old.example").len(), 2);
    server.kv_bytes(0);
    let error = Forward::configure()
        .unwrap()
        .route("carol@old.example")
        .unwrap_err();
    assert_eq!(error.code, "kv-denied");
    assert_eq!(route("dave@example.test"), []);
}
