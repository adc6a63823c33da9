//! Properties of the command grammar.

use proptest::prelude::*;
use waxseal_smtp::grammar::{
    Command, domain_or_literal, forward_path, parameters, reverse_path, unitext, xtext,
};

/// Command lines as clients write them, and then some.
const LINES: [&str; 10] = [
    "EHLO [IPv6:2001:db8::1]",
    "MAIL FROM:<\"a\\\"b>\"@b.test> SIZE=5 BODY=8BITMIME RET=HDRS ENVID=x+20y AUTH=<>",
    "MAIL FROM:<pelé@bücher.example> SMTPUTF8",
    "RCPT TO:<Postmaster> NOTIFY=SUCCESS,DELAY ORCPT=utf-8;pel\\x{E9}@x",
    "RCPT TO:<a.b+c@[192.0.2.1]>",
    "BDAT 18446744073709551615 LAST",
    "AUTH PLAIN AGEAYg==",
    "VRFY a",
    "STARTTLS",
    "NOOP ",
];

#[test]
fn lines_cut_anywhere_are_refused_or_mean_something() {
    for line in LINES {
        assert!(Command::parse(line.as_bytes()).is_ok(), "{line}");
        for end in 0..line.len() {
            let cut = &line.as_bytes()[..end];
            if let Ok(Command::Mail(..) | Command::Rcpt(..)) = Command::parse(cut) {
                assert!(cut.contains(&b'>'), "{:?}", cut.escape_ascii());
            }
        }
    }
}

proptest! {
    #[test]
    fn no_line_makes_it_panic(line in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(Command::parse(&line));
    }

    #[test]
    fn no_argument_makes_it_panic(verb in "(MAIL FROM:|RCPT TO:|BDAT |AUTH |EHLO |mail from: )", rest in "[<>@\"\\\\:,.a+= \\[\\]é\\r\\n\\x00]{0,40}") {
        drop(Command::parse(format!("{verb}{rest}").as_bytes()));
    }

    #[test]
    fn a_path_that_is_understood_is_understood_again(text in "<(\"[ -~]{0,8}\"|[a-z.%!+]{1,8})@[a-z.\\[\\]0-9-]{1,12}>") {
        if let Ok((path, rest)) = reverse_path(&text) {
            prop_assert_eq!(rest, "");
            let printed = format!("<{path}>");
            prop_assert_eq!(reverse_path(&printed), Ok((path, "")));
        }
        if let Ok((path, _)) = forward_path(&text) {
            let printed = format!("<{path}>");
            prop_assert_eq!(forward_path(&printed), Ok((path, "")));
        }
    }

    #[test]
    fn what_is_said_in_xtext_is_read(text in "[ -~]{0,60}") {
        let encoded: String = text.bytes().map(|byte| match byte {
            b'+' | b'=' | b' ' => format!("+{byte:02X}"),
            _ => char::from(byte).to_string(),
        }).collect();
        prop_assert_eq!(xtext(&encoded), Some(text.clone()));
        let escaped: String = text.chars().map(|c| format!("\\x{{{:02X}}}", u32::from(c))).collect();
        prop_assert_eq!(unitext(&escaped), Some(text));
    }

    #[test]
    fn parameters_come_back(found in prop::collection::btree_map("[A-Z0-9][A-Z0-9-]{0,7}", prop::option::of("[!-<>-~é]{1,9}"), 0..8)) {
        let text: String = found.iter().map(|(keyword, value)| match value {
            Some(value) => format!(" {keyword}={value}"),
            None => format!(" {keyword}"),
        }).collect();
        prop_assert_eq!(parameters(&text), Ok(found.into_iter().collect()));
    }

    #[test]
    fn a_name_cannot_end_a_field(name in "[ -~é\\r\\n\\x00]{0,20}") {
        if let Ok(name) = domain_or_literal(&name) {
            prop_assert!(name.bytes().all(|b| b.is_ascii_graphic()));
        }
    }
}
