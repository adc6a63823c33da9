//! Delivery plugins that misbehave, and what the good ones see and say.

use crate::bench::Bench;
use crate::counts::counts;
use crate::guest::Guest;
use crate::{GROW, LOOP, held};
use async_trait::async_trait;
use bytes::Bytes;
use std::sync::Arc;
use waxseal_mail::{
    AccountId, BodyKind, DsnNotify, Envelope, ForwardPath, Mailbox, MailboxName, MessageId,
    Recipient, Reply, ReversePath, Timestamp,
};
use waxseal_plugin::{Host, PluginRouter};
use waxseal_ports::filter::OnFailure;
use waxseal_ports::notes::Notes;
use waxseal_ports::queue::{Leased, Outcome};
use waxseal_ports::router::{Action, Ask, Rest, Route};
use waxseal_ports::transport::{Handed, Handover};
use waxseal_ports::{Router, Transport};

const MESSAGE: &str = "Subject: a\r\n\r\nbody\r\n";

fn path(text: &str) -> ForwardPath {
    ForwardPath::Mailbox(Mailbox::parse(text).unwrap())
}

/// A queued message to `done@example.test`, which is done with, and to these.
pub(crate) fn leased(recipients: &[&str]) -> Leased {
    let all = ["done@example.test"].iter().chain(recipients);
    let recipient = |text: &&str| Recipient {
        forward_path: path(text),
        orcpt: None,
        notify: DsnNotify::default(),
    };
    Leased {
        id: MessageId(5),
        envelope: Envelope {
            reverse_path: ReversePath::Mailbox(Mailbox::parse("carol@elsewhere.test").unwrap()),
            recipients: all.map(recipient).collect(),
            body: BodyKind::SevenBit,
            smtputf8: false,
            envid: None,
            dsn_return: None,
        },
        open: (1..).zip(recipients).map(|(at, _)| at).collect(),
        attempts: 0,
        received: Timestamp::utc(0),
        delay_reported: false,
        tags: vec!["a-tag".to_owned()],
        quarantine: None,
        notes: Notes::new(),
        kept: Vec::new(),
        message: Arc::new(Bytes::from_static(MESSAGE.as_bytes())),
    }
}

/// Accounts of `example.test` keep their mail in INBOX; others are elsewhere.
struct Planned;

#[async_trait]
impl Router for Planned {
    async fn route(&self, _: &Leased, asks: &[Ask<'_>]) -> Vec<Route> {
        let route = |ask: &Ask<'_>| {
            let ForwardPath::Mailbox(mailbox) = ask.recipient else {
                return Route::unavailable("no postmaster");
            };
            if mailbox.domain().ascii() == "down.test" {
                return Route::unavailable("the directory is down");
            }
            Route::decided(vec![if mailbox.domain().ascii() == "example.test" {
                Action::Keep {
                    account: AccountId(3),
                    mailbox: MailboxName::inbox(),
                    flags: Vec::new(),
                }
            } else {
                Action::Relay(mailbox.clone())
            }])
        };
        asks.iter().map(route).collect()
    }
}

async fn started(bench: &Bench) -> Arc<Host> {
    Arc::new(bench.start().await.unwrap())
}

/// Asks about these recipients, which nobody was asked about before.
async fn route(host: &Arc<Host>, recipients: &[&str]) -> Vec<Route> {
    let router = PluginRouter::new(host.clone(), Arc::new(Planned));
    let paths: Vec<_> = recipients.iter().map(|text| path(text)).collect();
    let ask = |recipient| Ask {
        recipient,
        asked: &[],
    };
    let asks: Vec<_> = paths.iter().map(ask).collect();
    router.route(&leased(recipients), &asks).await
}

fn told(trace: &[waxseal_ports::trace::TraceEvent]) -> Vec<String> {
    let line = |event: &waxseal_ports::trace::TraceEvent| {
        format!("{} {}: {}", event.stage, event.actor, event.outcome)
    };
    trace.iter().map(line).collect()
}

