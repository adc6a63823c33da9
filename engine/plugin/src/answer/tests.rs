use super::*;

fn reply(code: u16, enhanced: Option<&str>, text: &str) -> SaidReply {
    SaidReply {
        code,
        enhanced: enhanced.map(str::to_owned),
        text: text.to_owned(),
    }
}

fn say(verdict: Said) -> Answer {
    Answer {
        verdict,
        ..Answer::default()
    }
}

fn edit(change: Change) -> Answer {
    Answer {
        edits: vec![change],
        ..Answer::default()
    }
}

fn score(symbol: &str, points: f32) -> Answer {
    let score = Score {
        symbol: symbol.to_owned(),
        points,
        note: None,
    };
    Answer {
        scores: vec![score],
        ..Answer::default()
    }
}

fn header(name: &str, value: &str) -> Change {
    Change::Header(HeaderEdit::Add {
        name: name.to_owned(),
        value: value.as_bytes().to_vec(),
    })
}

#[track_caller]
fn check(answer: Answer, stage: Stage, expected: Result<(), &str>) {
    let result = answer.check(stage).map(drop);
    assert_eq!(result.as_ref().map_err(String::as_str).copied(), expected);
}

#[test]
fn verdicts_fit_their_stage_and_class() {
    let at = Stage::Rcpt;
    check(
        say(Said::Reject(reply(550, Some("5.1.1"), "no"))),
        at,
        Ok(()),
    );
    check(say(Said::Defer(reply(451, None, "later"))), at, Ok(()));
    check(
        say(Said::Reject(reply(250, None, "ok"))),
        at,
        Err("reply code 250 is not 5yz"),
    );
    check(
        say(Said::Defer(reply(550, None, "no"))),
        at,
        Err("reply code 550 is not 4yz"),
    );
    check(
        say(Said::Defer(reply(499, None, "later"))),
        at,
        Err("reply code 499 is not between 400 and 459"),
    );
    check(
        say(Said::Reject(reply(599, None, "no"))),
        at,
        Err("reply code 599 is not between 200 and 559"),
    );
    check(
        say(Said::Reject(reply(550, Some("4.1.1"), "no"))),
        at,
        Err("enhanced status 4.1.1 does not fit the class of reply code 550"),
    );
    check(
        say(Said::Reject(reply(550, None, "no\r\n250 ok"))),
        at,
        Err("the reply text holds a control character"),
    );
    check(
        say(Said::Discard),
        at,
        Err("discard is not possible at rcpt"),
    );
    check(say(Said::Discard), Stage::Mail, Ok(()));
    check(say(Said::Hold("why".into())), Stage::Message, Ok(()));
    check(
        say(Said::Quarantine("a\nb".into())),
        Stage::Message,
        Err("the reason holds a control character"),
    );
}

#[test]
fn edits_fit_their_stage_and_hold_no_line_break() {
    let at = Stage::Message;
    check(edit(header("X-A", "b")), at, Ok(()));
    check(
        edit(header("X-A", "b")),
        Stage::Rcpt,
        Err("only add-tag is possible at rcpt"),
    );
    check(edit(Change::Tag("list".into())), Stage::Connect, Ok(()));
    check(
        edit(Change::Tag("a b".into())),
        at,
        Err("\"a b\" is not a tag"),
    );
    check(
        edit(header("X-A", "b\r\nEvil: c")),
        at,
        Err("the value of X-A holds CR, LF or NUL outside a fold"),
    );
    check(
        edit(header("X A", "b")),
        at,
        Err("\"X A\" is not a header field name"),
    );
    check(
        edit(Change::AddRecipient("a@b\r\nRCPT".into())),
        at,
        Err("add-recipient \"a@b\\r\\nRCPT\": the domain is malformed"),
    );
    check(edit(Change::SetSender(String::new())), at, Ok(()));
}

#[test]
fn scores_are_finite_and_named() {
    check(score("S", 1.5), Stage::Connect, Ok(()));
    check(
        score("S", f32::NAN),
        Stage::Connect,
        Err("the points of S are not finite"),
    );
    check(
        score("", 1.0),
        Stage::Connect,
        Err("\"\" is not a score symbol"),
    );
}
