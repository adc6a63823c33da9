//! Several filters in a row.

use crate::bench::{Bench, session, transact};
use crate::guest::Guest;
use waxseal_ports::filter::OnFailure;
use waxseal_ports::filter::Verdict;

/// A filter that says `case` at the message stage, with edits.
fn saying(case: u32, text: &str, edits: impl Fn(&mut Guest) -> (u32, u32)) -> Guest {
    let mut guest = Guest::new();
    let edits = edits(&mut guest);
    let code = if case == 3 { 451 } else { 550 };
    guest.at_message = match case {
        // quarantine and hold carry their text where the others have the reply.
        5 | 6 => {
            let (at, octets) = (guest.put(text.as_bytes()), text.len() as u32);
            let words = [0, case, at, octets, 0, 0, 0, 0, edits.0, edits.1, 0, 0];
            format!("(i32.const {})", guest.words(&words))
        }
        _ => guest.outcome(case, code, text, edits),
    };
    guest
}

fn nothing(_: &mut Guest) -> (u32, u32) {
    (0, 0)
}

/// Adds `X-Seen` with the number of fields that were there.
pub(crate) fn counting() -> Guest {
    let mut guest = Guest::new();
    let name = (guest.put(b"X-Seen"), 6);
    let digit = guest.put(b"0");
    let edit = guest.words(&[0, name.0, name.1, digit, 1, 0]);
    let answer = guest.outcome(0, 0, "", (edit, 1));
    guest.fields =
        r#"(import "waxseal:plugin/transaction@0.1.0" "header-count" (func $count (result i32)))"#
            .to_owned();
    guest.at_message =
        format!("(i32.store8 (i32.const {digit}) (i32.add (call $count) (i32.const 48))) {answer}");
    guest
}

#[tokio::test]
async fn each_filter_sees_the_edits_of_the_former() {
    let mut bench = Bench::new();
    bench.add("one", counting());
    bench.add("two", counting());
    let host = bench.start().await.unwrap();
    let (_, message, left) = transact(&mut *session(&host), "bad@example.test").await;
    assert_eq!(left, "Subject: a\r\nX-Seen: 1\r\nX-Seen: 2\r\n\r\n");
    let told: Vec<_> = message
        .trace
        .iter()
        .map(|event| event.outcome.as_str())
        .collect();
    assert_eq!(told, ["next; 1 edits", "next; 1 edits"]);
    assert!(message.trace.iter().all(|event| event.micros.is_some()));
}

#[tokio::test]
async fn the_strictest_verdict_stands() {
    let mut bench = Bench::new();
    bench.add("first", saying(6, "held", nothing));
    bench.add("second", saying(5, "junk", nothing));
    bench.add("third", saying(1, "", nothing));
    bench.add("fourth", saying(2, "never asked", nothing));
    let host = bench.start().await.unwrap();
    let (_, message, _) = transact(&mut *session(&host), "bad@example.test").await;
    assert_eq!(message.verdict, Verdict::Hold("held".into()));
    assert_eq!(message.trace.len(), 3, "accept ends the stage");

    bench.config.plugins[2].trusted = true;
    host.reload(bench.config.clone()).await.unwrap();
    let (_, message, _) = transact(&mut *session(&host), "bad@example.test").await;
    assert_eq!(
        message.verdict,
        Verdict::Accept,
        "a trusted filter may relax"
    );

    bench.config.plugins.remove(2);
    host.reload(bench.config.clone()).await.unwrap();
    let (_, message, _) = transact(&mut *session(&host), "bad@example.test").await;
    assert!(matches!(message.verdict, Verdict::Reject(_)));
}

#[tokio::test]
async fn a_failing_filter_keeps_the_edits_of_the_others() {
    let mut bench = Bench::new();
    let mut broken = Guest::new();
    broken.at_message = "(unreachable)".to_owned();
    bench.add("before", counting());
    bench.add("broken", broken).on_failure = OnFailure::Skip;
    bench.add("after", counting());
    let host = bench.start().await.unwrap();
    let (_, message, left) = transact(&mut *session(&host), "bad@example.test").await;
    assert_eq!(message.verdict, Verdict::Next);
    assert_eq!(left, "Subject: a\r\nX-Seen: 1\r\nX-Seen: 2\r\n\r\n");
}

#[tokio::test]
async fn tags_reach_the_ruling_and_end_with_the_transaction() {
    let tag = |guest: &mut Guest| {
        let text = guest.put(b"list");
        (guest.words(&[7, text, 4, 0, 0, 0]), 1)
    };
    let bench = Bench::with("tags", saying(0, "", tag));
    let host = bench.start().await.unwrap();
    let mut session = session(&host);
    let (_, message, _) = transact(&mut *session, "bad@example.test").await;
    assert_eq!(message.tags, ["list"]);
    let (mail, message, _) = transact(&mut *session, "good@example.test").await;
    assert!(mail.tags.is_empty() && message.tags.is_empty());
}

#[tokio::test]
async fn a_message_whose_recipients_are_gone_is_discarded() {
    let remove = |guest: &mut Guest| {
        let text = b"ALICE@example.test";
        let at = guest.put(text);
        (guest.words(&[5, at, text.len() as u32, 0, 0, 0]), 1)
    };
    let bench = Bench::with("gone", saying(0, "", remove));
    let host = bench.start().await.unwrap();
    let (_, message, _) = transact(&mut *session(&host), "bad@example.test").await;
    assert_eq!(message.verdict, Verdict::Discard);
}

#[tokio::test]
async fn what_mail_decides_stands_until_the_message() {
    let mut guest = Guest::new();
    let why = guest.put(b"early");
    let at = guest.words(&[0, 5, why, 5, 0, 0, 0, 0, 0, 0, 0, 0]);
    guest.at_mail = format!("(i32.const {at})");
    let bench = Bench::with("early", guest);
    let host = bench.start().await.unwrap();
    let (mail, message, _) = transact(&mut *session(&host), "bad@example.test").await;
    assert_eq!(mail.verdict, Verdict::Next);
    assert_eq!(message.verdict, Verdict::Quarantine("early".into()));
}
