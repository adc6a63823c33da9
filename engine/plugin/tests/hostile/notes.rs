//! Texts that guests leave at a message.

use crate::bench::{Bench, session, transact};
use crate::guest::Guest;
use crate::told;
use waxseal_ports::filter::Verdict;

const NOTES: &str = r#"
    (import "waxseal:plugin/notes@0.1.0" "get" (func $get (param i32 i32 i32)))
    (import "waxseal:plugin/notes@0.1.0" "set" (func $set (param i32 i32 i32 i32)))"#;

/// Sets a note at MAIL `times` times under growing keys; at the message it wants the first back.
pub(crate) fn noting(times: u32, octets: u32) -> Guest {
    let mut guest = Guest::new();
    let key = guest.put(b"a0");
    let text = guest.put(&vec![b'x'; octets as usize]);
    guest.fields = NOTES.to_owned();
    guest.at_mail = format!(
        "(global.set $n (i32.const 0))
        (loop $l
            (i32.store8 (i32.const {key}) (i32.add (i32.const 64) (global.get $n)))
            (call $set (i32.const {key}) (i32.const 2) (i32.const {text}) (i32.const {octets}))
            (global.set $n (i32.add (global.get $n) (i32.const 1)))
            (br_if $l (i32.lt_u (global.get $n) (i32.const {times}))))
        (i32.const 1024)"
    );
    guest.fields += "(global $n (mut i32) (i32.const 0))";
    guest.at_message = format!(
        "(i32.store8 (i32.const {key}) (i32.const 64))
        (call $get (i32.const {key}) (i32.const 2) (i32.const 50000))
        (if (i32.eqz (i32.load8_u (i32.const 50000))) (then (unreachable)))
        (i32.const 1024)"
    );
    guest
}

/// Wants no note to be there.
fn prying() -> Guest {
    let mut guest = Guest::new();
    let key = guest.put(b"@0");
    guest.fields = NOTES.to_owned();
    guest.at_message = format!(
        "(call $get (i32.const {key}) (i32.const 2) (i32.const 50000))
        (if (i32.load8_u (i32.const 50000)) (then (unreachable)))
        (i32.const 1024)"
    );
    guest
}

#[tokio::test]
async fn a_note_lasts_to_the_queue_and_is_seen_by_its_plugin_only() {
    let mut bench = Bench::with("notes-a", noting(32, 4096));
    bench.add("notes-b", prying());
    let host = bench.start().await.unwrap();
    let mut session = session(&host);
    let (mail, message, _) = transact(&mut *session, "bad@example.test").await;
    assert_eq!(
        (mail.verdict, message.verdict),
        (Verdict::Next, Verdict::Next)
    );
    assert_eq!(message.notes.count("notes-a"), 32);
    assert_eq!(message.notes.get("notes-a", "@0").map(str::len), Some(4096));
    assert_eq!(message.notes.count("notes-b"), 0);
    let (_, message, _) = transact(&mut *session, "good@example.test").await;
    assert!(message.notes.is_empty(), "they belong to one message");
}

#[tokio::test]
async fn past_the_limits_the_call_fails() {
    for (name, guest, reason) in [
        ("notes-many", noting(33, 1), "failed: trap: over 32 notes"),
        (
            "notes-long",
            noting(1, 4097),
            "failed: trap: a note of 4097 octets, over 4096",
        ),
    ] {
        let host = Bench::with(name, guest).start().await.unwrap();
        let (mail, _, _) = transact(&mut *session(&host), "bad@example.test").await;
        assert_eq!(told(&mail).split(';').next(), Some(reason));
    }
}
