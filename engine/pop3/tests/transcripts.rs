//! Plays `tests/transcripts/pop3` against the session: whole, octet by octet, and line by line.
//!
//! `@` says what the listener allows, `C:` a client's line, `S:` a server's line (`*` stands for any
//! text), `-- tls` a handshake, `-- removed` the UIDs that QUIT removes, `-- closed` the end.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use bytes::{Bytes, BytesMut};
use std::path::Path;
use std::sync::Arc;
use waxseal_mail::{FlagBits, MailboxId, ModSeq, Timestamp, Uid, UidValidity};
use waxseal_pop3::{Answer, Limits, Maildrop, Policy, Question, Refusal, Session, Step};
use waxseal_ports::snapshot::MessageState;
use waxseal_ports::{ReadAt, Snapshot};

const MESSAGES: [(u32, &str); 3] = [
    (
        1,
        "From: ann@example.test\r\nSubject: First\r\n\r\nHello.\r\n.\r\n.leading dot\r\n..two dots\r\nend\r\n",
    ),
    (
        2,
        "From: bob@example.test\r\nSubject: Second message\r\n\r\ntwo lines\r\n",
    ),
    (4, "Subject: no line end\r\n\r\nno line end"),
];

/// Who may log in, and what comes of it.
fn log_in(user: &str, password: &str) -> Result<Maildrop, Refusal> {
    let snapshot = Snapshot::empty(
        MailboxId(i64::from(user == "shared@example.test")),
        UidValidity::new(7).unwrap(),
    );
    let state = |(uid, text): &(u32, &str)| {
        let uid = Uid::new(*uid).unwrap();
        let octets = Bytes::copy_from_slice(text.as_bytes()).octets();
        MessageState::new(uid, octets, ModSeq(2), FlagBits::NONE, Timestamp::utc(0))
    };
    match (user, password) {
        ("alice@example.test" | "shared@example.test", "secret1") => {
            let full = snapshot.with_appended(MESSAGES.iter().map(state));
            Ok(Maildrop::new(&full))
        }
        ("empty@example.test", "secret1") | ("spaces@example.test", " two words ") => {
            Ok(Maildrop::new(&snapshot))
        }
        ("busy@example.test", _) => Err(Refusal::InUse),
        ("down@example.test", _) => Err(Refusal::Unavailable),
        ("slow@example.test", _) => Err(Refusal::Throttled),
        ("banned@example.test", _) => Err(Refusal::Policy {
            text: "not from here".to_owned(),
            transient: false,
        }),
        _ => Err(Refusal::Credentials),
    }
}

#[derive(Default)]
struct World {
    removed: Vec<u32>,
}

impl World {
    fn answer(&mut self, question: Question) -> Answer {
        match question {
            Question::Login { user, password, .. } => match log_in(&user, &password) {
                Ok(maildrop) => Answer::Maildrop(maildrop),
                Err(refusal) => Answer::Refused(refusal),
            },
            Question::Retrieve(MailboxId(1), uid) if uid.get() == 2 => Answer::Message(None),
            Question::Retrieve(MailboxId(1), uid) if uid.get() == 4 => {
                Answer::Refused(Refusal::Unavailable)
            }
            Question::Retrieve(_, uid) => {
                let found = MESSAGES.iter().find(|(known, _)| *known == uid.get());
                let octets = Bytes::from_static(found.unwrap().1.as_bytes());
                Answer::Message(Some(Arc::new(octets)))
            }
            Question::Remove(MailboxId(1), _) => Answer::Refused(Refusal::Unavailable),
            Question::Remove(_, uids) => {
                self.removed.extend(uids.iter().map(|uid| uid.get()));
                Answer::Removed
            }
        }
    }
}

/// How the client's octets arrive.
#[derive(Debug, Clone, Copy)]
enum Feed {
    Whole,
    Octets,
    Lines,
}

/// What happened, in the words of a transcript.
fn play(script: &[&str], feed: Feed) -> Vec<String> {
    let mode = script[0].strip_prefix("@ ").unwrap();
    let policy = Policy {
        tls: mode == "tls",
        stls: mode == "stls",
        clear_text_login: mode == "clear",
    };
    let mut session = Session::new(Arc::new(Limits::default()), policy);
    let mut world = World::default();
    let mut happened = Vec::new();
    for segment in script.split(|line| *line == "-- tls") {
        let client: String = segment
            .iter()
            .filter_map(|line| line.strip_prefix("C:"))
            .map(|line| format!("{}\r\n", line.strip_prefix(' ').unwrap_or(line)))
            .collect();
        let pieces: Vec<&[u8]> = match feed {
            Feed::Whole => vec![client.as_bytes()],
            Feed::Octets => client.as_bytes().chunks(1).collect(),
            Feed::Lines => client.as_bytes().split_inclusive(|b| *b == b'\n').collect(),
        };
        if run(&mut session, &mut world, &pieces, &mut happened) {
            return happened;
        }
    }
    happened.push("-- open".to_owned());
    happened
}

