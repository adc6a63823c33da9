//! The storage kit: every storage plugin and holder is run through it, over the host and a real
//! storage. Guests in text form show that the host finds what is wrong; the shipped ones follow where
//! `WAXSEAL_PLUGINS_DIR` says where they were built.

#![expect(clippy::unwrap_used, reason = "a test program")]

mod bench;
mod guest;
mod life;
mod shipped;

use bench::Bench;
use bytes::Bytes;
use guest::{Guest, SHORT, WRITE, XOR, each_piece};
use std::sync::Arc;
use waxseal_plugin::Host;
use waxseal_ports::blob_codec::{BlobError, BlobMeta, BlobRole, Held};
use waxseal_ports::clock::SystemClock;
use waxseal_ports::contract::{CodecTrial, Tampering};
use waxseal_ports::memory::{FakeClock, Memory};
use waxseal_ports::read_at::read_all;
use waxseal_ports::{BlobCodecs, Clock, Spool};

/// A codec that changes every octet.
fn xor() -> Guest {
    Guest::codec(&each_piece(&format!("{XOR} {WRITE}")))
}

fn spool() -> Memory {
    Memory::new(Arc::new(FakeClock::default()))
}

fn meta(octets: usize) -> BlobMeta {
    BlobMeta {
        account: Some("alice@example.test".into()),
        id: "0123".into(),
        octets: octets as u64,
        attributes: Vec::new(),
    }
}

async fn encode(host: &Host, name: &str, octets: &Bytes) -> Result<Bytes, BlobError> {
    let (source, sink) = (Arc::new(octets.clone()), spool().start());
    let encoded = host.encode(name, meta(octets.len()), source, sink).await?;
    Ok(read_all(&*encoded.1).unwrap())
}

