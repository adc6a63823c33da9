//! Instances that are ready before anybody asks.

use crate::bench::{Bench, session, transact};
use crate::chain::counting;
use crate::counts::counts;
use crate::guest::Guest;
use std::time::Duration;

/// Waits until so many instances of a plugin are ready.
async fn ready(plugin: &str, number: f64) {
    let name = format!("waxseal_plugin_warm_instances{{plugin={plugin}}}");
    let all_there = async {
        while counts().get(&name) != number {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), all_there).await;
    assert!(waited.is_ok(), "{name} is {}", counts().get(&name));
}

fn starts(plugin: &str, from: &str) -> f64 {
    let name = "waxseal_plugin_warm_starts_total";
    counts().get(&format!("{name}{{from={from},plugin={plugin}}}"))
}

fn alive(plugin: &str) -> f64 {
    counts().get(&format!("waxseal_plugin_instances{{plugin={plugin}}}"))
}

/// Counts for some milliseconds while it reads its configuration.
fn slow(mut guest: Guest) -> Guest {
    guest.fields += "(func $spin (local $i i32)
        (loop $l
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $l (i32.lt_u (local.get $i) (i32.const 50000000)))))";
    guest.configure = "(call $spin) (i32.const 1024)".to_owned();
    guest
}

#[tokio::test]
async fn a_slow_start_is_over_before_the_session_begins() {
    let mut bench = Bench::with("sluggish", slow(counting()));
    bench.config.plugins[0].warm = None;
    let host = bench.start().await.unwrap();
    for round in 1..=3 {
        ready("sluggish", 2.0).await;
        let mut session = session(&host);
        let (_, _, left) = transact(&mut *session, "bad@example.test").await;
        assert_eq!(
            left, "Subject: a\r\nX-Seen: 1\r\n\r\n",
            "it sees this session's message"
        );
        session.disconnect().await;
        assert_eq!(starts("sluggish", "warm"), f64::from(round));
    }
    assert_eq!(starts("sluggish", "cold"), 0.0);
    host.shutdown().await;
    assert_eq!(alive("sluggish"), 0.0);
}

#[tokio::test]
async fn what_is_ready_makes_room() {
    let mut bench = Bench::with("kept", Guest::new());
    bench.config.plugins[0].warm = Some(2);
    bench.add("needed", Guest::new());
    bench.config.host.instances_max = 2;
    let host = bench.start().await.unwrap();
    ready("kept", 2.0).await;
    let mut session = session(&host);
    let (mail, _, _) = transact(&mut *session, "good@example.test").await;
    let told: Vec<_> = mail
        .trace
        .iter()
        .map(|event| event.outcome.as_str())
        .collect();
    assert_eq!(told, ["next", "next"]);
}

#[tokio::test]
async fn a_reload_ends_what_is_ready() {
    let mut bench = Bench::with("before", Guest::new());
    bench.config.plugins[0].warm = Some(2);
    let host = bench.start().await.unwrap();
    ready("before", 2.0).await;
    let mut old = session(&host);
    bench.config.plugins.clear();
    host.reload(bench.config.clone()).await.unwrap();
    ready("before", 0.0).await;
    assert_eq!(alive("before"), 0.0);
    let (mail, _, _) = transact(&mut *old, "good@example.test").await;
    assert_eq!(
        mail.trace[0].outcome, "next",
        "a session goes on with what it began with"
    );
    assert_eq!((starts("before", "cold"), alive("before")), (1.0, 1.0));
}

#[tokio::test]
async fn memory_of_what_is_ready_has_a_limit() {
    let mut bench = Bench::with("large", Guest::new());
    bench.config.plugins[0].warm = Some(1);
    bench.config.host.warm_bytes_max = 0;
    let host = bench.start().await.unwrap();
    for _ in 0..3 {
        transact(&mut *session(&host), "good@example.test").await;
    }
    assert_eq!(
        (starts("large", "warm"), starts("large", "cold")),
        (0.0, 3.0)
    );
}
