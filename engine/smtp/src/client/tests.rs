//! Conversations: what the client says to servers of every kind, and what it makes of it.

use super::*;
use expect_test::{Expect, expect};
use waxseal_mail::{
    BodyKind, DsnNotify, DsnReturn, Envelope, ForwardPath, Mailbox, Recipient, ReversePath,
};

const MESSAGE: &[u8] = b"Subject: x\r\n\r\n.dot\r\n";

fn setup(tls: ClientTls) -> ClientSetup {
    ClientSetup {
        hostname: "us.example.test".to_owned(),
        tls,
        credentials: None,
    }
}

fn transaction(recipients: &[&str]) -> ClientTransaction {
    let recipient = |text: &&str| Recipient {
        forward_path: ForwardPath::Mailbox(Mailbox::parse(text).unwrap()),
        orcpt: None,
        notify: DsnNotify::default(),
    };
    let mut survey = MessageSurvey::default();
    survey.push(MESSAGE);
    ClientTransaction {
        envelope: Envelope {
            reverse_path: ReversePath::Mailbox(Mailbox::parse("s@example.test").unwrap()),
            recipients: recipients.iter().map(recipient).collect(),
            body: BodyKind::SevenBit,
            smtputf8: false,
            envid: None,
            dsn_return: None,
        },
        survey: survey.finish(),
    }
}

/// Plays the server's `parts` one a wait (`!` closes the connection, `!tls` fails the handshake) and
/// writes down what the client says and what it reports.
fn play(mut session: ClientSession, parts: &[&str], chunk: usize) -> String {
    let mut parts = parts.iter();
    let mut talk = String::new();
    for _ in 0..10_000 {
        match session.step() {
            ClientStep::Send(octets) => {
                let text = String::from_utf8(octets).unwrap();
                text.split_terminator("\r\n")
                    .for_each(|l| talk.push_str(&format!("C: {l}\n")));
            }
            ClientStep::Receive(_) => match parts.next() {
                None | Some(&"!") => session.closed("the connection was closed"),
                Some(part) => part
                    .as_bytes()
                    .chunks(chunk)
                    .for_each(|o| session.receive(o)),
            },
            ClientStep::StartTls => match parts.next() {
                Some(&"tls") => session.tls_started(),
                _ => session.tls_failed("bad handshake"),
            },
            ClientStep::SendMessage => {
                let (mut stuffer, mut out) = (DotStuffer::default(), Vec::new());
                stuffer.push(MESSAGE, &mut out);
                stuffer.finish(&mut out);
                talk.push_str(&format!("C: ({} octets)\n", out.len()));
                match parts.clone().next() {
                    Some(&"!") => session.closed("the connection was closed"),
                    _ => session.message_sent(),
                }
            }
            ClientStep::Close => {
                let report = session.report();
                for reply in &report.recipients {
                    let text = reply.as_ref().map_or("open".to_owned(), wire);
                    talk.push_str(&format!("= {text}\n"));
                }
                if let Some(failure) = &report.failure {
                    talk.push_str(&format!("failure: {}\n", wire(failure)));
                }
                return talk;
            }
        }
    }
    panic!("the session never ends: {talk}");
}

fn wire(reply: &Reply) -> String {
    let mut out = Vec::new();
    reply.write_to(&mut out);
    String::from_utf8(out).unwrap().trim_end().to_owned()
}

#[track_caller]
fn check_with(
    setup: ClientSetup,
    transaction: ClientTransaction,
    parts: &[&str],
    expected: Expect,
) {
    let session = || ClientSession::new(setup.clone(), transaction.clone());
    let whole = play(session(), parts, usize::MAX);
    assert_eq!(whole, play(session(), parts, 1), "octet by octet");
    expected.assert_eq(&whole);
}

#[track_caller]
fn check(recipients: &[&str], parts: &[&str], expected: Expect) {
    check_with(
        setup(ClientTls::Never),
        transaction(recipients),
        parts,
        expected,
    );
}

const EHLO: &str = "250-mx\r\n250 PIPELINING\r\n";

