use expect_test::expect;

use crate::fake::{listed, probed};
use crate::trial::check_list;
use crate::{Protocol, Tls};

#[test]
fn the_list_of_trials_is_sound() {
    check_list(super::TRIALS);
}

#[tokio::test]
async fn what_is_announced_is_used() {
    let session = probed(Protocol::Smtp, Tls::None, include_str!("tests/plain.txt")).await;
    expect![[r#"
        sasl/cram-md5 advertised plain: 
        sasl/login advertised-but-failed plain: 535 5.7.8 no
        sasl/plain exercised plain: logged in
        smtp/8bitmime exercised plain: MAIL FROM:<sender> BODY=8BITMIME: as asked
        smtp/auth exercised plain: logged in
        smtp/chunking advertised-but-failed plain: BDAT <message>: the server closed the connection
        smtp/ehlo exercised login: answered with its extensions
        smtp/pipelining exercised plain: <message>: as asked
        smtp/size advertised-but-failed plain: MAIL FROM:<sender> SIZE=<more than the limit>: answered 250 2.0.0 fine
        Login None"#]]
    .assert_eq(&listed(&session));
    let transcript = session.transcript.lines().join("\n");
    assert!(!transcript.contains("c2VjcmV0MQ"), "{transcript}");
    assert_eq!(session.server_name().as_deref(), Some("mx.example.test"));
}

#[tokio::test]
async fn lmtp_greets_and_delivers() {
    let script = "> greeting\n220 mx LMTP\n> LHLO\n250-mx\n250-8BITMIME\n250 IGNOREQUOTA\n\
                  > IGNOREQUOTA\n555 5.5.4 unknown\n> DATA\n354 go\n> end of data\n250 2.1.5 done\n\
                  > QUIT\n221 bye\n> else\n250 2.0.0 fine\n";
    let session = probed(Protocol::Lmtp, Tls::None, script).await;
    expect![[r#"
        lmtp/core exercised plain: <message>: as asked
        lmtp/ignorequota advertised-but-failed plain: RCPT TO:<recipient> IGNOREQUOTA: answered 555 5.5.4 unknown
        Plain None"#]].assert_eq(&listed(&session));
}

#[tokio::test]
async fn hostile_servers_end_the_session_alone() {
    for (script, why) in [
        (
            "> greeting\n!garbage\n!close\n",
            "the server closed the connection",
        ),
        ("> greeting\n!flood\n", "a line longer than 16384 octets"),
        (
            "> greeting\n554 go away\n",
            "not an answer of this protocol: 554 go away",
        ),
        (
            "> greeting\n* OK IMAP here\n",
            "not an answer of this protocol: * OK IMAP here",
        ),
        (
            "> greeting\n220 hi\n> EHLO\nü\n",
            "not an answer of this protocol: ü",
        ),
    ] {
        let session = probed(Protocol::Smtp, Tls::StartTls, script).await;
        assert_eq!(session.ended.as_deref(), Some(why));
    }
}
