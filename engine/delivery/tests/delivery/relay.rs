//! To other servers: what is said to them, and what their replies mean.

use crate::fake_server::{FakeServer, closed_port};
use crate::world::{FakeDns, TEXT, World};
use std::net::IpAddr;
use waxseal_delivery::Config;
use waxseal_delivery::config::{RelayConfig, RelayMode, Secret, SmarthostConfig, TlsMode};
use waxseal_net::{SelfSigned, TlsAcceptor, TlsConfig};
use waxseal_ports::resolver::ResolveError;

const ALICE: &str = "alice@example.test";

/// Relaying by MX to `port` of loopback.
pub(crate) fn by_mx(port: u16) -> RelayConfig {
    RelayConfig {
        port,
        allow_private_addresses: true,
        unreachable_secs: 0,
        ..RelayConfig::default()
    }
}

/// `one.test` and `two.test` with an exchange each.
pub(crate) fn dns() -> FakeDns {
    let mut dns = FakeDns::default();
    dns.exchanges
        .insert("one.test", Ok(vec![(10, "mx.one.test")]));
    dns.exchanges
        .insert("two.test", Ok(vec![(10, "mx.two.test")]));
    dns
}

#[tokio::test]
async fn one_transaction_a_destination() {
    let server = FakeServer::start("250-PIPELINING\r\n250-SIZE 9999\r\n", None, vec![]).await;
    let mut world = World::start(Config::default(), by_mx(server.port), dns());
    let to = ["a@one.test", "b@ONE.test", "c@two.test", "bob@example.test"];
    let id = world.accept(ALICE, &to, TEXT).await;
    world.attempts(2).await;
    assert_eq!(world.queued().await, 0);
    assert_eq!(world.mail("bob", "INBOX").await.len(), 1);
    assert_eq!(
        (
            server.count("MAIL"),
            server.count("RCPT"),
            server.count("DATA")
        ),
        (2, 3, 2)
    );
    let heard = server.heard();
    let size = format!("MAIL FROM:<{ALICE}> SIZE={}", TEXT.len());
    assert!(heard.contains(&size) && heard.contains(&"EHLO mx.example.test".to_owned()));
    let stuffed = TEXT.replace("\r\n.hi", "\r\n..hi");
    assert_eq!(
        heard.iter().filter(|message| **message == stuffed).count(),
        2
    );
    let trace = world.trace(id).await;
    assert!(
        trace.contains("route: c@two.test: relay to c@two.test\n"),
        "{trace}"
    );
    assert!(trace.contains(": a@one.test: 250 2.0.0 ok\n"), "{trace}");
}

#[tokio::test]
async fn partial_success_then_retry_then_success() {
    let rules = vec![
        ("RCPT TO:<a@", "451 4.2.1 greylisted\r\n"),
        ("RCPT TO:<b@", "550 5.1.1 nobody\r\n"),
    ];
    let server = FakeServer::start("", None, rules).await;
    let mut world = World::start(Config::default(), by_mx(server.port), dns());
    let id = world
        .accept(ALICE, &["a@one.test", "b@one.test", "c@one.test"], TEXT)
        .await;
    world.attempts(2).await;
    let info = world.show(id).await.unwrap();
    let open: Vec<_> = info
        .recipients
        .iter()
        .map(|recipient| recipient.1)
        .collect();
    assert_eq!(open, [true, false, false]);
    assert_eq!(world.last_reply(id).await, "451 4.2.1 greylisted");
    assert_eq!(info.due.unix_secs - info.received.unix_secs, 300);
    world.pass(300);
    world.attempts(1).await;
    assert_eq!(
        (server.count("RCPT TO:<a@"), server.count("RCPT TO:<c@")),
        (2, 1)
    );
    let bounce = &world.mail("alice", "INBOX").await[0];
    assert!(
        bounce.contains("Diagnostic-Code: smtp; 550 5.1.1 nobody\r\n"),
        "{bounce}"
    );
    assert!(bounce.contains("Final-Recipient: rfc822; b@one.test\r\n"));
    assert!(!bounce.contains("a@one.test"));
}

#[tokio::test]
async fn the_next_exchange_is_tried() {
    let server = FakeServer::start("", None, vec![]).await;
    let mut dns = dns();
    let list = vec![(10, "gone.test"), (20, "broken.test"), (30, "mx.one.test")];
    dns.exchanges.insert("one.test", Ok(list));
    let unavailable = ResolveError::Unavailable("no answer".to_owned());
    dns.addresses.insert("broken.test", Err(unavailable));
    // Nobody listens there: 127.0.0.1 only.
    dns.addresses
        .insert("gone.test", Ok(vec![IpAddr::from([127, 0, 0, 2])]));
    let mut world = World::start(Config::default(), by_mx(server.port), dns);
    let id = world.accept(ALICE, &["a@one.test"], TEXT).await;
    world.attempts(1).await;
    assert_eq!((world.queued().await, server.count("DATA")), (0, 1));
    assert!(world.trace(id).await.contains("gone.test [127.0.0.2:"));
}

