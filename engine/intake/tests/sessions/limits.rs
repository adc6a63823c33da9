//! Limits, deadlines and the server's stop.

use crate::server::Server;
use std::fmt::Write;
use std::sync::Arc;
use waxseal_intake::{Config, Limits};
use waxseal_ports::filter::{NoFilter, Protocol};

fn limited(limits: Limits) -> Server {
    let config = Config {
        limits,
        ..Config::default()
    };
    Server::with(Protocol::Smtp, config, Arc::new(NoFilter))
}

#[track_caller]
fn check(reply: &str, start: &str) {
    assert!(reply.starts_with(start), "{reply:?}, not {start:?}");
}

#[tokio::test]
async fn large_header_sections_are_refused() {
    let server = limited(Limits {
        header_octets_max: 65_536,
        ..Limits::default()
    });
    let mut client = server.greeted().await;
    let to = ["alice@example.test"];
    let one_field = format!("X: {}\r\n\r\nbody\r\n", "x".repeat(100_000));
    check(
        &client.transact("a@b.test", &to, &one_field).await,
        "552 5.3.4 ",
    );
    let many_fields = "X: y\r\n".repeat(20_000);
    check(
        &client.transact("a@b.test", &to, &many_fields).await,
        "552 5.3.4 ",
    );
    let some_fields = "X: y\r\n".repeat(3000);
    check(
        &client.transact("a@b.test", &to, &some_fields).await,
        "552 5.3.4 ",
    );
    let body = format!("X: y\r\n\r\n{}", "line\r\n".repeat(20_000));
    check(&client.transact("a@b.test", &to, &body).await, "250 2.0.0 ");
    assert_eq!(server.message().await.sent, body);
}

#[tokio::test]
async fn loops_are_broken() {
    let server = Server::new(Protocol::Smtp);
    let mut client = server.greeted().await;
    let mut message = String::new();
    for hop in 0..100 {
        write!(message, "Received: from hop{hop}\r\n").unwrap();
    }
    let reply = client
        .transact("a@b.test", &["bob@example.test"], &message)
        .await;
    check(&reply, "554 5.4.6 ");
    assert_eq!(server.queued().await, 0);
}

#[tokio::test]
async fn bare_line_ends_never_reach_the_queue() {
    let server = Server::new(Protocol::Smtp);
    let mut client = server.greeted().await;
    let to = ["alice@example.test"];
    for smuggled in [
        "a\n.\nMAIL FROM:<x@y.test>\r\n",
        "a\r\n.\rx\r\n",
        "a\r\n.\nx\r\n",
    ] {
        check(
            &client.transact("a@b.test", &to, smuggled).await,
            "550 5.6.11 ",
        );
    }
    client.expect("NOOP", "250 ").await;
    assert_eq!(server.queued().await, 0);
}

#[tokio::test(start_paused = true)]
async fn an_idle_client_is_told_and_left() {
    let server = Server::new(Protocol::Smtp);
    let (mut client, served) = server.connect().await;
    client.expect("", "220 ").await;
    client.expect("", "421 4.4.2 ").await;
    client.expect("", "closed").await;
    served.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_client_that_trickles_meets_the_total_deadline() {
    let server = Server::new(Protocol::Smtp);
    let (mut client, _) = server.connect().await;
    client.expect("", "220 ").await;
    let began = tokio::time::Instant::now();
    for octet in b"NOOP NOOP" {
        client.send(&[*octet]).await;
        tokio::time::advance(std::time::Duration::from_secs(40)).await;
        tokio::task::yield_now().await;
    }
    client.expect("", "421 4.4.2 ").await;
    assert!(began.elapsed().as_secs() < 400, "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_message_that_stalls_is_given_up() {
    let server = Server::new(Protocol::Smtp);
    let mut client = server.greeted().await;
    client.expect("MAIL FROM:<a@b.test>", "250 ").await;
    client.expect("RCPT TO:<bob@example.test>", "250 ").await;
    client.expect("DATA", "354 ").await;
    client.send(b"Subject: x\r\n").await;
    client.expect("", "421 4.4.2 ").await;
    client.expect("", "closed").await;
    assert_eq!(server.queued().await, 0);
}

#[tokio::test]
async fn a_stop_ends_idle_sessions_at_once_and_others_after_their_message() {
    let server = Server::new(Protocol::Smtp);
    let mut idle = server.greeted().await;
    let mut busy = server.greeted().await;
    busy.expect("MAIL FROM:<a@b.test>", "250 ").await;
    server.stop.cancel();
    idle.expect("", "421 4.3.2 ").await;
    idle.expect("", "closed").await;
    busy.expect("RCPT TO:<bob@example.test>", "250 ").await;
    busy.expect("DATA", "354 ").await;
    busy.expect("A: b\r\n\r\nx\r\n.", "250 2.0.0 ").await;
    busy.expect("", "421 4.3.2 ").await;
    busy.expect("", "closed").await;
    assert_eq!(server.queued().await, 1);
}
