//! Filters that reach beyond the message.

use crate::bench::{Names, Service, host, mail, message, refusal, services, session};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use waxseal_ports::FilterSession;
use waxseal_ports::filter::Verdict;
use waxseal_ports::memory::FakeClock;

const DNSBL: &str = r#"
    name = "dnsbl"
    grants.dns = true
    [[config.list]]
    zone = "bl.example"
    reply = "{what} is listed"
    codes = { "127.0.0.2" = "reject", "127.0.0.9" = 2 }
"#;

fn names(name: &str, answer: &str) -> Arc<Names> {
    Arc::new(Names(BTreeMap::from([(
        name.to_owned(),
        vec![answer.to_owned()],
    )])))
}

async fn rcpt(session: &mut dyn FilterSession) -> Verdict {
    session.rcpt("alice@example.test", &[]).await.verdict
}

#[tokio::test]
async fn dnsbl_refuses_who_is_listed() {
    let mut services = services(&Arc::new(FakeClock::default()));
    services.resolver = names("9.100.51.198.bl.example", "127.0.0.2");
    let host = host(DNSBL, services).await;
    let mut listed = session(&host, "198.51.100.9:25");
    assert_eq!(mail(&mut *listed).await.verdict, Verdict::Next);
    let ruling = listed.rcpt("alice@example.test", &[]).await;
    assert_eq!(refusal(ruling), (550, "198.51.100.9 is listed".to_owned()));
    let mut other = session(&host, "192.0.2.1:25");
    assert_eq!(mail(&mut *other).await.verdict, Verdict::Next);
    assert_eq!(rcpt(&mut *other).await, Verdict::Next);
}

#[tokio::test]
async fn what_is_not_granted_fails_by_its_policy() {
    let plugin = DNSBL.replace("grants.dns = true", "on_failure = \"reject\"");
    let mut services = services(&Arc::new(FakeClock::default()));
    services.resolver = names("x", "127.0.0.2");
    let host = host(&plugin, services).await;
    let mut session = session(&host, "198.51.100.9:25");
    assert_eq!(refusal(mail(&mut *session).await).0, 554);
}

#[tokio::test]
async fn greylist_remembers_over_sessions() {
    let clock = Arc::new(FakeClock::default());
    let plugin = "name = \"greylist\"\ngrants.kv_bytes = 100_000\nconfig.wait = \"5m\"";
    let host = host(plugin, services(&clock)).await;
    let mut first = session(&host, "192.0.2.7:25");
    mail(&mut *first).await;
    let ruling = first.rcpt("alice@example.test", &[]).await;
    let text = "greylisted, please try again later (in 300 seconds)";
    assert_eq!(refusal(ruling), (451, text.to_owned()));
    first.disconnect().await;
    clock.advance(Duration::from_secs(301));
    let mut second = session(&host, "192.0.2.8:25");
    mail(&mut *second).await;
    assert_eq!(rcpt(&mut *second).await, Verdict::Next);
}

#[tokio::test]
async fn rate_counts_over_sessions() {
    let plugin = r#"
        name = "rate"
        grants.kv_bytes = 100_000
        [[config.limit]]
        name = "guess"
        count = "failed-logins"
        per = "client"
        limit = 2
        window = "10m"
        action = "reject"
        text = "too many failed logins"
    "#;
    let host = host(plugin, services(&Arc::new(FakeClock::default()))).await;
    for _ in 0..2 {
        let mut session = session(&host, "192.0.2.7:25");
        assert_eq!(session.connect().await.verdict, Verdict::Next);
        assert_eq!(
            session.auth("alice", "PLAIN", false).await.verdict,
            Verdict::Next
        );
    }
    let mut third = session(&host, "192.0.2.7:25");
    let refused = refusal(third.connect().await);
    assert_eq!(refused, (550, "too many failed logins".to_owned()));
    let mut other = session(&host, "192.0.2.9:25");
    assert_eq!(other.connect().await.verdict, Verdict::Next);
}

#[tokio::test]
async fn webhook_does_what_the_service_says() {
    let service = Arc::new(Service {
        body: r#"{"action":"reject","response":{"status":554,"message":"not wanted"}}"#,
        asked: Mutex::default(),
    });
    let mut services = services(&Arc::new(FakeClock::default()));
    services.http = service.clone();
    let plugin = r#"
        name = "webhook"
        grants.http = ["https://hooks.example/"]
        config.url = "https://hooks.example/mail"
    "#;
    let host = host(plugin, services).await;
    let mut session = session(&host, "192.0.2.7:25");
    mail(&mut *session).await;
    assert_eq!(rcpt(&mut *session).await, Verdict::Next);
    let ruling = message(&mut *session, "Subject: Offer\r\n\r\nBuy\r\n").await;
    assert_eq!(refusal(ruling), (554, "not wanted".to_owned()));
    let asked = service.asked.lock().unwrap();
    let body = std::str::from_utf8(&asked[0].body).unwrap();
    assert!(
        body.contains(r#""stage":"DATA""#) && body.contains("Offer"),
        "{body}"
    );
    assert_eq!((asked.len(), asked[0].timeout), (1, Duration::from_secs(5)));
}

#[tokio::test]
async fn a_recipient_that_a_later_filter_refused_is_none() {
    let service = Arc::new(Service {
        body: r#"{"action":"accept"}"#,
        asked: Mutex::default(),
    });
    let mut services = services(&Arc::new(FakeClock::default()));
    services.http = service.clone();
    let plugin = r#"
        name = "webhook"
        grants.http = ["https://hooks.example/"]
        config.url = "https://hooks.example/mail"
        config.stages = "rcpt"
    "#;
    let host = host(plugin, services).await;
    let mut session = session(&host, "192.0.2.7:25");
    mail(&mut *session).await;
    for recipient in [
        "first@example.test",
        "second@example.test",
        "third@example.test",
    ] {
        session.rcpt(recipient, &[]).await;
        if recipient.starts_with("second") {
            session.refused_later(recipient);
        }
    }
    let asked = service.asked.lock().unwrap();
    let body = std::str::from_utf8(&asked[2].body).unwrap();
    let named = |name: &str| body.contains(&format!("{name}@example.test"));
    assert_eq!(
        [named("first"), named("second"), named("third")],
        [true, false, true],
        "{body}"
    );
}

#[tokio::test]
async fn attachments_knows_programs_by_their_content() {
    let host = host(
        "name = \"attachments\"",
        services(&Arc::new(FakeClock::default())),
    )
    .await;
    let mut session = session(&host, "192.0.2.7:25");
    mail(&mut *session).await;
    let ruling = message(&mut *session, "Subject: Photo\r\n\r\n\x7fELF\x02\x01").await;
    let text = "photo.jpg is not accepted by mail: it is a program";
    assert_eq!(refusal(ruling), (550, text.to_owned()));
    mail(&mut *session).await;
    let ruling = message(&mut *session, "Subject: Photo\r\n\r\nJFIF").await;
    assert_eq!(ruling.verdict, Verdict::Next);
}
