use super::*;
use crate::message::Mail;
use crate::source::{Recorded, Source};
use bytes::Bytes;
use std::time::Duration;
use waxseal_mail::SessionId;
use waxseal_ports::filter::{NoFilter, Protocol};
use waxseal_ports::memory::FakeClock;

fn recorder() -> (Recorder, Arc<FakeClock>) {
    let clock = Arc::new(FakeClock::default());
    (Recorder::new(Arc::new(NoFilter), clock.clone()), clock)
}

fn limits(messages_max: u64, bytes_max: u64) -> Limits {
    Limits {
        messages_max,
        bytes_max,
        time_max: Duration::from_secs(60),
    }
}

async fn send(recorder: &Recorder, subject: &str) {
    let to = ["alice@example.test".to_owned()];
    let octets = Bytes::from(format!("Subject: {subject}\r\n\r\nbody\r\n"));
    let mail = Mail::new("bob@example.org", &to, octets).unwrap();
    let mut session = recorder.session(SessionInfo {
        id: SessionId(1),
        protocol: Protocol::Submission,
        peer: ([192, 0, 2, 7], 4000).into(),
        tls: None,
    });
    session.connect().await;
    session.helo("client.test").await;
    session.auth("bob", "PLAIN", true).await;
    session.mail(&mail.envelope.reverse_path, &[]).await;
    session.rcpt("alice@example.test", &[]).await;
    let (mut envelope, mut draft) = (mail.envelope.clone(), mail.draft());
    session.message(&mut envelope, &mut draft).await;
    session.disconnect().await;
}

/// Waits until so many messages are written, or the recording is over.
async fn written(recorder: &Recorder, messages: u64) {
    while recorder
        .status()
        .is_some_and(|status| status.messages < messages)
    {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_was_recorded_can_be_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let (recorder, _) = recorder();
    send(&recorder, "before").await;
    recorder.start(folder.path(), limits(2, 10_000)).unwrap();
    let twice = recorder.start(folder.path(), limits(2, 10_000));
    assert!(matches!(twice, Err(AuthorError::Exists(_))));
    for subject in ["one", "two"] {
        send(&recorder, subject).await;
        written(&recorder, 1).await;
    }
    while recorder.status().is_some() {
        tokio::task::yield_now().await;
    }
    send(&recorder, "after").await;
    let mut source = Recorded::open(folder.path()).unwrap();
    let mut seen = Vec::new();
    while let Some(replayed) = source.next().await {
        let replayed = replayed.unwrap();
        let text = String::from_utf8(replayed.mail.octets.to_vec()).unwrap();
        let subject = text.lines().next().unwrap().to_owned();
        seen.push((replayed.place, replayed.user, replayed.helo, subject));
    }
    let row = |place: &str, subject: &str| {
        (
            place.into(),
            Some("bob".into()),
            "client.test".into(),
            subject.into(),
        )
    };
    assert_eq!(
        seen,
        [row("000001", "Subject: one"), row("000002", "Subject: two")]
    );
    let full = recorder.start(folder.path(), limits(2, 10_000));
    assert!(
        matches!(full, Err(AuthorError::Exists(_))),
        "the folder is not empty"
    );
}

#[tokio::test]
async fn octets_and_time_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let (recorder, clock) = recorder();
    recorder.start(folder.path(), limits(100, 20)).unwrap();
    send(&recorder, "too much").await;
    clock.advance(Duration::from_secs(59));
    assert_eq!(recorder.status().unwrap().messages, 0);
    clock.advance(Duration::from_secs(1));
    assert_eq!(recorder.status(), None);
    assert_eq!(recorder.stop(), None);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn nothing_is_written_after_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let (recorder, clock) = recorder();
    let count = |name: &str| std::fs::read_dir(folder.path().join(name)).unwrap().count();
    let start = |name: &str| recorder.start(&folder.path().join(name), limits(100, 10_000));
    start("one").unwrap();
    recorder.tape.write(&Entry::default(), None);
    clock.advance(Duration::from_secs(59));
    recorder.tape.write(&Entry::default(), None);
    assert_eq!(count("one"), 2);
    clock.advance(Duration::from_secs(1));
    // A session that began in time ends too late.
    recorder.tape.write(&Entry::default(), None);
    assert_eq!(count("one"), 2);
    start("two").unwrap();
    clock.advance(Duration::from_secs(60));
    start("three").unwrap();
    assert_eq!((count("two"), count("three")), (0, 0));
}
