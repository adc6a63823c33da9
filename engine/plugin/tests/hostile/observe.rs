//! Plugins that are told after the fact.

use crate::bench::{Bench, session, transact};
use crate::counts::counts;
use crate::guest::Guest;
use waxseal_ports::filter::Verdict;

fn observing(code: &str) -> Guest {
    let mut guest = Guest::new();
    guest.stages = vec!["observe:mail", "observe:message"];
    guest.at_mail = code.to_owned();
    guest
}

#[tokio::test]
async fn an_observer_decides_nothing_and_sees_everything() {
    let mut guest = observing("");
    guest.at_message = guest.outcome(2, 550, "no effect", (0, 0));
    let bench = Bench::with("watch", guest);
    let host = bench.start().await.unwrap();
    assert!(host.plugins()[0].observes);
    let mut session = session(&host);
    let (mail, message, _) = transact(&mut *session, "bad@example.test").await;
    assert_eq!(
        (mail.verdict, message.verdict),
        (Verdict::Next, Verdict::Next)
    );
    assert!(mail.trace.is_empty(), "it is off the client's time");
    session.disconnect().await;
    host.shutdown().await;
    for stage in ["mail", "message"] {
        let calls =
            format!("waxseal_plugin_calls_total{{plugin=watch,stage={stage},verdict=next}}");
        assert_eq!(counts().get(&calls), 1.0, "{calls}");
    }
}

#[tokio::test]
async fn a_failing_observer_harms_nobody() {
    let bench = Bench::with("blind", observing("(unreachable)"));
    let host = bench.start().await.unwrap();
    let mut session = session(&host);
    let (mail, _, _) = transact(&mut *session, "bad@example.test").await;
    assert_eq!(mail.verdict, Verdict::Next);
    session.disconnect().await;
    host.shutdown().await;
    assert_eq!(
        counts().get("waxseal_plugin_failures_total{kind=trap,plugin=blind}"),
        1.0
    );
}

/// What an observer notes at one stage is there at the next, and is of no use to anybody else.
#[tokio::test]
async fn an_observer_keeps_its_notes() {
    let mut guest = crate::notes::noting(1, 10);
    guest.stages = vec!["observe:mail", "observe:message"];
    let bench = Bench::with("diarist", guest);
    let host = bench.start().await.unwrap();
    let mut session = session(&host);
    let (_, message, _) = transact(&mut *session, "bad@example.test").await;
    assert!(message.notes.is_empty());
    session.disconnect().await;
    host.shutdown().await;
    let calls = "waxseal_plugin_calls_total{plugin=diarist,stage=message,verdict=next}";
    assert_eq!(counts().get(calls), 1.0, "it found what it noted at MAIL");
}