#[tokio::test]
async fn what_the_dns_says_settles() {
    for (answer, reply) in [
        (Err(ResolveError::NoSuchName), "Status: 5.1.2\r\n"),
        (Err(ResolveError::NullMx), "Status: 5.1.10\r\n"),
        (
            Ok(vec![(10, "mx.example.test"), (20, "other.test")]),
            "Status: 5.4.6\r\n",
        ),
        (Ok(vec![(10, "private.test")]), "Status: 5.4.4\r\n"),
    ] {
        let mut dns = dns();
        dns.exchanges.insert("one.test", answer);
        dns.addresses
            .insert("private.test", Ok(vec![IpAddr::from([10, 0, 0, 1])]));
        let mut relay = by_mx(closed_port().await);
        relay.allow_private_addresses = false;
        let mut world = World::start(Config::default(), relay, dns);
        world.accept(ALICE, &["a@one.test"], TEXT).await;
        world.attempts(2).await;
        let bounce = &world.mail("alice", "INBOX").await[0];
        assert!(bounce.contains(reply), "{reply} in {bounce}");
    }
    let mut dns = dns();
    let unavailable = ResolveError::Unavailable("time-out".to_owned());
    dns.exchanges.insert("one.test", Err(unavailable));
    let mut world = World::start(Config::default(), by_mx(1), dns);
    let id = world.accept(ALICE, &["a@one.test"], TEXT).await;
    world.attempts(1).await;
    let reply = "451 4.4.3 the DNS does not answer for one.test: time-out";
    assert_eq!(world.last_reply(id).await, reply);
}

#[tokio::test]
async fn an_unreachable_destination_is_left_alone() {
    let mut relay = by_mx(closed_port().await);
    relay.unreachable_secs = 60;
    let mut world = World::start(Config::default(), relay, dns());
    let first = world.accept(ALICE, &["a@one.test"], TEXT).await;
    world.attempts(1).await;
    let reply = world.last_reply(first).await;
    assert!(
        reply.starts_with("451 4.4.1 mx.one.test cannot be reached"),
        "{reply}"
    );
    let second = world.accept(ALICE, &["b@one.test"], TEXT).await;
    world.attempts(1).await;
    assert_eq!(world.last_reply(second).await, reply);
    assert!(
        !world.trace(second).await.contains("127.0.0.1"),
        "no connection was tried"
    );
}

#[tokio::test]
async fn hostile_and_broken_servers_only_defer() {
    for (rules, expected) in [
        (
            vec![("CONNECT", "")],
            "451 4.4.2 the connection was closed during the greeting",
        ),
        (vec![("CONNECT", "421 4.3.2 busy\r\n")], "421 4.3.2 busy"),
        (
            vec![("CONNECT", "HTTP/1.1 400 Bad\r\n")],
            "451 4.5.0 the server does not speak SMTP: a reply line does not begin with a reply code",
        ),
        (
            vec![("MAIL", "")],
            "451 4.4.2 the connection was closed during MAIL",
        ),
        (vec![("RCPT", "421 4.7.0 bye\r\n")], "421 4.7.0 bye"),
        (
            vec![("DATA", "")],
            "451 4.4.2 the connection was closed during DATA",
        ),
        (
            vec![(".", "")],
            "451 4.4.2 the connection was closed during the end of the message",
        ),
        (vec![(".", "452 4.3.1 full\r\n")], "452 4.3.1 full"),
    ] {
        let server = FakeServer::start("", None, rules).await;
        let mut world = World::start(Config::default(), by_mx(server.port), dns());
        let id = world.accept(ALICE, &["a@one.test"], TEXT).await;
        world.attempts(1).await;
        assert_eq!(world.last_reply(id).await, expected);
    }
}

#[tokio::test]
async fn what_would_corrupt_is_bounced() {
    for (text, status) in [
        ("Subject: x\r\n\r\n\u{e4}\r\n", "Status: 5.6.3\r\n"),
        ("Subject: \u{e4}\r\n\r\nx\r\n", "Status: 5.6.7\r\n"),
        ("Subject: x\r\n\r\na\nb\r\n", "Status: 5.6.0\r\n"),
    ] {
        let server = FakeServer::start("", None, vec![]).await;
        let mut world = World::start(Config::default(), by_mx(server.port), dns());
        world.accept(ALICE, &["a@one.test"], text).await;
        world.attempts(2).await;
        let bounce = &world.mail("alice", "INBOX").await[0];
        assert!(bounce.contains(status), "{status} in {bounce}");
        assert_eq!(server.count("MAIL"), 0);
    }
}

