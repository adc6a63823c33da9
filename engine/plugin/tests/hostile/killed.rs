//! Ten thousand calls that end badly, in every way there is, leave nothing behind.

use crate::bench::{Bench, path, session};
use crate::guest::Guest;
use crate::reach::{World, asking, services};
use crate::{GROW, LOOP, RECURSE, at_mail, held};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use waxseal_plugin::{Host, PluginConfig};
use waxseal_ports::filter::OnFailure;

/// Sessions with guests that die at once, six each.
const QUICK: usize = 1_500;
/// Sessions with guests that have to be stopped, two each.
const SLOW: usize = 300;
/// Sessions that go away while their guest waits.
const ABANDONED: usize = 400;
/// Slow sessions at a time.
const TOGETHER: usize = 10;

/// The guests of a bench fail, and nothing is made of that.
fn add<'a>(bench: &'a mut Bench, name: &str, guest: Guest) -> &'a mut PluginConfig {
    let config = bench.add(name, guest);
    config.on_failure = OnFailure::Skip;
    config.limits.breaker_failures_max = 0;
    config.limits.memory_bytes_max = 1 << 20;
    config
}

fn quick() -> Bench {
    let mut bench = Bench::new();
    add(&mut bench, "kill-trap", at_mail("(unreachable)", ""));
    add(&mut bench, "kill-grow", at_mail(GROW, ""));
    add(
        &mut bench,
        "kill-deep",
        at_mail("(call $deep) (unreachable)", RECURSE),
    );
    let table = "(table $t 1 funcref)";
    let code =
        "(loop $l (drop (table.grow $t (ref.null func) (i32.const 1000))) (br $l)) (unreachable)";
    add(&mut bench, "kill-table", at_mail(code, table));
    let random = r#"(import "waxseal:plugin/random@0.1.0" "bytes" (func $random (param i32 i32)))"#;
    let code = "(call $random (i32.const 65537) (i32.const 60000)) (unreachable)";
    add(&mut bench, "kill-host", at_mail(code, random));
    let mut guest = Guest::new();
    let at = guest.words(&[0, 2, 550, 0, 0, 0, 0, 3 << 20, 0, 0, 0, 0]);
    guest.at_mail = format!("(drop (memory.grow (i32.const 64))) (i32.const {at})");
    // It may grow to what it answers.
    add(&mut bench, "kill-large", guest).limits.memory_bytes_max = 64 << 20;
    bench
}

/// Starts a host with a guest that waits for ever, until `wall_millis` are over, after the others.
async fn waiting(mut bench: Bench, wall_millis: u32) -> Host {
    bench.config.host.instances_max = 40;
    let waits = add(&mut bench, "kill-wait", asking(1));
    waits.limits.wall_millis = wall_millis;
    waits.grants.dns = true;
    let world = World {
        wait: Duration::from_secs(600),
        ..World::default()
    };
    let services = services(&bench, &Arc::new(world));
    Host::start(bench.config.clone(), services).await.unwrap()
}

/// One session: how many calls were killed.
async fn killed(host: &Host) -> usize {
    let mail = session(host).mail(&path("bad@example.test"), &[]).await;
    let failed = mail.trace.iter();
    failed
        .filter(|event| event.outcome.starts_with("failed"))
        .count()
}

/// One session that is dropped while its guest waits for the host.
async fn abandoned(host: &Host) {
    let mut session = session(host);
    let sender = path("bad@example.test");
    let mut mail = Box::pin(session.mail(&sender, &[]));
    std::future::poll_fn(|context| {
        assert!(mail.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
}

async fn some(round: usize, (quick, slow, patient): (&Host, &Host, &Host)) -> usize {
    let mut count = 0;
    for _ in 0..QUICK / 10 {
        count += killed(quick).await;
    }
    for _ in 0..SLOW / 10 / TOGETHER {
        let mut together: Vec<_> = (0..TOGETHER).map(|_| Box::pin(killed(slow))).collect();
        std::future::poll_fn(|context| {
            together.retain_mut(|one| match one.as_mut().poll(context) {
                Poll::Ready(killed) => {
                    count += killed;
                    false
                }
                Poll::Pending => true,
            });
            if together.is_empty() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
    for _ in 0..ABANDONED / 10 {
        abandoned(patient).await;
        count += 1;
    }
    assert!(count > 0, "round {round}");
    count
}

#[tokio::test]
async fn ten_thousand_killed_calls_leak_nothing() {
    let quick = quick().start().await.unwrap();
    let mut loops = Bench::new();
    add(&mut loops, "kill-loop", at_mail(LOOP, ""))
        .limits
        .envelope_cpu_millis = 10;
    let (slow, patient) = (
        waiting(loops, 20).await,
        waiting(Bench::new(), 600_000).await,
    );
    let (mut count, mut before) = (0, (0, 0));
    for round in 0..10 {
        if round == 5 {
            before = held();
        }
        count += some(round, (&quick, &slow, &patient)).await;
    }
    let after = held();
    assert_eq!(count, 10_000);
    println!("open files and kilobytes: {before:?} after half, {after:?} after all");
    assert!(
        after.0 <= before.0 + 20,
        "open files: {before:?}, {after:?}"
    );
    assert!(
        after.1 <= before.1 + 16 * 1024,
        "memory: {before:?}, {after:?}"
    );
}
