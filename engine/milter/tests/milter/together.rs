//! Our client asks our server: a filter behind two bridges does what it does directly.

use crate::fake_mta::{Scripted, serve};
use crate::subject::{MESSAGE, draft, envelope, is_next, judge, mailbox, open, session, text};
use bytes::Bytes;
use std::sync::Arc;
use waxseal_mail::{DsnNotify, Envelope, ForwardPath, HeaderEdit, Recipient, Reply, ReversePath};
use waxseal_milter::ServerConfig;
use waxseal_ports::Draft;
use waxseal_ports::filter::Verdict;

type Edit = fn(&mut Envelope, &mut Draft);

fn apply(draft: &mut Draft, edits: &[HeaderEdit]) {
    for edit in edits {
        draft.header.apply(edit).unwrap();
    }
}

fn insert(index: usize, name: &str, value: &[u8]) -> HeaderEdit {
    HeaderEdit::Insert {
        index,
        name: name.into(),
        value: value.into(),
    }
}

const EDITS: [Edit; 5] = [
    |_, _| {},
    |_, draft| {
        apply(
            draft,
            &[
                insert(0, "X-Top", b"folded\r\n\tvalue"),
                insert(2, "X-Middle", b"m"),
                HeaderEdit::Add {
                    name: "X-End".into(),
                    value: b"e".into(),
                },
            ],
        );
    },
    |_, draft| {
        apply(
            draft,
            &[
                HeaderEdit::Remove { name: "x-a".into() },
                HeaderEdit::Replace {
                    name: "Subject".into(),
                    occurrence: 0,
                    value: b"other".into(),
                },
            ],
        );
    },
    |_, draft| draft.body = Arc::new(Bytes::from(b"0123456789abcde\r\n".repeat(10_000))),
    |envelope, _| {
        envelope.reverse_path = ReversePath::Null;
        envelope.recipients[0].forward_path = ForwardPath::Mailbox(mailbox("b@example.test"));
        envelope.recipients.push(Recipient {
            forward_path: ForwardPath::Mailbox(mailbox("c@example.test")),
            orcpt: None,
            notify: DsnNotify::default(),
        });
    },
];

#[tokio::test]
async fn edits_arrive_unchanged() {
    for edit in EDITS {
        let filter = Scripted::new(|_| Verdict::Next, edit);
        let (socket, _stop) = serve(&filter, ServerConfig::default()).await;
        let mut session = session(&socket);
        assert!(is_next(&open(&mut *session).await));
        let judged = judge(&mut *session, MESSAGE).await;
        assert_eq!(judged.ruling.verdict, Verdict::Next);
        let (mut direct_envelope, mut direct) = (envelope(), draft(MESSAGE));
        edit(&mut direct_envelope, &mut direct);
        assert_eq!(judged.text, text(&direct));
        assert_eq!(judged.envelope, direct_envelope);
    }
}

#[tokio::test]
async fn verdicts_arrive_unchanged() {
    for verdict in [
        Verdict::Reject(Reply::own(554, (5, 6, 0), "50% odd")),
        Verdict::Defer(Reply::own(451, (4, 7, 1), "later")),
        Verdict::Discard,
        Verdict::Hold("why".into()),
    ] {
        let said = verdict.clone();
        let says = move |heard: &str| {
            if heard.starts_with("message") {
                said.clone()
            } else {
                Verdict::Next
            }
        };
        let filter = Scripted::new(says, |_, _| {});
        let (socket, _stop) = serve(&filter, ServerConfig::default()).await;
        let mut session = session(&socket);
        open(&mut *session).await;
        assert_eq!(judge(&mut *session, MESSAGE).await.ruling.verdict, verdict);
    }
}
