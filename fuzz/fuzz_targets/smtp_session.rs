//! Whole sessions: the first octet chooses the listener, the second the cuts. However the octets are
//! cut, the replies are the same; no message with a bare CR or LF is ever handed over; the replies
//! are lines.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::Arc;
use waxseal_mail::Reply;
use waxseal_smtp::server::{Answer, Limits, Question, Role, Session, SessionConfig, Step};

struct Heard {
    replies: Vec<u8>,
    messages: Vec<Vec<u8>>,
}

fn play(role: Role, tls: bool, pieces: &mut dyn Iterator<Item = &[u8]>) -> Heard {
    let limits = Limits {
        command_line_octets_max: 100,
        message_octets_max: 300,
        text_line_octets_max: 60,
        recipients_max: 3,
        ..Limits::default()
    };
    let config = SessionConfig {
        hostname: "mx.test".into(),
        role,
        starttls: false,
        limits: Arc::new(limits),
    };
    let mut session = Session::new(config, tls);
    let mut heard = Heard { replies: Vec::new(), messages: Vec::new() };
    let mut body = Vec::new();
    for piece in pieces {
        let mut input = piece;
        loop {
            match session.next(&mut input) {
                Step::Read => break,
                Step::Flush => {
                    heard.replies.append(session.output());
                }
                Step::Ask(Question::Finish(envelope)) => {
                    assert!(!envelope.recipients.is_empty());
                    heard.messages.push(std::mem::take(&mut body));
                    session.answer(Answer::Proceed);
                }
                Step::Ask(Question::Rcpt(path, _)) if path.to_string().starts_with('x') => {
                    session.answer(Answer::Reply(Reply::own(550, (5, 1, 1), "no")));
                }
                Step::Ask(_) => session.answer(Answer::Proceed),
                Step::Body(octets) => body.extend_from_slice(octets),
                Step::Reset => body.clear(),
                Step::StartTls => unreachable!("it is not offered"),
                Step::Close => {
                    heard.replies.append(session.output());
                    return heard;
                }
            }
        }
        assert!(input.is_empty());
    }
    heard.replies.append(session.output());
    heard
}

fuzz_target!(|data: &[u8]| {
    let [listener, cut, wire @ ..] = data else { return };
    let role = [Role::Smtp, Role::Submission, Role::Lmtp][usize::from(listener % 3)];
    let tls = listener & 128 != 0;
    let whole = play(role, tls, &mut std::iter::once(wire));
    let cut = usize::from(*cut).max(1);
    let mut cuts = std::iter::once(&[][..]).chain(wire.chunks(cut));
    let pieces = play(role, tls, &mut cuts);
    assert_eq!(whole.replies.escape_ascii().to_string(), pieces.replies.escape_ascii().to_string());
    assert_eq!(whole.messages, pieces.messages);
    for message in &whole.messages {
        let text = String::from_utf8_lossy(message).replace("\r\n", "");
        assert!(!text.contains(['\r', '\n']), "{text:?}");
        assert!(message.len() <= 300);
    }
    let replies = String::from_utf8(whole.replies).expect("replies are UTF-8");
    assert!(replies.is_empty() || replies.ends_with("\r\n"));
    for line in replies.split_terminator("\r\n") {
        assert!(line.len() >= 3 && line[..3].bytes().all(|b| b.is_ascii_digit()), "{line:?}");
        assert!(!line.contains(['\r', '\n', '\0']));
    }
});
