//! The resolver against a name server on loopback that knows a handful of records.

#![expect(clippy::unwrap_used, reason = "what surprises a test ends it")]

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::UdpSocket;
use waxseal_dns::{Config, DnsResolver};
use waxseal_mail::Domain;
use waxseal_ports::Resolver;
use waxseal_ports::resolver::{LookupError, RecordKind, ResolveError};

const A: u16 = 1;
const NS: u16 = 2;
const PTR: u16 = 12;
const MX: u16 = 15;
const TXT: u16 = 16;
const AAAA: u16 = 28;

/// What the server says about a name and type: an error code, or records.
enum Answer {
    Records(Vec<Vec<u8>>),
    Code(u8),
    Silence,
}

/// A name in wire form (RFC 1035 §3.1).
fn wire(name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for label in name.split('.').filter(|label| !label.is_empty()) {
        out.push(u8::try_from(label.len()).unwrap());
        out.extend_from_slice(label.as_bytes());
    }
    out.push(0);
    out
}

fn mx(preference: u16, host: &str) -> Vec<u8> {
    [&preference.to_be_bytes()[..], &wire(host)].concat()
}

fn answer(name: &str, kind: u16) -> Answer {
    let records = |records: &[Vec<u8>]| Answer::Records(records.to_vec());
    match (name, kind) {
        ("several.test", MX) => records(&[
            mx(20, "backup.several.test"),
            mx(10, "First.several.test"),
            mx(30, "last.several.test"),
        ]),
        ("null.test", MX) => records(&[mx(0, "")]),
        ("broken.test", _) => Answer::Code(2),
        ("refused.test", _) => Answer::Code(5),
        ("silent.test", _) => Answer::Silence,
        ("plain.test", A) | ("both.test", A) => records(&[vec![192, 0, 2, 1]]),
        ("both.test", AAAA) => records(&["2001:db8::1"
            .parse::<std::net::Ipv6Addr>()
            .unwrap()
            .octets()
            .to_vec()]),
        ("both.test", TXT) => records(&[b"\x07v=spf1 \x04-all".to_vec(), vec![1, b'x']]),
        ("both.test", NS) => records(&[wire("NS1.both.test")]),
        ("1.2.0.192.in-addr.arpa", PTR) => records(&[wire("plain.test")]),
        ("2.2.0.192.in-addr.arpa", PTR) => records(&[wire("plain.test")]),
        ("plain.test" | "both.test" | "xn--bcher-kva.test", _) => records(&[]),
        _ => Answer::Code(3),
    }
}

/// Answers until the test ends; counts questions.
async fn start() -> (SocketAddr, Arc<AtomicUsize>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let questions = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&questions);
    tokio::spawn(async move {
        let mut buffer = [0; 1_500];
        while let Ok((octets, peer)) = socket.recv_from(&mut buffer).await {
            counter.fetch_add(1, Ordering::Relaxed);
            if let Some(reply) = reply(&buffer[..octets]) {
                socket.send_to(&reply, peer).await.unwrap();
            }
        }
    });
    (address, questions)
}

/// The reply to a question (RFC 1035 §4.1).
fn reply(question: &[u8]) -> Option<Vec<u8>> {
    let (mut at, mut labels) = (12, Vec::new());
    while question[at] > 0 {
        let end = at + 1 + usize::from(question[at]);
        labels.push(String::from_utf8(question[at + 1..end].to_vec()).unwrap());
        at = end;
    }
    let kind = u16::from_be_bytes([question[at + 1], question[at + 2]]);
    let (code, records) = match answer(&labels.join(".").to_ascii_lowercase(), kind) {
        Answer::Silence => return None,
        Answer::Code(code) => (code, Vec::new()),
        Answer::Records(records) => (0, records),
    };
    let count = u8::try_from(records.len()).unwrap();
    let mut out = question[..2].to_vec();
    out.extend([0x81, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0]);
    out.extend_from_slice(&question[12..at + 5]);
    for record in records {
        out.extend([0xc0, 12]);
        out.extend(kind.to_be_bytes());
        out.extend([0, 1, 0, 0, 1, 44]);
        out.extend(u16::try_from(record.len()).unwrap().to_be_bytes());
        out.extend(record);
    }
    Some(out)
}

async fn resolver() -> (DnsResolver, Arc<AtomicUsize>) {
    let (address, questions) = start().await;
    let config = Config {
        servers: vec![address],
        timeout_secs: 1,
        retries: 0,
        total_secs_max: 2,
        hosts_file: false,
        ..Config::default()
    };
    (DnsResolver::new(&config).unwrap(), questions)
}

#[track_caller]
fn check(found: Result<Vec<String>, ResolveError>, expected: &str) {
    let found = found.map_or_else(|e| format!("error: {e}"), |list| list.join(" "));
    assert_eq!(found, expected);
}