/// Routes one bad recipient and one good one of a message: the bad one is asked about again later,
/// with `reason` in the trace and `kind` counted, the other is fine.
async fn check(name: &str, guest: Guest, reason: &str, kind: &str) {
    let mut bench = Bench::new();
    bench.add(name, guest).limits.delivery_cpu_millis = 50;
    let host = started(&bench).await;
    let routes = route(&host, &["bad@example.test", "good@example.test"]).await;
    let [bad, good] = routes.as_slice() else {
        panic!("{name}: {routes:?}")
    };
    let reply = Reply::own(451, (4, 3, 0), "the route cannot be found now");
    let later = Rest::Later {
        reply,
        after_secs: None,
    };
    assert_eq!(bad.rest, later, "{name}");
    assert!(bad.actions.is_empty() && bad.asked.is_empty(), "{bad:?}");
    let expected =
        format!("route {name} 1.0: bad@example.test: failed: {reason}; asked again later");
    assert_eq!(told(&bad.trace), [expected]);
    assert_eq!(
        (&good.rest, good.asked.as_slice()),
        (&Rest::Next, &[name.to_owned()][..])
    );
    let expected = format!("route {name} 1.0: good@example.test: no opinion");
    assert_eq!(told(&good.trace), [expected]);
    let failures = format!("waxseal_plugin_failures_total{{kind={kind},plugin={name}}}");
    assert_eq!(counts().get(&failures), 1.0, "{failures}");
    let calls = format!("waxseal_plugin_calls_total{{plugin={name},stage=route,verdict=next}}");
    assert_eq!(counts().get(&calls), 1.0, "{calls}");
    let alive = format!("waxseal_plugin_instances{{plugin={name}}}");
    assert_eq!(counts().get(&alive), 0.0, "{alive}");
}

/// As [`check`], with an answer that is not allowed.
async fn check_answer(name: &str, answer: impl FnOnce(&mut Guest) -> String, problem: &str) {
    let mut guest = Guest::delivery(&["route"]);
    guest.at_route = answer(&mut guest);
    check(name, guest, &format!("bad outcome: {problem}"), "outcome").await;
}

fn at_route(code: &str) -> Guest {
    let mut guest = Guest::delivery(&["route"]);
    guest.at_route = code.to_owned();
    guest
}

#[tokio::test]
async fn a_trap_and_a_loop() {
    let reason = "trap: wasm trap: wasm `unreachable` instruction executed";
    check("route-trap", at_route("(unreachable)"), reason, "trap").await;
    let reason = "it ran longer than limits.delivery_cpu_millis = 50";
    check("route-loop", at_route(LOOP), reason, "cpu").await;
    let reason = "it wanted 67239936 octets, over limits.memory_bytes_max = 67108864";
    check("route-memory", at_route(GROW), reason, "memory").await;
}

#[tokio::test]
async fn its_own_error() {
    let mut guest = Guest::delivery(&["route"]);
    guest.at_route = guest.error("no-database", "it is\ngone");
    let reason = "its own error: it is gone (no-database)";
    check("route-own", guest, reason, "own").await;
}

#[tokio::test]
async fn a_mailbox_that_cannot_be() {
    let keep = |guest: &mut Guest| {
        let [at, octets] = guest.text(b"a/../b");
        guest.actions(&[(1, &[0, 0, 0, 1, at, octets, 0, 0])])
    };
    let problem = "keep in \"a/../b\": \
                   the mailbox name holds a character or level that is not allowed";
    check_answer("route-mailbox", keep, problem).await;
}

#[tokio::test]
async fn an_account_that_is_not_here() {
    let keep = |guest: &mut Guest| {
        let [at, octets] = guest.text(b"bob@elsewhere.test");
        guest.actions(&[(1, &[1, at, octets, 0, 0, 0, 0, 0])])
    };
    let problem = "keep: bob@elsewhere.test is no account here";
    check_answer("route-account", keep, problem).await;
}

/// An outage of the server's directory is no mistake of the plugin: nothing bounces.
#[tokio::test]
async fn an_account_that_cannot_be_looked_up_now() {
    let mut guest = Guest::delivery(&["route"]);
    let [at, octets] = guest.text(b"bob@down.test");
    guest.at_route = guest.actions(&[(1, &[1, at, octets, 0, 0, 0, 0, 0])]);
    let mut bench = Bench::new();
    bench.add("route-outage", guest).on_failure = OnFailure::Reject;
    let host = started(&bench).await;
    let routes = route(&host, &["bad@example.test"]).await;
    assert_eq!(
        routes[0].rest,
        Route::unavailable("the directory is down").rest
    );
    assert!(routes[0].actions.is_empty() && routes[0].asked.is_empty());
}

