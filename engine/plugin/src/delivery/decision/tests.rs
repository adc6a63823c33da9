use super::*;
use expect_test::{Expect, expect};

fn recipient() -> ForwardPath {
    ForwardPath::Mailbox(Mailbox::parse("alice@example.test").unwrap())
}

fn checked(said: Vec<SaidAction>, sender: Option<&str>) -> Result<Decision, String> {
    let circumstances = Circumstances {
        recipient: &recipient(),
        transport: &|name| (name == "fax").then(|| name.to_owned()),
        sender,
    };
    check(said, &circumstances)
}

#[track_caller]
fn check_said(said: Vec<SaidAction>, expected: Expect) {
    let text = match checked(said, None) {
        Ok(decision) => describe(&decision),
        Err(error) => format!("error: {error}"),
    };
    expected.assert_eq(&text);
}

fn keep(address: Option<&str>, mailbox: Option<&str>, flags: &[&str]) -> SaidAction {
    SaidAction::Keep(SaidKeep {
        address: address.map(str::to_owned),
        mailbox: mailbox.map(str::to_owned),
        flags: flags.iter().map(ToString::to_string).collect(),
    })
}

fn respond(sender: &str, recipient: &str, message: &[u8]) -> SaidAction {
    SaidAction::Respond {
        sender: sender.to_owned(),
        recipient: recipient.to_owned(),
        message: message.to_vec(),
    }
}

fn bounce(code: u16, text: &str) -> SaidAction {
    SaidAction::Bounce(SaidReply {
        code,
        enhanced: None,
        text: text.to_owned(),
    })
}

const MESSAGE: &[u8] = b"Subject: away\r\n\r\nback soon\r\n";

#[test]
fn what_goes_on_may_have_another_sender() {
    let describe_as = |sender| {
        let to = || SaidAction::Forward("carol@elsewhere.test".into());
        checked(vec![to()], Some(sender)).map(|decision| decision.wanted)
    };
    let onward = |sender| {
        let to = Mailbox::parse("carol@elsewhere.test").unwrap();
        Ok(vec![Wanted::Done(Action::ForwardAs { to, sender })])
    };
    let srs = "SRS0=abc=de=x.test=bob@example.test";
    let mailbox = Mailbox::parse(srs).unwrap();
    assert_eq!(describe_as(srs), onward(ReversePath::Mailbox(mailbox)));
    assert_eq!(describe_as("<>"), onward(ReversePath::Null));
    assert!(describe_as("bob").is_err());
}

#[test]
fn sound_answers() {
    check_said(vec![], expect!["no opinion"]);
    check_said(vec![SaidAction::AsPlanned], expect!["as planned"]);
    check_said(
        vec![
            keep(Some("bob@example.test"), Some("Lists/a"), &["\\seen", "$x"]),
            keep(None, None, &[]),
            SaidAction::Forward("carol@elsewhere.test".into()),
            respond("", "dave@elsewhere.test", MESSAGE),
            SaidAction::AsPlanned,
            SaidAction::Transport("fax".into()),
            bounce(550, "no"),
            SaidAction::Discard,
        ],
        expect![
            "keep in Lists/a of bob@example.test \\Seen $x; keep; forward to carol@elsewhere.test; respond to dave@elsewhere.test; hand to fax; bounce: 550; discard; as planned"
        ],
    );
    check_said(
        vec![SaidAction::RetryAfter(86_400)],
        expect!["decide in 86400 s"],
    );
}

#[test]
fn places_that_cannot_be() {
    check_said(
        vec![keep(None, Some("../x"), &[])],
        expect![[
            r#"error: keep in "../x": the mailbox name holds a character or level that is not allowed"#
        ]],
    );
    check_said(
        vec![keep(Some("bob"), None, &[])],
        expect![[r#"error: keep "bob": an address needs a local-part, @ and a domain"#]],
    );
    check_said(
        vec![keep(None, None, &["\\Recent"])],
        expect![[r#"error: keep: "\\Recent" is not a valid flag keyword"#]],
    );
    check_said(
        vec![keep(None, None, &["a"; 33])],
        expect!["error: keep: over 32 flags"],
    );
}

#[test]
fn ways_that_cannot_be() {
    check_said(
        vec![SaidAction::Forward("a@b\r\nRCPT TO:<c@d>".into())],
        expect![[r#"error: forward "a@b\r\nRCPT TO:<c@d>": the domain is malformed"#]],
    );
    check_said(
        vec![SaidAction::Forward("ALICE@Example.test".into())],
        expect!["error: it forwards alice@example.test to itself"],
    );
    check_said(
        vec![SaidAction::Transport("telex".into())],
        expect![[r#"error: there is no transport "telex""#]],
    );
    check_said(
        vec![SaidAction::AsPlanned, SaidAction::RetryAfter(5)],
        expect!["error: retry-after does not stand alone"],
    );
    for (secs, text) in [(0, "0"), (86_401, "86401")] {
        let said = vec![SaidAction::RetryAfter(secs)];
        let error = checked(said, None).unwrap_err();
        assert_eq!(error, format!("retry-after {text} is not 1 to 86400"));
    }
    check_said(
        vec![SaidAction::Discard; 33],
        expect!["error: over 32 actions"],
    );
    let all = vec![SaidAction::Discard; 32];
    assert!(checked(all, None).is_ok());
}

#[test]
fn replies_that_cannot_be() {
    check_said(
        vec![bounce(550, "no\r\n250 yes")],
        expect!["error: the reply text holds a control character"],
    );
    check_said(
        vec![bounce(451, "no")],
        expect!["error: reply code 451 is not 5yz"],
    );
}

#[test]
fn messages_that_cannot_be() {
    let to = "dave@elsewhere.test";
    check_said(
        vec![respond("", "", MESSAGE)],
        expect![[r#"error: respond to "": an address needs a local-part, @ and a domain"#]],
    );
    let large = [MESSAGE, &vec![b'x'; RESPONSE_BYTES_MAX]].concat();
    check_said(
        vec![respond("", to, &large)],
        expect!["error: the response has 1048604 octets, over 1048576"],
    );
    for (message, problem) in [
        (&b""[..], "does not begin with header fields"),
        (b"\r\nbody", "does not begin with header fields"),
        (b"no field\r\n\r\n", "does not begin with header fields"),
        (
            b" folded\r\nA: b\r\n\r\n",
            "does not begin with header fields",
        ),
        (b"A: b\r\n", "has no empty line after its header fields"),
        (b"A: b\n\nbody", "has no empty line after its header fields"),
        (
            b"A: b\r\n\r\nbody\nbody",
            "holds a line end that is not CRLF",
        ),
        (
            b"A: b\r\n\r\nbody\rbody",
            "holds a line end that is not CRLF",
        ),
        (b"A: b\r\n\r\nbody\r", "holds a line end that is not CRLF"),
    ] {
        let error = checked(vec![respond("", to, message)], None);
        assert_eq!(error.unwrap_err(), format!("the response {problem}"));
    }
}
