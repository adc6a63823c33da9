//! Guessing is slowed down; everybody else is left alone.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::advance;
use waxseal_net::{AuthThrottle, Throttling};

fn throttle() -> Arc<AuthThrottle> {
    AuthThrottle::new(Throttling::default())
}

fn peer(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn fail(throttle: &Arc<AuthThrottle>, user: &str, from: IpAddr, times: usize) {
    for _ in 0..times {
        throttle.begin(user, from).unwrap().failed();
    }
}

#[tokio::test(start_paused = true)]
async fn after_ten_failures_one_try_in_its_interval() {
    let throttle = throttle();
    let attacker = peer("192.0.2.1");
    fail(&throttle, "alice", attacker, 10);
    let mut tries = 0;
    for _ in 0..100 {
        if let Ok(attempt) = throttle.begin("Alice ", peer("192.0.2.77")) {
            attempt.failed();
            tries += 1;
        }
        advance(Duration::from_millis(100)).await;
    }
    assert!((5..10).contains(&tries), "{tries} tries in ten seconds");
    throttle
        .begin("bob", peer("198.51.100.1"))
        .unwrap()
        .failed();
    assert!(throttle.begin("bob", attacker).is_err(), "same network");
    assert!(
        throttle.begin("alice", peer("203.0.113.1")).is_err(),
        "same account"
    );
    advance(Duration::from_secs(901)).await;
    fail(&throttle, "alice", attacker, 10);
}

#[tokio::test(start_paused = true)]
async fn an_owner_gets_in_while_others_guess() {
    let throttle = throttle();
    let home = peer("2001:db8:1::1");
    throttle.begin("alice", home).unwrap().succeeded();
    fail(&throttle, "alice", peer("192.0.2.1"), 10);
    assert!(throttle.begin("alice", peer("198.51.100.1")).is_err());
    throttle
        .begin("alice", peer("2001:db8:1::2"))
        .unwrap()
        .succeeded();
    // The trust ends with ten failures of the pair itself.
    fail(&throttle, "alice", home, 10);
    assert!(throttle.begin("alice", home).is_err());
}

#[tokio::test(start_paused = true)]
async fn parallel_tries_count_and_cancelled_ones_do_not() {
    let throttle = throttle();
    let from = peer("192.0.2.1");
    let running: Vec<_> = (0..10)
        .map(|_| throttle.begin("alice", from).unwrap())
        .collect();
    assert!(throttle.begin("alice", from).is_err());
    running
        .into_iter()
        .for_each(waxseal_net::Attempt::cancelled);
    throttle.begin("alice", from).unwrap().failed();
}

#[tokio::test(start_paused = true)]
async fn memory_is_bounded_and_the_busy_stay_known() {
    let config = Throttling {
        entries_max: 100,
        ..Throttling::default()
    };
    let throttle = AuthThrottle::new(config);
    let spread = |n: u32| IpAddr::from((0x0a00_0000 + n * 256).to_be_bytes());
    for n in 0..10_000 {
        throttle
            .begin(&format!("user{n}"), spread(n))
            .unwrap()
            .failed();
        if n % 20 == 0 {
            // Keeps on trying, so it is never the longest unused.
            drop(throttle.begin("alice", spread(n + 20_000)));
            advance(Duration::from_secs(2)).await;
        }
    }
    drop(throttle.begin("alice", spread(40_000)));
    assert!(throttle.begin("alice", spread(40_001)).is_err());
}