#[tokio::test]
async fn an_address_that_cannot_be() {
    let forward = |guest: &mut Guest| {
        let text = guest.text(b"a@b.test\r\nDATA");
        guest.actions(&[(2, &text)])
    };
    let problem = "forward \"a@b.test\\r\\nDATA\": the domain is malformed";
    check_answer("route-address", forward, problem).await;
}

#[tokio::test]
async fn a_forward_to_itself() {
    let forward = |guest: &mut Guest| {
        let text = guest.text(b"Bad@example.test");
        guest.actions(&[(2, &text)])
    };
    let problem = "it forwards bad@example.test to itself";
    check_answer("route-self", forward, problem).await;
}

#[tokio::test]
async fn a_bounce_that_carries_a_second_reply() {
    let bounce = |guest: &mut Guest| {
        let [at, octets] = guest.text(b"no\r\n250 yes");
        guest.actions(&[(4, &[550, 0, 0, 0, at, octets])])
    };
    let problem = "the reply text holds a control character";
    check_answer("route-second", bounce, problem).await;
}

#[tokio::test]
async fn thirty_three_actions() {
    let discards = |guest: &mut Guest| guest.actions(&[(5, &[][..]); 33]);
    check_answer("route-many", discards, "over 32 actions").await;
}

#[tokio::test]
async fn a_response_of_over_a_mebibyte() {
    let respond = |guest: &mut Guest| {
        let [at, octets] = guest.text(b"carol@elsewhere.test");
        let code = guest.actions(&[(3, &[0, 0, at, octets, 0, (1 << 20) + 1])]);
        format!("(drop (memory.grow (i32.const 32))) {code}")
    };
    let problem = "the response has 1048577 octets, over 1048576";
    check_answer("route-large", respond, problem).await;
}

#[tokio::test]
async fn a_response_to_the_null_reverse_path() {
    let respond = |guest: &mut Guest| {
        let message = guest.text(MESSAGE.as_bytes());
        guest.actions(&[(3, &[0, 0, 0, 0, message[0], message[1]])])
    };
    let problem = "respond to \"\": an address needs a local-part, @ and a domain";
    check_answer("route-null", respond, problem).await;
}

#[tokio::test]
async fn a_transport_that_is_not_there() {
    let transport = |guest: &mut Guest| {
        let text = guest.text(b"telex");
        guest.actions(&[(6, &text)])
    };
    check_answer("route-telex", transport, "there is no transport \"telex\"").await;
}

#[tokio::test]
async fn a_moment_that_cannot_be() {
    let never = |guest: &mut Guest| guest.actions(&[(7, &[86_401])]);
    check_answer("route-never", never, "retry-after 86401 is not 1 to 86400").await;
    let both = |guest: &mut Guest| guest.actions(&[(0, &[][..]), (7, &[5])]);
    check_answer("route-both", both, "retry-after does not stand alone").await;
}

#[tokio::test]
async fn deciding_later() {
    let mut guest = Guest::delivery(&["route"]);
    guest.at_route = guest.actions(&[(7, &[3_600])]);
    let host = started(&Bench::with("route-later", guest)).await;
    let routes = route(&host, &["bad@example.test"]).await;
    let later = Rest::Later {
        reply: Reply::own(451, (4, 3, 0), "route-later decides later"),
        after_secs: Some(3_600),
    };
    assert_eq!(routes[0].rest, later);
    assert!(routes[0].asked.is_empty(), "it is asked again");
}

#[tokio::test]
async fn the_policy_answers_for_the_plugin() {
    for (name, policy, rest, text) in [
        ("route-skip", OnFailure::Skip, Rest::Next, "skipped"),
        ("route-reject", OnFailure::Reject, Rest::Decided, "bounced"),
    ] {
        let mut bench = Bench::new();
        bench.add(name, at_route("(unreachable)")).on_failure = policy;
        let host = started(&bench).await;
        let routes = route(&host, &["bad@example.test"]).await;
        assert_eq!(routes[0].rest, rest);
        assert_eq!(routes[0].asked, [name], "it had its say");
        assert!(told(&routes[0].trace)[0].ends_with(text));
        let bounce = Action::Bounce(Reply::own(554, (5, 3, 0), "the message cannot be routed"));
        let expected = if rest == Rest::Next {
            vec![]
        } else {
            vec![bounce]
        };
        assert_eq!(routes[0].actions, expected);
    }
}

