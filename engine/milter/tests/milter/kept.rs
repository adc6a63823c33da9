//! Connections that serve one session after another.

use crate::fake_milter::{Act, FakeMilter, plain, say};
use crate::subject::{MESSAGE, config, info, is_next, judge, milter, open};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use waxseal_milter::wire::{Command, Negotiation, Response};
use waxseal_milter::{Milter, MilterConfig};
use waxseal_ports::filter::{Filter, Verdict};

async fn whole_session(milter: &Milter) -> Vec<String> {
    let mut session = milter.session(info());
    let mut said = open(&mut *session).await;
    let judged = judge(&mut *session, MESSAGE).await;
    let next = judged.ruling.verdict == Verdict::Next;
    said.push(format!("message: {}", if next { "next" } else { "other" }));
    session.disconnect().await;
    said
}

/// How often a milter of `version` was connected to, and how sessions ended, after three of them.
async fn connections(version: u32, change: impl Fn(&mut MilterConfig)) -> (usize, usize) {
    let wants = Negotiation { version, ..plain() };
    let fake = FakeMilter::start(wants, |_| say(Response::Continue)).await;
    let mut config = config(&fake.socket);
    config.limits.idle_connections_max = 8;
    change(&mut config);
    let milter = milter(config);
    let mut heard = Vec::new();
    for _ in 0..3 {
        assert!(is_next(&whole_session(&milter).await));
        heard.extend(fake.heard());
    }
    let count = |what: &str| heard.iter().filter(|heard| *heard == what).count();
    (count("negotiate"), count("helo client.test"))
}

#[tokio::test]
async fn version_6_keeps_its_connection() {
    assert_eq!(connections(6, |_| {}).await, (1, 3));
    assert_eq!(connections(2, |_| {}).await, (3, 3));
    assert_eq!(
        connections(6, |config| config.limits.idle_connections_max = 0).await,
        (3, 3)
    );
    assert_eq!(
        connections(6, |config| config.limits.idle_secs_max = 0).await,
        (3, 3)
    );
}

#[tokio::test]
async fn a_connection_that_died_meanwhile_is_replaced() {
    let commands = Arc::new(AtomicUsize::new(0));
    let counted = commands.clone();
    // The second CONNECT, which comes on the kept connection, finds it closed.
    let script = move |command: &Command| {
        let connect = matches!(command, Command::Connect { .. });
        let number = counted.fetch_add(usize::from(connect), Ordering::Relaxed);
        (connect && number == 1).then(|| vec![Act::Close])
    };
    let fake = FakeMilter::willing(script).await;
    let mut config = config(&fake.socket);
    config.limits.idle_connections_max = 8;
    let milter = milter(config);
    assert!(is_next(&whole_session(&milter).await));
    fake.heard();
    assert!(is_next(&whole_session(&milter).await));
    assert_eq!(commands.load(Ordering::Relaxed), 3);
    assert!(fake.heard().contains(&"negotiate".to_owned()));
}

#[tokio::test]
async fn sessions_at_once_have_connections_of_their_own() {
    let fake = FakeMilter::willing(|_| None).await;
    let milter = milter(config(&fake.socket));
    let (mut one, mut two) = (milter.session(info()), milter.session(info()));
    assert!(is_next(&open(&mut *one).await));
    assert!(is_next(&open(&mut *two).await));
    let heard = fake.heard();
    let negotiations = heard.iter().filter(|heard| *heard == "negotiate");
    assert_eq!(negotiations.count(), 2);
}