fn acceptor(dir: &std::path::Path, names: &[&str]) -> (TlsAcceptor, TlsConfig) {
    let files = TlsConfig {
        certificate: dir.join("certificate.pem"),
        key: dir.join("key.pem"),
    };
    SelfSigned::generate(names).unwrap().write(&files).unwrap();
    (TlsAcceptor::load(&files).unwrap(), files)
}

#[tokio::test]
async fn a_smarthost_with_starttls_and_auth() {
    let dir = tempfile::tempdir().unwrap();
    let (tls, files) = acceptor(dir.path(), &["smart.test"]);
    let ehlo = "250-STARTTLS\r\n250-AUTH PLAIN\r\n";
    let server = FakeServer::start(ehlo, Some(tls), vec![]).await;
    let relay = RelayConfig {
        mode: RelayMode::Smarthost,
        smarthost: Some(SmarthostConfig {
            host: "smart.test".to_owned(),
            port: server.port,
            tls: TlsMode::Required,
            user: Some("us".to_owned()),
            password: Some(Secret("secret".to_owned())),
        }),
        trust_anchors: Some(files.certificate),
        ..RelayConfig::default()
    };
    let mut world = World::start(Config::default(), relay.clone(), FakeDns::default());
    let id = world
        .accept(ALICE, &["a@one.test", "b@two.test"], TEXT)
        .await;
    world.attempts(1).await;
    assert_eq!(world.queued().await, 0, "{}", world.trace(id).await);
    let commands: Vec<_> = server
        .heard()
        .into_iter()
        .map(|c| c[..4].to_owned())
        .collect();
    let expected = "EHLO STAR EHLO AUTH MAIL RCPT RCPT DATA Rece QUIT";
    assert_eq!(commands.join(" "), expected);
    // Without the trust anchor nothing is sent, least of all the password.
    let untrusted = RelayConfig {
        trust_anchors: None,
        ..relay
    };
    let mut world = World::start(Config::default(), untrusted, FakeDns::default());
    let id = world.accept(ALICE, &["a@one.test"], TEXT).await;
    world.attempts(1).await;
    let reply = world.last_reply(id).await;
    assert!(
        reply.starts_with("451 4.7.5 TLS could not be started"),
        "{reply}"
    );
    assert_eq!(server.count("AUTH"), 1);
}

#[tokio::test]
async fn opportunistic_tls_takes_any_certificate_and_falls_back() {
    let dir = tempfile::tempdir().unwrap();
    let (tls, _) = acceptor(dir.path(), &["other.test"]);
    let server = FakeServer::start("250-STARTTLS\r\n", Some(tls), vec![]).await;
    let mut world = World::start(Config::default(), by_mx(server.port), dns());
    world.accept(ALICE, &["a@one.test"], TEXT).await;
    world.attempts(1).await;
    assert_eq!((server.count("EHLO"), server.count("QUIT")), (2, 1));

    // A server that says 220 and then closes instead of a handshake.
    let broken = FakeServer::start("250-STARTTLS\r\n", None, vec![("STARTTLS", "")]).await;
    let mut world = World::start(Config::default(), by_mx(broken.port), dns());
    let id = world.accept(ALICE, &["a@one.test"], TEXT).await;
    world.attempts(1).await;
    let reply = world.last_reply(id).await;
    assert_eq!(reply, "451 4.4.2 the connection was closed during STARTTLS");
}

#[tokio::test]
async fn a_stop_gives_leases_back() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let config = Config {
        stop_secs_max: 0,
        ..Config::default()
    };
    let mut world = World::start(config, by_mx(port), dns());
    let id = world.accept(ALICE, &["a@one.test"], TEXT).await;
    let (_socket, _) = silent.accept().await.unwrap();
    world.stop().await;
    world.attempts(1).await;
    let info = world.show(id).await.unwrap();
    assert_eq!(
        (info.attempts, info.recipients[0].1),
        (0, true),
        "released, not settled"
    );
    // A second runner gets it at once.
    let server = FakeServer::start("", None, vec![]).await;
    world.run(Config::default(), by_mx(server.port), dns());
    world.attempts(1).await;
    assert_eq!(server.count("DATA"), 1);
}
