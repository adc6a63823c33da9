//! What guests reach beyond the message: only what is granted, within its limits.

use crate::bench::{Bench, session, transact};
use crate::guest::Guest;
use crate::lines::lines;
use async_trait::async_trait;
use bytes::Bytes;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use waxseal_mail::Domain;
use waxseal_plugin::{AeadKey, Host, Secret, Services};
use waxseal_ports::http_client::{HttpClient, HttpError, HttpRequest, HttpResponse};
use waxseal_ports::key_value::Owner;
use waxseal_ports::memory::{FakeClock, MemoryKeyValue};
use waxseal_ports::resolver::{Exchange, LookupError, RecordKind, Records, ResolveError, Resolver};

/// Answers every question after `wait`, and counts.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) wait: Duration,
    pub(crate) asked: AtomicU32,
    pub(crate) seen: Mutex<Vec<HttpRequest>>,
}

#[async_trait]
impl Resolver for World {
    async fn exchanges(&self, _: &Domain) -> Result<Vec<Exchange>, ResolveError> {
        Err(ResolveError::NoSuchName)
    }
    async fn addresses(&self, _: &str) -> Result<Vec<IpAddr>, ResolveError> {
        Err(ResolveError::NoSuchName)
    }
    async fn name_of(&self, _: IpAddr) -> Option<String> {
        None
    }
    async fn lookup(&self, _: &str, _: RecordKind) -> Result<Records, LookupError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if !self.wait.is_zero() {
            tokio::time::sleep(self.wait).await;
        }
        Ok(Records {
            values: vec!["127.0.0.2".to_owned()],
            ttl: 60,
        })
    }
}

#[async_trait]
impl HttpClient for World {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.seen.lock().unwrap().push(request);
        Ok(HttpResponse {
            status: 204,
            headers: Vec::new(),
            body: Bytes::new(),
        })
    }
}

/// A guest that runs `code` at MAIL, which leaves a number; it is the code of its own error.
pub(crate) fn reporting(mut guest: Guest, fields: &str, code: &str) -> Guest {
    // err, code (address, octets), message (address, octets), not retryable
    let digits = guest.put(b"00");
    let error = guest.words(&[1, digits, 2, digits, 2, 0]);
    guest.fields = fields.to_owned();
    guest.at_mail = format!("(call $report {code}) (i32.const {error})");
    guest.fields += &format!(
        "(func $report (param i32)
            (i32.store8 (i32.const {digits})
                (i32.add (i32.const 48) (i32.div_u (local.get 0) (i32.const 10))))
            (i32.store8 (i32.const {})
                (i32.add (i32.const 48) (i32.rem_u (local.get 0) (i32.const 10)))))",
        digits + 1
    );
    guest
}

/// What a guest reports at MAIL.
async fn reported(host: &Host) -> String {
    let (mail, _, _) = transact(&mut *session(host), "bad@example.test").await;
    let said = &mail.trace.first().unwrap().outcome;
    said.split(';').next().unwrap().to_owned()
}

const DNS: &str = r#"(import "waxseal:plugin/dns@0.1.0" "resolve"
    (func $resolve (param i32 i32 i32 i32)))
    (global $n (mut i32) (i32.const 0))
    (global $good (mut i32) (i32.const 0))"#;

/// Asks `times` times and leaves how many questions were answered.
pub(crate) fn asking(times: u32) -> Guest {
    let mut guest = Guest::new();
    let name = guest.put(b"a.test");
    let fields = format!(
        "{DNS} (func $ask (result i32)
            (loop $l
                (call $resolve (i32.const {name}) (i32.const 6) (i32.const 0) (i32.const 50000))
                (if (i32.eqz (i32.load8_u (i32.const 50000)))
                    (then (global.set $good (i32.add (global.get $good) (i32.const 1)))))
                (global.set $n (i32.add (global.get $n) (i32.const 1)))
                (br_if $l (i32.lt_u (global.get $n) (i32.const {times}))))
            (global.get $good))"
    );
    reporting(guest, &fields, "(call $ask)")
}

pub(crate) fn services(bench: &Bench, world: &Arc<World>) -> Services {
    Services {
        resolver: world.clone(),
        http: world.clone(),
        key_value: Arc::new(MemoryKeyValue::new(Arc::new(FakeClock::default()))),
        ..bench.services()
    }
}