/// What guests read goes straight into their answer: the reverse-path is forwarded to, the open
/// recipients become keywords, and the message is sent back.
#[tokio::test]
async fn what_a_guest_sees_and_says() {
    let mut guest = Guest::delivery(&["route"]);
    let carol = guest.text(b"carol@elsewhere.test");
    let lists = guest.text(b"Lists");
    let code = guest.actions(&[
        (2, &[]),
        (1, &[0, 0, 0, 1, lists[0], lists[1]]),
        (3, &[0, 0, carol[0], carol[1]]),
        (0, &[]),
    ]);
    // The list was put before the answer that names it, nine words for each action.
    let answer: u32 = code
        .split(['(', ')', ' '])
        .find_map(|word| word.parse().ok())
        .unwrap();
    let list = answer - 4 * 9 * 4;
    let (forward, keep, respond) = (list + 4, list + 36 + 4 + 24, list + 72 + 4 + 16);
    guest.fields = r#"
        (import "waxseal:plugin/transaction@0.1.0" "sender" (func $sender (param i32)))
        (import "waxseal:plugin/transaction@0.1.0" "recipients" (func $recipients (param i32)))
        (import "waxseal:plugin/transaction@0.1.0" "read-message"
            (func $read (param i32 i32 i32)))"#
        .to_owned();
    guest.at_route = format!(
        "(call $sender (i32.const {forward}))
        (call $recipients (i32.const {keep}))
        (call $read (i32.const 0) (i32.const 9999) (i32.const {respond}))
        {code}"
    );
    let host = started(&Bench::with("sees", guest)).await;
    let routes = route(&host, &["bad@example.test", "good@example.test"]).await;
    let told_all = told(&routes[0].trace);
    let expected = "route sees 1.0: bad@example.test: forward to carol@elsewhere.test; \
                    keep in Lists bad@example.test good@example.test; \
                    respond to carol@elsewhere.test; as planned";
    assert_eq!(told_all, [expected]);
    assert_eq!(routes[0].rest, Rest::Next);
    let Action::Respond(response) = &routes[0].actions[2] else {
        panic!("{:?}", routes[0].actions)
    };
    assert_eq!(response.message, MESSAGE.as_bytes());
    assert_eq!(response.sender, ReversePath::Null);
}

#[tokio::test]
async fn each_is_asked_in_order_until_one_decides() {
    let mut bench = Bench::new();
    let mut first = Guest::delivery(&["route"]);
    let to = first.text(b"dave@elsewhere.test");
    first.at_route = first.actions(&[(2, &to), (0, &[])]);
    bench.add("first", first);
    let mut second = Guest::delivery(&["route"]);
    second.at_route = second.actions(&[(5, &[])]);
    bench.add("second", second);
    bench.add("third", at_route("(unreachable)"));
    let host = started(&bench).await;
    let routes = route(&host, &["bad@example.test", "good@example.test"]).await;
    assert_eq!(
        routes[0].asked,
        ["first", "second"],
        "the third is not asked"
    );
    let dave = Action::Forward(Mailbox::parse("dave@elsewhere.test").unwrap());
    assert_eq!(routes[0].actions, [dave, Action::Discard]);
    assert_eq!(routes[0].rest, Rest::Decided);
    assert_eq!(routes[1].asked, ["first", "second", "third"]);
    assert_eq!(routes[1].rest, Rest::Next);

    let router = PluginRouter::new(host.clone(), Arc::new(Planned));
    let (recipient, asked) = (path("bad@example.test"), ["first".to_owned()]);
    let ask = Ask {
        recipient: &recipient,
        asked: &asked,
    };
    let again = router.route(&leased(&["bad@example.test"]), &[ask]).await;
    assert_eq!(again[0].asked, ["second"], "nobody is asked twice");
    assert_eq!(again[0].actions, [Action::Discard]);
}

async fn hand(host: &Host, transport: &str, recipient: &str, attempt: u32) -> Handed {
    let recipient = path(recipient);
    let handover = Handover {
        transport,
        recipient: &recipient,
        attempt,
    };
    host.deliver(&leased(&["bad@example.test"]), handover).await
}

