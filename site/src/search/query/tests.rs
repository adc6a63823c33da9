use expect_test::{Expect, expect};

use super::*;

#[track_caller]
fn check(text: &str, expected: Expect) {
    let query = Query::parse(text);
    let mut parts: Vec<String> = query
        .terms
        .iter()
        .map(|term| {
            let sign = if term.negated { "-" } else { "" };
            let quote = if term.phrase { "\"" } else { "" };
            format!("{sign}{quote}{}{quote}", term.text)
        })
        .collect();
    for filter in &query.filters {
        parts.push(format!("{{{} {}}}", filter.field.word(), filter.value));
    }
    if let Some((one, other)) = query.versus {
        parts.push(format!("<{one}|{other}>"));
    }
    if query.asks_support {
        parts.push("support?".to_owned());
    }
    if query.asks_alternatives {
        parts.push("instead?".to_owned());
    }
    expected.assert_eq(&parts.join(" "));
}

#[test]
fn words_phrases_and_filters() {
    check("imap idle", expect!["imap idle"]);
    check(
        "\"quick resync\" -cyrus",
        expect![[r#""quick resync" -cyrus"#]],
    );
    check(
        "type:product Role:IMAP rust",
        expect!["rust {type product} {role imap}"],
    );
    check("license:MIT", expect!["{licence mit}"]);
}

#[test]
fn what_strict_parsers_refuse_is_ordinary_text() {
    check("title:", expect!["title"]);
    check("(", expect![""]);
    check("\"open", expect![[r#""open""#]]);
    check("-dovecot", expect!["-dovecot"]);
    check("NOT", expect!["NOT"]);
    check("smtp:587", expect!["smtp:587"]);
    check("a:(^", expect!["a:(^"]);
    check("type:", expect!["type"]);
}

#[test]
fn wire_tokens_and_specs_stay_whole() {
    check("LITERAL+ literal-", expect!["LITERAL+ literal-"]);
    check("RFC 2177", expect!["RFC2177"]);
    check("AUTH=SCRAM-SHA-256", expect!["AUTH=SCRAM-SHA-256"]);
}

#[test]
fn intents_are_seen() {
    check("postfix vs exim", expect!["postfix exim <postfix|exim>"]);
    check("who supports qresync", expect!["qresync support?"]);
    check("mail server in rust", expect!["mail server rust"]);
    check("vs", expect!["vs"]);
    check("what is", expect!["what is"]);
}

/// Pseudo-random queries from a fixed seed, with a liking for what confuses parsers.
fn odd_queries() -> impl Iterator<Item = String> {
    const LETTERS: [&str; 24] = [
        "a", "rfc", "9", " ", " ", ":", "\"", "-", "(", ")", "^", "~", "*", "+", "=", "type:",
        "vs", "é", "漢", "\u{0}", "\t", "\u{301}", "NOT", "🦀",
    ];
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    (0..20_000).map(move |_| {
        let length = next() % 30;
        (0..length)
            .map(|_| LETTERS[(next() % 24) as usize])
            .collect()
    })
}

#[test]
fn never_panics_and_stays_bounded() {
    for text in odd_queries() {
        let query = Query::parse(&text);
        assert!(query.terms.len() <= TERMS_MAX, "{text:?}");
        assert!(
            query.terms.iter().all(|term| !term.text.is_empty()),
            "{text:?}"
        );
    }
    let long = "word ".repeat(10_000);
    assert_eq!(Query::parse(&long).terms.len(), TERMS_MAX);
}

#[test]
fn questions_are_recognised_and_their_words_left_out() {
    check("servers with caldav", expect!["caldav support?"]);
    check("sendmail alternatives", expect!["sendmail instead?"]);
    check("alternatives", expect!["alternatives"]);
    check(
        "difference between spf and dkim",
        expect!["spf dkim <spf|dkim>"],
    );
    check(
        "compare exim with postfix",
        expect!["exim postfix <exim|postfix>"],
    );
    check("250-CHUNKING", expect!["CHUNKING"]);
    check("250-", expect!["250-"]);
}

proptest::proptest! {
    #[test]
    fn any_text_is_taken_apart(text in "\\PC{0,300}") {
        let query = Query::parse(&text);
        proptest::prop_assert!(query.terms.len() <= TERMS_MAX);
        proptest::prop_assert!(query.terms.iter().all(|t| t.text.chars().any(char::is_alphanumeric)));
    }
}
