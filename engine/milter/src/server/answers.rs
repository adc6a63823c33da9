//! Rulings as responses.

use crate::wire::Response;
use bytes::Bytes;
use waxseal_mail::Reply;
use waxseal_ports::filter::Verdict;

/// Whether a response may carry a reply of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wording {
    /// Everywhere but at connect.
    Reply,
    /// At connect, where Sendmail takes none.
    Plain,
}

/// The response to a stage before the end of the message. What does not refuse goes on: the filter
/// wants to see the rest, and says the rest at its end.
pub(super) fn response(verdict: &Verdict, wording: Wording) -> Response {
    match (verdict, wording) {
        (Verdict::Reject(_), Wording::Plain) => Response::Reject,
        (Verdict::Defer(_), Wording::Plain) => Response::TempFail,
        (Verdict::Reject(reply) | Verdict::Defer(reply), Wording::Reply) => refusal(reply),
        (
            Verdict::Next
            | Verdict::Accept
            | Verdict::Discard
            | Verdict::Quarantine(_)
            | Verdict::Hold(_),
            _,
        ) => Response::Continue,
    }
}

/// A reply on the wire: code, status and text, `%` doubled because mail servers read it as a format.
pub(super) fn refusal(reply: &Reply) -> Response {
    let code = reply.code();
    let lines = reply.lines();
    let last = lines.len().saturating_sub(1);
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            text.push_str("\r\n");
        }
        let separator = if index == last { ' ' } else { '-' };
        text.push_str(&format!("{code}{separator}"));
        if let Some(status) = reply.status() {
            text.push_str(&format!("{status} "));
        }
        text.push_str(&line.replace('%', "%%"));
    }
    Response::Reply(Bytes::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(verdict: Verdict, wording: Wording, expected: &str) {
        let said = response(&verdict, wording);
        let shown = if let Response::Reply(text) = &said {
            String::from_utf8(text.to_vec()).unwrap()
        } else {
            format!("{said:?}")
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn verdicts_before_the_end() {
        let reject = || Verdict::Reject(Reply::own(550, (5, 7, 1), "100% no"));
        check(reject(), Wording::Reply, "550 5.7.1 100%% no");
        check(reject(), Wording::Plain, "Reject");
        let defer = Verdict::Defer(Reply::plain(451, ["one", "two"]));
        check(defer.clone(), Wording::Reply, "451-one\r\n451 two");
        check(defer, Wording::Plain, "TempFail");
        for goes_on in [
            Verdict::Next,
            Verdict::Accept,
            Verdict::Discard,
            Verdict::Hold("h".into()),
        ] {
            check(goes_on, Wording::Reply, "Continue");
        }
    }
}
