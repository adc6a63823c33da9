use super::*;
use expect_test::{Expect, expect};
use proptest::prelude::*;
use waxseal_mail::{BodyKind, DsnNotify, ForwardPath, Mailbox, Recipient, ReversePath};

fn section(fields: &[(String, String)]) -> HeaderSection {
    let text: String = fields
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    HeaderSection::split(&Bytes::from(text + "\r\n")).0
}

fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |word: &str| {
        let (name, value) = word.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    };
    text.split_whitespace().map(pair).collect()
}

/// Whether a mail server counts fields that were removed in the same answer.
#[derive(Clone, Copy)]
enum Removed {
    Counted,
    Gone,
}

/// What a mail server makes of the changes, with its own trace field as the first.
fn mail_server(
    before: &[(String, String)],
    changes: &[Change],
    removed: Removed,
) -> Vec<(String, String)> {
    let text = |bytes: &Bytes| String::from_utf8(bytes.to_vec()).unwrap();
    let mut fields = vec![Some(("Received".to_owned(), "here".to_owned()))];
    fields.extend(before.iter().cloned().map(Some));
    let mut names: Vec<_> = fields
        .iter()
        .map(|field| field.clone().unwrap().0)
        .collect();
    for change in changes {
        match change {
            Change::AddHeader { name, value } => {
                fields.push(Some((text(name), text(value))));
                names.push(text(name));
            }
            Change::InsertHeader { index, name, value } => {
                // Places are counted among fields that are there.
                let mut places = (0..fields.len()).filter(|at| fields[*at].is_some());
                let at = places.nth(*index as usize).unwrap_or(fields.len());
                fields.insert(at, Some((text(name), text(value))));
                names.insert(at, text(name));
            }
            Change::ChangeHeader { index, name, value } => {
                let counts = |at: &usize| match removed {
                    Removed::Counted => true,
                    Removed::Gone => fields[*at].is_some(),
                };
                let mut named = (0..fields.len())
                    .filter(|at| names[*at].eq_ignore_ascii_case(&text(name)))
                    .filter(counts);
                let at = named.nth(*index as usize - 1).unwrap();
                fields[at] = (!value.is_empty()).then(|| (text(name), text(value)));
            }
            Change::AddRecipient { .. }
            | Change::DeleteRecipient(_)
            | Change::ChangeSender { .. }
            | Change::ReplaceBody(_)
            | Change::Quarantine(_) => panic!("{change:?} is none of the header section"),
        }
    }
    fields.into_iter().flatten().skip(1).collect()
}

#[track_caller]
fn check(before: &str, after: &str, expected: Expect) {
    let (before, after) = (pairs(before), pairs(after));
    let changes = header_changes(&section(&before), &section(&after), false);
    for removed in [Removed::Counted, Removed::Gone] {
        assert_eq!(mail_server(&before, &changes, removed), after);
    }
    let shown: Vec<_> = changes.iter().map(|change| format!("{change:?}")).collect();
    expected.assert_eq(&shown.join("\n"));
}

