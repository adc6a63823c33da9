//! Filters whose verdicts are only compared.

use crate::bench::{Bench, session, transact};
use crate::counts::counts;
use crate::guest::Guest;
use waxseal_plugin::Role;
use waxseal_ports::filter::Verdict;

#[tokio::test]
async fn a_shadow_changes_nothing_and_is_compared() {
    let mut guest = Guest::new();
    guest.at_message = guest.outcome(2, 550, "no", (0, 0));
    let mut bench = Bench::with("shade", guest);
    bench.config.plugins[0].shadow = true;
    bench.add("trapping", {
        let mut guest = Guest::new();
        guest.at_mail = "(unreachable)".to_owned();
        guest
    });
    bench.config.plugins[1].shadow = true;
    let host = bench.start().await.unwrap();
    let mut session = session(&host);
    for sender in ["bad@example.test", "good@example.test"] {
        let (mail, message, left) = transact(&mut *session, sender).await;
        assert_eq!(
            (mail.verdict, message.verdict),
            (Verdict::Next, Verdict::Next)
        );
        assert!(
            mail.trace.is_empty() && message.trace.is_empty(),
            "off the client's time"
        );
        assert_eq!(left, "Subject: a\r\n\r\n");
    }
    session.disconnect().await;
    host.shutdown().await;
    let total = |plugin: &str, agreement: &str| {
        let name = "waxseal_plugin_shadow_total";
        counts().get(&format!("{name}{{agreement={agreement},plugin={plugin}}}"))
    };
    assert_eq!(
        (total("shade", "same"), total("shade", "stricter")),
        (3.0, 1.0)
    );
    assert_eq!(
        (total("trapping", "same"), total("trapping", "failed")),
        (3.0, 1.0)
    );
    let statistics = host.statistics();
    assert_eq!(statistics[0].role, Role::Shadows);
    let minutes = statistics[0].minutes.iter();
    let stricter: u64 = minutes
        .filter_map(|minute| minute.agreement.get("stricter"))
        .sum();
    assert_eq!(stricter, 1);
}

/// A shadow behind a filter that refuses is asked all the same, and agrees.
#[tokio::test]
async fn a_shadow_behind_a_refusal_is_asked() {
    let mut bench = Bench::new();
    bench.add("refusing", {
        let mut guest = Guest::new();
        guest.at_mail = guest.outcome(2, 550, "no", (0, 0));
        guest
    });
    bench.add("behind", {
        let mut guest = Guest::new();
        guest.at_mail = guest.outcome(2, 554, "no either", (0, 0));
        guest
    });
    bench.config.plugins[1].shadow = true;
    let host = bench.start().await.unwrap();
    let mut session = session(&host);
    let mail = session
        .mail(&crate::bench::path("bad@example.test"), &[])
        .await;
    assert!(matches!(mail.verdict, Verdict::Reject(_)));
    session.disconnect().await;
    host.shutdown().await;
    let same = "waxseal_plugin_shadow_total{agreement=same,plugin=behind}";
    assert_eq!(counts().get(same), 1.0);
}
