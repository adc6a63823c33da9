//! Guests that misbehave, in text form: each costs its own answer and nothing else.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test program")]

mod bench;
mod chain;
mod counts;
mod delivery;
mod guest;
mod killed;
mod lines;
mod load;
mod moved;
mod notes;
mod observe;
mod reach;
mod shadow;
mod tenants;
mod warm;

use bench::{Bench, session, transact};
use counts::counts;
use guest::Guest;
use lines::lines;
use std::time::{Duration, Instant};
use waxseal_ports::clock::{Clock, SystemClock};
use waxseal_ports::filter::OnFailure;
use waxseal_ports::filter::Verdict;

const LOOP: &str = "(loop $l (br $l)) (unreachable)";
const GROW: &str = "(loop $l (drop (memory.grow (i32.const 16))) (br $l)) (unreachable)";
const RECURSE: &str = "(func $deep (call $deep) (call $deep))";

fn now() -> Instant {
    SystemClock.monotonic()
}

/// What the trace says of the only call of a stage.
fn told(ruling: &waxseal_ports::filter::Ruling) -> &str {
    &ruling.trace.first().expect("one call").outcome
}

/// Runs one bad transaction and one good one in one session, and one good one in another: the bad
/// one gets the policy's answer with `reason` in the trace and `kind` counted, the others are fine.
async fn check(name: &str, guest: Guest, reason: &str, kind: &str) {
    let bench = Bench::with(name, guest);
    let host = bench.start().await.unwrap();
    let mut one = session(&host);
    let (mail, message, left) = transact(&mut *one, "bad@example.test").await;
    let failed = if mail.verdict == Verdict::Next {
        message
    } else {
        mail
    };
    let Verdict::Defer(reply) = &failed.verdict else {
        panic!("{name}: {:?}", failed.verdict)
    };
    let status = reply.status().map(|status| status.to_string());
    assert_eq!((reply.code(), status.as_deref()), (451, Some("4.3.0")));
    assert_eq!(told(&failed).split(';').next(), Some(reason), "{name}");
    assert_eq!(left, "Subject: a\r\n\r\n", "{name}: nothing was edited");
    for mut session in [one, session(&host)] {
        let (mail, message, _) = transact(&mut *session, "good@example.test").await;
        assert_eq!(
            (&mail.verdict, &message.verdict),
            (&Verdict::Next, &Verdict::Next),
            "{name}"
        );
        assert_eq!(told(&mail), "next");
        session.disconnect().await;
    }
    let failures = format!("waxseal_plugin_failures_total{{kind={kind},plugin={name}}}");
    assert_eq!(counts().get(&failures), 1.0, "{failures}");
    let calls = format!("waxseal_plugin_calls_total{{plugin={name},stage=mail,verdict=next}}");
    assert!(counts().get(&calls) >= 2.0, "{calls}");
    let alive = format!("waxseal_plugin_instances{{plugin={name}}}");
    assert_eq!(counts().get(&alive), 0.0, "{alive}");
}

fn at_mail(code: &str, fields: &str) -> Guest {
    let mut guest = Guest::new();
    guest.at_mail = code.to_owned();
    guest.fields = fields.to_owned();
    guest
}

#[tokio::test]
async fn an_endless_loop_ends_at_its_limit() {
    let began = now();
    check(
        "loop",
        at_mail(LOOP, ""),
        "failed: it ran longer than limits.envelope_cpu_millis = 50",
        "cpu",
    )
    .await;
    let took = now().saturating_duration_since(began);
    assert!(took >= Duration::from_millis(50), "{took:?}");
}

#[tokio::test]
async fn a_trap() {
    let reason = "failed: trap: wasm trap: wasm `unreachable` instruction executed";
    check("trap", at_mail("(unreachable)", ""), reason, "trap").await;
}

#[tokio::test]
async fn a_memory_eater() {
    let reason = "failed: it wanted 67239936 octets, over limits.memory_bytes_max = 67108864";
    check("memory", at_mail(GROW, ""), reason, "memory").await;
}

#[tokio::test]
async fn endless_recursion() {
    let code = "(call $deep) (unreachable)";
    let reason = "failed: trap: wasm trap: call stack exhausted";
    check("recurse", at_mail(code, RECURSE), reason, "trap").await;
}