#[tokio::test]
async fn transports() {
    let mut bench = Bench::new();
    let mut fax = Guest::delivery(&["transport"]);
    let (delivered, later, never) = (
        fax.result(0, 0, "page\n1"),
        fax.result(2, 451, "busy"),
        fax.result(1, 550, "no such number"),
    );
    fax.at_deliver = format!(
        "(if (result i32) (i32.eq (local.get 2) (i32.const 1)) (then {later}) (else
            (if (result i32) (i32.eq (local.get 2) (i32.const 2))
                (then {delivered}) (else {never}))))"
    );
    bench.add("fax", fax);
    bench.add("router-only", Guest::delivery(&["route"]));
    for (name, policy) in [("torn", OnFailure::Skip), ("shut", OnFailure::Reject)] {
        let mut guest = Guest::delivery(&["transport"]);
        guest.at_deliver = "(unreachable)".to_owned();
        bench.add(name, guest).on_failure = policy;
    }
    let mut wrong = Guest::delivery(&["transport"]);
    wrong.at_deliver = wrong.result(2, 550, "a temporary one is 4yz");
    bench.add("wrong", wrong);
    let host = started(&bench).await;

    for (transport, attempt, outcome, text) in [
        (
            "fax",
            1,
            "deferred 451 4.7.1 busy",
            "temporary: 451 4.7.1 busy",
        ),
        ("fax", 2, "delivered", "delivered: page 1"),
        (
            "fax",
            3,
            "failed 550 5.7.1 no such number",
            "permanent: 550 5.7.1 no such number",
        ),
        (
            "torn",
            1,
            "deferred 451 4.3.0 the transport torn does not work now",
            "failed: trap: wasm trap: wasm `unreachable` instruction executed",
        ),
        (
            "shut",
            1,
            "failed 554 5.3.0 the transport shut does not work",
            "failed: trap: wasm trap: wasm `unreachable` instruction executed",
        ),
        (
            "wrong",
            1,
            "deferred 451 4.3.0 the transport wrong does not work now",
            "failed: bad outcome: reply code 550 is not 4yz",
        ),
    ] {
        let handed = hand(&host, transport, "bad@example.test", attempt).await;
        let expected =
            format!("transport {transport} 1.0: bad@example.test: attempt {attempt}, {text}");
        assert_eq!(told(&handed.trace), [expected]);
        assert_eq!(describe(&handed.outcome), outcome);
    }
    for missing in ["telex", "router-only"] {
        let handed = hand(&host, missing, "bad@example.test", 1).await;
        let expected = format!("deferred 451 4.3.5 there is no transport {missing}");
        assert_eq!(describe(&handed.outcome), expected);
    }
}

fn describe(outcome: &Outcome) -> String {
    let line = |reply: &Reply| {
        let status = reply.status().unwrap();
        format!("{} {status} {}", reply.code(), reply.lines()[0])
    };
    match outcome {
        Outcome::Delivered => "delivered".to_owned(),
        Outcome::Deferred(reply) => format!("deferred {}", line(reply)),
        Outcome::Failed(reply) => format!("failed {}", line(reply)),
    }
}

#[tokio::test]
async fn the_breaker_opens_and_past_the_last_instance_the_policy_answers() {
    let mut bench = Bench::with("route-breaks", at_route("(unreachable)"));
    bench.config.plugins[0].limits.breaker_failures_max = 3;
    let host = started(&bench).await;
    let routes = route(&host, &["bad@example.test"; 4]).await;
    let last = told(&routes[3].trace).remove(0);
    let reason = "failed: not asked: it failed limits.breaker_failures_max times in a row";
    assert!(last.contains(reason), "{last}");

    let mut bench = Bench::with("route-full", Guest::delivery(&["route"]));
    bench.add("filter", Guest::new());
    bench.config.host.instances_max = 1;
    let host = started(&bench).await;
    let mut session = crate::bench::session(&host);
    crate::bench::transact(&mut *session, "good@example.test").await;
    let routes = route(&host, &["good@example.test"]).await;
    let reason = "failed: plugins.instances_max = 1 instances are in use";
    assert!(told(&routes[0].trace)[0].contains(reason));
    session.disconnect().await;
    let routes = route(&host, &["good@example.test"]).await;
    assert_eq!(routes[0].rest, Rest::Next, "a place became free");
}

