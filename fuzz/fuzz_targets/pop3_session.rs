//! Any octets, whole or one by one, get the same replies, in lines, and the session never asks for
//! anything it was not told about.
#![no_main]

use bytes::{Bytes, BytesMut};
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;
use waxseal_mail::{FlagBits, MailboxId, ModSeq, Timestamp, Uid, UidValidity};
use waxseal_pop3::{Answer, Limits, Maildrop, Policy, Question, Session, Step};
use waxseal_ports::Snapshot;
use waxseal_ports::snapshot::MessageState;

fn maildrop() -> Maildrop {
    let validity = UidValidity::new(1).expect("not 0");
    let states = (1..4).map(|n| {
        let uid = Uid::new(n).expect("not 0");
        MessageState::new(uid, 9, ModSeq(2), FlagBits::NONE, Timestamp::utc(0))
    });
    Maildrop::new(&Snapshot::empty(MailboxId(1), validity).with_appended(states))
}

fn play<'a>(mut pieces: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let policy = Policy {
        tls: false,
        stls: true,
        clear_text_login: true,
    };
    let mut session = Session::new(Arc::new(Limits::default()), policy);
    let (mut input, mut output) = (BytesMut::new(), Vec::new());
    loop {
        let step = session.step(&mut input);
        output.append(session.output());
        match step {
            Step::Read => match pieces.next() {
                Some(piece) => input.extend_from_slice(piece),
                None => return output,
            },
            Step::Send => {}
            Step::Ask(Question::Login { .. }) => session.answer(Answer::Maildrop(maildrop())),
            Step::Ask(Question::Retrieve(_, uid)) => {
                assert!(uid.get() < 4);
                let message = Bytes::from_static(b"S: x\r\n\r\n.a");
                session.answer(Answer::Message(Some(Arc::new(message))));
            }
            Step::Ask(Question::Remove(_, uids)) => {
                assert!(!uids.is_empty() && uids.len() < 4);
                session.answer(Answer::Removed);
            }
            Step::StartTls | Step::Close => return output,
            Step::Abort => panic!("the message can be read"),
        }
    }
}

fuzz_target!(|octets: &[u8]| {
    let whole = play(std::iter::once(octets));
    assert!(whole.ends_with(b"\r\n"));
    assert_eq!(whole, play(octets.chunks(1)));
});