#[tokio::test]
async fn a_reply_code_of_the_wrong_class() {
    let mut guest = Guest::new();
    guest.at_mail = guest.outcome(2, 250, "fine", (0, 0));
    let reason = "failed: bad outcome: reply code 250 is not 5yz";
    check("code", guest, reason, "outcome").await;
}

#[tokio::test]
async fn a_reply_that_carries_a_second_one() {
    let mut guest = Guest::new();
    guest.at_mail = guest.outcome(2, 550, "no\r\n250 yes", (0, 0));
    let reason = "failed: bad outcome: the reply text holds a control character";
    check("second", guest, reason, "outcome").await;
}

#[tokio::test]
async fn a_header_that_ends_early() {
    let mut guest = Guest::new();
    let edit = guest.add_header("X-A", "b\r\nEvil: yes");
    guest.at_message = guest.outcome(0, 0, "", (edit, 1));
    let reason = "failed: bad outcome: the value of X-A holds CR, LF or NUL outside a fold";
    check("crlf", guest, reason, "outcome").await;
}

#[tokio::test]
async fn too_many_edits() {
    let mut guest = Guest::new();
    let name = guest.put(b"X-B");
    let remove: Vec<u32> = (0..101).flat_map(|_| [3, name, 3, 0, 0, 0]).collect();
    let edits = guest.words(&remove);
    guest.at_message = guest.outcome(0, 0, "", (edits, 101));
    let reason = "failed: bad outcome: over limits.edits_max = 100 edits";
    check("edits", guest, reason, "outcome").await;
}

#[tokio::test]
async fn an_answer_of_three_megabytes() {
    let mut guest = Guest::new();
    // ok, reject, code, no status, the text: three megabytes of memory.
    let at = guest.words(&[0, 2, 550, 0, 0, 0, 0, 3 << 20, 0, 0, 0, 0]);
    guest.at_mail = format!("(drop (memory.grow (i32.const 64))) (i32.const {at})");
    let reason = "failed: trap: too much data is being copied between the host and the guest: \
                  fuel allocated for hostcalls has been exhausted";
    check("oversize", guest, reason, "trap").await;
}

#[tokio::test]
async fn its_own_error() {
    let mut guest = Guest::new();
    guest.at_mail = guest.error("no-database", "it is\ngone");
    let reason = "failed: its own error: it is gone (no-database)";
    check("own", guest, reason, "own").await;
}

#[tokio::test]
async fn too_much_randomness() {
    let import = r#"(import "waxseal:plugin/random@0.1.0" "bytes" (func $random (param i32 i32)))"#;
    let code = "(call $random (i32.const 65537) (i32.const 60000)) (unreachable)";
    let reason = "failed: trap: it asked for 65537 random octets, over 65536";
    check("random", at_mail(code, import), reason, "trap").await;
}

#[tokio::test]
async fn a_log_flood_is_cut() {
    let mut guest = Guest::new();
    let line = guest.put(b"flood");
    guest.fields = r#"(import "waxseal:plugin/log@0.1.0" "write"
        (func $log (param i32 i32 i32 i32 i32)))
        (global $n (mut i32) (i32.const 0))"#
        .to_owned();
    guest.at_mail = format!(
        "(loop $l
            (call $log (i32.const 2) (i32.const {line}) (i32.const 5) (i32.const 0) (i32.const 0))
            (global.set $n (i32.add (global.get $n) (i32.const 1)))
            (br_if $l (i32.lt_u (global.get $n) (i32.const 3000))))
        (i32.const 1024)"
    );
    let bench = Bench::with("flood", guest);
    let host = bench.start().await.unwrap();
    let mut session = session(&host);
    let (mail, _, _) = transact(&mut *session, "bad@example.test").await;
    assert_eq!(mail.verdict, Verdict::Next);
    let seen = lines().of("flood").len();
    assert_eq!(
        seen, 1001,
        "1,000 lines and one that says that more were dropped"
    );
}

#[tokio::test]
async fn the_policy_answers_for_the_plugin() {
    for (name, policy, expected) in [
        ("skip", OnFailure::Skip, "next"),
        (
            "reject",
            OnFailure::Reject,
            "reject: 554 5.3.0 mail cannot be checked",
        ),
        (
            "defer",
            OnFailure::Defer,
            "defer: 451 4.3.0 mail cannot be checked right now, please try again later",
        ),
    ] {
        let mut bench = Bench::new();
        bench.add(name, at_mail("(unreachable)", "")).on_failure = policy;
        let host = bench.start().await.unwrap();
        let (mail, _, _) = transact(&mut *session(&host), "bad@example.test").await;
        let said = told(&mail).rsplit("; ").next();
        assert_eq!(said, Some(expected));
        assert_eq!(
            matches!(mail.verdict, Verdict::Next),
            policy == OnFailure::Skip
        );
    }
}

