use super::*;
use waxseal_plugin_sdk::Verdict;
use waxseal_plugin_sdk::testing::Server;

fn start(config: &str) -> (Server, Greylist) {
    let server = Server::start();
    server
        .config(config)
        .peer("192.0.2.7")
        .sender("bob@example.org");
    let filter = Greylist::configure().unwrap();
    (server, filter)
}

/// How many seconds a recipient has to wait; `None` where it passes.
fn waits(filter: &mut Greylist, recipient: &str) -> Option<u32> {
    let outcome = filter.on_rcpt(recipient, &[]).unwrap();
    let Verdict::Defer(reply) = outcome.verdict() else {
        assert_eq!(outcome, Outcome::next());
        return None;
    };
    assert_eq!(reply.enhanced.as_deref(), Some("4.7.1"));
    let seconds = reply.text.split("(in ").nth(1).unwrap();
    Some(seconds.split(' ').next().unwrap().parse().unwrap())
}

fn minutes(n: u64) -> Duration {
    Duration::from_secs(n * 60)
}

#[test]
fn a_stranger_waits_once() {
    let (server, mut filter) = start(r#"{"wait":"5m"}"#);
    assert_eq!(waits(&mut filter, "alice@example.test"), Some(300));
    server.advance(minutes(2));
    assert_eq!(waits(&mut filter, "Alice@example.test"), Some(180));
    server.advance(minutes(4)).peer("192.0.2.200");
    assert_eq!(waits(&mut filter, "alice@example.test"), None);
    server.advance(minutes(60 * 24 * 30));
    assert_eq!(waits(&mut filter, "alice@example.test"), None);
    // The last message renewed the memory.
    server.advance(minutes(60 * 24 * 30));
    assert_eq!(waits(&mut filter, "alice@example.test"), None);
    server.advance(minutes(60 * 24 * 37));
    assert_eq!(waits(&mut filter, "alice@example.test"), Some(300));
    assert_eq!(server.metric(r#"passed_total{why="waited"}"#), Some(1.0));
}

#[test]
fn another_triplet_waits_too() {
    let (server, mut filter) = start(r#"{"wait":"5m"}"#);
    assert!(waits(&mut filter, "alice@example.test").is_some());
    server.advance(minutes(6));
    assert!(waits(&mut filter, "carol@example.test").is_some());
    server.sender("eve@example.org");
    assert!(waits(&mut filter, "alice@example.test").is_some());
    server.sender("bob@example.org").peer("192.0.3.7");
    assert!(waits(&mut filter, "alice@example.test").is_some());
    assert_eq!(server.kv_keys().len(), 4);
}

#[test]
fn who_comes_back_too_late_begins_again() {
    let (server, mut filter) = start(r#"{"wait":"5m"}"#);
    assert_eq!(waits(&mut filter, "alice@example.test"), Some(300));
    server.advance(minutes(60 * 25));
    assert_eq!(waits(&mut filter, "alice@example.test"), Some(300));
}

#[test]
fn a_client_that_waited_often_is_trusted() {
    let (server, mut filter) = start(r#"{"trust_after":2}"#);
    for recipient in ["a@example.test", "b@example.test"] {
        assert!(waits(&mut filter, recipient).is_some());
    }
    server.advance(minutes(6));
    for recipient in ["a@example.test", "b@example.test", "c@example.test"] {
        assert_eq!(waits(&mut filter, recipient), None);
    }
    let mut next_session = Greylist::configure().unwrap();
    assert_eq!(waits(&mut next_session, "d@example.test"), None);
    assert_eq!(server.kv("c:192.0.2.0/24").unwrap(), b"2");
}

#[test]
fn by_client_only_the_network_counts() {
    let (server, mut filter) = start(r#"{"by":"client"}"#);
    assert!(waits(&mut filter, "alice@example.test").is_some());
    server.advance(minutes(6)).sender("other@example.org");
    assert_eq!(waits(&mut filter, "carol@example.test"), None);
    let (server, mut filter) = start(r#"{"by":"client-and-sender"}"#);
    assert!(waits(&mut filter, "alice@example.test").is_some());
    server.advance(minutes(6));
    assert_eq!(waits(&mut filter, "carol@example.test"), None);
}

#[test]
fn some_never_wait() {
    let config = r#"{"skip":"198.51.100.0/24","skip_senders":["*@good.example","<>"],
        "skip_tags":"known","score_over":1}"#;
    let changes: [fn(&Server); 8] = [
        |server| {
            server.user("alice");
        },
        |server| {
            server.peer("10.0.0.9");
        },
        |server| {
            server.peer("198.51.100.9");
        },
        |server| {
            server.sender("x@good.example");
        },
        |server| {
            server.sender("");
        },
        |server| {
            server.tag("known");
        },
        |server| {
            server.score("GOOD", -5.0);
        },
        |server| {
            server.protocol(Protocol::Submission);
        },
    ];
    for change in changes {
        let (server, mut filter) = start(config);
        server.score("BAD", 2.0);
        change(&server);
        assert_eq!(waits(&mut filter, "alice@example.test"), None);
        assert_eq!(server.kv_keys(), [""; 0]);
    }
    let (server, mut filter) = start(config);
    server.score("BAD", 2.0);
    assert!(waits(&mut filter, "alice@example.test").is_some());
    assert_eq!(waits(&mut filter, "postmaster@example.test"), None);
}

#[test]
fn without_a_store_nobody_waits() {
    let (server, mut filter) = start(r#"{"wait":"5m"}"#);
    server.kv_bytes(10);
    assert_eq!(waits(&mut filter, "alice@example.test"), None);
    assert_eq!(server.log().len(), 1);
    server.kv_bytes(0);
    let error = filter.on_rcpt("alice@example.test", &[]).unwrap_err();
    assert_eq!(error.code, "kv-denied");
}
