//! What filters say, and what comes of it.

use crate::server::Server;
use async_trait::async_trait;
use std::sync::{Arc, Mutex};
use waxseal_intake::Config;
use waxseal_mail::{Envelope, HeaderEdit, Reply, ReversePath};
use waxseal_ports::filter::{Protocol, Ruling, SessionInfo, Verdict};
use waxseal_ports::trace::TraceEvent;
use waxseal_ports::{Draft, Filter, FilterSession, Queue};

/// Says one thing at one stage, and notes every stage it sees.
#[derive(Clone)]
struct Says {
    stage: &'static str,
    verdict: Verdict,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Filter for Says {
    fn session(&self, _session: SessionInfo) -> Box<dyn FilterSession> {
        Box::new(self.clone())
    }
}

impl Says {
    fn rule(&self, stage: &str, detail: &str) -> Ruling {
        self.seen
            .lock()
            .unwrap()
            .push(format!("{stage} {detail}").trim_end().to_owned());
        let mut ruling = Ruling::next();
        if stage == self.stage {
            ruling.verdict = self.verdict.clone();
        }
        if stage == "message" {
            ruling.tags = vec!["seen".to_owned()];
            ruling.trace.push(TraceEvent {
                at: waxseal_mail::Timestamp::utc(0),
                stage: stage.to_owned(),
                actor: "says".to_owned(),
                outcome: format!("{:?}", ruling.verdict),
                micros: Some(1),
            });
        }
        ruling
    }
}

type Parameters<'a> = &'a [(String, Option<String>)];

#[async_trait]
impl FilterSession for Says {
    async fn connect(&mut self) -> Ruling {
        self.rule("connect", "")
    }
    async fn helo(&mut self, name: &str) -> Ruling {
        self.rule("helo", name)
    }
    fn tls(&mut self, tls: &str) {
        self.rule("tls", tls);
    }
    async fn auth(&mut self, user: &str, mechanism: &str, success: bool) -> Ruling {
        self.rule("auth", &format!("{user} {mechanism} {success}"))
    }
    async fn mail(&mut self, sender: &ReversePath, parameters: Parameters<'_>) -> Ruling {
        self.rule("mail", &format!("{sender} {parameters:?}"))
    }
    async fn rcpt(&mut self, recipient: &str, _parameters: Parameters<'_>) -> Ruling {
        self.rule("rcpt", recipient)
    }
    async fn message(&mut self, envelope: &mut Envelope, draft: &mut Draft) -> Ruling {
        let edit = HeaderEdit::Insert {
            index: 0,
            name: "X-Seen".to_owned(),
            value: b"yes".to_vec(),
        };
        draft.header.apply(&edit).unwrap();
        self.rule(
            "message",
            &format!("{} recipients", envelope.recipients.len()),
        )
    }
    fn reset(&mut self) {
        self.rule("reset", "");
    }
    async fn disconnect(&mut self) {
        self.rule("disconnect", "");
    }
}

fn says(stage: &'static str, verdict: Verdict) -> (Server, Arc<Mutex<Vec<String>>>) {
    says_on(Protocol::Smtp, stage, verdict)
}

fn says_on(
    protocol: Protocol,
    stage: &'static str,
    verdict: Verdict,
) -> (Server, Arc<Mutex<Vec<String>>>) {
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let filter = Says {
        stage,
        verdict,
        seen: seen.clone(),
    };
    let server = Server::with(protocol, Config::default(), Arc::new(filter));
    (server, seen)
}

/// The dialogue up to its first refusal; answers the last reply.
async fn dialogue(server: &Server) -> String {
    let (mut client, _) = server.connect().await;
    let mut reply = client.reply().await;
    for line in [
        "EHLO c.test",
        "MAIL FROM:<a@b.test> SIZE=9",
        "RCPT TO:<bob@example.test>",
        "DATA",
        "A: b\r\n\r\nx\r\n.",
    ] {
        if reply.starts_with(['4', '5']) {
            return reply;
        }
        client.send(format!("{line}\r\n").as_bytes()).await;
        reply = client.reply().await;
    }
    reply
}

#[tokio::test]
async fn refusals_are_told_in_the_filters_words() {
    let reject = Verdict::Reject(Reply::own(550, (5, 7, 1), "never"));
    let defer = Verdict::Defer(Reply::own(450, (4, 7, 1), "not now"));
    for (stage, rejected, deferred) in [
        ("connect", "554 never\r\n", "421 not now\r\n"),
        ("helo", "550 5.7.1 never\r\n", "450 4.7.1 not now\r\n"),
        ("mail", "550 5.7.1 never\r\n", "450 4.7.1 not now\r\n"),
        ("rcpt", "550 5.7.1 never\r\n", "450 4.7.1 not now\r\n"),
        ("message", "550 5.7.1 never\r\n", "450 4.7.1 not now\r\n"),
    ] {
        for (verdict, expected) in [(&reject, rejected), (&defer, deferred)] {
            let (server, _) = says(stage, verdict.clone());
            assert_eq!(dialogue(&server).await, expected, "at {stage}");
            assert_eq!(server.queued().await, 0);
        }
    }
}

#[tokio::test]
async fn discarded_mail_is_answered_and_forgotten() {
    for stage in ["connect", "helo", "mail", "rcpt", "message"] {
        let (server, _) = says(stage, Verdict::Discard);
        let reply = dialogue(&server).await;
        assert!(
            reply.starts_with("250 2.0.0 accepted as m"),
            "{stage}: {reply}"
        );
        assert_eq!(server.queued().await, 0, "{stage}");
    }
}

#[tokio::test]
async fn quarantine_and_hold_reach_the_queue() {
    for stage in ["connect", "mail", "rcpt", "message"] {
        let (server, _) = says(stage, Verdict::Quarantine("odd".to_owned()));
        dialogue(&server).await;
        let queued = server.message().await;
        assert_eq!(queued.leased.quarantine.as_deref(), Some("odd"), "{stage}");

        let (server, _) = says(stage, Verdict::Hold("look".to_owned()));
        dialogue(&server).await;
        let held = server.memory.list(10).await.unwrap().remove(0);
        assert_eq!(held.hold.as_deref(), Some("look"), "{stage}");
    }
}

#[tokio::test]
async fn filters_see_every_stage_and_their_edits_are_kept() {
    let (server, seen) = says("none", Verdict::Next);
    dialogue(&server).await;
    let queued = server.message().await;
    assert_eq!(queued.sent, "X-Seen: yes\r\nA: b\r\n\r\nx\r\n");
    assert_eq!(queued.leased.tags, ["seen"]);
    let trace = server.memory.trace(queued.leased.id).await.unwrap();
    assert!(
        trace
            .iter()
            .any(|event| event.actor == "says" && event.micros == Some(1))
    );
    let seen = seen.lock().unwrap().clone();
    let expected = [
        "connect",
        "helo c.test",
        "mail a@b.test [(\"SIZE\", Some(\"9\"))]",
        "rcpt bob@example.test",
        "message 1 recipients",
        "reset",
    ];
    assert_eq!(seen[..expected.len()], expected);
}

#[tokio::test]
async fn a_filter_may_refuse_a_right_password() {
    let verdict = Verdict::Reject(Reply::own(535, (5, 7, 8), "not from there"));
    let (server, seen) = says_on(Protocol::Submission, "auth", verdict);
    let mut client = server.greeted().await;
    client.start_tls().await;
    let reply = client.auth("alice@example.test", "secret1").await;
    assert_eq!(reply, "535 5.7.8 not from there\r\n");
    client
        .expect("MAIL FROM:<alice@example.test>", "530 5.7.0 ")
        .await;
    let seen = seen.lock().unwrap().clone();
    assert!(seen[2].starts_with("tls TLSv1.3 "), "{seen:?}");
    assert_eq!(
        seen[3], "helo client.example",
        "TLS makes the client greet again"
    );
    assert_eq!(seen[4], "auth alice@example.test PLAIN true");
}
