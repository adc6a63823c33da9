use expect_test::expect;

use crate::fake::{listed, probed};
use crate::trial::check_list;
use crate::{Protocol, Tls};

#[test]
fn the_list_of_trials_is_sound() {
    check_list(super::TRIALS);
}

#[tokio::test]
async fn what_works_counts_even_without_a_list() {
    let script = "> greeting\n+OK ready <1.2@pop.example.test>\n> CAPA\n-ERR unknown\n\
                  > UIDL\n+OK\n1 a\n.\n> TOP\n-ERR unknown\n> STAT\n+OK 1 100\n> else\n+OK\n";
    let session = probed(Protocol::Pop3, Tls::None, script).await;
    expect![[r#"
        pop3/apop advertised greeting: 
        pop3/uidl exercised login: UIDL: as asked
        pop3/user exercised greeting: logged in
        Login None"#]]
    .assert_eq(&listed(&session));
}

#[tokio::test]
async fn what_is_announced_is_used() {
    let script = "> greeting\n+OK ready\n> CAPA\n+OK\nUIDL\nTOP\nPIPELINING\nAUTH-RESP-CODE\n\
                  SASL PLAIN\nX-OWN\n.\n> UIDL\n+OK\n1 a\n.\n> TOP\n-ERR broken\n> STAT\n+OK 1 100\n\
                  > LIST\n+OK\n1 100\n.\n> PASS secret1\n+OK in\n> PASS\n-ERR [AUTH] no\n\
                  > AUTH\n+ \n> else\n+OK\n";
    let session = probed(Protocol::Pop3, Tls::None, script).await;
    expect![[r#"
        pop3/auth-resp-code exercised plain: refused with [AUTH]
        pop3/capa exercised login: answered with a list
        pop3/pipelining exercised plain: NOOP | STAT | LIST: as asked
        pop3/sasl exercised plain: logged in
        pop3/top advertised-but-failed plain: TOP 1 0: answered -ERR broken
        pop3/uidl exercised plain: UIDL: as asked
        pop3/user exercised plain: logged in
        sasl/plain exercised plain: logged in
        Login None"#]]
    .assert_eq(&listed(&session));
}

#[tokio::test]
async fn hostile_servers_end_the_session_alone() {
    for (script, why) in [
        ("> greeting\n!silent\n", "no answer in time"),
        (
            "> greeting\n+OK hi\n> CAPA\n!flood\n",
            "a line longer than 16384 octets",
        ),
        (
            "> greeting\n+OK hi\n> CAPA\nwhat\n",
            "not an answer of this protocol: what",
        ),
        (
            "> greeting\n+OK hi\n> CAPA\n+OK\nUSER\n!close\n",
            "the server closed the connection",
        ),
    ] {
        let session = probed(Protocol::Pop3, Tls::None, script).await;
        assert_eq!(session.ended.as_deref(), Some(why));
    }
}
