use super::*;
use expect_test::{Expect, expect};
use std::sync::Arc;
use waxseal_mail::BodyKind;
use waxseal_ports::memory::Memory;
use waxseal_ports::read_at::read_all;

fn message() -> (Envelope, Draft) {
    let recipient = |address| Recipient {
        forward_path: ForwardPath::Mailbox(Mailbox::parse(address).unwrap()),
        orcpt: None,
        notify: DsnNotify::default(),
    };
    let envelope = Envelope {
        reverse_path: ReversePath::Mailbox(Mailbox::parse("s@example.test").unwrap()),
        recipients: vec![recipient("a@example.test"), recipient("b@example.test")],
        body: BodyKind::SevenBit,
        smtputf8: false,
        envid: None,
        dsn_return: None,
    };
    let head = Bytes::from_static(b"Subject: s\r\nX-A: 1\r\nx-a: 2\r\n\r\n");
    let draft = Draft {
        header: HeaderSection::split(&head).0,
        body: Arc::new(Bytes::from_static(b"body\r\n")),
    };
    (envelope, draft)
}

const BOUNDS: Bounds = Bounds {
    changes_max: 5,
    body_bytes_max: 20,
};

/// The message after `changes`, or why not.
fn after(changes: Vec<Change>) -> Result<(Envelope, Draft, Made), String> {
    let memory = Memory::example();
    let (mut envelope, mut draft) = message();
    let mut edits = Edits::new(&memory, BOUNDS, Actions::ALL, (&envelope, &draft));
    for change in changes {
        edits.make(change).map_err(|failure| failure.to_string())?;
    }
    let made = edits.finish(&mut envelope, &mut draft);
    let made = made.map_err(|failure| failure.to_string())?;
    Ok((envelope, draft, made))
}

#[track_caller]
fn check_text(changes: Vec<Change>, expected: Expect) {
    let text = match after(changes) {
        Ok((_, draft, _)) => {
            let all = read_all(&*draft.message()).unwrap();
            String::from_utf8(all.to_vec()).unwrap().replace('\r', "")
        }
        Err(text) => format!("error: {text}\n"),
    };
    expected.assert_eq(&text);
}

#[track_caller]
fn check_envelope(changes: Vec<Change>, expected: Expect) {
    let text = match after(changes) {
        Ok((envelope, _, made)) => {
            let recipients = envelope.recipients.iter();
            let recipients: Vec<_> = recipients
                .map(|recipient| {
                    let never = if recipient.notify.failure {
                        ""
                    } else {
                        " (silent)"
                    };
                    format!("{}{never}", recipient.forward_path)
                })
                .collect();
            let added: Vec<_> = made.added.iter().map(ToString::to_string).collect();
            format!(
                "<{}> to {recipients:?}, added {added:?}",
                envelope.reverse_path
            )
        }
        Err(text) => format!("error: {text}"),
    };
    expected.assert_eq(&text);
}