#[tokio::test]
async fn killed_deliveries_leak_nothing() {
    let mut bench = Bench::new();
    for (name, code) in [("end-trap", "(unreachable)"), ("end-grow", GROW)] {
        let mut guest = Guest::delivery(&["route", "transport"]);
        guest.at_route = code.to_owned();
        guest.at_deliver = code.to_owned();
        let config = bench.add(name, guest);
        config.on_failure = OnFailure::Skip;
        config.limits.breaker_failures_max = 0;
        config.limits.memory_bytes_max = 1 << 20;
    }
    let host = started(&bench).await;
    let mut before = (0, 0);
    for round in 0..500 {
        if round == 100 {
            before = held();
        }
        let routes = route(&host, &["bad@example.test"]).await;
        assert_eq!(routes[0].trace.len(), 2);
        for transport in ["end-trap", "end-grow"] {
            let handed = hand(&host, transport, "bad@example.test", 1).await;
            assert!(matches!(handed.outcome, Outcome::Deferred(_)));
        }
    }
    let after = held();
    assert!(
        after.0 <= before.0 + 20,
        "open files: {before:?}, {after:?}"
    );
    assert!(
        after.1 <= before.1 + 16 * 1024,
        "memory: {before:?}, {after:?}"
    );
}

/// Each tenant's router is asked about its own recipients, sees these alone, and keeps nothing in the
/// mailboxes of others.
#[tokio::test]
async fn tenants_route_their_own() {
    let mut bench = crate::tenants::bench();
    let mut guest = Guest::delivery(&["route"]);
    let [at, octets] = guest.text(b"bob@b.test");
    let keep = guest.actions(&[(1, &[1, at, octets, 0, 0, 0, 0, 0])]);
    guest.fields = r#"(import "waxseal:plugin/transaction@0.1.0" "recipients"
        (func $recipients (param i32)))"#
        .to_owned();
    guest.at_route = format!(
        "(call $recipients (i32.const 50000))
        (if (i32.ne (i32.load (i32.const 50004)) (i32.const 1)) (then (unreachable)))
        {keep}"
    );
    guest.write(&bench.dir.join("routes.wasm"));
    for tenant in ["a", "b"] {
        let mut plugin = waxseal_plugin::PluginConfig::new("routes");
        plugin.tenant = Some(tenant.to_owned());
        bench.config.plugins.push(plugin);
    }
    let host = started(&bench).await;
    let recipients = ["bob@a.test", "bob@b.test", "bob@example.test"];
    let routes = route(&host, &recipients).await;
    let told_all: Vec<_> = routes.iter().flat_map(|route| told(&route.trace)).collect();
    expect_test::expect![[r#"
        [
            "route a/routes 1.0: bob@a.test: failed: bad outcome: keep: bob@b.test is no address of the tenant a; asked again later",
            "route b/routes 1.0: bob@b.test: failed: bad outcome: keep: bob@b.test is no account here; asked again later",
        ]
    "#]]
    .assert_debug_eq(&told_all);
    assert_eq!(routes[2].rest, Rest::Next);
}

/// A transport of one tenant is not there for another.
#[tokio::test]
async fn tenants_have_transports_of_their_own() {
    let mut bench = crate::tenants::bench();
    let mut guest = Guest::delivery(&["route", "transport"]);
    let fax = guest.text(b"fax");
    guest.at_route = guest.actions(&[(6, &fax)]);
    bench.add("fax", guest).tenant = Some("a".to_owned());
    let mut guest = Guest::delivery(&["route"]);
    let fax = guest.text(b"fax");
    guest.at_route = guest.actions(&[(6, &fax)]);
    bench.add("way", guest).tenant = Some("b".to_owned());
    let host = started(&bench).await;
    let routes = route(&host, &["bob@a.test", "bob@b.test"]).await;
    assert_eq!(routes[0].actions, [Action::Transport("a/fax".to_owned())]);
    let expected = "there is no transport \"fax\"";
    assert!(
        routes[1].trace[0].outcome.contains(expected),
        "{:?}",
        routes[1].trace
    );
    for (recipient, there) in [("x@a.test", true), ("x@b.test", false)] {
        let recipient = path(recipient);
        let handover = Handover {
            transport: "a/fax",
            recipient: &recipient,
            attempt: 1,
        };
        let handed = host.deliver(&leased(&["x@a.test"]), handover).await;
        assert_eq!(matches!(handed.outcome, Outcome::Delivered), there);
    }
}
