//! Milters that fail, and what clients are told then.

use crate::fake_milter::{Act, FakeMilter, plain, say};
use crate::subject::{
    MESSAGE, config, info, is_next, judge, milter, open, session, shown, transaction,
};
use bytes::Bytes;
use expect_test::{Expect, expect};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use waxseal_milter::wire::{Actions, Change, Command, Negotiation, Response, Steps};
use waxseal_milter::{Milter, Socket};
use waxseal_ports::clock::SystemClock;
use waxseal_ports::filter::OnFailure;
use waxseal_ports::filter::{Filter, Verdict};
use waxseal_ports::memory::Memory;

/// A port that nobody listens on.
async fn nobody() -> Socket {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    Socket::Inet {
        host: "127.0.0.1".to_owned(),
        port,
    }
}

#[tokio::test]
async fn the_administrator_says_what_a_failure_means() {
    let socket = nobody().await;
    for (policy, connect, mail) in [
        (OnFailure::Skip, "next", "next"),
        (
            OnFailure::Defer,
            "defer: 421 4.3.0 mail cannot be checked right now, please try again later",
            "defer: 451 4.3.0 mail cannot be checked right now, please try again later",
        ),
        (
            OnFailure::Reject,
            "reject: 554 5.3.0 mail cannot be checked",
            "reject: 554 5.3.0 mail cannot be checked",
        ),
    ] {
        let mut config = config(&socket);
        config.on_failure = policy;
        let mut session = milter(config).session(info());
        let ruling = session.connect().await;
        assert_eq!(shown(&ruling.verdict), connect);
        let outcome = &ruling.trace[0].outcome;
        assert!(outcome.starts_with("failed: cannot connect: "), "{outcome}");
        let later = session.helo("client.test").await;
        assert_eq!(shown(&later.verdict), mail);
        assert!(later.trace.is_empty(), "asked once a transaction");
        let said = transaction(&mut *session).await;
        assert_eq!(said, [format!("mail: {mail}"), format!("rcpt: {mail}")]);
        let judged = judge(&mut *session, MESSAGE).await;
        assert_eq!(shown(&judged.ruling.verdict), mail);
        assert_eq!(judged.text, MESSAGE);
    }
}

/// The trace of a message whose end is answered with `acts` by a milter that negotiated `actions`.
#[track_caller]
fn check(actions: Actions, acts: Vec<Act>, expected: Expect) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let outcome = runtime.block_on(async {
        let wants = Negotiation { actions, ..plain() };
        let script = move |command: &Command| match command {
            Command::EndOfMessage(_) => acts.clone(),
            _ => say(Response::Continue),
        };
        let fake = FakeMilter::start(wants, script).await;
        let mut session = session(&fake.socket);
        open(&mut *session).await;
        let judged = judge(&mut *session, MESSAGE).await;
        assert_eq!(judged.text, MESSAGE, "nothing was changed");
        assert!(matches!(judged.ruling.verdict, Verdict::Defer(_)));
        let outcome = judged.ruling.trace[0].outcome.clone();
        outcome.split("; defer").next().unwrap().to_owned()
    });
    expected.assert_eq(&outcome);
}

fn add(name: &'static str, value: &'static str) -> Act {
    Act::Say(Response::Change(Change::AddHeader {
        name: Bytes::from_static(name.as_bytes()),
        value: Bytes::from_static(value.as_bytes()),
    }))
}