async fn exchanges(resolver: &DnsResolver, domain: &str) -> Result<Vec<String>, ResolveError> {
    let found = resolver.exchanges(&Domain::parse(domain).unwrap()).await?;
    Ok(found.into_iter().map(|exchange| exchange.host).collect())
}

#[tokio::test]
async fn exchanges_of_domains() {
    let (resolver, questions) = resolver().await;
    let several = "first.several.test backup.several.test last.several.test";
    check(exchanges(&resolver, "several.test").await, several);
    let before = questions.load(Ordering::Relaxed);
    check(exchanges(&resolver, "SEVERAL.test").await, several);
    assert_eq!(questions.load(Ordering::Relaxed), before, "from the cache");
    check(exchanges(&resolver, "plain.test").await, "plain.test");
    check(
        exchanges(&resolver, "b\u{fc}cher.test").await,
        "xn--bcher-kva.test",
    );
    let null = "error: the domain accepts no mail (null MX)";
    check(exchanges(&resolver, "null.test").await, null);
    let missing = "error: the domain does not exist in the DNS";
    check(exchanges(&resolver, "missing.test").await, missing);
    check(exchanges(&resolver, "[192.0.2.9]").await, "192.0.2.9");
    check(
        exchanges(&resolver, "[IPv6:2001:db8::9]").await,
        "2001:db8::9",
    );
}

#[tokio::test]
async fn no_statement_is_temporary() {
    let (resolver, _) = resolver().await;
    for domain in ["broken.test", "refused.test", "silent.test"] {
        let error = exchanges(&resolver, domain).await.unwrap_err();
        assert!(error.is_transient(), "{domain}: {error}");
        let error = resolver.addresses(domain).await.unwrap_err();
        assert!(error.is_transient(), "{domain}: {error}");
    }
}

#[tokio::test]
async fn addresses_of_hosts() {
    let (resolver, _) = resolver().await;
    let addresses = async |host: &str| {
        let found = resolver.addresses(host).await?;
        Ok(found.iter().map(IpAddr::to_string).collect())
    };
    check(addresses("both.test").await, "2001:db8::1 192.0.2.1");
    check(addresses("plain.test").await, "192.0.2.1");
    check(addresses("192.0.2.7").await, "192.0.2.7");
    check(addresses("[IPv6:2001:db8::7]").await, "2001:db8::7");
    let missing = "error: the domain does not exist in the DNS";
    check(addresses("missing.test").await, missing);
    check(addresses("xn--bcher-kva.test").await, missing);
    check(addresses("not a host").await, missing);
}

#[tokio::test]
async fn records_of_a_kind() {
    let (resolver, questions) = resolver().await;
    let ask = async |name: &str, kind| {
        let found = resolver.lookup(name, kind).await;
        found.map_or_else(|e| format!("{e:?}"), |found| found.values.join(" | "))
    };
    for (name, kind, expected) in [
        ("both.test", RecordKind::A, "192.0.2.1"),
        ("Both.Test.", RecordKind::Aaaa, "2001:db8::1"),
        ("both.test", RecordKind::Txt, "v=spf1 -all | x"),
        ("both.test", RecordKind::Ns, "ns1.both.test"),
        ("null.test", RecordKind::Mx, "0 ."),
        ("192.0.2.1", RecordKind::Ptr, "plain.test"),
        ("1.2.0.192.in-addr.arpa", RecordKind::Ptr, "plain.test"),
        ("::ffff:192.0.2.1", RecordKind::Ptr, "plain.test"),
        ("plain.test", RecordKind::Txt, "NoRecords"),
        ("missing.test", RecordKind::A, "NoSuchName"),
        ("silent.test", RecordKind::A, "Timeout"),
    ] {
        assert_eq!(ask(name, kind).await, expected, "{name}");
    }
    for name in [
        "broken.test",
        "not a name",
        "b\u{fc}cher.test",
        "a..b",
        &"a.".repeat(200),
    ] {
        let found = resolver.lookup(name, RecordKind::A).await;
        assert!(
            matches!(found, Err(LookupError::Failed(_))),
            "{name}: {found:?}"
        );
    }
    let before = questions.load(Ordering::Relaxed);
    let found = resolver.lookup("both.test", RecordKind::A).await.unwrap();
    assert!((290..=300).contains(&found.ttl), "{}", found.ttl);
    assert_eq!(questions.load(Ordering::Relaxed), before, "from the cache");
}

#[tokio::test]
async fn a_name_must_lead_back() {
    let (resolver, _) = resolver().await;
    let name = async |text: &str| resolver.name_of(text.parse().unwrap()).await;
    assert_eq!(name("192.0.2.1").await.as_deref(), Some("plain.test"));
    assert_eq!(name("192.0.2.2").await, None, "plain.test is elsewhere");
    assert_eq!(name("192.0.2.3").await, None);
}
