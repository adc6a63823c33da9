//! Delivery status notifications: when, to whom, and what about.

use crate::fake_server::FakeServer;
use crate::relay::{by_mx, dns};
use crate::world::{TEXT, World};
use waxseal_delivery::Config;
use waxseal_mail::{DsnNotify, DsnReturn};

const ALICE: &str = "alice@example.test";
const HOUR: u64 = 3_600;

async fn refusing(reply: &'static str) -> FakeServer {
    FakeServer::start("", None, vec![("RCPT", reply)]).await
}

#[tokio::test]
async fn delay_is_reported_once_and_failure_at_the_end() {
    let server = refusing("451 4.2.2 full\r\n").await;
    let mut world = World::start(Config::default(), by_mx(server.port), dns());
    let id = world.accept(ALICE, &["a@one.test"], TEXT).await;
    world.attempts(1).await;
    assert!(world.mail("alice", "INBOX").await.is_empty());
    world.pass(5 * HOUR);
    // The attempt, and the delivery of the report.
    world.attempts(2).await;
    let delay = &world.mail("alice", "INBOX").await[0];
    assert!(delay.starts_with("Return-Path: <>\r\n"));
    for line in [
        "Action: delayed\r\n",
        "Status: 4.2.2\r\n",
        "Will-Retry-Until: ",
    ] {
        assert!(delay.contains(line), "{line} in {delay}");
    }
    world.pass(5 * HOUR);
    world.attempts(1).await;
    assert_eq!(
        world.mail("alice", "INBOX").await.len(),
        1,
        "only one report of delay"
    );
    world.pass(5 * 24 * HOUR);
    world.attempts(2).await;
    let failure = &world.mail("alice", "INBOX").await[1];
    for line in ["Action: failed\r\n", "Status: 5.4.7\r\n", "last: 451 4.2.2"] {
        assert!(failure.contains(line), "{line} in {failure}");
    }
    assert!(world.show(id).await.is_none());
}

#[tokio::test]
async fn never_to_the_null_reverse_path_and_never_unasked() {
    let server = refusing("550 5.1.1 nobody\r\n").await;
    let mut world = World::start(Config::default(), by_mx(server.port), dns());
    world.accept("", &["a@one.test"], TEXT).await;
    let never = DsnNotify {
        success: false,
        failure: false,
        delay: false,
    };
    world
        .accept_with(ALICE, &["a@one.test"], TEXT, |message| {
            message.envelope.recipients[0].notify = never;
        })
        .await;
    world.attempts(2).await;
    assert_eq!(world.queued().await, 0);
    assert!(world.mail("alice", "INBOX").await.is_empty());
}

#[tokio::test]
async fn success_is_reported_where_asked() {
    let without_dsn = FakeServer::start("", None, vec![]).await;
    let with_dsn = FakeServer::start("250-DSN\r\n", None, vec![]).await;
    for (port, actions) in [
        (
            without_dsn.port,
            vec!["Action: delivered\r\n", "Action: relayed\r\n"],
        ),
        (with_dsn.port, vec!["Action: delivered\r\n"]),
    ] {
        let mut world = World::start(Config::default(), by_mx(port), dns());
        let to = ["bob@example.test", "a@one.test"];
        world
            .accept_with(ALICE, &to, TEXT, |message| {
                message.envelope.envid = Some("E1".to_owned());
                for recipient in &mut message.envelope.recipients {
                    recipient.notify.success = true;
                    recipient.orcpt = Some("rfc822;first@example.test".to_owned());
                }
            })
            .await;
        // The mailbox, the relay, and the reports of each.
        world.attempts(2 + actions.len()).await;
        let reports = world.mail("alice", "INBOX").await;
        assert_eq!(reports.len(), actions.len());
        for (report, action) in reports.iter().zip(actions) {
            let id = "Original-Envelope-Id: E1\r\n";
            let original = "Original-Recipient: rfc822; first@example.test\r\n";
            for line in [action, id, original] {
                assert!(report.contains(line), "{line} in {report}");
            }
        }
    }
    let rcpt = "RCPT TO:<a@one.test> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;first@example.test";
    assert_eq!(with_dsn.count(rcpt), 1, "{:?}", with_dsn.heard());
}

#[tokio::test]
async fn what_is_returned_follows_ret() {
    for (ret, returned) in [
        (None, "Content-Type: text/rfc822-headers\r\n"),
        (
            Some(DsnReturn::Headers),
            "Content-Type: text/rfc822-headers\r\n",
        ),
        (Some(DsnReturn::Full), "Content-Type: message/rfc822\r\n"),
    ] {
        let server = refusing("550 5.1.1 nobody\r\n").await;
        let mut world = World::start(Config::default(), by_mx(server.port), dns());
        world
            .accept_with(ALICE, &["a@one.test"], TEXT, |message| {
                message.envelope.dsn_return = ret;
            })
            .await;
        world.attempts(2).await;
        let bounce = &world.mail("alice", "INBOX").await[0];
        assert!(bounce.contains(returned), "{returned} in {bounce}");
        assert!(bounce.contains("Subject: hello\r\n"));
        assert_eq!(bounce.contains("\r\n.hi\r\n"), ret == Some(DsnReturn::Full));
    }
}
