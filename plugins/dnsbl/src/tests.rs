use super::*;
use waxseal_plugin_sdk::testing::Server;

const CONFIG: &str = r#"{
    "skip": "198.51.100.0/24",
    "list": [
        {"zone":"bl.example","name":"BL","codes":{"127.0.0.2":"reject","127.0.0.10":2},
         "reply":"{what} is on {list}: {txt}","tag":"listed"},
        {"zone":"wl.example","codes":{"127.0.0.0/8":"allow"}},
        {"zone":"dbl.example","about":["sender","helo","urls"],"points":4}
    ]}"#;

fn start() -> (Server, Dnsbl) {
    let server = Server::start();
    server
        .config(CONFIG)
        .peer("192.0.2.7")
        .helo("mail.example.org");
    let filter = Dnsbl::configure().unwrap();
    (server, filter)
}

#[test]
fn refuses_at_rcpt_with_the_reason_of_the_list() {
    let (server, mut filter) = start();
    server.dns(
        "7.2.0.192.bl.example",
        Kind::A,
        &["127.0.0.10", "127.0.0.2"],
    );
    server.dns(
        "7.2.0.192.bl.example",
        Kind::Txt,
        &["see https://bl.example/?7"],
    );
    let mail = filter.on_mail("bob@example.org", &[]).unwrap();
    assert_eq!(mail, Outcome::next().tag("listed"));
    let refusal = filter.on_rcpt("alice@example.test", &[]).unwrap();
    let text = "192.0.2.7 is on BL: see https://bl.example/?7";
    assert_eq!(refusal, Outcome::reject(550, "5.7.1", text));
    let exempt = filter.on_rcpt("Postmaster@example.test", &[]).unwrap();
    assert_eq!(exempt, Outcome::next());
    assert_eq!(
        server.metric(r#"hits_total{list="BL",about="peer"}"#),
        Some(1.0)
    );
}

#[test]
fn an_allow_list_stands_before_refusals() {
    let (server, mut filter) = start();
    server.dns("7.2.0.192.bl.example", Kind::A, &["127.0.0.2"]);
    server.dns("7.2.0.192.wl.example", Kind::A, &["127.0.5.3"]);
    assert!(filter.on_mail("bob@example.org", &[]).is_ok());
    assert_eq!(
        filter.on_rcpt("alice@example.test", &[]).unwrap(),
        Outcome::next()
    );
}

#[test]
fn domains_and_hosts_score() {
    let (server, mut filter) = start();
    server.dns("example.org.dbl.example", Kind::A, &["127.0.1.2"]);
    server.dns("evil.example.dbl.example", Kind::A, &["127.0.1.2"]);
    let mail = filter.on_mail("bob@example.org", &[]).unwrap();
    assert_eq!(
        mail,
        Outcome::next().score_note("DBL_EXAMPLE", 4.0, "example.org")
    );
    server
        .message("Content-Type: text/plain\r\n\r\nhttp://www.evil.example/x http://ok.example\r\n");
    let message = filter.on_message().unwrap();
    assert_eq!(
        message,
        Outcome::next().score_note("DBL_EXAMPLE", 4.0, "evil.example")
    );
    let asked = ["evil.example.dbl.example", "ok.example.dbl.example"];
    assert!(server.questions().ends_with(&asked.map(str::to_owned)));
}

#[test]
fn the_client_is_asked_about_once_a_session() {
    let (server, mut filter) = start();
    server.dns("7.2.0.192.bl.example", Kind::A, &["127.0.0.10"]);
    for _ in 0..2 {
        let mail = filter.on_mail("", &[]).unwrap();
        assert_eq!(
            mail,
            Outcome::next()
                .score_note("BL", 2.0, "192.0.2.7")
                .tag("listed")
        );
    }
    let asked = server.questions();
    let of_peer = asked.iter().filter(|name| name.starts_with("7.2.0.192."));
    assert_eq!((of_peer.count(), asked.len()), (2, 4));
}

#[test]
fn a_list_that_did_not_answer_is_asked_again() {
    let (server, mut filter) = start();
    let name = "7.2.0.192.bl.example";
    server.dns_answer(name, Kind::A, Err(dns::Error::Timeout));
    assert_eq!(filter.on_mail("", &[]).unwrap(), Outcome::next());
    server.dns(name, Kind::A, &["127.0.0.10"]);
    for _ in 0..2 {
        let mail = filter.on_mail("", &[]).unwrap();
        let listed = Outcome::next().score_note("BL", 2.0, "192.0.2.7");
        assert_eq!(mail, listed.tag("listed"));
    }
    let asked = server.questions();
    assert_eq!(asked.iter().filter(|asked| *asked == name).count(), 2);
}

#[test]
fn users_and_neighbours_are_not_asked_about() {
    for change in [
        (|server: &Server| {
            server.user("alice");
        }) as fn(&Server),
        |server| {
            server.peer("10.0.0.9");
        },
        |server| {
            server.peer("198.51.100.9");
        },
        |server| {
            server.protocol(Protocol::Lmtp);
        },
    ] {
        let (server, mut filter) = start();
        change(&server);
        assert_eq!(
            filter.on_mail("bob@example.org", &[]).unwrap(),
            Outcome::next()
        );
        assert_eq!(
            filter.on_rcpt("alice@example.test", &[]).unwrap(),
            Outcome::next()
        );
        assert_eq!(server.questions(), [""; 0]);
    }
}

#[test]
fn lists_that_fail_or_refuse_are_no_opinion() {
    let (server, mut filter) = start();
    server.dns_answer("7.2.0.192.bl.example", Kind::A, Err(dns::Error::Timeout));
    server.dns("7.2.0.192.wl.example", Kind::A, &["127.255.255.254"]);
    assert!(filter.on_mail("bob@example.org", &[]).is_ok());
    assert_eq!(
        filter.on_rcpt("alice@example.test", &[]).unwrap(),
        Outcome::next()
    );
    assert_eq!(server.metric(r#"failures_total{list="BL"}"#), Some(1.0));
    assert_eq!(
        server.log()[0].message,
        "the list does not serve this server"
    );
    filter.settings.defer_on_failure = true;
    let deferred = filter.on_rcpt("alice@example.test", &[]).unwrap();
    let text = "a list cannot be asked now, try again later";
    assert_eq!(deferred, Outcome::defer(451, "4.4.3", text));
}

#[test]
fn a_budget_that_is_used_up_is_a_failure() {
    let (server, mut filter) = start();
    filter.settings.defer_on_failure = true;
    server.dns_answer("7.2.0.192.bl.example", Kind::A, Err(dns::Error::Budget));
    assert_eq!(filter.on_mail("", &[]).unwrap(), Outcome::next());
    assert_eq!(server.metric(r#"failures_total{list="BL"}"#), Some(1.0));
    let deferred = filter.on_rcpt("alice@example.test", &[]).unwrap();
    let text = "a list cannot be asked now, try again later";
    assert_eq!(deferred, Outcome::defer(451, "4.4.3", text));
}

#[test]
fn the_reason_is_asked_for_once_a_session() {
    let (server, mut filter) = start();
    let name = "7.2.0.192.bl.example";
    server.dns(name, Kind::A, &["127.0.0.2"]);
    server.dns(name, Kind::Txt, &["see bl.example"]);
    for _ in 0..2 {
        assert!(filter.on_mail("", &[]).is_ok());
        for recipient in ["alice@example.test", "bob@example.test"] {
            let refused = filter.on_rcpt(recipient, &[]).unwrap();
            let text = "192.0.2.7 is on BL: see bl.example";
            assert_eq!(refused, Outcome::reject(550, "5.7.1", text));
        }
    }
    let asked = server.questions();
    assert_eq!(asked.iter().filter(|asked| *asked == name).count(), 2);
}

#[test]
fn patience_ends() {
    let (server, mut filter) = start();
    filter.settings.patience = Duration::ZERO;
    assert!(filter.on_mail("bob@example.org", &[]).is_ok());
    assert_eq!(server.questions(), [""; 0]);
    assert!(filter.found.failed);
}

#[test]
fn a_missing_grant_is_an_error() {
    let (server, mut filter) = start();
    server.dns_answer("7.2.0.192.bl.example", Kind::A, Err(dns::Error::Denied));
    assert_eq!(filter.on_mail("", &[]).unwrap_err().code, "dns-denied");
}

#[test]
fn the_message_stage_is_wanted_for_urls_only() {
    let (server, _) = start();
    assert_eq!(Dnsbl::stages(), [Stage::Mail, Stage::Rcpt, Stage::Message]);
    server.config(r#"{"list":[{"zone":"bl.example"}]}"#);
    assert_eq!(Dnsbl::stages(), [Stage::Mail, Stage::Rcpt]);
}
