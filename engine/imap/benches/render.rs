//! How fast responses are rendered when the messages lie in memory: the ceiling of FETCH for one core.
//!
//! `cargo bench -p waxseal-imap`

use bytes::Bytes;
use std::io;
use std::sync::Arc;
use std::time::Instant;
use waxseal_imap::{Answer, Limits, Login, Policy, Question, Reading, Session, Step};
use waxseal_mail::{FlagBits, MailboxId, MessageIndex, ModSeq, Part, Timestamp, Uid, UidValidity};
use waxseal_ports::snapshot::MessageState;
use waxseal_ports::{MessageParser, ReadAt, Snapshot};

const MESSAGES: u32 = 10_000;

struct NoParser;

impl MessageParser for NoParser {
    fn index(&self, _message: &dyn ReadAt) -> io::Result<MessageIndex> {
        Ok(MessageIndex::default())
    }
    fn decode(&self, _message: &dyn ReadAt, _part: &Part, _octets_max: usize) -> io::Result<Bytes> {
        Ok(Bytes::new())
    }
    fn to_utf8(&self, _part: &Part, decoded: &[u8]) -> String {
        String::from_utf8_lossy(decoded).into_owned()
    }
}

/// Octets that have to be copied, as from a file.
struct Copied(Bytes);

impl ReadAt for Copied {
    fn octets(&self) -> u64 {
        self.0.octets()
    }
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(offset, buffer)
    }
}

struct Mailbox {
    snapshot: Arc<Snapshot>,
    message: Arc<dyn ReadAt>,
    index: Arc<MessageIndex>,
}

impl Mailbox {
    fn new() -> Self {
        let states = (1..=MESSAGES)
            .filter_map(Uid::new)
            .map(|uid| MessageState::new(uid, 5_000, ModSeq(1), FlagBits::SEEN, Timestamp::utc(0)));
        let validity = UidValidity(std::num::NonZeroU32::MIN);
        let snapshot = Snapshot::empty(MailboxId(1), validity).with_appended(states);
        let header = "Received: from a.example.test (a.example.test [192.0.2.1])\r\n".repeat(15);
        let message = format!("{header}Subject: x\r\n\r\n{}", "y".repeat(4_050));
        let index = MessageIndex {
            envelope: b"(NIL \"x\" NIL NIL NIL NIL NIL NIL NIL NIL)".repeat(6),
            bodystructure: vec![b'z'; 200],
            ..MessageIndex::default()
        };
        Self {
            snapshot: Arc::new(snapshot),
            message: Arc::new(Copied(Bytes::from(message))),
            index: Arc::new(index),
        }
    }

    fn answer(&self, question: Question) -> Answer {
        match question {
            Question::Login { .. } => Answer::Login(Login::Accepted),
            Question::Open(_) => Answer::Opened(Arc::clone(&self.snapshot)),
            Question::Newest => Answer::Newest(Some(Arc::clone(&self.snapshot))),
            Question::Read { uids, wanted, .. } => Answer::Read(
                uids.into_iter()
                    .map(|uid| Reading {
                        uid,
                        index: wanted.index.then(|| Arc::clone(&self.index)),
                        message: wanted.message.then(|| Arc::clone(&self.message)),
                    })
                    .collect(),
            ),
            Question::Mailboxes
            | Question::Create(..)
            | Question::Delete(_)
            | Question::Rename { .. }
            | Question::Subscribe(..)
            | Question::Close
            | Question::Glance(_)
            | Question::ChangeFlags(..)
            | Question::Expunge(..)
            | Question::Copy { .. }
            | Question::Spooled
            | Question::Append(..)
            | Question::Unspool => Answer::Done,
        }
    }

    /// Octets of output.
    fn run(&self, session: &mut Session, command: &str) -> usize {
        let mut input = command.as_bytes();
        let mut sent = 0;
        loop {
            let step = session.step(&mut input);
            if let Step::Ask(question) = step {
                session.answer(self.answer(question));
                continue;
            }
            sent += session.output().octets().len();
            session.output().clear();
            if matches!(step, Step::Read) && input.is_empty() {
                return sent;
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a measurement needs the real clock"
)]
#[expect(clippy::print_stdout, reason = "the figures are the purpose")]
fn main() {
    let mailbox = Mailbox::new();
    let policy = Policy {
        tls: true,
        starttls: false,
        clear_text_login: false,
    };
    let limits = Arc::new(Limits::default());
    let mut session = Session::new(limits, Arc::new(NoParser), policy);
    mailbox.run(&mut session, "a LOGIN a b\r\nb SELECT INBOX\r\n");
    for item in [
        "FLAGS",
        "(UID FLAGS INTERNALDATE RFC822.SIZE)",
        "ENVELOPE",
        "BODYSTRUCTURE",
        "BODY.PEEK[HEADER]",
        "BODY.PEEK[HEADER.FIELDS (SUBJECT FROM)]",
        "BODY.PEEK[]",
    ] {
        let rounds = 20;
        let begin = Instant::now();
        let mut octets = 0;
        for _ in 0..rounds {
            octets += mailbox.run(&mut session, &format!("c FETCH 1:* {item}\r\n"));
        }
        let secs = begin.elapsed().as_secs_f64();
        let rate = f64::from(MESSAGES * rounds) / secs;
        let megabytes = octets / 1_000_000;
        println!("{item:42} {rate:>12.0} messages/s  {megabytes} MB in {secs:.3} s");
    }
}
