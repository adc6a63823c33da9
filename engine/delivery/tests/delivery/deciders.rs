//! Routers that decide before the directory, and transports: what they say is done once.

use crate::world::{FakeDns, TEXT, World};
use std::sync::{Arc, Mutex};
use waxseal_delivery::Config;
use waxseal_delivery::config::{RelayConfig, RelayMode};
use waxseal_mail::{Flag, Mailbox, Reply, ReversePath};
use waxseal_ports::queue::{Leased, Outcome};
use waxseal_ports::router::{Action, Ask, Response, Rest, Route};
use waxseal_ports::transport::{Handed, Handover};
use waxseal_ports::{Router, Transport};

/// An answer, by how often was asked before and about whom.
type Answer = Box<dyn Fn(usize, &str) -> Route + Send + Sync>;

/// Answers as it is told, and notes who was asked about.
struct Decider {
    name: &'static str,
    answer: Answer,
    asked: Mutex<Vec<String>>,
}

/// A decider that is told how often it was asked before and about whom.
fn decider(
    name: &'static str,
    answer: impl Fn(usize, &str) -> Route + Send + Sync + 'static,
) -> Arc<Decider> {
    Arc::new(Decider {
        name,
        answer: Box::new(answer),
        asked: Mutex::default(),
    })
}

impl Decider {
    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait::async_trait]
impl Router for Decider {
    async fn route(&self, _: &Leased, asks: &[Ask<'_>]) -> Vec<Route> {
        let route = |ask: &Ask<'_>| {
            if ask.asked.iter().any(|name| name == self.name) {
                return opinion(vec![], Rest::Next);
            }
            let recipient = ask.recipient.to_string();
            let mut asked = self.asked.lock().unwrap();
            let mut route = (self.answer)(asked.len(), &recipient);
            asked.push(recipient);
            if !matches!(route.rest, Rest::Later { .. }) {
                route.asked.push(self.name.to_owned());
            }
            route
        };
        asks.iter().map(route).collect()
    }
}

/// Gives its outcomes one after the other, and notes what it was asked.
#[derive(Default)]
struct Fax {
    outcomes: Mutex<Vec<Outcome>>,
    calls: Mutex<Vec<String>>,
}

#[async_trait::async_trait]
impl Transport for Fax {
    async fn deliver(&self, _: &Leased, handover: Handover<'_>) -> Handed {
        let mut outcomes = self.outcomes.lock().unwrap();
        let (name, attempt) = (handover.transport, handover.attempt);
        let call = format!("{name} {} {attempt}", handover.recipient);
        self.calls.lock().unwrap().push(call);
        Handed {
            outcome: if outcomes.is_empty() {
                Outcome::Delivered
            } else {
                outcomes.remove(0)
            },
            trace: Vec::new(),
        }
    }
}

fn opinion(actions: Vec<Action>, rest: Rest) -> Route {
    Route {
        actions,
        rest,
        ..Route::default()
    }
}

fn later(after_secs: Option<u32>) -> Rest {
    Rest::Later {
        reply: Reply::own(451, (4, 3, 0), "not decided yet"),
        after_secs,
    }
}

fn respond(message: &str) -> Action {
    Action::Respond(Box::new(Response {
        sender: ReversePath::Null,
        recipient: Mailbox::parse("bob@example.test").unwrap(),
        message: bytes::Bytes::from(message.to_owned()),
    }))
}

const ANSWER: &str = "Subject: away\r\n\r\nback soon\r\n";

fn temporary() -> Outcome {
    Outcome::Deferred(Reply::own(451, (4, 4, 1), "line busy"))
}

fn hold() -> RelayConfig {
    RelayConfig {
        mode: RelayMode::Hold,
        ..RelayConfig::default()
    }
}

/// A world with these deciders and transports; messages in it are held instead of relayed.
fn world(deciders: &[&Arc<Decider>], fax: &Arc<Fax>) -> World {
    let mut world = World::prepare();
    let deciders = deciders.iter().map(|decider| Arc::clone(decider) as _);
    world.deciders = deciders.collect();
    world.transport = Arc::clone(fax) as _;
    world.run(Config::default(), hold(), FakeDns::default());
    world
}