#[test]
fn ends_that_are_none() {
    let all = Actions::ALL;
    let go_on = || Act::Say(Response::Continue);
    check(
        all,
        vec![Act::Close],
        expect!["failed: it closed the connection"],
    );
    check(
        all,
        vec![Act::Hang],
        expect!["failed: over limits.message_secs_max"],
    );
    check(
        all,
        vec![Act::Raw(b"\xff\xff\xff\xffc".to_vec())],
        expect!["failed: a packet of 4294967295 octets, over 1048576"],
    );
    check(
        all,
        vec![Act::Raw(b"\0\0\0\0".to_vec())],
        expect!["failed: a packet without a kind"],
    );
    check(
        all,
        vec![Act::Raw(b"\0\0\0\x01Z".to_vec())],
        expect!["failed: a packet of unknown kind 0x5a"],
    );
    check(
        all,
        vec![Act::Raw(b"\0\0\0\x03m\0\0".to_vec())],
        expect!["failed: the packet of kind 'm' is malformed"],
    );
    check(
        all,
        vec![Act::Raw(b"\0\0\0\x02c".to_vec()), Act::Close],
        expect!["failed: it closed the connection"],
    );
    check(
        all,
        vec![Act::Say(Response::Reply(Bytes::from_static(b"250 ok")))],
        expect![[r#"failed: "250 ok" is not a 4yz or 5yz reply"#]],
    );
    check(
        Actions::CHANGE_BODY,
        vec![add("X", "y"), go_on()],
        expect!["failed: adding a header field was not negotiated"],
    );
    check(
        all,
        vec![add("X", "y"), add("X Y", "z"), go_on()],
        expect![[r#"failed: "X Y" is not a header field name"#]],
    );
    check(
        all,
        vec![add("X", "y\nEvil: z"), go_on()],
        expect!["failed: the value of X holds CR, LF or NUL outside a fold"],
    );
    check(
        all,
        vec![Act::Say(Response::ConnectionFailure)],
        expect!["failed: it refuses to serve"],
    );
}

#[tokio::test]
async fn changes_before_the_end_are_refused() {
    let script = |command: &Command| match command {
        Command::Rcpt { .. } => Some(vec![add("X", "y"), Act::Say(Response::Continue)]),
        _ => None,
    };
    let fake = FakeMilter::willing(script).await;
    let mut session = session(&fake.socket);
    let said = open(&mut *session).await;
    assert!(said[3].starts_with("rcpt: defer: 451"), "{said:?}");
}

#[tokio::test]
async fn negotiations_that_fail() {
    for (version, steps) in [(1, 0), (7, 0), (u32::MAX, u32::MAX)] {
        let wants = Negotiation {
            version,
            steps: Steps(steps),
            ..plain()
        };
        let fake = FakeMilter::start(wants, |_| say(Response::Continue)).await;
        let ruling = session(&fake.socket).connect().await;
        let outcome = &ruling.trace[0].outcome;
        let expected = format!("failed: it speaks version {version}, not 2 to 6; ");
        assert!(outcome.starts_with(&expected), "{outcome}");
    }
}

#[tokio::test]
async fn a_milter_that_recovers_is_told_everything_at_the_next_message() {
    let broken = Arc::new(AtomicBool::new(true));
    let seen = broken.clone();
    let script = move |command: &Command| match command {
        Command::Rcpt { .. } if seen.load(Ordering::Relaxed) => Some(vec![Act::Close]),
        _ => None,
    };
    let fake = FakeMilter::willing(script).await;
    let mut session = session(&fake.socket);
    let said = open(&mut *session).await;
    assert!(said[3].starts_with("rcpt: defer: 451 4.3.0"), "{said:?}");
    session.reset();
    fake.heard();
    broken.store(false, Ordering::Relaxed);
    assert_eq!(
        transaction(&mut *session).await,
        ["mail: next", "rcpt: next"]
    );
    let told: Vec<_> = fake
        .heard()
        .into_iter()
        .filter(|heard| !heard.starts_with(' '))
        .collect();
    assert_eq!(
        told,
        [
            "negotiate",
            "connect [192.0.2.7] Inet(192.0.2.7:4711)",
            "helo client.test",
            "mail <s@client.test> [b\"SIZE=9\"]",
            "rcpt <a@example.test> []"
        ]
    );
}

#[tokio::test]
async fn a_milter_that_keeps_failing_rests() {
    let socket = nobody().await;
    let mut config = config(&socket);
    config.limits.breaker_failures_max = 2;
    config.on_failure = OnFailure::Skip;
    let milter = milter(config);
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        let ruling = milter.session(info()).connect().await;
        outcomes.push(ruling.trace[0].outcome.clone());
    }
    assert!(outcomes[1].starts_with("failed: cannot connect"));
    assert_eq!(
        outcomes[2],
        "failed: it failed too often and is not asked for a while; next"
    );
}

/// One that answers everything but whole messages rests all the same.
#[tokio::test]
async fn a_milter_that_fails_at_messages_only_rests() {
    let script = |command: &Command| match command {
        Command::EndOfMessage(_) => Some(vec![Act::Close]),
        _ => None,
    };
    let fake = FakeMilter::willing(script).await;
    let mut config = config(&fake.socket);
    config.limits.breaker_failures_max = 2;
    let milter = milter(config);
    for _ in 0..2 {
        let mut session = milter.session(info());
        assert!(is_next(&open(&mut *session).await));
        let judged = judge(&mut *session, MESSAGE).await;
        let outcome = &judged.ruling.trace[0].outcome;
        assert!(
            outcome.starts_with("failed: it closed the connection"),
            "{outcome}"
        );
    }
    let ruling = milter.session(info()).connect().await;
    let outcome = &ruling.trace[0].outcome;
    let expected = "failed: it failed too often and is not asked for a while; ";
    assert!(outcome.starts_with(expected), "{outcome}");
}

/// A full disk of ours is no failure of the milter: it is asked again.
#[tokio::test]
async fn our_own_full_disk_does_not_make_a_milter_rest() {
    let script = |command: &Command| match command {
        Command::EndOfMessage(_) => Some(vec![
            Act::Say(Response::Change(Change::ReplaceBody(Bytes::from_static(
                b"new",
            )))),
            Act::Say(Response::Continue),
        ]),
        _ => None,
    };
    let fake = FakeMilter::willing(script).await;
    let mut config = config(&fake.socket);
    config.limits.breaker_failures_max = 1;
    let memory = Arc::new(Memory::example());
    memory.set_full(true);
    let milter = Milter::new(config, "mx.example.test", memory, Arc::new(SystemClock));
    for _ in 0..2 {
        let mut session = milter.session(info());
        let said = open(&mut *session).await;
        assert!(is_next(&said), "{said:?}");
        let judged = judge(&mut *session, MESSAGE).await;
        let outcome = &judged.ruling.trace[0].outcome;
        let expected = "failed: the message could not be read or kept: no space is left";
        assert!(outcome.starts_with(expected), "{outcome}");
        assert!(matches!(judged.ruling.verdict, Verdict::Defer(_)));
    }
}
