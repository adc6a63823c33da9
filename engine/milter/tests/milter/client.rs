//! What a milter hears, and what its answers do.

use crate::fake_milter::{Act, FakeMilter, plain, say};
use crate::subject::{
    MESSAGE, config, draft, envelope, info, is_next, judge, mailbox, milter, open, session, shown,
    transaction,
};
use bytes::Bytes;
use expect_test::expect;
use waxseal_mail::{ForwardPath, MessageId, ReversePath};
use waxseal_milter::wire::{Actions, Change, Command, MacroRequest, Negotiation, Response, Steps};
use waxseal_ports::filter::{Filter, Protocol, Verdict};

fn bytes(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

#[tokio::test]
async fn a_milter_hears_everything_in_order() {
    let fake = FakeMilter::willing(|_| None).await;
    let mut session = session(&fake.socket);
    assert!(is_next(&open(&mut *session).await));
    session.tls("TLSv1.3 TLS13_AES_256_GCM_SHA384");
    session.helo("client.test").await;
    session.auth("alice", "PLAIN", true).await;
    session.reset();
    assert!(is_next(&transaction(&mut *session).await));
    let judged = judge(&mut *session, MESSAGE).await;
    assert_eq!(judged.ruling.verdict, Verdict::Next);
    assert_eq!(judged.text, MESSAGE);
    session.reset();
    session.disconnect().await;
    let version = env!("CARGO_PKG_VERSION");
    let heard = fake.heard().join("\n").replace(version, "VERSION");
    expect![[r#"
        negotiate
          C j=mx.example.test v=Waxseal VERSION _=[192.0.2.7] {daemon_name}=smtp {client_addr}=192.0.2.7 {client_name}=unknown {client_port}=4711 {client_ptr}=unknown
        connect [192.0.2.7] Inet(192.0.2.7:4711)
        helo client.test
          M i=m0000000000001 {mail_addr}=s@client.test {mail_host}=client.test
        mail <s@client.test> [b"SIZE=9"]
          R i=m0000000000001 {rcpt_addr}=a@example.test {rcpt_host}=example.test
        rcpt <a@example.test> []
          H {tls_version}=TLSv1.3 {cipher}=TLS_AES_256_GCM_SHA384 {cipher_bits}=256
        helo client.test
        abort
          M i=m0000000000001 {auth_authen}=alice {auth_type}=PLAIN {auth_author}=alice {mail_addr}=s@client.test {mail_host}=client.test
        mail <s@client.test> [b"SIZE=9"]
          R i=m0000000000001 {rcpt_addr}=a@example.test {rcpt_host}=example.test
        rcpt <a@example.test> []
          T i=m0000000000001
        data
        header Subject:hello\n	there
        header X-A:1
          N i=m0000000000001
        end of headers
        body of 6 octets
          E i=m0000000000001
        end of message"#]]
    .assert_eq(heard.trim_end_matches("\nquit, new connection"));
}

#[tokio::test]
async fn a_milter_leaves_out_what_it_does_not_want() {
    let wants = Negotiation {
        version: 6,
        actions: Actions::ADD_HEADERS,
        steps: Steps::NO_CONNECT
            | Steps::NO_HELO
            | Steps::MAIL_UNANSWERED
            | Steps::NO_RCPT
            | Steps::NO_DATA
            | Steps::HEADERS_UNANSWERED
            | Steps::LEADING_SPACE
            | Steps::NO_END_OF_HEADERS
            | Steps::NO_BODY,
        macros: vec![MacroRequest {
            stage: 2,
            names: bytes("{mail_addr} {no_such}"),
        }],
    };
    let unanswered = |command: &Command| {
        let silent = matches!(command, Command::Mail { .. } | Command::Header { .. });
        if silent {
            Vec::new()
        } else {
            say(Response::Continue)
        }
    };
    let fake = FakeMilter::start(wants, unanswered).await;
    let mut session = session(&fake.socket);
    assert!(is_next(&open(&mut *session).await));
    judge(&mut *session, MESSAGE).await;
    expect![[r#"
        negotiate
          M {mail_addr}=s@client.test
        mail <s@client.test> [b"SIZE=9"]
        header Subject: hello\n	there
        header X-A: 1
          E i=m0000000000001
        end of message"#]]
    .assert_eq(&fake.heard().join("\n"));
}

#[tokio::test]
async fn version_2_knows_no_data() {
    let wants = Negotiation {
        version: 2,
        ..plain()
    };
    let fake = FakeMilter::start(wants, |_| say(Response::Continue)).await;
    let mut session = session(&fake.socket);
    open(&mut *session).await;
    assert_eq!(
        judge(&mut *session, MESSAGE).await.ruling.verdict,
        Verdict::Next
    );
    assert!(!fake.heard().contains(&"data".to_owned()));
}

/// What the session says when `response` answers the commands of `kind`.
async fn verdicts(kind: u8, response: Response) -> String {
    let script = move |command: &Command| (command.kind() == kind).then(|| say(response.clone()));
    let fake = FakeMilter::willing(script).await;
    let mut session = session(&fake.socket);
    let mut said = open(&mut *session).await;
    let judged = judge(&mut *session, MESSAGE).await;
    said.push(format!("message: {}", shown(&judged.ruling.verdict)));
    said.retain(|said| !said.ends_with(": next"));
    said.join("\n")
}

#[tokio::test]
async fn every_answer_at_every_stage() {
    let reply = || Response::Reply(bytes("450 4.2.0 later"));
    let mut shown = Vec::new();
    for kind in *b"CHMRTLNBE" {
        for response in [
            Response::Reject,
            Response::TempFail,
            reply(),
            Response::Discard,
        ] {
            let said = verdicts(kind, response.clone()).await;
            shown.push(format!("{} {response:?} -> {said}", char::from(kind)));
        }
    }
    expect![[r#"
        C Reject -> connect: reject: 554 5.7.1 service not available for this client
        C TempFail -> connect: defer: 421 4.7.1 not accepted right now, please try again later
        C Reply(b"450 4.2.0 later") -> connect: defer: 450 4.2.0 later
        C Discard -> connect: discard
        H Reject -> helo: reject: 550 5.7.1 refused by local policy
        H TempFail -> helo: defer: 451 4.7.1 not accepted right now, please try again later
        H Reply(b"450 4.2.0 later") -> helo: defer: 450 4.2.0 later
        H Discard -> helo: discard
        M Reject -> mail: reject: 550 5.7.1 refused by local policy
        M TempFail -> mail: defer: 451 4.7.1 not accepted right now, please try again later
        M Reply(b"450 4.2.0 later") -> mail: defer: 450 4.2.0 later
        M Discard -> mail: discard
        R Reject -> rcpt: reject: 550 5.7.1 refused by local policy
        R TempFail -> rcpt: defer: 451 4.7.1 not accepted right now, please try again later
        R Reply(b"450 4.2.0 later") -> rcpt: defer: 450 4.2.0 later
        R Discard -> rcpt: discard
        T Reject -> message: reject: 550 5.7.1 message refused by local policy
        T TempFail -> message: defer: 451 4.7.1 not accepted right now, please try again later
        T Reply(b"450 4.2.0 later") -> message: defer: 450 4.2.0 later
        T Discard -> message: discard
        L Reject -> message: reject: 550 5.7.1 message refused by local policy
        L TempFail -> message: defer: 451 4.7.1 not accepted right now, please try again later
        L Reply(b"450 4.2.0 later") -> message: defer: 450 4.2.0 later
        L Discard -> message: discard
        N Reject -> message: reject: 550 5.7.1 message refused by local policy
        N TempFail -> message: defer: 451 4.7.1 not accepted right now, please try again later
        N Reply(b"450 4.2.0 later") -> message: defer: 450 4.2.0 later
        N Discard -> message: discard
        B Reject -> message: reject: 550 5.7.1 message refused by local policy
        B TempFail -> message: defer: 451 4.7.1 not accepted right now, please try again later
        B Reply(b"450 4.2.0 later") -> message: defer: 450 4.2.0 later
        B Discard -> message: discard
        E Reject -> message: reject: 550 5.7.1 message refused by local policy
        E TempFail -> message: defer: 451 4.7.1 not accepted right now, please try again later
        E Reply(b"450 4.2.0 later") -> message: defer: 450 4.2.0 later
        E Discard -> message: discard"#]]
    .assert_eq(&shown.join("\n"));
}

#[tokio::test]
async fn a_milter_that_accepts_is_asked_no_more() {
    for (kind, last) in [
        (b'C', "connect"),
        (b'H', "helo"),
        (b'M', "mail"),
        (b'L', "header"),
    ] {
        let script =
            move |command: &Command| (command.kind() == kind).then(|| say(Response::Accept));
        let fake = FakeMilter::willing(script).await;
        let mut session = session(&fake.socket);
        assert!(is_next(&open(&mut *session).await));
        assert_eq!(
            judge(&mut *session, MESSAGE).await.ruling.verdict,
            Verdict::Next
        );
        let heard = fake.heard();
        assert!(heard.last().unwrap().starts_with(last), "{heard:?}");
        session.reset();
        transaction(&mut *session).await;
        let again = fake.heard();
        let asked_again = again.iter().any(|heard| heard.starts_with("mail"));
        assert_eq!(asked_again, !matches!(kind, b'C' | b'H'), "{again:?}");
    }
}

#[tokio::test]
async fn changes_are_made_and_told() {
    let script = |command: &Command| {
        matches!(command, Command::EndOfMessage(_)).then(|| {
            let changes = [
                Change::InsertHeader {
                    index: 1,
                    name: bytes("DKIM-Signature"),
                    value: bytes("v=1;\n\tb=x"),
                },
                Change::ChangeHeader {
                    index: 1,
                    name: bytes("X-A"),
                    value: bytes(""),
                },
                Change::AddRecipient {
                    path: bytes("<b@example.test>"),
                    parameters: vec![],
                },
                Change::ReplaceBody(bytes("other\n")),
            ];
            let mut acts = vec![Act::Say(Response::Progress)];
            acts.extend(changes.map(|change| Act::Say(Response::Change(change))));
            acts.push(Act::Say(Response::Accept));
            acts
        })
    };
    let fake = FakeMilter::willing(script).await;
    let mut session = session(&fake.socket);
    open(&mut *session).await;
    let judged = judge(&mut *session, MESSAGE).await;
    assert_eq!(
        judged.text,
        "DKIM-Signature: v=1;\r\n\tb=x\r\nSubject: hello\r\n\tthere\r\n\r\nother\r\n"
    );
    assert_eq!(judged.envelope.recipients.len(), 2);
    assert_eq!(
        judged.ruling.added_recipients[0].to_string(),
        "b@example.test"
    );
    let event = &judged.ruling.trace[0];
    assert_eq!(
        (
            event.stage.as_str(),
            event.actor.as_str(),
            event.outcome.as_str()
        ),
        ("message", "milter test", "next; accepted; 4 changes")
    );
    assert!(event.micros.is_some());
}

#[tokio::test]
async fn a_quarantine_holds_and_a_refusal_changes_nothing() {
    for (end, verdict, text) in [
        (Response::Continue, "hold: odd", "X-New: y"),
        (
            Response::Reject,
            "reject: 550 5.7.1 message refused by local policy",
            "",
        ),
    ] {
        let script = move |command: &Command| {
            matches!(command, Command::EndOfMessage(_)).then(|| {
                let add = Change::AddHeader {
                    name: bytes("X-New"),
                    value: bytes("y"),
                };
                let changes = [add, Change::Quarantine(bytes("odd"))];
                let mut acts: Vec<_> = changes
                    .map(|change| Act::Say(Response::Change(change)))
                    .into();
                acts.push(Act::Say(end.clone()));
                acts
            })
        };
        let fake = FakeMilter::willing(script).await;
        let mut session = session(&fake.socket);
        open(&mut *session).await;
        let judged = judge(&mut *session, MESSAGE).await;
        assert_eq!(shown(&judged.ruling.verdict), verdict);
        assert_eq!(judged.text.contains("X-New: y"), !text.is_empty());
    }
}

#[tokio::test]
async fn a_message_without_recipients_is_discarded() {
    let script = |command: &Command| {
        matches!(command, Command::EndOfMessage(_)).then(|| {
            let gone = Change::DeleteRecipient(bytes("<a@example.test>"));
            vec![
                Act::Say(Response::Change(gone)),
                Act::Say(Response::Continue),
            ]
        })
    };
    let fake = FakeMilter::willing(script).await;
    let mut session = session(&fake.socket);
    open(&mut *session).await;
    assert_eq!(
        judge(&mut *session, MESSAGE).await.ruling.verdict,
        Verdict::Discard
    );
}

#[tokio::test]
async fn large_bodies_go_in_chunks_until_the_milter_skips() {
    let message = format!("A: b\r\n\r\n{}", "0123456789abcde\r\n".repeat(10_000));
    for (skips, chunks) in [(false, 3), (true, 1)] {
        let script = move |command: &Command| match command {
            Command::Body(_) if skips => Some(say(Response::Skip)),
            _ => None,
        };
        let fake = FakeMilter::willing(script).await;
        let mut session = session(&fake.socket);
        open(&mut *session).await;
        assert_eq!(judge(&mut *session, &message).await.text, message);
        let heard = fake.heard();
        let bodies = heard.iter().filter(|heard| heard.starts_with("body"));
        assert_eq!(bodies.count(), chunks);
        assert_eq!(heard.last().unwrap(), "end of message");
    }
}

#[tokio::test]
async fn what_a_former_filter_kept_from_it_is_told_with_the_message() {
    let fake = FakeMilter::willing(|_| None).await;
    let mut session = session(&fake.socket);
    session.transaction(MessageId(1));
    assert_eq!(
        judge(&mut *session, MESSAGE).await.ruling.verdict,
        Verdict::Next
    );
    let heard = fake.heard().into_iter();
    let told: Vec<_> = heard
        .filter(|heard| !heard.starts_with(' '))
        .take(4)
        .collect();
    assert_eq!(
        told,
        [
            "negotiate",
            "connect [192.0.2.7] Inet(192.0.2.7:4711)",
            "mail <s@client.test> []",
            "rcpt <a@example.test> []"
        ]
    );
}

/// Hears of a at RCPT; the message has b and c, too. Answers what was said of the message.
async fn judge_three(fake: &FakeMilter) -> String {
    let mut session = session(&fake.socket);
    open(&mut *session).await;
    let mut envelope = envelope();
    for address in ["b@example.test", "c@example.test"] {
        let mut recipient = envelope.recipients[0].clone();
        recipient.forward_path = ForwardPath::Mailbox(mailbox(address));
        envelope.recipients.push(recipient);
    }
    let ruling = session.message(&mut envelope, &mut draft(MESSAGE)).await;
    assert_eq!(envelope.recipients.len(), 3);
    shown(&ruling.verdict)
}

fn told(fake: &FakeMilter) -> Vec<String> {
    let heard = fake.heard().into_iter();
    let told = heard.filter(|heard| heard.starts_with("rcpt") || heard.starts_with("  R"));
    told.collect()
}

#[tokio::test]
async fn recipients_of_former_filters_are_told_once() {
    let refused = |command: &Command| match command {
        Command::Rcpt { path, .. } if &path[..] == b"<b@example.test>" => {
            Some(say(Response::Reject))
        }
        _ => None,
    };
    let fake = FakeMilter::willing(refused).await;
    assert_eq!(judge_three(&fake).await, "next", "too late to refuse b");
    let macros = |to: &str| {
        format!("  R i=m0000000000001 {{rcpt_addr}}={to}@example.test {{rcpt_host}}=example.test")
    };
    let expected = ["a", "b", "c"]
        .iter()
        .flat_map(|to| [macros(to), format!("rcpt <{to}@example.test> []")]);
    assert_eq!(told(&fake), expected.collect::<Vec<_>>());
}

#[tokio::test]
async fn a_milter_that_refuses_all_recipients_refuses_the_message() {
    let refused = |command: &Command| {
        let is_rcpt = matches!(command, Command::Rcpt { .. });
        is_rcpt.then(|| say(Response::Reply(bytes("550 5.1.1 nobody"))))
    };
    let fake = FakeMilter::willing(refused).await;
    assert_eq!(judge_three(&fake).await, "reject: 550 5.1.1 nobody");
    assert_eq!(told(&fake).len(), 6);
}

#[tokio::test]
async fn other_protocols_are_no_business_of_it() {
    let fake = FakeMilter::willing(|_| None).await;
    let milter = milter(config(&fake.socket));
    for protocol in [Protocol::Imap, Protocol::Pop3] {
        let mut session = milter.session(waxseal_ports::filter::SessionInfo { protocol, ..info() });
        session.connect().await;
        session.auth("alice", "PLAIN", true).await;
        session.mail(&ReversePath::Null, &[]).await;
    }
    assert!(fake.heard().is_empty());
}