#[tokio::test]
async fn an_answer_and_the_delivery_are_one_settlement() {
    let away = decider("away", |_, to| match to {
        "alice@example.test" => opinion(vec![respond(ANSWER)], Rest::Next),
        _ => opinion(vec![], Rest::Next),
    });
    let mut world = world(&[&away], &Arc::default());
    let id = world
        .accept("bob@example.test", &["alice@example.test"], TEXT)
        .await;
    world.attempts(2).await;
    assert_eq!(world.mail("alice", "INBOX").await.len(), 1);
    let answer = world.mail("bob", "INBOX").await.remove(0);
    let fields =
        "Return-Path: <>\r\nDelivered-To: bob@example.test\r\nReceived: by mx.example.test";
    assert!(answer.starts_with(fields), "{answer}");
    let rest = format!("Auto-Submitted: auto-replied\r\n{ANSWER}");
    assert!(answer.ends_with(&rest), "{answer}");
    let trace = world.trace(id).await;
    assert_eq!(
        trace,
        "route: alice@example.test: respond to bob@example.test\n\
         route: alice@example.test: keep in INBOX\nsettle: 1 delivered, 0 failed\n"
    );
    assert_eq!(away.asked(), ["alice@example.test", "bob@example.test"]);
}

#[tokio::test]
async fn what_goes_on_may_have_another_sender() {
    let forward = decider("forward", |_, to| match to {
        "alice@example.test" => {
            let to = Mailbox::parse("bob@example.test").unwrap();
            let sender = Mailbox::parse("srs@example.test").unwrap();
            let sender = ReversePath::Mailbox(sender);
            opinion(vec![Action::ForwardAs { to, sender }], Rest::Decided)
        }
        _ => opinion(vec![], Rest::Next),
    });
    let mut world = world(&[&forward], &Arc::default());
    let id = world
        .accept("x@elsewhere.test", &["alice@example.test"], TEXT)
        .await;
    world.attempts(2).await;
    assert_eq!(world.mail("alice", "INBOX").await.len(), 0);
    let went_on = world.mail("bob", "INBOX").await.remove(0);
    let fields = "Return-Path: <srs@example.test>\r\nDelivered-To: bob@example.test\r\n\
                  Delivered-To: alice@example.test\r\n";
    assert!(went_on.starts_with(fields), "{went_on}");
    let trace = world.trace(id).await;
    let told = "route: alice@example.test: forward to bob@example.test as srs@example.test\n";
    assert!(trace.starts_with(told), "{trace}");
}

#[tokio::test]
async fn programs_get_no_answer() {
    let away = decider("away", |_, _| opinion(vec![respond(ANSWER)], Rest::Next));
    let mut world = world(&[&away], &Arc::default());
    let automatic = "Auto-Submitted: Auto-Generated; x\r\n\r\n";
    let by_hand = "auto-submitted: NO\r\n\r\n";
    let null = world.accept("", &["alice@example.test"], TEXT).await;
    let auto = world
        .accept("bob@example.test", &["alice@example.test"], automatic)
        .await;
    world
        .accept("bob@example.test", &["alice@example.test"], by_hand)
        .await;
    // Three messages and the one answer, to which there is none.
    world.attempts(4).await;
    assert_eq!(world.queued().await, 0);
    assert_eq!(world.mail("bob", "INBOX").await.len(), 1);
    let told = "respond: nothing is sent to bob@example.test: the message";
    let trace = world.trace(null).await;
    assert!(trace.contains(&format!("{told} has the null reverse-path\n")));
    let trace = world.trace(auto).await;
    assert!(trace.contains(&format!("{told} was sent automatically\n")));
}

#[tokio::test]
async fn a_decision_outlives_retries_and_restarts() {
    let away = decider("away", |_, to| match to {
        "alice@example.test" => {
            let fax = Action::Transport("fax".to_owned());
            opinion(vec![respond(ANSWER), fax], Rest::Decided)
        }
        _ => opinion(vec![], Rest::Next),
    });
    let fax = Arc::new(Fax::default());
    *fax.outcomes.lock().unwrap() = vec![temporary(), temporary()];
    let mut world = world(&[&away], &fax);
    let id = world
        .accept("x@elsewhere.test", &["alice@example.test"], TEXT)
        .await;
    // The decision is kept, then the transport is tried; and the answer is delivered.
    world.attempts(3).await;
    assert_eq!(world.last_reply(id).await, "451 4.4.1 line busy");
    world.stop().await;
    world.run(Config::default(), hold(), FakeDns::default());
    world.pass(301);
    world.attempts(1).await;
    world.pass(1_000);
    world.attempts(1).await;
    assert_eq!(world.queued().await, 0);
    assert_eq!(world.mail("bob", "INBOX").await.len(), 1, "answered once");
    let calls = fax.calls.lock().unwrap().clone();
    let expected = [1, 2, 3].map(|n| format!("fax alice@example.test {n}"));
    assert_eq!(calls, expected);
    let asked = away.asked();
    assert_eq!(
        asked,
        ["alice@example.test", "bob@example.test"],
        "once each"
    );
}