#[tokio::test]
async fn questions_have_a_budget() {
    let mut bench = Bench::with("asks", asking(30));
    bench.config.plugins[0].grants.dns = true;
    let world = Arc::new(World::default());
    let host = Host::start(bench.config.clone(), services(&bench, &world))
        .await
        .unwrap();
    assert_eq!(reported(&host).await, "failed: its own error: 20 (20)");
    assert_eq!(world.asked.load(Ordering::Relaxed), 20);
    assert_eq!(
        reported(&host).await,
        "failed: its own error: 20 (20)",
        "each message anew"
    );
}

/// The budget is one of a message, also where a plugin wants no stage before it.
#[tokio::test]
async fn a_late_stage_has_its_budget_anew() {
    let mut guest = asking(30);
    guest.at_message = std::mem::take(&mut guest.at_mail);
    guest.stages = vec!["message"];
    guest.configure = "(global.set $bad (i32.const 1)) (i32.const 1024)".to_owned();
    let mut bench = Bench::with("late", guest);
    bench.config.plugins[0].grants.dns = true;
    let world = Arc::new(World::default());
    let host = Host::start(bench.config.clone(), services(&bench, &world));
    let (host, mut told) = (host.await.unwrap(), Vec::new());
    let mut session = session(&host);
    for _ in 0..2 {
        let (_, message, _) = transact(&mut *session, "bad@example.test").await;
        told.push(message.trace.first().unwrap().outcome.clone());
    }
    // The second time the guest asks once more and counts on.
    assert!(
        told[0].contains("20 (20)") && told[1].contains("21 (21)"),
        "{told:?}"
    );
}

#[tokio::test]
async fn what_is_not_granted_reaches_nobody() {
    let bench = Bench::with("curious", asking(30));
    let world = Arc::new(World::default());
    let host = Host::start(bench.config.clone(), services(&bench, &world))
        .await
        .unwrap();
    assert_eq!(reported(&host).await, "failed: its own error: 00 (00)");
    assert_eq!(world.asked.load(Ordering::Relaxed), 0);
    let hint = "not granted; this line under [plugin.grants] of the plugin would grant it: \
                dns = true import=\"dns\"";
    let hints = lines()
        .of("curious")
        .into_iter()
        .filter(|line| line.starts_with("not granted"));
    assert_eq!(hints.collect::<Vec<_>>(), [hint], "once");
}

/// Waiting is not CPU time, and holds no thread: forty sessions wait 200 ms each at once, with two
/// threads for long calls and 50 ms of CPU time.
#[tokio::test]
async fn waiting_costs_no_cpu_time_and_no_thread() {
    let mut bench = Bench::with("patient", asking(1));
    bench.config.host.instances_max = 100;
    bench.config.plugins[0].grants.dns = true;
    let world = Arc::new(World {
        wait: Duration::from_millis(200),
        ..World::default()
    });
    let host = Host::start(bench.config.clone(), services(&bench, &world))
        .await
        .unwrap();
    let host = Arc::new(host);
    let began = crate::now();
    let mut sessions = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let host = host.clone();
        sessions.spawn(async move { reported(&host).await });
    }
    while let Some(said) = sessions.join_next().await {
        assert_eq!(said.unwrap(), "failed: its own error: 01 (01)");
    }
    let took = crate::now().saturating_duration_since(began);
    assert!(
        took < Duration::from_secs(3),
        "one after the other they take 4 s: {took:?}"
    );
    let cpu: Duration = host.statistics()[0]
        .minutes
        .iter()
        .map(|minute| minute.cpu)
        .sum();
    assert!(cpu < Duration::from_secs(1), "{cpu:?}");
}

#[tokio::test]
async fn a_wait_past_the_wall_limit_ends() {
    let mut bench = Bench::with("stuck", asking(1));
    bench.config.plugins[0].grants.dns = true;
    bench.config.plugins[0].limits.wall_millis = 50;
    let world = Arc::new(World {
        wait: Duration::from_secs(60),
        ..World::default()
    });
    let host = Host::start(bench.config.clone(), services(&bench, &world))
        .await
        .unwrap();
    let reason = "failed: it took longer than limits.wall_millis = 50";
    assert_eq!(reported(&host).await, reason);
}

