//! Who lives behind the session in transcripts: `example.test` with alice and bob, and a few
//! addresses that stand for an answer.

use waxseal_mail::{ForwardPath, Reply, ReversePath};
use waxseal_smtp::server::{Answer, Question, Role};

/// Answers `question`; a message that is taken goes into `events` with its octets.
pub(crate) fn answer(
    question: Question,
    role: Role,
    connect: Option<&Reply>,
    body: &[u8],
    events: &mut Vec<String>,
) -> Answer {
    match question {
        Question::Connect => connect.map_or(Answer::Proceed, |reply| Answer::Reply(reply.clone())),
        Question::Hello(name) if name == "refused.example" => no(550, (5, 7, 1), "not you"),
        Question::Hello(_) => Answer::Proceed,
        Question::Authenticate { user, password, .. } => authenticate(&user, &password.0),
        Question::Mail(ReversePath::Mailbox(sender), _) => match sender.local_part().as_str() {
            "refused" => no(550, (5, 7, 1), "not from there"),
            "later" => no(451, (4, 7, 1), "not now"),
            "enough" => no(421, (4, 7, 0), "go away"),
            _ => Answer::Proceed,
        },
        Question::Mail(ReversePath::Null, _) => Answer::Proceed,
        Question::Rcpt(ForwardPath::Postmaster, _) => Answer::Proceed,
        Question::Rcpt(ForwardPath::Mailbox(mailbox), _) => {
            let hosted = mailbox.domain().ascii() == "example.test";
            match (hosted, mailbox.local_part().folded().as_str()) {
                (true, "alice" | "bob" | "postmaster" | "pelé") => Answer::Proceed,
                (true, "busy") => no(450, (4, 2, 1), "not now"),
                (true, _) => no(550, (5, 1, 1), "no such user here"),
                (false, _) if role == Role::Submission => Answer::Proceed,
                (false, _) => no(550, (5, 7, 1), "relaying denied"),
            }
        }
        Question::Finish(envelope) => {
            if body.starts_with(b"X-Refuse:") {
                return no(550, (5, 7, 1), "refused by a filter");
            }
            let to: Vec<_> = envelope
                .recipients
                .iter()
                .map(|recipient| format!("<{}>", recipient.forward_path))
                .collect();
            let path = envelope.reverse_path;
            let taken = format!("M: <{path}> to {} {}", to.join(","), body.escape_ascii());
            events.push(taken.trim_end().to_owned());
            Answer::Reply(Reply::own(250, (2, 0, 0), "taken"))
        }
    }
}

fn authenticate(user: &str, password: &str) -> Answer {
    match (user, password) {
        ("alice@example.test", "secret1") => Answer::Proceed,
        ("slow@example.test", _) => no(454, (4, 7, 0), "try again later"),
        _ => no(535, (5, 7, 8), "authentication failed"),
    }
}

fn no(code: u16, status: (u8, u16, u16), text: &str) -> Answer {
    Answer::Reply(Reply::own(code, status, text))
}