#[test]
fn the_fewest_changes() {
    check("A=1 B=2", "A=1 B=2", expect![""]);
    check(
        "A=1 B=2",
        "A=1 B=2 X=y",
        expect![[r#"AddHeader { name: b"X", value: b"y" }"#]],
    );
    check(
        "A=1 B=2",
        "X=y A=1 B=2",
        expect![[r#"InsertHeader { index: 1, name: b"X", value: b"y" }"#]],
    );
    check(
        "A=1 B=2 a=3",
        "A=1 B=two a=3",
        expect![[r#"ChangeHeader { index: 1, name: b"B", value: b"two" }"#]],
    );
    check(
        "A=1 B=2 a=3",
        "B=2",
        expect![[r#"
            ChangeHeader { index: 2, name: b"a", value: b"" }
            ChangeHeader { index: 1, name: b"A", value: b"" }"#]],
    );
    check(
        "A=1 B=2 A=3",
        "X=0 A=1 Y=5 A=three Z=9",
        expect![[r#"
            ChangeHeader { index: 2, name: b"A", value: b"three" }
            ChangeHeader { index: 1, name: b"B", value: b"" }
            InsertHeader { index: 1, name: b"X", value: b"0" }
            InsertHeader { index: 3, name: b"Y", value: b"5" }
            AddHeader { name: b"Z", value: b"9" }"#]],
    );
    check(
        "A=1",
        "",
        expect![[r#"ChangeHeader { index: 1, name: b"A", value: b"" }"#]],
    );
    check(
        "",
        "A=1",
        expect![[r#"AddHeader { name: b"A", value: b"1" }"#]],
    );
}

#[test]
fn values_on_the_wire() {
    let field = |text: &'static str| {
        let octets = Bytes::from_static(text.as_bytes());
        HeaderSection::split(&octets).0.fields()[0].clone()
    };
    let value = |text, leading_space| wire(&field(text), leading_space).1;
    assert_eq!(value("X: a\r\n\tb\r\n", false), "a\n\tb");
    assert_eq!(value("X: a\r\n\tb\r\n", true), " a\n\tb");
    assert_eq!(value("X:\r\n", false), " ");
}

fn envelope(sender: &str, recipients: &[&str]) -> Envelope {
    let mailbox = |address: &str| Mailbox::parse(address).unwrap();
    Envelope {
        reverse_path: if sender.is_empty() {
            ReversePath::Null
        } else {
            ReversePath::Mailbox(mailbox(sender))
        },
        recipients: recipients
            .iter()
            .map(|address| Recipient {
                forward_path: ForwardPath::Mailbox(mailbox(address)),
                orcpt: None,
                notify: DsnNotify::default(),
            })
            .collect(),
        body: BodyKind::SevenBit,
        smtputf8: false,
        envid: None,
        dsn_return: None,
    }
}

#[test]
fn envelopes() {
    let before = envelope("s@a.test", &["r@a.test", "q@a.test"]);
    assert!(envelope_changes(&before, &before).is_empty());
    let after = envelope("", &["q@a.test", "p@a.test"]);
    let shown: Vec<_> = envelope_changes(&before, &after)
        .iter()
        .map(|change| format!("{change:?}"))
        .collect();
    expect![[r#"
        ChangeSender { path: b"<>", parameters: [] }
        DeleteRecipient(b"<r@a.test>")
        AddRecipient { path: b"<p@a.test>", parameters: [] }"#]]
    .assert_eq(&shown.join("\n"));
}

fn fields() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop::sample::select(vec!["A", "b", "B", "C"]);
    let field = (name, 0..3_u8).prop_map(|(name, value)| (name.to_owned(), value.to_string()));
    prop::collection::vec(field, 0..12)
}

proptest! {
    /// Whatever was changed, both kinds of mail server arrive at it. Names keep the case that the
    /// filter gave them.
    #[test]
    fn any_section_becomes_any_other(before in fields(), after in fields()) {
        let changes = header_changes(&section(&before), &section(&after), false);
        for removed in [Removed::Counted, Removed::Gone] {
            prop_assert_eq!(&mail_server(&before, &changes, removed), &after);
        }
    }
}

#[test]
fn long_sections_are_replaced_between_what_stayed() {
    let long = |tag: &str| -> Vec<_> {
        let middle = (0..1_200).map(|at| (format!("X-{at}"), tag.to_owned()));
        let ends = ("A".to_owned(), "1".to_owned());
        std::iter::once(ends.clone())
            .chain(middle)
            .chain([ends])
            .collect()
    };
    let (before, after) = (long("old"), long("new"));
    let changes = header_changes(&section(&before), &section(&after), false);
    assert_eq!(changes.len(), 1_200);
    assert_eq!(mail_server(&before, &changes, Removed::Gone), after);
}

/// What a client can send at will costs one pass, not one for each field.
#[test]
fn many_fields_are_compared_at_once() {
    const COUNT: u32 = 50_000;
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let fields = |name, value| vec![field(name, value); COUNT as usize];
    let change = |name: &'static str, index, value: &'static str| Change::ChangeHeader {
        index,
        name: Bytes::from_static(name.as_bytes()),
        value: Bytes::from_static(value.as_bytes()),
    };
    let changes = |before: &[(String, String)], after: &[(String, String)]| {
        header_changes(&section(before), &section(after), false)
    };

    let kept = fields("X", "kept");
    let before = [vec![field("X", "first")], kept.clone()].concat();
    assert_eq!(changes(&before, &kept), [change("X", 1, "")]);

    let replaced: Vec<_> = (1..=COUNT)
        .rev()
        .map(|index| change("X", index, "new"))
        .collect();
    assert_eq!(changes(&fields("X", "old"), &fields("X", "new")), replaced);

    // Between the fields that are changed stand others that go.
    let before: Vec<_> = (0..COUNT)
        .flat_map(|_| [field("G", "gone"), field("X", "old")])
        .collect();
    let both: Vec<_> = (1..=COUNT)
        .rev()
        .flat_map(|index| [change("X", index, "new"), change("G", index, "")])
        .collect();
    assert_eq!(changes(&before, &fields("X", "new")), both);
}