/// CPU time counts on after waits: a guest that asks and loops in turn is ended all the same.
#[tokio::test]
async fn a_guest_that_waits_and_loops_is_ended() {
    let mut guest = Guest::new();
    let name = guest.put(b"a.test");
    let fields = format!(
        "{DNS} (func $spin (result i32) (local $i i32)
            (loop $l
                (call $resolve (i32.const {name}) (i32.const 6) (i32.const 0) (i32.const 50000))
                (local.set $i (i32.const 0))
                (loop $m
                    (local.set $i (i32.add (local.get $i) (i32.const 1)))
                    (br_if $m (i32.lt_u (local.get $i) (i32.const 2000000))))
                (br $l))
            (i32.const 0))"
    );
    guest = reporting(guest, &fields, "(call $spin)");
    let mut bench = Bench::with("spins", guest);
    bench.config.plugins[0].grants.dns = true;
    bench.config.plugins[0].limits.dns_questions_max = u32::MAX;
    let world = Arc::new(World {
        wait: Duration::from_millis(1),
        ..World::default()
    });
    let host = Host::start(bench.config.clone(), services(&bench, &world))
        .await
        .unwrap();
    let reason = "failed: it ran longer than limits.envelope_cpu_millis = 50";
    assert_eq!(reported(&host).await, reason);
}

const KV: &str = r#"(import "waxseal:plugin/kv@0.1.0" "incr"
    (func $incr (param i32 i32 i32 i32 i32 i32)))"#;

/// Counts one up at each MAIL and reports the sum, or 90 and the case of the error.
pub(crate) fn counting() -> Guest {
    let mut guest = Guest::new();
    let key = guest.put(b"n");
    let fields = format!(
        "{KV} (func $add (result i32)
            (call $incr (i32.const {key}) (i32.const 1) (i32.const 1) (i32.const 0) (i32.const 0)
                (i32.const 50000))
            (if (result i32) (i32.load8_u (i32.const 50000))
                (then (i32.add (i32.const 90) (i32.load8_u (i32.const 50004))))
                (else (i32.load (i32.const 50004)))))"
    );
    reporting(guest, &fields, "(call $add)")
}

#[tokio::test]
async fn each_plugin_has_keys_of_its_own() {
    let mut bench = Bench::new();
    for (name, octets) in [("one", 100), ("two", 100), ("small", 1), ("none", 0)] {
        bench.add(name, counting()).grants.kv_bytes = octets;
    }
    let world = Arc::new(World::default());
    let services = services(&bench, &world);
    let store = services.key_value.clone();
    let start = async |only: &str| {
        let mut config = bench.config.clone();
        config.plugins.retain(|plugin| plugin.name == only);
        Host::start(config, services.clone()).await.unwrap()
    };
    let own = |number: u32| format!("failed: its own error: {number:02} ({number:02})");
    let one = start("one").await;
    assert_eq!(reported(&one).await, own(1));
    assert_eq!(reported(&one).await, own(2));
    assert_eq!(reported(&start("two").await).await, own(1));
    assert_eq!(reported(&start("one").await).await, own(3), "it lasts");
    assert_eq!(reported(&start("small").await).await, own(91), "quota");
    assert_eq!(reported(&start("none").await).await, own(90), "denied");
    let owner = Owner {
        tenant: String::new(),
        plugin: "one".to_owned(),
        octets_max: 100,
    };
    let values = store.get_many(&owner, &["n".to_owned()]).await.unwrap();
    assert_eq!(values, [Some(Bytes::from_static(b"3"))]);
}

const HTTP: &str = r#"(import "waxseal:plugin/http@0.1.0" "send" (func $send
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))"#;

/// Sends GET to `url` and reports 0, or 10 and the case of the error.
fn sending(url: &str) -> Guest {
    let mut guest = Guest::new();
    let method = guest.put(b"GET");
    let at = guest.put(url.as_bytes());
    let url_octets = url.len() as u32;
    let fields = format!(
        "{HTTP} (func $get (result i32)
            (call $send (i32.const {method}) (i32.const 3) (i32.const {at}) (i32.const {url_octets})
                (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
                (i32.const 50000))
            (if (result i32) (i32.load8_u (i32.const 50000))
                (then (i32.add (i32.const 10) (i32.load8_u (i32.const 50004))))
                (else (i32.const 0))))"
    );
    reporting(guest, &fields, "(call $get)")
}