#[tokio::test]
async fn what_stays_open_waits_for_the_relay_without_being_asked_again() {
    let away = decider("away", |_, to| match to {
        "x@elsewhere.test" => opinion(vec![respond(ANSWER)], Rest::Next),
        _ => opinion(vec![], Rest::Next),
    });
    let mut world = world(&[&away], &Arc::default());
    let to = ["x@elsewhere.test", "y@elsewhere.test"];
    let id = world.accept("alice@example.test", &to, TEXT).await;
    world.attempts(2).await;
    assert_eq!(
        world.last_reply(id).await,
        "450 4.3.2 relaying is on hold by configuration"
    );
    world.pass(10_000);
    world.attempts(1).await;
    assert_eq!(world.mail("bob", "INBOX").await.len(), 1, "answered once");
    let asked = away.asked();
    let expected = ["x@elsewhere.test", "y@elsewhere.test", "bob@example.test"];
    assert_eq!(asked, expected, "no opinion is kept, too");
}

#[tokio::test]
async fn places_and_flags() {
    let alice = World::account_id("alice").await;
    let sort = decider("sort", move |_, _| {
        let keep = Action::Keep {
            account: alice,
            mailbox: waxseal_mail::MailboxName::new("Sorted/here").unwrap(),
            flags: vec![Flag::Seen],
        };
        opinion(vec![keep], Rest::Next)
    });
    let mut world = world(&[&sort], &Arc::default());
    let to = ["alice@example.test", "bob@example.test"];
    world.accept("", &to, TEXT).await;
    world.attempts(1).await;
    assert_eq!(world.mail("alice", "INBOX").await.len(), 1, "as planned");
    assert_eq!(world.mail("bob", "INBOX").await.len(), 1, "as planned");
    assert_eq!(world.mail("alice", "Sorted/here").await.len(), 1, "once");
    assert_eq!(world.flags("alice", "Sorted/here").await, ["\\Seen"]);
}

#[tokio::test]
async fn deciding_later_holds_nobody_else_up() {
    let slow = decider("slow", |before, to| match (before, to) {
        (0, "alice@example.test") => opinion(vec![], later(Some(60))),
        _ => opinion(vec![], Rest::Next),
    });
    let fax = Arc::new(Fax::default());
    *fax.outcomes.lock().unwrap() = vec![temporary(), temporary()];
    let by_fax = decider("by-fax", |_, to| match to {
        "bob@example.test" => opinion(vec![Action::Transport("fax".into())], Rest::Decided),
        _ => opinion(vec![], Rest::Next),
    });
    let mut world = world(&[&slow, &by_fax], &fax);
    let to = ["alice@example.test", "bob@example.test"];
    let id = world.accept("", &to, TEXT).await;
    // Alice waits for a minute, and bob's decision is kept and tried.
    world.attempts(2).await;
    assert_eq!(world.last_reply(id).await, "451 4.3.0 not decided yet");
    assert!(world.mail("alice", "INBOX").await.is_empty());
    assert_eq!(fax.calls.lock().unwrap().len(), 1);
    world.pass(61);
    world.attempts(1).await;
    assert_eq!(world.mail("alice", "INBOX").await.len(), 1);
    assert_eq!(fax.calls.lock().unwrap().len(), 1, "bob has time until his");
    world.pass(240);
    world.attempts(1).await;
    assert_eq!(fax.calls.lock().unwrap().len(), 2);
    // By hand, whatever the time.
    assert!(world.retry(id).await);
    world.attempts(1).await;
    assert!(world.show(id).await.is_none());
    assert_eq!(slow.asked().len(), 3, "alice twice, bob once");
}