#[tokio::test(flavor = "current_thread")]
async fn others_go_on_while_a_guest_loops() {
    let mut bench = Bench::with("looping", at_mail(LOOP, ""));
    bench.config.plugins[0].limits.envelope_cpu_millis = 400;
    let host = bench.start().await.unwrap();
    let (mut bad, mut good) = (session(&host), session(&host));
    let endless = transact(&mut *bad, "bad@example.test");
    let others = async {
        let mut longest = Duration::ZERO;
        for _ in 0..100 {
            let began = now();
            let (mail, _, _) = transact(&mut *good, "good@example.test").await;
            assert_eq!(mail.verdict, Verdict::Next);
            longest = longest.max(now().saturating_duration_since(began));
            tokio::task::yield_now().await;
        }
        (now(), longest)
    };
    let ((mail, _, _), (others_ended, longest)) = tokio::join!(endless, others);
    assert!(matches!(mail.verdict, Verdict::Defer(_)));
    assert!(
        others_ended < now(),
        "all hundred were done before the loop was ended"
    );
    assert!(longest < Duration::from_millis(200), "{longest:?}");
}

#[tokio::test]
async fn the_wall_limit_ends_calls_that_wait_for_a_thread() {
    let mut bench = Bench::with("walled", at_mail(LOOP, ""));
    bench.config.host.slow_calls_max = 1;
    bench.config.plugins[0].limits.envelope_cpu_millis = 10_000;
    bench.config.plugins[0].limits.wall_millis = 50;
    let host = bench.start().await.unwrap();
    let (mut one, mut two) = (session(&host), session(&host));
    let (one, two) = tokio::join!(
        transact(&mut *one, "bad@example.test"),
        transact(&mut *two, "bad@example.test")
    );
    for (mail, _, _) in [one, two] {
        let reason = "failed: it took longer than limits.wall_millis = 50";
        assert_eq!(told(&mail).split(';').next(), Some(reason));
    }
}

#[tokio::test]
async fn past_the_last_instance_the_policy_answers() {
    let mut bench = Bench::with("busy", Guest::new());
    bench.config.host.instances_max = 2;
    let host = bench.start().await.unwrap();
    let mut sessions = [session(&host), session(&host), session(&host)];
    let mut told_all = Vec::new();
    for session in &mut sessions {
        let (mail, _, _) = transact(&mut **session, "good@example.test").await;
        told_all.push(told(&mail).to_owned());
    }
    assert_eq!(told_all[..2], ["next", "next"]);
    assert!(
        told_all[2].starts_with("failed: plugins.instances_max = 2 instances are in use; defer")
    );
    sessions[0].disconnect().await;
    let (mail, _, _) = transact(&mut *sessions[2], "good@example.test").await;
    assert_eq!(told(&mail), "next", "a place became free");
}

#[tokio::test]
async fn the_breaker_opens_after_repeated_failures() {
    let mut bench = Bench::with("breaking", at_mail("(unreachable)", ""));
    bench.config.plugins[0].limits.breaker_failures_max = 3;
    let host = bench.start().await.unwrap();
    let mut session = session(&host);
    for _ in 0..3 {
        let (mail, _, _) = transact(&mut *session, "bad@example.test").await;
        assert!(told(&mail).starts_with("failed: trap"));
    }
    // The message stage worked all the while; that does not close the breaker.
    let (mail, _, _) = transact(&mut *session, "good@example.test").await;
    let reason = "failed: not asked: it failed limits.breaker_failures_max times in a row";
    assert_eq!(told(&mail).split(';').next(), Some(reason));
    assert_eq!(
        counts().get("waxseal_plugin_breaker_open{plugin=breaking}"),
        1.0
    );
}

/// Open files and resident kilobytes of this process.
fn held() -> (usize, u64) {
    let files = std::fs::read_dir("/proc/self/fd").unwrap().count();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    let kilobytes = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    (files, kilobytes)
}