fn bytes(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

fn add(name: &'static str, value: &'static str) -> Change {
    Change::AddHeader {
        name: bytes(name),
        value: bytes(value),
    }
}

fn insert(index: u32, name: &'static str, value: &'static str) -> Change {
    Change::InsertHeader {
        index,
        name: bytes(name),
        value: bytes(value),
    }
}

fn change(index: u32, name: &'static str, value: &'static str) -> Change {
    Change::ChangeHeader {
        index,
        name: bytes(name),
        value: bytes(value),
    }
}

#[test]
fn header_fields() {
    check_text(
        vec![
            add("X-End", "e\n\tfolded\n"),
            insert(0, "X-Top", "t"),
            insert(1, "X-Top-Too", " t"),
            insert(3, "X-Third", "t"),
        ],
        expect![[r#"
            X-Top-Too: t
            X-Top: t
            X-Third: t
            Subject: s
            X-A: 1
            x-a: 2
            X-End: e
            	folded

            body
        "#]],
    );
    check_text(
        vec![
            change(2, "X-A", "two"),
            change(1, "x-a", ""),
            change(5, "X-A", ""),
            change(9, "X-New", "n"),
        ],
        expect![[r#"
            Subject: s
            X-A: two
            X-New: n

            body
        "#]],
    );
    check_text(
        vec![change(0, "Subject", "first")],
        expect![[r#"
            Subject: first
            X-A: 1
            x-a: 2

            body
        "#]],
    );
}

#[test]
fn what_would_break_a_message_is_refused() {
    check_text(
        vec![add("X", "a\nEvil: x")],
        expect![[r#"
            error: the value of X holds CR, LF or NUL outside a fold
        "#]],
    );
    check_text(
        vec![add("X Y", "a")],
        expect![[r#"
            error: "X Y" is not a header field name
        "#]],
    );
    check_text(
        vec![Change::ReplaceBody(bytes("123456789012345678901"))],
        expect![[r#"
            error: over limits.body_bytes_max = 20 octets of new body
        "#]],
    );
    check_text(
        (0..6).map(|_| add("X", "y")).collect(),
        expect![[r#"
            error: over limits.changes_max = 5
        "#]],
    );
}

#[test]
fn only_what_was_negotiated() {
    let memory = Memory::example();
    let (envelope, draft) = message();
    let actions = Actions::ADD_HEADERS | Actions::ADD_RECIPIENTS;
    let mut edits = Edits::new(&memory, BOUNDS, actions, (&envelope, &draft));
    edits.make(add("X", "y")).unwrap();
    let with_parameters = Change::AddRecipient {
        path: bytes("<c@example.test>"),
        parameters: vec![bytes("NOTIFY=NEVER")],
    };
    for change in [
        insert(0, "X", "y"),
        change(1, "X", ""),
        with_parameters,
        Change::DeleteRecipient(bytes("<a@example.test>")),
        Change::ChangeSender {
            path: bytes("<>"),
            parameters: vec![],
        },
        Change::ReplaceBody(bytes("x")),
        Change::Quarantine(bytes("x")),
    ] {
        let failure = edits.make(change).unwrap_err();
        assert_eq!(failure.kind(), "change");
        assert!(failure.to_string().ends_with("was not negotiated"));
    }
}

#[test]
fn bodies_are_replaced_with_crlf_only() {
    check_text(
        vec![
            Change::ReplaceBody(bytes("one\ntwo\r")),
            Change::ReplaceBody(bytes("\nthree")),
        ],
        expect![[r#"
            Subject: s
            X-A: 1
            x-a: 2

            one
            two
            three"#]],
    );
    let parts = vec![
        Change::ReplaceBody(bytes("a\n\nb\r")),
        Change::ReplaceBody(bytes("\n\n")),
    ];
    let (_, draft, made) = after(parts).unwrap();
    assert_eq!(read_all(&*draft.body).unwrap(), "a\r\n\r\nb\r\n\r\n");
    assert_eq!(made.changes, 1);
    let (_, draft, _) = after(vec![Change::ReplaceBody(Bytes::new())]).unwrap();
    assert_eq!(draft.body.octets(), 0);
}

#[test]
fn envelopes() {
    let add = |path, parameters| Change::AddRecipient {
        path: bytes(path),
        parameters,
    };
    check_envelope(
        vec![
            add(
                "<c@example.test>",
                vec![bytes("ORCPT=rfc822;c NOTIFY=NEVER")],
            ),
            add("A@Example.Test", vec![]),
            Change::DeleteRecipient(bytes("<B@example.test>")),
            Change::ChangeSender {
                path: bytes("<>"),
                parameters: vec![],
            },
        ],
        expect![[
            r#"<> to ["a@example.test", "c@example.test (silent)", "A@Example.Test"], added ["c@example.test", "A@Example.Test"]"#
        ]],
    );
    check_envelope(
        vec![
            add("<c@example.test>", vec![]),
            Change::DeleteRecipient(bytes("c@example.test")),
        ],
        expect![[r#"<s@example.test> to ["a@example.test", "b@example.test"], added []"#]],
    );
    check_envelope(
        vec![add("<no address>", vec![])],
        expect![[r#"error: address "no address": an address needs a local-part, @ and a domain"#]],
    );
    check_envelope(
        vec![Change::ChangeSender {
            path: bytes("<x>"),
            parameters: vec![],
        }],
        expect![[r#"error: address "x": an address needs a local-part, @ and a domain"#]],
    );
}

#[test]
fn quarantine_says_why() {
    let (_, _, made) = after(vec![Change::Quarantine(bytes("odd\r\n"))]).unwrap();
    assert_eq!(made.quarantine.as_deref(), Some("odd  "));
}
