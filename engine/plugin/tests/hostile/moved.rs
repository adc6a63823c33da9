//! Learners hear of what users moved, and harm nobody when they fail.

use crate::LOOP;
use crate::bench::Bench;
use crate::counts::counts;
use crate::guest::Guest;
use bytes::Bytes;
use std::sync::Arc;
use waxseal_mail::Mailbox;
use waxseal_plugin::Host;
use waxseal_ports::MailboxEvents;
use waxseal_ports::mailbox_events::{Moved, Place};

fn moved(account: &str) -> Moved {
    Moved {
        account: Mailbox::parse(account).unwrap(),
        origin: Place::Inbox,
        destination: Place::Junk,
        message: Arc::new(Bytes::from_static(b"A: b\r\nC: d\r\n\r\nbody\r\n")),
    }
}

async fn tell(host: &Host, accounts: &[&str]) {
    for account in accounts {
        host.moved(moved(account)).await;
    }
    host.shutdown().await;
}

fn calls(plugin: &str, verdict: &str) -> f64 {
    let name =
        format!("waxseal_plugin_calls_total{{plugin={plugin},stage=moved,verdict={verdict}}}");
    counts().get(&name)
}

#[tokio::test]
async fn a_learner_reads_the_message_and_the_places() {
    let mut guest = Guest::learner();
    guest.fields = r#"
        (import "waxseal:plugin/transaction@0.1.0" "header-count" (func $count (result i32)))
        (import "waxseal:plugin/transaction@0.1.0" "size" (func $size (result i32)))"#
        .to_owned();
    // Two fields, twenty octets, from INBOX to Junk: anything else is a trap.
    guest.at_moved = "
        (if (i32.or
                (i32.or (i32.ne (call $count) (i32.const 2)) (i32.ne (call $size) (i32.const 20)))
                (i32.or (i32.ne (local.get 2) (i32.const 0)) (i32.ne (local.get 3) (i32.const 1))))
            (then (unreachable)))
        (i32.const 1024)"
        .to_owned();
    let host = Bench::with("learns", guest).start().await.unwrap();
    assert!(host.is_wanted());
    tell(&host, &["bob@example.test", "alice@example.test"]).await;
    assert_eq!(
        (calls("learns", "next"), calls("learns", "failed")),
        (2.0, 0.0)
    );
}

#[tokio::test]
async fn a_failing_learner_is_counted_and_the_others_learn() {
    let mut bench = Bench::new();
    for (name, code) in [("learn-trap", "(unreachable)"), ("learn-loop", LOOP)] {
        let mut guest = Guest::learner();
        guest.at_moved = code.to_owned();
        bench.add(name, guest).limits.message_cpu_millis = 30;
    }
    let mut guest = Guest::learner();
    guest.at_moved = guest.error("no-words", "nothing to learn from");
    bench.add("learn-own", guest);
    bench.add("learn-good", Guest::learner());
    let host = bench.start().await.unwrap();
    tell(&host, &["bob@example.test", "alice@example.test"]).await;
    for name in ["learn-trap", "learn-loop", "learn-own"] {
        assert_eq!(
            (calls(name, "next"), calls(name, "failed")),
            (1.0, 1.0),
            "{name}"
        );
    }
    assert_eq!(calls("learn-good", "next"), 2.0);
    // Once the host has stopped nobody waits for it.
    host.moved(moved("alice@example.test")).await;
    assert_eq!(calls("learn-good", "next"), 2.0);
}

#[tokio::test]
async fn nobody_listens_without_a_learner() {
    let mut bench = Bench::with("filters", Guest::new());
    let mut guest = Guest::learner();
    guest.stages = vec!["mail"];
    bench.add("learns-nothing", guest);
    let host = bench.start().await.unwrap();
    assert!(!host.is_wanted());
    tell(&host, &["bob@example.test"]).await;
    assert_eq!(calls("learns-nothing", "next"), 0.0);
}

#[tokio::test]
async fn a_tenants_learner_hears_of_its_own_accounts() {
    let mut bench = crate::tenants::bench();
    bench.add("learns-a", Guest::learner()).tenant = Some("a".to_owned());
    let host = bench.start().await.unwrap();
    tell(&host, &["bob@a.test", "bob@b.test", "bob@example.test"]).await;
    let told = "waxseal_plugin_calls_total{plugin=learns-a,stage=moved,tenant=a,verdict=next}";
    assert_eq!(counts().get(told), 1.0);
}
