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
    let session = probed(Protocol::Imap, Tls::None, include_str!("tests/plain.txt")).await;
    expect![[r#"
        imap/esearch exercised plain: SEARCH RETURN (MIN MAX COUNT) ALL: as asked
        imap/idle advertised-but-failed plain: IDLE; DONE: the server closed the connection
        imap/imap4rev1 exercised plain: DELETE waxseal-probe: as asked
        imap/literal-plus exercised plain: SEARCH TEXT <literal>: as asked
        imap/sort advertised-but-failed plain: SORT (REVERSE DATE) UTF-8 ALL: answered p16 NO not here
        Login None"#]].assert_eq(&listed(&session));
    let transcript = session.transcript.lines().join("\n");
    assert!(!transcript.contains("secret1"), "{transcript}");
    assert!(session.absent().contains(&"imap/move"));
}

#[tokio::test]
async fn tls_is_started_and_the_second_list_counts() {
    let script = "> greeting\n* OK hi\n> STARTTLS\n%t OK go\n!tls\n> CAPABILITY\n\
                  * CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\n%t OK done\n> else\n%t NO not today\n";
    let session = probed(Protocol::Imap, Tls::StartTls, script).await;
    expect![[r#"
        imap/auth advertised plain: 
        imap/imap4rev1 advertised plain: 
        imap/starttls exercised plain: handshake done
        sasl/plain advertised plain: 
        Tls None"#]]
    .assert_eq(&listed(&session));
}

#[tokio::test]
async fn hostile_servers_end_the_session_alone() {
    let started =
        "> greeting\n* OK hi\n> CAPABILITY\n* CAPABILITY IMAP4rev1 STARTTLS\n%t OK done\n";
    let half: &'static str = format!("{started}> STARTTLS\n%t OK go\n!garbage\n!close\n").leak();
    let refused: &'static str = format!("{started}> STARTTLS\n%t BAD no\n").leak();
    for (script, why) in [
        ("> greeting\n!flood\n", "a line longer than 16384 octets"),
        ("> greeting\n!silent\n", "no answer in time"),
        ("> greeting\n!close\n", "the server closed the connection"),
        (
            "> greeting\n220 wrong door\n",
            "not an answer of this protocol: 220 wrong door",
        ),
        (
            "> greeting\n* OK hi\n> CAPABILITY\n* LIST () \"/\" {99999999}\n",
            "more than a probe takes from one connection",
        ),
        (half, "TLS failed"),
        (refused, "TLS failed: p2 BAD no"),
    ] {
        let session = probed(Protocol::Imap, Tls::StartTls, script).await;
        let ended = session.ended.clone().unwrap();
        assert!(ended.starts_with(why), "{ended} instead of {why}");
        assert!(
            session.absent().is_empty(),
            "a broken session knows of no absence"
        );
    }
}
