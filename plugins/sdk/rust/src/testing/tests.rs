use super::*;
use crate::glob::Glob;
use crate::{aead, clock, config, dns, http, kv, log, message, metrics, mime, notes, random};

const MESSAGE: &str = concat!(
    "Subject: folded\r\n text\r\n",
    "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n",
    "preamble\r\n--b\r\n",
    "Content-Type: text/plain; charset=ISO-8859-1\r\n",
    "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
    "See http://example.org/a=3Db, caf=E9.\r\n",
    "--b\r\nContent-Type: application/zip; name=x.zip\r\n",
    "Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n",
    "UEsDBA==\r\n--b--\r\nepilogue\r\n",
);

#[test]
fn messages_are_read() {
    let server = Server::start();
    server.message(MESSAGE);
    assert_eq!(message::header("subject").unwrap(), b" folded\r\n text");
    assert_eq!(message::size() as usize, MESSAGE.len());
    assert!(
        message::body()
            .flatten()
            .collect::<Vec<u8>>()
            .starts_with(b"preamble")
    );
    let parts = mime::parts();
    let types: Vec<_> = parts
        .iter()
        .map(|part| part.content_type.as_str())
        .collect();
    assert_eq!(types, ["multipart/mixed", "text/plain", "application/zip"]);
    assert_eq!(
        (parts[2].filename.as_str(), parts[2].parent),
        ("x.zip", Some(0))
    );
    assert_eq!(mime::read(&parts[2], 0, 100), b"PK\x03\x04");
    assert_eq!(mime::decoded_size(&parts[2]), 4);
    assert_eq!(mime::sha256(&parts[2]).len(), 32);
    assert_eq!(
        mime::text(&parts[1], 1000).unwrap(),
        "See http://example.org/a=b, café."
    );
    assert_eq!(mime::find(&parts[1], &["CAF", "tea"]), [true, false]);
    assert_eq!(mime::urls(9), ["http://example.org/a=b"]);
    assert_eq!(mime::text(&parts[2], 9), None);
}

#[test]
fn messages_are_read_whole_and_told_apart() {
    let server = Server::start();
    let long = format!("{MESSAGE}{}", "long\r\n".repeat(500_000));
    server.message(&long);
    assert!(message::whole() == long.as_bytes());
    let with_received = |by: &str| {
        server.message(format!("Received: by {by}\r\nMessage-ID: <1@x>\r\n\r\n"));
        message::identity()
    };
    assert_eq!(with_received("a"), with_received("a"));
    assert_ne!(with_received("a"), with_received("b"));
    server.tag("list:x");
    let tagged = |pattern: &str| message::has_tag(&[Glob::new(pattern)]);
    assert!(tagged("list:*") && !tagged("bulk") && !message::has_tag(&[]));
}

#[test]
fn keys_keep_their_limits_and_times() {
    let server = Server::start();
    kv::set("a", "1", Some(Duration::from_secs(10))).unwrap();
    assert_eq!(kv::incr("a", 4, Some(Duration::from_secs(99))), Ok(5));
    server.advance(Duration::from_secs(11));
    assert_eq!((kv::get("a"), server.kv_keys().len()), (Ok(None), 0));
    assert_eq!(
        kv::incr_many(&[("a".into(), i32::MAX), ("a".into(), 1)]),
        Ok(vec![i32::MAX; 2])
    );
    assert_eq!(kv::get_many(&["a".into(), "b".into()]).unwrap()[1], None);
    assert_eq!(
        kv::set(&"k".repeat(257), "", None),
        Err(kv::Error::TooLarge)
    );
    server.kv_bytes(12);
    assert_eq!(kv::set("b", "x", None), Err(kv::Error::Quota));
    server.kv_bytes(0);
    assert_eq!(kv::get("a"), Err(kv::Error::Denied));
}

#[test]
fn dns_and_http_answer_within_budgets() {
    let server = Server::start();
    server.dns("a.example", Kind::A, &["192.0.2.7"]);
    assert_eq!(
        dns::addresses("A.example").unwrap(),
        ["192.0.2.7".parse::<std::net::IpAddr>().unwrap()]
    );
    assert_eq!(
        dns::resolve("b.example", Kind::A),
        Err(dns::Error::Nxdomain)
    );
    for _ in 0..17 {
        assert_eq!(dns::lookup("a.example", Kind::Mx), Ok(vec![]));
    }
    assert_eq!(dns::resolve("a.example", Kind::A), Err(dns::Error::Budget));
    let request = Request::get("https://example.org/");
    assert_eq!(request.send(), Err(http::Error::Denied));
    server.http(|request| {
        let body = request.url.clone().into_bytes();
        Ok(Response {
            status: 404,
            headers: vec![("a".into(), "b".into())],
            body,
        })
    });
    let response = request.send().unwrap();
    assert_eq!(
        (response.is_success(), response.header("A")),
        (false, Some("b"))
    );
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn configurations_are_refused_with_their_text() {
    let read = |document: &Document| document.table(&["a"]).map(drop);
    let unknown = "[plugin.config]: there is no key \"b\"; known are a";
    refused(read, r#"{"b":1}"#, unknown);
    let panics = |json: &'static str| std::panic::catch_unwind(|| refused(read, json, unknown));
    assert!(panics(r#"{"a":1}"#).is_err() && panics(r#"{"c":1}"#).is_err());
}

#[test]
fn what_is_sealed_opens_only_the_same_way() {
    let _server = Server::start();
    let key = aead::Key::new("mail", "alice");
    let nonce = aead::nonce();
    let sealed = key.seal(&nonce, b"a", b"secret text").unwrap();
    assert_eq!(sealed.len(), 11 + aead::TAG_OCTETS);
    assert_eq!(key.open(&nonce, b"a", &sealed).unwrap(), b"secret text");
    assert_eq!(key.open(&nonce, b"b", &sealed), Err(aead::Error::Forged));
    assert_eq!(
        key.open(&aead::nonce(), b"a", &sealed),
        Err(aead::Error::Forged)
    );
    let other = aead::Key::new("mail", "bob");
    assert_eq!(other.open(&nonce, b"a", &sealed), Err(aead::Error::Forged));
    let none = aead::Key::new("none", "bob");
    assert_eq!(none.seal(&nonce, b"", b""), Err(aead::Error::NoSuchKey));
}

#[test]
fn the_rest_is_seen_by_the_test() {
    let server = Server::start();
    log::info("two\nlines");
    metrics::count("seen_total", 2, &[("kind", "x")]);
    metrics::count("seen_total", 1, &[("kind", "x")]);
    notes::set("k", "v");
    server.config(r#"{"a":"b","c":1}"#);
    assert_eq!(server.log()[0].message, "two lines");
    assert_eq!(server.metric("seen_total{kind=\"x\"}"), Some(3.0));
    assert_eq!(server.notes(), [("k".to_owned(), "v".to_owned())]);
    assert_eq!(
        (config::get("a"), config::get("c")),
        (Some("b".into()), Some("1".into()))
    );
    assert_ne!(random::bytes(8), random::bytes(8));
    let before = clock::unix();
    server.advance(Duration::from_millis(1500));
    assert_eq!((clock::unix() - before).as_millis(), 1500);
    drop(server);
    assert!(std::panic::catch_unwind(clock::unix).is_err());
}
