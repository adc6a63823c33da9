//! Into mailboxes, and on to other addresses.

use crate::world::{FakeDns, TEXT, World};
use std::sync::Arc;
use waxseal_delivery::Config;
use waxseal_delivery::config::{RelayConfig, RelayMode};
use waxseal_mail::Mailbox;
use waxseal_ports::Router;
use waxseal_ports::queue::Leased;
use waxseal_ports::router::{Action, Ask, Route};

fn hold() -> RelayConfig {
    RelayConfig {
        mode: RelayMode::Hold,
        ..RelayConfig::default()
    }
}

fn world() -> World {
    World::start(Config::default(), hold(), FakeDns::default())
}

#[tokio::test]
async fn a_message_is_kept_with_its_trace_fields() {
    let mut world = world();
    let id = world
        .accept("x@elsewhere.test", &["bob@example.test"], TEXT)
        .await;
    world.attempts(1).await;
    let fields = "Return-Path: <x@elsewhere.test>\r\nDelivered-To: bob@example.test\r\n";
    assert_eq!(
        world.mail("bob", "INBOX").await,
        [format!("{fields}{TEXT}")]
    );
    assert_eq!(world.queued().await, 0);
    let trace = world.trace(id).await;
    assert_eq!(
        trace,
        "route: bob@example.test: keep in INBOX\nsettle: 1 delivered, 0 failed\n"
    );
}

#[tokio::test]
async fn an_alias_and_its_account_are_one_copy() {
    let mut world = world();
    let to = [
        "postmaster@example.test",
        "Postmaster",
        "bob@example.test",
        "alice+x@example.test",
    ];
    world.accept("", &to, TEXT).await;
    world.attempts(1).await;
    let alice = world.mail("alice", "INBOX").await;
    assert_eq!(alice.len(), 1);
    assert!(alice[0].starts_with("Return-Path: <>\r\nDelivered-To: postmaster@example.test\r\n"));
    assert_eq!(world.mail("bob", "INBOX").await.len(), 1);
    assert_eq!(world.queued().await, 0);
}

#[tokio::test]
async fn odd_beginnings_are_indexed_whole() {
    for text in [
        "",
        "\r\nbody only\r\n",
        " folded\r\nA: b\r\n\r\n",
        "no field\r\n\r\nbody",
    ] {
        let mut world = world();
        world.accept("", &["bob@example.test"], text).await;
        world.attempts(1).await;
        assert!(world.mail("bob", "INBOX").await[0].ends_with(text));
    }
}

#[tokio::test]
async fn many_messages_at_once() {
    let mut world = world();
    for number in 0..300 {
        let text = format!("Subject: {number}\r\n\r\n{number}\r\n");
        world
            .accept("", &["alice@example.test", "bob@example.test"], &text)
            .await;
    }
    world.attempts(300).await;
    assert_eq!(world.mail("alice", "INBOX").await.len(), 300);
    assert_eq!(world.mail("bob", "INBOX").await.len(), 300);
    assert_eq!(world.queued().await, 0);
}

#[tokio::test]
async fn large_messages_are_kept_too() {
    let mut world = world();
    let text = format!("Subject: large\r\n\r\n{}", "0123456789\r\n".repeat(60_000));
    world.accept("", &["bob@example.test"], &text).await;
    world.attempts(1).await;
    assert!(world.mail("bob", "INBOX").await[0].ends_with(&text));
}

#[tokio::test]
async fn quarantine_and_subaddresses() {
    let config = Config {
        subaddress_mailboxes: true,
        ..Config::default()
    };
    let mut world = World::start(config, hold(), FakeDns::default());
    let quarantine = |message: &mut waxseal_ports::queue::NewMessage| {
        message.quarantine = Some("looks bad".to_owned());
    };
    world
        .accept_with("", &["bob@example.test"], TEXT, quarantine)
        .await;
    world.accept("", &["bob+lists@example.test"], TEXT).await;
    world.accept("", &["bob+a%b@example.test"], TEXT).await;
    world.attempts(3).await;
    assert_eq!(world.mail("bob", "Junk").await.len(), 1);
    assert_eq!(world.mail("bob", "lists").await.len(), 1);
    assert_eq!(
        world.mail("bob", "INBOX").await.len(),
        1,
        "a name that cannot be goes to INBOX"
    );
}

#[tokio::test]
async fn an_unknown_user_is_bounced_and_hold_defers() {
    let mut world = world();
    let unknown = world
        .accept("alice@example.test", &["nobody@example.test"], TEXT)
        .await;
    let held = world
        .accept("alice@example.test", &["x@elsewhere.test"], TEXT)
        .await;
    world.attempts(3).await;
    let bounce = &world.mail("alice", "INBOX").await[0];
    assert!(bounce.contains("\r\nStatus: 5.1.1\r\n"), "{bounce}");
    assert!(
        world
            .trace(unknown)
            .await
            .contains("bounce, 550 5.1.1 no such user here")
    );
    let reply = "450 4.3.2 relaying is on hold by configuration";
    assert_eq!(world.last_reply(held).await, reply);
    // Neither delay nor failure is reported while the administrator holds it.
    world.pass(10 * 86_400);
    world.attempts(1).await;
    assert_eq!(world.last_reply(held).await, reply);
    assert_eq!(world.mail("alice", "INBOX").await.len(), 1);
}

#[tokio::test]
async fn a_full_disk_keeps_the_message_queued() {
    let mut world = World::prepare();
    let id = world.accept("", &["bob@example.test"], TEXT).await;
    world.memory.set_full(true);
    world.run(Config::default(), hold(), FakeDns::default());
    world.attempts(1).await;
    assert!(world.show(id).await.is_some() && world.mail("bob", "INBOX").await.is_empty());
    world.memory.set_full(false);
    world.pass(60);
    world.attempts(1).await;
    assert_eq!(world.mail("bob", "INBOX").await.len(), 1);
    assert!(world.show(id).await.is_none());
}

/// Sends `a` on to `b`, and `b` back to `a`.
struct Circle;

#[async_trait::async_trait]
impl Router for Circle {
    async fn route(&self, _: &Leased, asks: &[Ask<'_>]) -> Vec<Route> {
        let route = |ask: &Ask<'_>| {
            let other = match ask.recipient.to_string().as_str() {
                "a@example.test" => "b@example.test",
                "b@example.test" => "a@example.test",
                "broken@example.test" => return Route::unavailable("no database"),
                "silent@example.test" => return Route::default(),
                _ => return Route::decided(vec![Action::Discard]),
            };
            Route::decided(vec![Action::Forward(Mailbox::parse(other).unwrap())])
        };
        asks.iter().map(route).collect()
    }
}

#[tokio::test]
async fn a_circle_of_forwards_ends() {
    let mut world = World::prepare();
    let config = Config::default();
    world.run_with(config, hold(), FakeDns::default(), Arc::new(Circle));
    world
        .accept("s@elsewhere.test", &["a@example.test"], TEXT)
        .await;
    // a to b, b to a, a fails, the bounce is discarded.
    world.attempts(4).await;
    assert_eq!(world.queued().await, 0);
    let to = [
        "broken@example.test",
        "x@example.test",
        "silent@example.test",
    ];
    let broken = world.accept("", &to, TEXT).await;
    world.attempts(1).await;
    assert_eq!(world.last_reply(broken).await, "451 4.3.0 no database");
    let recipients = world.show(broken).await.unwrap().recipients;
    assert!(!recipients[1].1, "discarded, so done");
    let silent = recipients[2].2.as_deref();
    assert_eq!(silent, Some("451 4.3.0 the server has no route"));
}