async fn decode(host: &Host, name: &str, octets: &Bytes) -> Result<Bytes, BlobError> {
    let (source, sink) = (Arc::new(octets.clone()), spool().start());
    let decoded = host.decode(name, meta(octets.len()), source, sink).await?;
    Ok(read_all(&*decoded).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sound_codecs_pass() {
    let mut bench = Bench::new();
    bench.add("identity", Guest::codec(&each_piece(WRITE)));
    bench.add("xor", xor());
    let host = bench.host().await;
    for name in ["identity", "xor"] {
        let spool = spool();
        let trial = CodecTrial {
            codecs: host.clone(),
            name,
            spool: &spool,
        };
        trial.codec(Tampering::Changes).await;
    }
    assert_eq!(host.role("nobody"), None);
}

#[tokio::test]
async fn a_tenants_codec_is_for_its_accounts() {
    let mut bench = Bench::new();
    bench.add("ours", xor());
    let tenant = waxseal_plugin::TenantConfig {
        domains: vec!["a.test".to_owned()],
        ..waxseal_plugin::TenantConfig::default()
    };
    bench.config.tenants.insert("a".to_owned(), tenant);
    bench.add("theirs", xor()).tenant = Some("a".to_owned());
    let host = bench.host().await;
    assert_eq!(host.role("a/theirs"), Some(BlobRole::Codec));
    for (codec, account, expected) in [
        ("ours", None, true),
        ("ours", Some("x@a.test"), true),
        ("a/theirs", Some("x@A.test"), true),
        ("a/theirs", Some("x@b.test"), false),
        ("a/theirs", None, false),
    ] {
        assert_eq!(host.is_for(codec, account), expected, "{codec} {account:?}");
    }
}

/// Encodes and decodes with a bad codec: what is expected of each call, and a good codec beside it is
/// unharmed.
async fn check(guest: Guest, encoding: &str, decoding: &str) {
    let mut bench = Bench::new();
    let limits = &mut bench.add("bad", guest).limits;
    limits.storage_cpu_millis = 50;
    bench.add("good", xor());
    let host = bench.host().await;
    let octets = Bytes::from(vec![b'x'; 100_000]);
    let text = |answer: Result<Bytes, BlobError>| match answer {
        Ok(octets) => format!("{} octets", octets.len()),
        Err(error) => error.to_string(),
    };
    let failed = |reason: &str| match reason.strip_suffix(" octets") {
        Some(_) if !reason.contains("over") => reason.to_owned(),
        _ => format!("the storage plugin bad failed: {reason}"),
    };
    assert_eq!(text(encode(&host, "bad", &octets).await), failed(encoding));
    assert_eq!(text(decode(&host, "bad", &octets).await), failed(decoding));
    let encoded = encode(&host, "good", &octets).await.unwrap();
    assert_eq!(decode(&host, "good", &encoded).await.unwrap(), octets);
}

const FINE: &str = "100000 octets";

#[tokio::test]
async fn codecs_that_cut_are_found_when_reading() {
    let short = "bad outcome: it wrote 99998 octets instead of 100000";
    check(Guest::codec(&each_piece(SHORT)), "99998 octets", short).await;
    let none = "bad outcome: it wrote 0 octets instead of 100000";
    check(Guest::codec(""), "0 octets", none).await;
}

#[tokio::test]
async fn codecs_that_give_more_than_there_was_are_ended() {
    let long = format!(
        "{} (call $write (i32.const 0) (i32.const 1))",
        each_piece(WRITE)
    );
    let over = "bad outcome: it wrote over 100000 octets";
    check(Guest::codec(&long), "100001 octets", over).await;
    let endless = "(loop $e (call $write (i32.const 0) (i32.const 65536)) (br $e))";
    let most = "bad outcome: it wrote over 265536 octets";
    check(Guest::codec(endless), most, over).await;
}

#[tokio::test]
async fn codecs_that_trap_loop_or_refuse_fail() {
    let trap = "trap: wasm trap: wasm `unreachable` instruction executed";
    check(Guest::codec("(unreachable)"), trap, trap).await;
    let slow = "it ran longer than limits.storage_cpu_millis = 50";
    check(Guest::codec("(loop $e (br $e))"), slow, slow).await;
    let mut refusing = Guest::codec(&each_piece(WRITE));
    refusing.error("no-key", "the key is\ngone");
    check(refusing, "its own error: the key is gone (no-key)", FINE).await;
}

#[tokio::test]
async fn attributes_have_limits() {
    let mut many = Guest::codec(&each_piece(WRITE));
    many.attributes(33, 1);
    let reason = "bad outcome: over limits.attributes_max = 32 attributes";
    check(many, reason, FINE).await;
    let mut long = Guest::codec(&each_piece(WRITE));
    long.attributes(2, 2048);
    let reason = "bad outcome: over limits.attribute_bytes_max = 4096 octets of attributes";
    check(long, reason, FINE).await;
    let mut just = Guest::codec(&each_piece(WRITE));
    just.attributes(32, 127);
    check(just, FINE, FINE).await;
}

#[tokio::test]
async fn time_grows_with_the_octets() {
    let mut bench = Bench::new();
    // Fifty milliseconds would not do for this on any machine.
    let burn = "(local.set $end (i32.const 400)) (loop $b
        (local.set $at (i32.const 1000000))
        (loop $a (local.set $at (i32.sub (local.get $at) (i32.const 1)))
            (br_if $a (local.get $at)))
        (local.set $end (i32.sub (local.get $end) (i32.const 1)))
        (br_if $b (local.get $end)))";
    let guest = Guest::codec(&format!("{burn} {}", each_piece(WRITE)));
    bench.add("slow", guest).limits.storage_cpu_millis = 50;
    let host = bench.host().await;
    let small = Bytes::from(vec![0; 1_000]);
    assert!(encode(&host, "slow", &small).await.is_err());
    bench.config.plugins[0].limits.storage_cpu_millis = 20_000;
    host.reload(bench.config.clone()).await.unwrap();
    assert_eq!(encode(&host, "slow", &small).await.unwrap(), small);
}

#[tokio::test]
async fn the_breaker_heeds_only_what_costs_time() {
    let mut bench = Bench::new();
    let mut refusing = Guest::codec(&each_piece(WRITE));
    refusing.error("forged", "not ours");
    bench.add("refusing", refusing).limits.breaker_failures_max = 2;
    let limits = &mut bench
        .add("looping", Guest::codec("(loop $e (br $e))"))
        .limits;
    limits.breaker_failures_max = 2;
    limits.storage_cpu_millis = 20;
    let host = bench.host().await;
    let octets = Bytes::from_static(b"x");
    for _ in 0..5 {
        let error = encode(&host, "refusing", &octets).await.unwrap_err();
        assert!(error.to_string().contains("forged"), "{error}");
    }
    let mut reasons = Vec::new();
    for _ in 0..3 {
        reasons.push(
            encode(&host, "looping", &octets)
                .await
                .unwrap_err()
                .to_string(),
        );
    }
    assert!(reasons[1].contains("storage_cpu_millis"), "{reasons:?}");
    assert!(reasons[2].contains("not asked"), "{reasons:?}");
}

#[tokio::test]
async fn a_wait_has_an_end() {
    let mut bench = Bench::new();
    let limits = &mut bench
        .add("looping", Guest::codec("(loop $e (br $e))"))
        .limits;
    limits.wall_millis = 100;
    let host = bench.host().await;
    let began = SystemClock.monotonic();
    let error = encode(&host, "looping", &Bytes::new()).await.unwrap_err();
    assert!(
        error.to_string().contains("limits.wall_millis = 100"),
        "{error}"
    );
    assert!(
        SystemClock
            .monotonic()
            .saturating_duration_since(began)
            .as_secs()
            < 5
    );
}

#[tokio::test]
async fn a_full_sink_is_no_failure_of_the_plugin() {
    let mut bench = Bench::new();
    bench.add("xor", xor()).limits.breaker_failures_max = 1;
    let host = bench.host().await;
    let octets = Bytes::from_static(b"x");
    for _ in 0..3 {
        let full = spool();
        full.set_full(true);
        let source = Arc::new(octets.clone());
        let error = host.encode("xor", meta(1), source, full.start()).await;
        assert!(matches!(error, Err(BlobError::Full(name)) if name == "xor"));
    }
    encode(&host, "xor", &octets).await.unwrap();
}

#[tokio::test]
async fn holders_answer_keys_and_exact_octets() {
    let mut bench = Bench::new();
    bench.add("shelf", Guest::holder("the-key", b"hello"));
    bench.add("keyless", Guest::holder("", b""));
    bench.add("verbose", Guest::holder(&"k".repeat(513), b""));
    bench.add("xor", xor());
    let host = bench.host().await;
    assert_eq!(host.role("shelf"), Some(BlobRole::Holder));
    let source = || Arc::new(Bytes::from_static(b"hello"));
    let key = host.put("shelf", meta(5), source()).await.unwrap();
    assert_eq!(key, "the-key");
    for (name, octets) in [("keyless", 0), ("verbose", 513)] {
        let error = host.put(name, meta(5), source()).await.unwrap_err();
        let expected = format!("its key has {octets} octets, not 1 to 512");
        assert!(error.to_string().contains(&expected), "{error}");
    }
    let get = |octets| {
        let held = Held {
            key: key.clone(),
            octets,
        };
        host.get("shelf", held, spool().start())
    };
    assert_eq!(read_all(&*get(5).await.unwrap()).unwrap(), "hello");
    assert!(get(4).await.is_err() && get(6).await.is_err());
    host.delete("shelf", &key).await.unwrap();
    let wrong = host.put("xor", meta(5), source()).await;
    assert_eq!(wrong, Err(BlobError::Missing("xor".into())));
}
