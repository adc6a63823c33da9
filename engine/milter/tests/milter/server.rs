//! What a filter hears of a mail server's session, and what becomes of its answers.

use crate::fake_mta::{FakeMta, Scripted, bytes, offer, serve};
use bytes::Bytes;
use expect_test::expect;
use std::sync::Arc;
use waxseal_mail::{HeaderEdit, Reply};
use waxseal_milter::wire::{Actions, Change, Command, Negotiation, PeerAddress, Response, Steps};
use waxseal_milter::{Listener, Quarantine, ServerConfig, Socket};
use waxseal_ports::filter::Verdict;

#[tokio::test]
async fn a_filter_hears_the_whole_session() {
    let filter = Scripted::silent();
    let (socket, _stop) = serve(&filter, ServerConfig::default()).await;
    let (mut mta, wants) = FakeMta::negotiated(&socket, offer()).await;
    assert_eq!(wants.version, 6);
    assert_eq!(wants.actions, Actions(0x7f));
    assert!(
        wants
            .steps
            .contains(Steps::HEADERS_UNANSWERED | Steps::LEADING_SPACE)
    );
    assert!(!wants.steps.contains(Steps::NO_RCPT) && !wants.steps.contains(Steps::NO_BODY));
    mta.macros(b'C', &[("j", "mx.peer.test"), ("{daemon_name}", "smtpd")])
        .await;
    assert_eq!(mta.client().await, Some(Response::Continue));
    let tls = [
        ("{tls_version}", "TLSv1.3"),
        ("{cipher}", "TLS_AES_256_GCM_SHA384"),
    ];
    mta.macros(b'H', &tls).await;
    mta.ask(&Command::Helo(bytes("client.test"))).await;
    let auth = [
        ("{auth_authen}", "alice"),
        ("{auth_type}", "PLAIN"),
        ("i", "4bXyz"),
    ];
    mta.macros(b'M', &auth).await;
    mta.mail("<root>", &["SIZE=9", "SMTPUTF8"]).await;
    mta.rcpt("<a@example.test>").await;
    mta.rcpt("<postmaster>").await;
    mta.header("Subject", " one\n\ttwo").await;
    mta.header("X", "y").await;
    mta.say(&Command::Body(bytes("body\r\n"))).await;
    assert_eq!(mta.end().await, [Response::Continue]);
    mta.say(&Command::Abort).await;
    mta.mail("<>", &[]).await;
    mta.say(&Command::Abort).await;
    assert_eq!(mta.mail("<b@c.test>", &[]).await, Some(Response::Continue));
    mta.say(&Command::QuitNewConnection).await;
    let local = Command::Connect {
        hostname: bytes("localhost"),
        address: PeerAddress::Unknown,
    };
    assert_eq!(mta.ask(&local).await, Some(Response::Continue));
    mta.say(&Command::Quit).await;
    assert_eq!(mta.hear().await, None);
    expect![[r#"
        session smtp 192.0.2.7:4711 None
        connect
        tls TLSv1.3 TLS_AES_256_GCM_SHA384
        helo client.test
        auth alice PLAIN true
        mail <root@mx.peer.test> [("SIZE", Some("9")), ("SMTPUTF8", None)]
        rcpt <a@example.test>
        rcpt <Postmaster>
        message to 2: 2 fields, 33 octets
        reset
        mail <> []
        reset
        mail <b@c.test> []
        disconnect
        session smtp 127.0.0.1:0 None
        connect
        disconnect"#]]
    .assert_eq(&filter.heard().join("\n"));
}

fn reject() -> Verdict {
    Verdict::Reject(Reply::own(550, (5, 7, 1), "100% no"))
}

#[tokio::test]
async fn refusals_before_the_end() {
    let reply = Some(Response::Reply(bytes("550 5.7.1 100%% no")));
    for (stage, expected) in [
        ("connect", Some(Response::Reject)),
        ("helo", reply.clone()),
        ("auth", reply.clone()),
        ("mail", reply.clone()),
        ("rcpt", reply),
    ] {
        let says = move |heard: &str| {
            if heard.starts_with(stage) {
                reject()
            } else {
                Verdict::Next
            }
        };
        let filter = Scripted::new(says, |_, _| {});
        let (socket, _stop) = serve(&filter, ServerConfig::default()).await;
        let (mut mta, _) = FakeMta::negotiated(&socket, offer()).await;
        let mut said = vec![mta.client().await];
        said.push(mta.ask(&Command::Helo(bytes("client.test"))).await);
        mta.macros(b'M', &[("{auth_authen}", "alice")]).await;
        said.push(mta.mail("<s@client.test>", &[]).await);
        if said[2] == Some(Response::Continue) {
            said.push(mta.rcpt("<a@example.test>").await);
        }
        said.retain(|said| *said != Some(Response::Continue));
        assert_eq!(said, [expected], "{stage}");
        if matches!(stage, "auth" | "mail") {
            let again = mta.mail("<s@client.test>", &[]).await;
            assert_eq!(said, [again], "{stage}, at the next message");
        }
    }
}

#[tokio::test]
async fn addresses_that_are_none_are_refused() {
    let filter = Scripted::silent();
    let (socket, _stop) = serve(&filter, ServerConfig::default()).await;
    let (mut mta, _) = FakeMta::negotiated(&socket, offer()).await;
    mta.client().await;
    let refusal = |text| Some(Response::Reply(bytes(text)));
    assert_eq!(
        mta.mail("<a b@c>", &[]).await,
        refusal("553 5.1.7 the sender's address is malformed")
    );
    mta.mail("<>", &[]).await;
    assert_eq!(
        mta.rcpt("<a..b@c>").await,
        refusal("553 5.1.3 the recipient's address is malformed")
    );
}

/// What the end of a message is answered with, by a filter that says `verdict` and makes `edit`.
async fn end(verdict: Verdict, edit: Option<HeaderEdit>, config: ServerConfig) -> Vec<Response> {
    let says = move |heard: &str| {
        if heard.starts_with("message") {
            verdict.clone()
        } else {
            Verdict::Next
        }
    };
    let filter = Scripted::new(says, move |_, draft| {
        if let Some(edit) = &edit {
            draft.header.apply(edit).unwrap();
        }
    });
    let (socket, _stop) = serve(&filter, config).await;
    let (mut mta, _) = FakeMta::negotiated(&socket, offer()).await;
    mta.envelope().await;
    mta.header("Subject", " s").await;
    mta.say(&Command::Body(bytes("body\r\n"))).await;
    mta.end().await
}

fn added(name: &str, value: &str) -> Response {
    Response::Change(Change::AddHeader {
        name: bytes(name),
        value: bytes(value),
    })
}

#[tokio::test]
async fn verdicts_at_the_end() {
    let config = ServerConfig::default;
    let edit = || {
        Some(HeaderEdit::Add {
            name: "X-New".into(),
            value: b"y".to_vec(),
        })
    };
    let said = end(Verdict::Accept, edit(), config()).await;
    assert_eq!(said, [added("X-New", " y"), Response::Continue]);
    let said = end(reject(), edit(), config()).await;
    assert_eq!(said, [Response::Reply(bytes("550 5.7.1 100%% no"))]);
    let said = end(Verdict::Discard, edit(), config()).await;
    assert_eq!(said, [Response::Discard]);
    let said = end(Verdict::Hold("odd".into()), None, config()).await;
    let held = Response::Change(Change::Quarantine(bytes("odd")));
    assert_eq!(said, [held.clone(), Response::Continue]);
    let said = end(Verdict::Quarantine("odd".into()), None, config()).await;
    let marks = [
        added("X-Spam-Flag", " YES"),
        added("X-Waxseal-Quarantine", " odd"),
    ];
    assert_eq!(said[..2], marks);
    let holds = ServerConfig {
        quarantine: Quarantine::Hold,
        ..config()
    };
    let said = end(Verdict::Quarantine("odd".into()), None, holds).await;
    assert_eq!(said, [held, Response::Continue]);
}

#[tokio::test]
async fn what_was_decided_before_the_end_is_said_there() {
    for stage in ["auth", "mail"] {
        let says = move |heard: &str| {
            if heard.starts_with(stage) {
                Verdict::Hold("early".into())
            } else {
                Verdict::Next
            }
        };
        let filter = Scripted::new(says, |_, _| {});
        let (socket, _stop) = serve(&filter, ServerConfig::default()).await;
        let (mut mta, _) = FakeMta::negotiated(&socket, offer()).await;
        mta.macros(b'M', &[("{auth_authen}", "alice")]).await;
        mta.envelope().await;
        let held = Response::Change(Change::Quarantine(bytes("early")));
        assert_eq!(mta.end().await, [held, Response::Continue], "{stage}");
    }
}

#[tokio::test]
async fn only_negotiated_changes_are_sent() {
    let says = |heard: &str| {
        if heard.starts_with("message") {
            Verdict::Hold("h".into())
        } else {
            Verdict::Next
        }
    };
    let change = |envelope: &mut waxseal_mail::Envelope, draft: &mut waxseal_ports::Draft| {
        envelope.reverse_path = waxseal_mail::ReversePath::Null;
        draft.body = Arc::new(Bytes::from_static(b"new"));
        let edit = HeaderEdit::Add {
            name: "X-New".into(),
            value: b"y".to_vec(),
        };
        draft.header.apply(&edit).unwrap();
    };
    let filter = Scripted::new(says, change);
    let (socket, _stop) = serve(&filter, ServerConfig::default()).await;
    for (actions, expected) in [
        (
            Actions::ADD_HEADERS,
            vec![Response::Reply(bytes(
                "451 4.3.0 the message cannot be held here",
            ))],
        ),
        (
            Actions::ADD_HEADERS | Actions::QUARANTINE,
            vec![
                added("X-New", "y"),
                Response::Change(Change::Quarantine(bytes("h"))),
                Response::Continue,
            ],
        ),
        (
            Actions::CHANGE_BODY | Actions::CHANGE_SENDER | Actions::QUARANTINE,
            vec![
                Response::Change(Change::ChangeSender {
                    path: bytes("<>"),
                    parameters: Vec::new(),
                }),
                Response::Change(Change::ReplaceBody(bytes("new"))),
                Response::Change(Change::Quarantine(bytes("h"))),
                Response::Continue,
            ],
        ),
    ] {
        // An old server: every step is told and answered, values come without their space.
        let old = Negotiation {
            version: 2,
            actions,
            steps: Steps(0x3f),
            macros: Vec::new(),
        };
        let (mut mta, wants) = FakeMta::negotiated(&socket, old).await;
        assert_eq!(
            (wants.version, wants.actions, wants.steps),
            (2, actions, Steps(0))
        );
        mta.envelope().await;
        mta.header("Subject", "s").await;
        assert_eq!(mta.hear().await, Some(Response::Continue));
        assert_eq!(
            mta.ask(&Command::EndOfHeaders).await,
            Some(Response::Continue)
        );
        assert_eq!(
            mta.ask(&Command::Body(bytes("b"))).await,
            Some(Response::Continue)
        );
        assert_eq!(mta.end().await, expected);
    }
}

#[tokio::test]
async fn a_slow_filter_shows_signs_of_life() {
    let says = |heard: &str| {
        if heard == "slow" {
            Verdict::Accept
        } else {
            Verdict::Next
        }
    };
    let filter = Scripted::new(says, |_, _| {});
    let config = ServerConfig {
        progress_secs: 1,
        ..ServerConfig::default()
    };
    let (socket, _stop) = serve(&filter, config).await;
    let (mut mta, _) = FakeMta::negotiated(&socket, offer()).await;
    mta.envelope().await;
    assert_eq!(mta.end().await, [Response::Progress, Response::Continue]);
}

#[tokio::test]
async fn limits_have_their_replies() {
    let filter = Scripted::silent();
    let config = ServerConfig {
        recipients_max: 1,
        header_bytes_max: 100,
        message_bytes_max: 1_000,
        ..ServerConfig::default()
    };
    let (socket, _stop) = serve(&filter, config).await;
    let (mut mta, _) = FakeMta::negotiated(&socket, offer()).await;
    mta.envelope().await;
    let refusal = |text| Response::Reply(bytes(text));
    let many = Some(refusal("452 4.5.3 too many recipients"));
    assert_eq!(mta.rcpt("<b@example.test>").await, many);
    mta.header("X", &"y".repeat(100)).await;
    let long = refusal("552 5.3.4 the header section is too large");
    assert_eq!(mta.end().await, [long]);
    mta.mail("<>", &[]).await;
    mta.rcpt("<a@example.test>").await;
    mta.say(&Command::Body(bytes(&"y".repeat(900)))).await;
    mta.say(&Command::Body(bytes(&"y".repeat(101)))).await;
    mta.say(&Command::Body(bytes("more"))).await;
    let large = refusal("552 5.3.4 the message is too large");
    assert_eq!(mta.end().await, [large]);
}

/// What a connection hears after hostile octets: nothing, and the server serves others.
#[tokio::test]
async fn hostile_mail_servers_lose_their_connection_only() {
    let filter = Scripted::silent();
    let (socket, _stop) = serve(&filter, ServerConfig::default()).await;
    let packets: [&[u8]; 6] = [
        b"\0\0\0\0",
        b"\xff\xff\xff\xff",
        b"\0\0\0\x01Z",
        b"\0\0\0\x05Ohel",
        b"\0\0\0\x03C\0U",
        b"GET / HTTP/1.1\r\n\r\n",
    ];
    for packet in packets {
        let mut mta = FakeMta::connect(&socket).await;
        mta.raw(packet).await;
        if packet == b"\0\0\0\x05Ohel" {
            continue; // Half a packet waits for its rest.
        }
        assert_eq!(mta.hear().await, None, "{packet:?}");
    }
    let out_of_order = [
        Command::Helo(bytes("x")),
        Command::Mail {
            path: bytes("<>"),
            parameters: Vec::new(),
        },
        Command::Rcpt {
            path: bytes("<a@b>"),
            parameters: Vec::new(),
        },
        Command::Header {
            name: bytes("X"),
            value: bytes("y"),
        },
        Command::Body(bytes("x")),
        Command::EndOfMessage(Bytes::new()),
        Command::Negotiate(offer()),
    ];
    for command in out_of_order {
        let (mut mta, _) = FakeMta::negotiated(&socket, offer()).await;
        assert_eq!(mta.ask(&command).await, None, "{command:?}");
    }
    let old = Negotiation {
        version: 1,
        ..offer()
    };
    let mut mta = FakeMta::connect(&socket).await;
    assert_eq!(mta.ask(&Command::Negotiate(old)).await, None);
    let (mut mta, _) = FakeMta::negotiated(&socket, offer()).await;
    mta.envelope().await;
    assert_eq!(mta.end().await, [Response::Continue]);
}

#[tokio::test]
async fn connections_are_bounded_and_stop_between_messages() {
    let filter = Scripted::silent();
    let config = ServerConfig {
        connections_max: 1,
        ..ServerConfig::default()
    };
    let (socket, stop) = serve(&filter, config).await;
    let (mut mta, _) = FakeMta::negotiated(&socket, offer()).await;
    let mut other = FakeMta::connect(&socket).await;
    assert_eq!(other.hear().await, None);
    mta.envelope().await;
    stop.cancel();
    assert_eq!(mta.end().await, [Response::Continue]);
    assert_eq!(mta.hear().await, None);
}

#[tokio::test]
async fn unix_sockets_are_replaced_when_nobody_listens() {
    let folder = std::env::temp_dir().join(format!("waxseal-milter-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("m.sock");
    let socket = Socket::Unix(path.clone());
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let listener = Listener::bind(&socket, Some(0o660)).await.unwrap();
    let mode = std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o660);
    assert!(
        Listener::bind(&socket, None).await.is_err(),
        "somebody listens"
    );
    drop(listener);
    assert!(!path.exists());
    std::fs::write(&path, "a file").unwrap();
    assert!(Listener::bind(&socket, None).await.is_err());
    assert!(path.exists(), "a file that is no socket stays");
    std::fs::remove_dir_all(&folder).unwrap();
}