#[tokio::test]
async fn what_the_first_decided_stands_while_the_second_cannot() {
    let away = decider("away", |_, to| match to {
        "alice@example.test" => opinion(vec![respond(ANSWER)], Rest::Next),
        _ => opinion(vec![], Rest::Next),
    });
    let broken = decider("broken", |before, _| match before {
        0 => opinion(vec![], later(None)),
        _ => opinion(vec![], Rest::Next),
    });
    let mut world = world(&[&away, &broken], &Arc::default());
    let id = world
        .accept("x@elsewhere.test", &["alice@example.test"], TEXT)
        .await;
    world.attempts(2).await;
    assert_eq!(world.mail("bob", "INBOX").await.len(), 1);
    assert_eq!(world.last_reply(id).await, "451 4.3.0 not decided yet");
    world.pass(301);
    world.attempts(1).await;
    assert_eq!(world.mail("alice", "INBOX").await.len(), 1);
    assert_eq!(world.mail("bob", "INBOX").await.len(), 1, "answered once");
    assert_eq!(away.asked(), ["alice@example.test", "bob@example.test"]);
}

#[tokio::test]
async fn a_transport_that_refuses_is_reported() {
    let both = decider("both", |_, to| match to {
        "alice@example.test" => {
            let transports = ["fax", "telex"].map(|name| Action::Transport(name.to_owned()));
            opinion(transports.to_vec(), Rest::Next)
        }
        _ => opinion(vec![], Rest::Next),
    });
    let fax = Arc::new(Fax::default());
    let refused = Outcome::Failed(Reply::own(554, (5, 6, 1), "cannot be printed"));
    *fax.outcomes.lock().unwrap() = vec![refused, temporary()];
    let mut world = world(&[&both], &fax);
    let id = world
        .accept("bob@example.test", &["alice@example.test"], TEXT)
        .await;
    world.attempts(2).await;
    assert_eq!(world.mail("alice", "INBOX").await.len(), 1);
    assert_eq!(world.last_reply(id).await, "451 4.4.1 line busy");
    world.pass(301);
    world.attempts(2).await;
    assert!(world.show(id).await.is_none());
    let report = world.mail("bob", "INBOX").await.remove(0);
    assert!(report.contains("\r\nStatus: 5.6.1\r\n"), "{report}");
    let calls = fax.calls.lock().unwrap().clone();
    let expected = [
        "fax alice@example.test 1",
        "telex alice@example.test 1",
        "telex alice@example.test 2",
    ];
    assert_eq!(calls, expected, "a part that is over is not tried again");
}

#[tokio::test]
async fn a_settlement_that_fails_leaves_nothing_half_done() {
    let away = decider("away", |_, to| match to {
        "alice@example.test" => opinion(vec![respond(ANSWER)], Rest::Next),
        _ => opinion(vec![], Rest::Next),
    });
    let mut world = World::prepare();
    world.deciders = vec![Arc::clone(&away) as _];
    world
        .accept("x@elsewhere.test", &["alice@example.test"], TEXT)
        .await;
    world.memory.set_full(true);
    world.run(Config::default(), hold(), FakeDns::default());
    world.attempts(1).await;
    assert_eq!(world.queued().await, 1);
    world.memory.set_full(false);
    world.pass(60);
    world.attempts(2).await;
    assert_eq!(world.mail("alice", "INBOX").await.len(), 1);
    assert_eq!(world.mail("bob", "INBOX").await.len(), 1);
    assert_eq!(world.queued().await, 0);
}

#[tokio::test]
async fn many_handovers_go_on_in_the_next_attempt() {
    let by_fax = decider("by-fax", |_, _| {
        opinion(vec![Action::Transport("fax".into())], Rest::Decided)
    });
    let fax = Arc::new(Fax::default());
    let mut world = World::prepare();
    world.deciders = vec![Arc::clone(&by_fax) as _];
    world.transport = Arc::clone(&fax) as _;
    let mut config = Config::default();
    config.transport.handovers_max = 2;
    world.run(config, hold(), FakeDns::default());
    let to: Vec<_> = (0..5).map(|n| format!("u{n}@example.test")).collect();
    let to: Vec<_> = to.iter().map(String::as_str).collect();
    let id = world.accept("", &to, TEXT).await;
    world.attempts(4).await;
    assert!(world.show(id).await.is_none());
    assert_eq!(fax.calls.lock().unwrap().len(), 5);
}
