//! What a milter said, as a verdict.

use super::failure::CallFailure;
use super::stage::Stage;
use crate::wire::Response;
use waxseal_mail::{EnhancedStatus, Reply};
use waxseal_ports::filter::Verdict;

/// Octets of a reason that are kept.
const REASON_OCTETS_MAX: usize = 400;

/// The end of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// Go on.
    Continue,
    /// Go on without this milter.
    Accept,
    /// Send no more of this kind.
    Skip,
    /// Forget the message.
    Discard,
    /// Refuse.
    Refuse(Verdict),
}

impl Said {
    /// From the response that ends an answer at `stage`.
    pub(super) fn from_response(response: &Response, stage: Stage) -> Result<Self, CallFailure> {
        Ok(match response {
            Response::Continue => Self::Continue,
            Response::Accept => Self::Accept,
            Response::Skip => Self::Skip,
            Response::Discard => Self::Discard,
            Response::Reject => Self::Refuse(reject(stage)),
            Response::TempFail => Self::Refuse(defer(stage)),
            Response::Shutdown => Self::Refuse(Verdict::Defer(Reply::own(
                421,
                (4, 7, 0),
                "the service is closing, please try again later",
            ))),
            Response::Reply(text) => Self::Refuse(refusal(text)?),
            Response::ConnectionFailure => return Err(CallFailure::Unwilling),
            Response::Negotiate(_) | Response::Progress | Response::Change(_) => {
                let kind = char::from(response.kind());
                let text = format!("it answered {} with {kind:?}", stage.as_str());
                return Err(CallFailure::Protocol(text));
            }
        })
    }

    /// As a verdict. A milter that accepts speaks for itself only: later filters are asked.
    pub(super) fn verdict(&self) -> Verdict {
        match self {
            Self::Continue | Self::Accept | Self::Skip => Verdict::Next,
            Self::Discard => Verdict::Discard,
            Self::Refuse(verdict) => verdict.clone(),
        }
    }
}

fn reject(stage: Stage) -> Verdict {
    Verdict::Reject(match stage {
        Stage::Connect => Reply::own(554, (5, 7, 1), "service not available for this client"),
        Stage::Helo | Stage::Mail | Stage::Rcpt => {
            Reply::own(550, (5, 7, 1), "refused by local policy")
        }
        Stage::Message => Reply::own(550, (5, 7, 1), "message refused by local policy"),
    })
}

fn defer(stage: Stage) -> Verdict {
    let code = if stage == Stage::Connect { 421 } else { 451 };
    let text = "not accepted right now, please try again later";
    Verdict::Defer(Reply::own(code, (4, 7, 1), text))
}

/// A reply as a milter writes it: `550 5.7.1 text`, perhaps several lines, which become one; a
/// doubled `%` is one.
fn refusal(text: &[u8]) -> Result<Verdict, CallFailure> {
    let text = String::from_utf8_lossy(text);
    let no_reply = || CallFailure::Protocol(format!("{text:?} is not a 4yz or 5yz reply"));
    let mut code = None;
    let mut status = None;
    let mut words = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let (digits, rest) = line.split_at_checked(3).ok_or_else(no_reply)?;
        let number: u16 = digits.parse().map_err(|_| no_reply())?;
        code.get_or_insert(number);
        let rest = rest.strip_prefix([' ', '-']).unwrap_or(rest);
        let (first, after) = rest.split_once(' ').unwrap_or((rest, ""));
        match EnhancedStatus::parse(first) {
            Some(found) => {
                status.get_or_insert(found);
                words.push(after);
            }
            None => words.push(rest),
        }
    }
    let code = code
        .filter(|code| matches!(code / 100, 4 | 5))
        .ok_or_else(no_reply)?;
    let class = if code / 100 == 4 { 4 } else { 5 };
    let status = status.filter(|status| status.0 == class);
    let status = status.unwrap_or(EnhancedStatus(class, 7, 1));
    let text = words.join(" ").replace("%%", "%");
    let code = if code > 559 { 550 } else { code };
    let reply = Reply::own(code, (status.0, status.1, status.2), text.trim());
    Ok(if class == 4 {
        Verdict::Defer(reply)
    } else {
        Verdict::Reject(reply)
    })
}

/// A milter's text as a reason: one line, of bounded length.
pub(super) fn reason(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let mut reason = String::new();
    for c in text.chars() {
        let c = if c.is_control() { ' ' } else { c };
        if reason.len() + c.len_utf8() > REASON_OCTETS_MAX {
            break;
        }
        reason.push(c);
    }
    if reason.trim().is_empty() {
        "set aside by a milter".to_owned()
    } else {
        reason
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use expect_test::{Expect, expect};
    use waxseal_ports::filter::describe;

    #[track_caller]
    fn check(text: &'static str, expected: Expect) {
        let response = Response::Reply(Bytes::from_static(text.as_bytes()));
        let shown = match Said::from_response(&response, Stage::Message) {
            Ok(said) => describe(&said.verdict()),
            Err(failure) => format!("failed: {failure}"),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn replies_of_milters() {
        check(
            "554 5.7.1 Gtube pattern",
            expect!["reject: 554 5.7.1 Gtube pattern"],
        );
        check(
            "451 4.7.1 Try again later",
            expect!["defer: 451 4.7.1 Try again later"],
        );
        check("550 no status", expect!["reject: 550 5.7.1 no status"]);
        check(
            "550 5.7.1 100%% sure",
            expect!["reject: 550 5.7.1 100% sure"],
        );
        check(
            "550-5.7.1 one\r\n550 5.7.1 two\r\n",
            expect!["reject: 550 5.7.1 one two"],
        );
        check("550 4.7.1 odd", expect!["reject: 550 5.7.1 odd"]);
        check("571 5.7.1 odd", expect!["reject: 550 5.7.1 odd"]);
        check("421 4.7.0 bye", expect!["defer: 421 4.7.0 bye"]);
        check("550", expect!["reject: 550 5.7.1 "]);
        for wrong in ["", "250 2.0.0 ok", "x", "abc def", "\u{e4}\u{e4}"] {
            let response = Response::Reply(Bytes::from_static(wrong.as_bytes()));
            let failure = Said::from_response(&response, Stage::Mail).unwrap_err();
            assert_eq!(failure.kind(), "protocol", "{wrong}");
        }
    }

    #[test]
    fn only_an_end_ends_an_answer() {
        let change = Response::Change(crate::wire::Change::ReplaceBody(Bytes::new()));
        for odd in [Response::Progress, change] {
            assert!(Said::from_response(&odd, Stage::Rcpt).is_err());
        }
    }

    #[test]
    fn reasons_are_one_bounded_line() {
        assert_eq!(reason(b"odd\r\nX: y"), "odd  X: y");
        assert_eq!(reason(b" "), "set aside by a milter");
        assert_eq!(reason("\u{e4}".repeat(300).as_bytes()).len(), 400);
    }
}