/// Feeds pieces until they are used up or TLS begins; answers whether the session is closed.
fn run(
    session: &mut Session,
    world: &mut World,
    pieces: &[&[u8]],
    happened: &mut Vec<String>,
) -> bool {
    let mut pieces = pieces.iter();
    let mut input = BytesMut::new();
    let mut output = Vec::new();
    let mut closed = false;
    loop {
        let step = session.step(&mut input);
        output.append(session.output());
        match step {
            Step::Send => {}
            Step::Read => match pieces.next() {
                Some(piece) => input.extend_from_slice(piece),
                None => break,
            },
            Step::Ask(question) => {
                let answer = world.answer(question);
                session.answer(answer);
            }
            Step::StartTls => {
                session.tls_started();
                break;
            }
            Step::Close | Step::Abort => {
                closed = true;
                break;
            }
        }
    }
    let text = String::from_utf8(output).unwrap();
    happened.extend(
        text.split_terminator("\r\n")
            .map(|line| format!("S: {line}")),
    );
    if closed {
        let removed = std::mem::take(&mut world.removed);
        if !removed.is_empty() {
            let uids: Vec<_> = removed.iter().map(u32::to_string).collect();
            happened.push(format!("-- removed {}", uids.join(" ")));
        }
        happened.push("-- closed".to_owned());
    }
    closed
}

/// Whether `line` is `pattern`, in which `*` stands for any text.
fn fits(line: &str, pattern: &str) -> bool {
    let mut rest = line;
    let mut parts = pattern.split('*');
    let Some(start) = parts.next().and_then(|part| rest.strip_prefix(part)) else {
        return false;
    };
    rest = start;
    let parts: Vec<_> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[test]
fn transcripts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/transcripts/pop3");
    let mut played = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let script: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let expected: Vec<_> = script
            .iter()
            .filter(|line| line.starts_with("S:") || (line.starts_with("--") && **line != "-- tls"))
            .map(|line| if *line == "S:" { "S: " } else { line })
            .collect();
        for feed in [Feed::Whole, Feed::Octets, Feed::Lines] {
            let happened = play(&script, feed);
            let same = happened.len() == expected.len()
                && happened
                    .iter()
                    .zip(&expected)
                    .all(|(line, pattern)| fits(line, pattern));
            assert!(
                same,
                "{} fed {feed:?}\nexpected {expected:#?}\nhappened {happened:#?}",
                path.display()
            );
        }
        played += 1;
    }
    assert!(played >= 15, "{played} transcripts");
}

/// A maildrop whose listing is larger than the output buffer comes in pieces, complete.
#[test]
fn long_listings_come_in_pieces() {
    let states = (1..=20_000).map(|n| {
        let uid = Uid::new(n).unwrap();
        MessageState::new(uid, 5, ModSeq(2), FlagBits::NONE, Timestamp::utc(0))
    });
    let snapshot = Snapshot::empty(MailboxId(1), UidValidity::new(7).unwrap());
    let maildrop = Maildrop::new(&snapshot.with_appended(states));
    let policy = Policy {
        tls: true,
        stls: false,
        clear_text_login: false,
    };
    let mut session = Session::new(Arc::new(Limits::default()), policy);
    let mut input = BytesMut::from("USER a\r\nPASS b\r\nUIDL\r\nQUIT\r\n");
    let (mut output, mut sends, mut login) = (Vec::new(), 0, Some(maildrop));
    loop {
        let step = session.step(&mut input);
        assert!(session.output().len() < 65 * 1024);
        output.append(session.output());
        match step {
            Step::Ask(_) => session.answer(Answer::Maildrop(login.take().unwrap())),
            Step::Send => sends += 1,
            Step::Close => break,
            step @ (Step::Read | Step::StartTls | Step::Abort) => panic!("{step:?}"),
        }
    }
    let text = String::from_utf8(output).unwrap();
    assert!(sends >= 5 && text.contains("\r\n20000 0000000700004e20\r\n.\r\n+OK "));
    assert_eq!(text.lines().count(), 20_000 + 6);
}

proptest::proptest! {
    /// Any octets, cut anywhere, never panic, and the replies do not depend on the cuts.
    #[test]
    fn any_octets(octets in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..600), cut in 0_usize..600) {
        let login = b"USER alice@example.test\r\nPASS secret1\r\nRETR 1\r\nTOP 1 1\r\n";
        let octets = [&login[..], &octets, b"\r\nLIST\r\n"].concat();
        let cut = cut.min(octets.len());
        let play = |pieces: &[&[u8]]| {
            let policy = Policy { tls: true, stls: false, clear_text_login: false };
            let mut session = Session::new(Arc::new(Limits::default()), policy);
            let mut happened = Vec::new();
            run(&mut session, &mut World::default(), pieces, &mut happened);
            happened
        };
        proptest::prop_assert_eq!(play(&[&octets]), play(&[&octets[..cut], &octets[cut..]]));
    }
}