#[test]
fn one_command_a_reply_without_pipelining() {
    check(
        &["a@b", "c@d"],
        &[
            "220 mx\r\n",
            "250 mx\r\n",
            "250 ok\r\n",
            "250 ok\r\n",
            "550 5.1.1 no\r\n",
            "354 go\r\n",
            "250 2.0.0 queued\r\n",
            "221 bye\r\n",
        ],
        expect![[r#"
            C: EHLO us.example.test
            C: MAIL FROM:<s@example.test>
            C: RCPT TO:<a@b>
            C: RCPT TO:<c@d>
            C: DATA
            C: (24 octets)
            C: QUIT
            = 250 2.0.0 queued
            = 550 5.1.1 no
        "#]],
    );
}

#[test]
fn one_block_with_pipelining() {
    check(
        &["a@b", "c@d"],
        &[
            "220-hello\r\n220 mx\r\n",
            EHLO,
            "250 ok\r\n451 4.2.1 later\r\n250 ok\r\n354 go\r\n",
            "250 ok\r\n",
            "221 bye\r\n",
        ],
        expect![[r#"
            C: EHLO us.example.test
            C: MAIL FROM:<s@example.test>
            C: RCPT TO:<a@b>
            C: RCPT TO:<c@d>
            C: DATA
            C: (24 octets)
            C: QUIT
            = 451 4.2.1 later
            = 250 ok
        "#]],
    );
}

#[test]
fn an_empty_message_where_nobody_was_taken_but_data_was() {
    check(
        &["a@b"],
        &[
            "220 mx\r\n",
            EHLO,
            "250 ok\r\n550 no\r\n354 go\r\n",
            "554 no recipients\r\n",
            "221 x\r\n",
        ],
        expect![[r#"
            C: EHLO us.example.test
            C: MAIL FROM:<s@example.test>
            C: RCPT TO:<a@b>
            C: DATA
            C: .
            C: QUIT
            = 550 no
        "#]],
    );
    check(
        &["a@b"],
        &[
            "220 mx\r\n",
            EHLO,
            "550 5.7.1 no\r\n503 no\r\n503 no\r\n",
            "221 x\r\n",
        ],
        expect![[r#"
            C: EHLO us.example.test
            C: MAIL FROM:<s@example.test>
            C: RCPT TO:<a@b>
            C: DATA
            C: QUIT
            = 550 5.7.1 no
        "#]],
    );
}

#[test]
fn helo_where_ehlo_is_unknown() {
    check(
        &["a@b"],
        &[
            "220 mx\r\n",
            "500 what\r\n",
            "250 mx\r\n",
            "250 ok\r\n",
            "552 too many\r\n",
            "221 x\r\n",
        ],
        expect![[r#"
            C: EHLO us.example.test
            C: HELO us.example.test
            C: MAIL FROM:<s@example.test>
            C: RCPT TO:<a@b>
            C: QUIT
            = 452 4.5.3 too many
        "#]],
    );
}

#[test]
fn refusals_at_each_step() {
    let open = |text: &str| format!("= open\nfailure: {text}\n");
    for (parts, end) in [
        (
            &["554 5.7.1 go away\r\n", "221 x\r\n"][..],
            open("554 5.7.1 go away"),
        ),
        (&["421 4.3.2 busy\r\n"], open("421 4.3.2 busy")),
        (
            &["220 mx\r\n", "451 later\r\n", "221 x\r\n"],
            open("451 later"),
        ),
        (
            &["220 mx\r\n", "500 x\r\n", "550 x\r\n", "221 x\r\n"],
            open("550 x"),
        ),
        (
            &["220 mx\r\n", "250 mx\r\n", "421 bye\r\n"],
            open("421 bye"),
        ),
        (
            &["220 mx\r\n", "250 mx\r\n", "250 ok\r\n", "421 bye\r\n"],
            open("421 bye"),
        ),
        (
            &[
                "220 mx\r\n",
                "250 mx\r\n",
                "250 ok\r\n",
                "354 what\r\n",
                "221 x\r\n",
            ],
            "= 451 4.5.0 unexpected reply 354 what\n".to_owned(),
        ),
        (
            &[
                "220 mx\r\n",
                "250 mx\r\n",
                "250 ok\r\n",
                "250 ok\r\n",
                "250 what\r\n",
                "221 x\r\n",
            ],
            "= 250 what\n".to_owned(),
        ),
    ] {
        let session = ClientSession::new(setup(ClientTls::Never), transaction(&["a@b"]));
        let talk = play(session, parts, usize::MAX);
        assert!(talk.ends_with(&end), "{parts:?}:\n{talk}");
    }
}

#[test]
fn a_server_that_closes_at_each_step() {
    let script = [
        (
            "220 mx\r\n",
            "= open\nfailure: 451 4.4.2 the connection was closed during the greeting\n",
        ),
        (
            "250 mx\r\n",
            "= open\nfailure: 451 4.4.2 the connection was closed during EHLO\n",
        ),
        (
            "250 ok\r\n",
            "= open\nfailure: 451 4.4.2 the connection was closed during MAIL\n",
        ),
        (
            "250 ok\r\n",
            "= open\nfailure: 451 4.4.2 the connection was closed during RCPT\n",
        ),
        (
            "354 go\r\n",
            "= open\nfailure: 451 4.4.2 the connection was closed during DATA\n",
        ),
        (
            "250 ok\r\n",
            "= open\nfailure: 451 4.4.2 the connection was closed during sending the message\n",
        ),
        ("221 bye\r\n", "= 250 ok\n"),
    ];
    for step in 0..script.len() {
        let mut parts: Vec<_> = script[..step].iter().map(|(part, _)| *part).collect();
        parts.push("!");
        let session = ClientSession::new(setup(ClientTls::Never), transaction(&["a@b"]));
        let talk = play(session, &parts, usize::MAX);
        assert!(talk.ends_with(script[step].1), "{parts:?}:\n{talk}");
    }
}

#[test]
fn lost_after_the_end_is_deferred_and_not_tried_elsewhere() {
    let mut session = ClientSession::new(setup(ClientTls::Never), transaction(&["a@b"]));
    for part in [
        "220 mx\r\n",
        "250 mx\r\n",
        "250 ok\r\n",
        "250 ok\r\n",
        "354 go\r\n",
    ] {
        session.receive(part.as_bytes());
        session.out.clear();
    }
    assert_eq!(session.step(), ClientStep::SendMessage);
    session.message_sent();
    assert_eq!(session.step(), ClientStep::Receive(ClientWait::End));
    session.closed("the deadline passed");
    assert_eq!(session.step(), ClientStep::Close);
    let settled = session.report().recipients.remove(0).unwrap();
    assert_eq!(
        wire(&settled),
        "451 4.4.2 the deadline passed during the end of the message"
    );
}

#[test]
fn a_refusal_while_the_message_is_sent_counts() {
    let mut session = ClientSession::new(setup(ClientTls::Never), transaction(&["a@b"]));
    for part in [
        "220 mx\r\n",
        "250 mx\r\n",
        "250 ok\r\n",
        "250 ok\r\n",
        "354 go\r\n",
    ] {
        session.receive(part.as_bytes());
        session.out.clear();
    }
    session.receive(b"552 5.3.4 too big\r\n");
    assert_eq!(
        session.step(),
        ClientStep::SendMessage,
        "the shell notices when it writes"
    );
    session.closed("the connection was closed");
    let settled = session.report().recipients.remove(0).unwrap();
    assert_eq!(wire(&settled), "552 5.3.4 too big");
}

#[test]
fn hostile_servers_end_the_session() {
    let fault = |why: &str| format!("failure: 451 4.5.0 the server does not speak SMTP: {why}\n");
    let code = "a reply line does not begin with a reply code";
    for (parts, end) in [
        (vec!["HTTP/1.1 400 Bad Request\r\n".to_owned()], fault(code)),
        (
            vec!["2".repeat(100_000)],
            fault("a reply line is over 2048 octets"),
        ),
        (
            vec!["220-x\r\n".repeat(1_000)],
            fault("a reply has over 128 lines"),
        ),
        (
            vec!["220-x\r\n221 y\r\n".to_owned()],
            fault("the lines of a reply have different codes"),
        ),
    ] {
        let parts: Vec<_> = parts.iter().map(String::as_str).collect();
        let session = ClientSession::new(setup(ClientTls::Never), transaction(&["a@b"]));
        let talk = play(session, &parts, 4_096);
        assert!(talk.ends_with(&end), "{talk}");
    }
}

#[test]
fn tls_then_auth() {
    let mut with_password = setup(ClientTls::Required);
    with_password.credentials = Some(ClientCredentials {
        user: "u".to_owned(),
        password: "p".to_owned(),
    });
    assert_eq!(
        format!("{:?}", with_password.credentials),
        "Some(ClientCredentials(u, …))"
    );
    check_with(
        with_password.clone(),
        transaction(&["a@b"]),
        &[
            "220 mx\r\n",
            "250-mx\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n",
            "220 go\r\n",
            "tls",
            "250-mx\r\n250 AUTH LOGIN PLAIN\r\n",
            "535 5.7.8 wrong\r\n",
            "221 x\r\n",
        ],
        expect![[r#"
            C: EHLO us.example.test
            C: STARTTLS
            C: EHLO us.example.test
            C: AUTH PLAIN AHUAcA==
            C: QUIT
            = open
            failure: 451 4.7.8 AUTH was refused: wrong
        "#]],
    );
    with_password.tls = ClientTls::Opportunistic;
    check_with(
        with_password,
        transaction(&["a@b"]),
        &["220 mx\r\n", "250-mx\r\n250 AUTH PLAIN\r\n", "221 x\r\n"],
        expect![[r#"
            C: EHLO us.example.test
            C: QUIT
            = open
            failure: 451 4.7.4 the server does not offer AUTH PLAIN under TLS
        "#]],
    );
}

#[test]
fn tls_that_fails() {
    let offered = ["220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n"];
    let then = |rest: &[&'static str]| [&offered[..], rest].concat();
    for (tls, parts, end) in [
        (
            ClientTls::Required,
            vec!["220 mx\r\n", "250 mx\r\n", "221 x\r\n"],
            "failure: 451 4.7.4 TLS is required here and the server does not offer it\n",
        ),
        (
            ClientTls::Required,
            then(&["454 no key\r\n", "221 x\r\n"]),
            "failure: 451 4.7.4 STARTTLS was refused: no key\n",
        ),
        (
            ClientTls::Opportunistic,
            then(&["454 no key\r\n", "550 5.7.1 no\r\n", "221 x\r\n"]),
            "C: STARTTLS\nC: MAIL FROM:<s@example.test>\nC: QUIT\n= 550 5.7.1 no\n",
        ),
        (
            ClientTls::Opportunistic,
            then(&["220 go\r\n", "!tls"]),
            "failure: 451 4.7.5 TLS could not be started: bad handshake\n",
        ),
        (
            ClientTls::Opportunistic,
            then(&["220 go\r\n250 injected\r\n"]),
            "failure: 451 4.7.0 octets came behind the reply to STARTTLS\n",
        ),
    ] {
        let session = ClientSession::new(setup(tls), transaction(&["a@b"]));
        let talk = play(session, &parts, usize::MAX);
        assert!(talk.ends_with(end), "{parts:?}:\n{talk}");
    }
}

#[test]
fn what_is_learned_before_tls_is_forgotten() {
    check_with(
        setup(ClientTls::Opportunistic),
        transaction(&["a@b"]),
        &[
            "220 mx\r\n",
            "250-mx\r\n250-PIPELINING\r\n250-SIZE 1\r\n250 STARTTLS\r\n",
            "220 go\r\n",
            "tls",
            "250 mx\r\n",
            "550 5.7.1 no\r\n",
            "221 x\r\n",
        ],
        expect![[r#"
            C: EHLO us.example.test
            C: STARTTLS
            C: EHLO us.example.test
            C: MAIL FROM:<s@example.test>
            C: QUIT
            = 550 5.7.1 no
        "#]],
    );
}

#[test]
fn all_parameters() {
    let mut wishes = transaction(&["pel\u{e9}@b\u{fc}cher.example"]);
    wishes.envelope.body = BodyKind::EightBitMime;
    wishes.envelope.envid = Some("a+b".to_owned());
    wishes.envelope.dsn_return = Some(DsnReturn::Headers);
    wishes.envelope.recipients[0].orcpt = Some("rfc822;x=y@z".to_owned());
    wishes.envelope.recipients[0].notify = DsnNotify {
        success: true,
        failure: true,
        delay: false,
    };
    check_with(
        setup(ClientTls::Never),
        wishes,
        &[
            "220 mx\r\n",
            "250-mx\r\n250-SIZE 99\r\n250-8BITMIME\r\n250-DSN\r\n250 SMTPUTF8\r\n",
            "250 ok\r\n",
            "550 no\r\n",
            "221 x\r\n",
        ],
        expect![[r#"
            C: EHLO us.example.test
            C: MAIL FROM:<s@example.test> SIZE=20 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=a+2Bb
            C: RCPT TO:<pelé@bücher.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;x+3Dy@z
            C: QUIT
            = 550 no
        "#]],
    );
}

#[test]
fn what_would_corrupt_is_not_sent() {
    let extensions = ["220 mx\r\n", "250-mx\r\n250 SIZE 10\r\n", "221 x\r\n"];
    check(
        &["a@b"],
        &extensions,
        expect![[r#"
        C: EHLO us.example.test
        C: QUIT
        = 552 5.3.4 the message is larger than the next server takes
    "#]],
    );
    let plain = ["220 mx\r\n", "250 mx\r\n", "221 x\r\n"];
    let mut eight_bit = transaction(&["a@b\u{fc}cher.example"]);
    eight_bit.survey.eight_bit = true;
    check_with(
        setup(ClientTls::Never),
        eight_bit.clone(),
        &plain,
        expect![[r#"
        C: EHLO us.example.test
        C: QUIT
        = 554 5.6.3 the next server does not take 8-bit messages (8BITMIME)
    "#]],
    );
    eight_bit.survey.eight_bit_header = true;
    check_with(
        setup(ClientTls::Never),
        eight_bit,
        &plain,
        expect![[r#"
        C: EHLO us.example.test
        C: QUIT
        = 553 5.6.7 the next server does not take internationalized mail (SMTPUTF8)
    "#]],
    );
}

#[test]
fn u_labels_alone_go_out_as_a_labels() {
    check(
        &["a@b\u{fc}cher.example"],
        &[
            "220 mx\r\n",
            "250 mx\r\n",
            "250 ok\r\n",
            "550 no\r\n",
            "221 x\r\n",
        ],
        expect![[r#"
            C: EHLO us.example.test
            C: MAIL FROM:<s@example.test>
            C: RCPT TO:<a@xn--bcher-kva.example>
            C: QUIT
            = 550 no
        "#]],
    );
}
