//! Filters whose verdicts are only compared.

use crate::bench::{Bench, session, transact};
use crate::counts::counts;
use crate::guest::Guest;
use async_trait::async_trait;
use std::sync::{Arc, Mutex};
use waxseal_mail::MessageId;
use waxseal_plugin::{Host, Role, Services};
use waxseal_ports::filter::{OnFailure, Verdict};
use waxseal_ports::trace::{LateTrace, TraceEvent};

/// Remembers what was added to traces.
#[derive(Default)]
struct Stories(Mutex<Vec<String>>);

#[async_trait]
impl LateTrace for Stories {
    async fn add(&self, id: MessageId, events: Vec<TraceEvent>) {
        let lines = events.into_iter().map(|event| {
            assert!(event.micros.is_some());
            format!(
                "{} {} {}: {}",
                id.0, event.stage, event.actor, event.outcome
            )
        });
        self.0.lock().unwrap().extend(lines);
    }
}

#[tokio::test]
async fn what_a_shadow_says_is_in_the_trace_of_messages_that_pass() {
    let mut guest = Guest::new();
    guest.at_message = guest.outcome(2, 550, "no", (0, 0));
    let mut bench = Bench::with("teller", guest);
    bench.config.plugins[0].shadow = true;
    bench.add("refusing", {
        let mut guest = Guest::new();
        guest.at_message = "(unreachable)".to_owned();
        guest
    });
    let stories = Arc::new(Stories::default());
    let services = Services {
        late_trace: stories.clone(),
        ..bench.services()
    };
    for (id, on_failure) in [(7, OnFailure::Skip), (8, OnFailure::Defer)] {
        bench.config.plugins[1].on_failure = on_failure;
        let host = Host::start(bench.config.clone(), services.clone());
        let host = host.await.unwrap();
        let mut session = session(&host);
        session.transaction(MessageId(id));
        transact(&mut *session, "bad@example.test").await;
        session.disconnect().await;
        host.shutdown().await;
    }
    let expected = [
        "7 mail teller 1.0: in shadow, same: next",
        "7 message teller 1.0: in shadow, stricter: reject: 550 5.7.1 no",
    ];
    assert_eq!(*stories.0.lock().unwrap(), expected, "8 was refused");
}

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
