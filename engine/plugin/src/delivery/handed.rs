//! What a transport answers, and what it means for the queue.

use crate::answer::{SaidReply, check_reply};
use waxseal_mail::Reply;
use waxseal_ports::filter::{OnFailure, describe_reply};
use waxseal_ports::queue::Outcome;

/// Octets kept of a transport's own words.
const NOTE_BYTES_MAX: usize = 400;

/// A result as the guest said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SaidHanded {
    Delivered(Option<String>),
    Permanent(SaidReply),
    Temporary(SaidReply),
}

/// A result for the queue, in words for the trace and as a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Checked {
    pub(super) outcome: Outcome,
    pub(super) text: String,
    pub(super) label: &'static str,
}

/// Checks an answer. The note of a success is only cleaned: it must not make the message come twice.
///
/// # Errors
/// A text that says what is wrong.
pub(super) fn check(said: SaidHanded) -> Result<Checked, String> {
    Ok(match said {
        SaidHanded::Delivered(note) => Checked {
            outcome: Outcome::Delivered,
            text: match note.as_deref().map(clean).filter(|note| !note.is_empty()) {
                Some(note) => format!("delivered: {note}"),
                None => "delivered".to_owned(),
            },
            label: "delivered",
        },
        SaidHanded::Permanent(said) => {
            let reply = check_reply(&said, 5)?;
            Checked {
                text: format!("permanent: {}", describe_reply(&reply)),
                outcome: Outcome::Failed(reply),
                label: "permanent",
            }
        }
        SaidHanded::Temporary(said) => {
            let reply = check_reply(&said, 4)?;
            Checked {
                text: format!("temporary: {}", describe_reply(&reply)),
                outcome: Outcome::Deferred(reply),
                label: "temporary",
            }
        }
    })
}

/// What a failure of the transport `name` means: another attempt, unless its policy is to reject. To
/// skip it would be to lose the message, so that means another attempt, too.
pub(super) fn policy(on_failure: OnFailure, name: &str, failure: &str) -> Checked {
    let outcome = match on_failure {
        OnFailure::Defer | OnFailure::Skip => {
            let text = format!("the transport {name} does not work now");
            Outcome::Deferred(Reply::own(451, (4, 3, 0), text))
        }
        OnFailure::Reject => {
            let text = format!("the transport {name} does not work");
            Outcome::Failed(Reply::own(554, (5, 3, 0), text))
        }
    };
    Checked {
        outcome,
        text: format!("failed: {failure}"),
        label: "failed",
    }
}

fn clean(note: &str) -> String {
    let mut line = String::new();
    for c in note.chars() {
        if line.len() + c.len_utf8() > NOTE_BYTES_MAX {
            break;
        }
        line.push(if c.is_control() { ' ' } else { c });
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::CallFailure;

    fn reply(code: u16, text: &str) -> SaidReply {
        SaidReply {
            code,
            enhanced: None,
            text: text.to_owned(),
        }
    }

    #[track_caller]
    fn check_said(said: SaidHanded, expected: &str) {
        let text = check(said).map_or_else(|error| format!("error: {error}"), |done| done.text);
        assert_eq!(text, expected);
    }

    #[test]
    fn results() {
        check_said(SaidHanded::Delivered(None), "delivered");
        check_said(
            SaidHanded::Delivered(Some("id\r\n7".into())),
            "delivered: id  7",
        );
        let long = check(SaidHanded::Delivered(Some("é".repeat(300)))).unwrap();
        assert_eq!(long.text.len(), "delivered: ".len() + NOTE_BYTES_MAX);
        check_said(
            SaidHanded::Permanent(reply(550, "gone")),
            "permanent: 550 5.7.1 gone",
        );
        check_said(
            SaidHanded::Temporary(reply(451, "later")),
            "temporary: 451 4.7.1 later",
        );
        check_said(
            SaidHanded::Permanent(reply(451, "later")),
            "error: reply code 451 is not 5yz",
        );
        check_said(
            SaidHanded::Temporary(reply(450, "a\nb")),
            "error: the reply text holds a control character",
        );
    }

    #[test]
    fn a_failing_transport_loses_nothing() {
        let failure = CallFailure::Wall(5);
        for (on_failure, transient) in [
            (OnFailure::Defer, true),
            (OnFailure::Skip, true),
            (OnFailure::Reject, false),
        ] {
            let done = policy(on_failure, "fax", &failure.to_string());
            let deferred = matches!(done.outcome, Outcome::Deferred(_));
            assert_eq!(deferred, transient, "{on_failure:?}");
            assert_eq!(
                done.text,
                "failed: it took longer than limits.wall_millis = 5"
            );
        }
    }
}
