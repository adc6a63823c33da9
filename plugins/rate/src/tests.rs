use super::*;
use std::time::Duration;
use waxseal_plugin_sdk::testing::Server;

fn start(limit: &str) -> (Server, Rate) {
    let server = Server::start();
    server.config(&format!(
        r#"{{"skip":"198.51.100.0/24","limit":[{limit}]}}"#
    ));
    server.user("alice").sender("alice@example.test");
    let filter = Rate::configure().unwrap();
    (server, filter)
}

fn passes(filter: &mut Rate, recipient: &str) -> bool {
    filter.on_rcpt(recipient, &[]).unwrap() == Outcome::next()
}

#[test]
fn a_user_gets_so_many_recipients_an_hour() {
    let (server, mut filter) = start(r#"{"name":"out","per":"user","limit":3}"#);
    assert_eq!(Rate::stages(), [Stage::Rcpt]);
    for _ in 0..3 {
        assert!(passes(&mut filter, "x@example.org"));
    }
    let refusal = filter.on_rcpt("x@example.org", &[]).unwrap();
    let text = "too much in too short a time, slow down";
    assert_eq!(refusal, Outcome::defer(450, "4.7.1", text));
    server.user("bob");
    assert!(passes(&mut filter, "x@example.org"));
    // After a window and two thirds a third of the three still counts.
    server.user("ALICE").advance(Duration::from_secs(6000));
    assert!(passes(&mut filter, "x@example.org"));
    assert!(passes(&mut filter, "x@example.org"));
    assert!(!passes(&mut filter, "x@example.org"));
    assert_eq!(server.metric(r#"over_total{limit="out"}"#), Some(2.0));
    server.advance(Duration::from_secs(9000));
    assert_eq!(server.kv_keys(), [""; 0]);
}

#[test]
fn combinations_and_exceptions() {
    let (server, mut filter) = start(
        r#"{"name":"a","per":["sender","recipient-domain"],"limit":1,"action":"reject",
            "except":"news@*"},
           {"name":"b","per":"sender","only":"news@*","limit":2,"text":"enough"}"#,
    );
    assert!(passes(&mut filter, "x@example.org") && passes(&mut filter, "x@example.net"));
    assert!(!passes(&mut filter, "y@example.org"));
    server.sender("News@example.test");
    assert!(passes(&mut filter, "x@example.org") && passes(&mut filter, "y@example.org"));
    let refusal = filter.on_rcpt("z@example.org", &[]).unwrap();
    assert_eq!(refusal, Outcome::defer(450, "4.7.1", "enough"));
}

#[test]
fn messages_can_be_marked_only() {
    let (_server, mut filter) = start(
        r#"{"name":"m","count":"messages","per":"client","limit":1,"action":"mark","points":2}"#,
    );
    assert_eq!(filter.on_mail("", &[]).unwrap(), Outcome::next());
    let marked = Outcome::next().score("RATE_M", 2.0).tag("rate:m");
    assert_eq!(filter.on_mail("", &[]).unwrap(), marked);
}

#[test]
fn who_guesses_passwords_is_sent_away() {
    let (server, mut filter) = start(
        r#"{"name":"guess","count":"failed-logins","per":"client-network","limit":2,"window":"10m",
            "action":"reject","text":"too many failed logins"}"#,
    );
    assert_eq!(Rate::stages(), [Stage::Connect, Stage::Auth]);
    for _ in 0..2 {
        assert_eq!(filter.on_connect().unwrap(), Outcome::next());
        assert_eq!(
            filter.on_auth("alice", "PLAIN", false).unwrap(),
            Outcome::next()
        );
        assert_eq!(
            filter.on_auth("alice", "PLAIN", true).unwrap(),
            Outcome::next()
        );
    }
    let refusal = Outcome::reject(550, "5.7.1", "too many failed logins");
    assert_eq!(filter.on_connect().unwrap(), refusal);
    server.peer("192.0.2.99");
    assert_eq!(filter.on_connect().unwrap(), refusal);
    server.peer("203.0.113.1");
    assert_eq!(filter.on_connect().unwrap(), Outcome::next());
    server.peer("192.0.2.1").advance(Duration::from_secs(1200));
    assert_eq!(filter.on_connect().unwrap(), Outcome::next());
}

#[test]
fn connections_are_counted() {
    let limit = r#"{"name":"c","count":"connections","per":"client","limit":1,"window":"1m"}"#;
    let (server, mut filter) = start(limit);
    assert_eq!(filter.on_connect().unwrap(), Outcome::next());
    assert_ne!(filter.on_connect().unwrap(), Outcome::next());
    server.peer("198.51.100.1");
    assert_eq!(filter.on_connect().unwrap(), Outcome::next());
    assert_eq!(filter.on_connect().unwrap(), Outcome::next());
}

#[test]
fn without_a_user_or_a_store_there_is_no_limit() {
    let (server, mut filter) = start(r#"{"name":"out","per":"user","limit":1}"#);
    server.session(|session| session.auth_user = None);
    assert!(passes(&mut filter, "x@example.org") && passes(&mut filter, "x@example.org"));
    server.user("alice").kv_bytes(3);
    assert!(passes(&mut filter, "x@example.org"));
    server.kv_bytes(0);
    assert_eq!(
        filter.on_rcpt("x@example.org", &[]).unwrap_err().code,
        "kv-denied"
    );
}
