//! A whole conversation, cut anywhere: no panic, no endless loop, and every cut gives the same output.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use std::io;
use std::sync::Arc;
use waxseal_imap::{Answer, Limits, Login, Policy, Question, Reading, Session, Step};
use waxseal_mail::{
    FlagBits, MailboxId, MailboxName, MessageIndex, ModSeq, Part, Timestamp, Uid, UidValidity,
};
use waxseal_ports::snapshot::MessageState;
use waxseal_ports::store::{Appended, Copied, FlagsChanged, MailboxInfo};
use waxseal_ports::{MessageParser, ReadAt, Snapshot};

const MESSAGE: &[u8] = b"Subject: =?utf-8?q?a?=\r\nDate: Tue, 24 Nov 2026 05:29:34 +0000\r\n\r\nbody\r\n";

struct Parser;

impl MessageParser for Parser {
    fn index(&self, _message: &dyn ReadAt) -> io::Result<MessageIndex> {
        Ok(MessageIndex::default())
    }
    fn decode(&self, message: &dyn ReadAt, _part: &Part, _max: usize) -> io::Result<Bytes> {
        waxseal_ports::read_at::read_all(message)
    }
    fn to_utf8(&self, _part: &Part, decoded: &[u8]) -> String {
        String::from_utf8_lossy(decoded).into_owned()
    }
}

fn snapshot() -> Arc<Snapshot> {
    let states = (1..=5).filter_map(Uid::new).map(|uid| {
        MessageState::new(uid, 60, ModSeq(2), FlagBits::NONE, Timestamp::utc(0))
    });
    let validity = UidValidity(std::num::NonZeroU32::MIN);
    Arc::new(Snapshot::empty(MailboxId(1), validity).with_appended(states))
}

fn index() -> MessageIndex {
    let part = Part {
        media_type: "text".to_owned(),
        content_start: 61,
        content_end: 67,
        ..Part::default()
    };
    MessageIndex {
        parts: vec![part],
        ..MessageIndex::default()
    }
}

fn answer(question: Question, snapshot: &Arc<Snapshot>) -> Answer {
    let uid_validity = snapshot.uid_validity;
    match question {
        Question::Login { .. } => Answer::Login(Login::Accepted),
        Question::Mailboxes => Answer::Mailboxes(
            ["INBOX", "a/b", "a/b/c"]
                .iter()
                .filter_map(|name| MailboxName::new(name).ok())
                .map(|name| MailboxInfo {
                    id: MailboxId(1),
                    name,
                    special_use: None,
                    subscribed: true,
                    uid_validity,
                })
                .collect(),
            vec![MailboxName::inbox()],
        ),
        Question::Open(_) => Answer::Opened(Arc::clone(snapshot)),
        Question::Newest => Answer::Newest(Some(Arc::clone(snapshot))),
        Question::Glance(names) => {
            Answer::Glanced(names.iter().map(|_| Some(Arc::clone(snapshot))).collect())
        }
        Question::Read { uids, .. } => Answer::Read(
            uids.into_iter()
                .map(|uid| Reading {
                    uid,
                    index: Some(Arc::new(index())),
                    message: Some(Arc::new(Bytes::from_static(MESSAGE))),
                })
                .collect(),
        ),
        Question::ChangeFlags(..) => Answer::FlagsChanged(FlagsChanged::default()),
        Question::Expunge(..) => Answer::Expunged(Vec::new()),
        Question::Copy { uids, .. } => Answer::Copied(Copied {
            uid_validity,
            pairs: uids.into_iter().map(|uid| (uid, uid)).collect(),
        }),
        Question::Append(..) => Answer::Appended(Appended {
            mailbox: MailboxId(1),
            uid_validity,
            uids: vec![Uid::FIRST],
        }),
        Question::Create(..)
        | Question::Delete(_)
        | Question::Rename { .. }
        | Question::Subscribe(..)
        | Question::Close
        | Question::Spooled
        | Question::Unspool => Answer::Done,
    }
}

/// Feeds `data` in pieces of `piece` octets; answers what was sent.
fn run(data: &[u8], piece: usize, snapshot: &Arc<Snapshot>) -> Vec<u8> {
    let policy = Policy {
        tls: true,
        starttls: false,
        clear_text_login: false,
    };
    let limits = Limits {
        bad_commands_max: 1_000,
        ..Limits::default()
    };
    let mut session = Session::new(Arc::new(limits), Arc::new(Parser), policy);
    let mut sent = Vec::new();
    let mut waiting = Vec::new();
    let login = b"a LOGIN a b\r\nb SELECT INBOX\r\n".to_vec();
    for piece in std::iter::once(&login[..]).chain(data.chunks(piece.max(1))) {
        waiting.extend_from_slice(piece);
        loop {
            let mut rest = &waiting[..];
            let step = session.step(&mut rest);
            let taken = waiting.len() - rest.len();
            waiting.drain(..taken);
            sent.extend_from_slice(session.output().octets());
            session.output().clear();
            match step {
                Step::Ask(question) => session.answer(answer(question, snapshot)),
                Step::Spool(octets) => {
                    waiting.drain(..octets);
                    session.spooled(octets);
                }
                Step::Send => {}
                Step::Read | Step::Idle if waiting.is_empty() => break,
                Step::Read | Step::Idle => {}
                Step::Close | Step::StartTls => return sent,
            }
        }
    }
    sent
}

fuzz_target!(|data: &[u8]| {
    let snapshot = snapshot();
    let whole = run(data, data.len(), &snapshot);
    let octets = run(data, 1, &snapshot);
    let thirds = run(data, 3, &snapshot);
    assert_eq!(whole, octets);
    assert_eq!(whole, thirds);
});
