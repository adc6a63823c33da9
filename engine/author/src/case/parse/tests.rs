use super::*;
use expect_test::{Expect, expect};

#[track_caller]
fn check(text: &str, expected: Expect) {
    let shown = match parse(Path::new("c.toml"), text) {
        Err(error) => error.to_string(),
        Ok(cases) => {
            let lines = cases.iter().map(|case| {
                let steps = case.steps.iter().zip(&case.places).map(|(step, places)| {
                    let peer = &step.session.peer;
                    let at = places.spot("expect.verdict");
                    format!("{peer} {:?} at {at}", step.expect.verdict)
                });
                let steps: Vec<_> = steps.collect();
                format!("{}: {}: {}", case.at, case.name, steps.join(", then "))
            });
            lines.collect::<Vec<_>>().join("\n")
        }
    };
    expected.assert_eq(&shown);
}

#[test]
fn a_file_is_one_case_or_several() {
    check(
        "session.peer = \"192.0.2.9\"\n[expect]\nverdict = \"next\"\n",
        expect![[r#"1:1: c: 192.0.2.9 Some("next") at 3:1"#]],
    );
    check(
        "session.peer = \"192.0.2.9\"\n\n[[case]]\nname = \"one\"\nexpect.verdict = \"next\"\n\
         [[case]]\nname = \"two\"\nsession.peer = \"192.0.2.8\"\nexpect.verdict = \"hold\"\n",
        expect![[r#"
            3:1: one: 192.0.2.9 Some("next") at 5:8
            6:1: two: 192.0.2.8 Some("hold") at 9:8"#]],
    );
}

#[test]
fn steps_take_what_the_case_says() {
    check(
        "[[case]]\nname = \"greylist\"\nsession.peer = \"192.0.2.9\"\n\
         [[case.step]]\nexpect.verdict = \"defer\"\n\
         [[case.step]]\nafter_secs = 300\nexpect.verdict = \"next\"\n",
        expect![[
            r#"1:1: greylist: 192.0.2.9 Some("defer") at 5:8, then 192.0.2.9 Some("next") at 8:8"#
        ]],
    );
}

#[test]
fn mistakes_are_named_with_their_line() {
    check(
        "[[case]]\nname = \"x\"\nsession.pear = \"y\"\nexpect.verdict = \"next\"\n",
        expect![
            "c.toml:3:9: unknown field `pear`, expected one of `protocol`, `peer`, `helo`, `tls`, `user`, `mechanism`, `authenticated`"
        ],
    );
    check(
        "name = \"x\"\n",
        expect!["c.toml:1:1: the case expects nothing; add an [expect] table"],
    );
    check(
        "case = 3\n",
        expect!["c.toml:1:8: `case` is a list of tables: write [[case]]"],
    );
    check(
        "a = [\n",
        expect!["c.toml:1:6: unclosed array, expected `]`"],
    );
}