#[tokio::test]
async fn requests_go_where_they_are_granted() {
    let mut bench = Bench::new();
    for (name, url) in [
        ("inside", "https://API.example.test/v1/x"),
        ("outside", "https://api.example.test/v2/x"),
        ("above", "https://api.example.test/v1/../v2/x"),
    ] {
        let granted = vec!["https://api.example.test/v1/".to_owned()];
        bench.add(name, sending(url)).grants.http = granted;
    }
    let world = Arc::new(World::default());
    let mut said = Vec::new();
    for plugin in bench.config.plugins.clone() {
        let mut config = bench.config.clone();
        config.plugins = vec![plugin];
        let host = Host::start(config, services(&bench, &world)).await.unwrap();
        said.push(reported(&host).await);
    }
    let own = |number: &str| format!("failed: its own error: {number} ({number})");
    assert_eq!(said, [own("00"), own("10"), own("10")]);
    let seen = world.seen.lock().unwrap();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].url, "https://api.example.test/v1/x");
    assert_eq!(seen[0].timeout, Duration::from_secs(5));
}

/// A secret that a guest puts into its log, its own error and its trap stands nowhere.
#[tokio::test]
async fn secrets_are_masked() {
    let mut guest = Guest::new();
    let name = guest.put(b"token");
    let code = guest.put(b"no-luck");
    guest.fields =
        r#"(import "waxseal:plugin/config@0.1.0" "secret" (func $secret (param i32 i32 i32)))
        (import "waxseal:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32 i32 i32)))"#
            .to_owned();
    let error = guest.words(&[1, code, 7, 0, 0, 0]);
    guest.at_mail = format!(
        "(call $secret (i32.const {name}) (i32.const 5) (i32.const 50000))
        (if (i32.eqz (i32.load8_u (i32.const 50000))) (then (unreachable)))
        (call $log (i32.const 2) (i32.load (i32.const 50004)) (i32.load (i32.const 50008))
            (i32.const 0) (i32.const 0))
        (i32.store (i32.const {}) (i32.load (i32.const 50004)))
        (i32.store (i32.const {}) (i32.load (i32.const 50008)))
        (i32.const {error})",
        error + 12,
        error + 16
    );
    let mut bench = Bench::with("leaky", guest);
    bench.config.plugins[0].grants.secrets = vec!["token".to_owned()];
    let secret = Secret::new("hush-hush");
    bench
        .config
        .vault
        .secrets
        .insert("token".to_owned(), secret);
    let host = bench.start().await.unwrap();
    assert_eq!(
        reported(&host).await,
        "failed: its own error: [secret] (no-luck)"
    );
    let lines = lines().of("leaky");
    assert!(
        lines.iter().any(|line| line.starts_with("[secret]")),
        "{lines:?}"
    );
    assert!(
        lines.iter().all(|line| !line.contains("hush-hush")),
        "{lines:?}"
    );
}

#[tokio::test]
async fn an_unknown_secret_is_none() {
    let mut guest = Guest::new();
    let name = guest.put(b"token");
    let fields =
        r#"(import "waxseal:plugin/config@0.1.0" "secret" (func $secret (param i32 i32 i32)))"#;
    let code = format!(
        "(call $secret (i32.const {name}) (i32.const 5) (i32.const 50000))
        (call $report (i32.load8_u (i32.const 50000)))"
    );
    guest = reporting(guest, fields, "(i32.const 7)");
    guest.at_mail = format!(
        "{code} {}",
        guest.at_mail.split("(i32.const 7))").nth(1).unwrap()
    );
    let mut bench = Bench::with("without", guest);
    let secret = Secret::new("hush-hush");
    bench
        .config
        .vault
        .secrets
        .insert("token".to_owned(), secret);
    bench
        .config
        .vault
        .aead_keys
        .insert("k".to_owned(), AeadKey::new([0; 32]));
    let host = bench.start().await.unwrap();
    assert_eq!(
        reported(&host).await,
        "failed: its own error: 00 (00)",
        "it is not granted"
    );
}
